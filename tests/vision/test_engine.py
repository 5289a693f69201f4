"""Networks that give their memory back while others use them."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from facedaemon.vision import Models
from facedaemon.vision.engine import Engine


def test_a_network_that_is_in_use_is_not_disturbed_by_resting(models: Models) -> None:
    """While two threads look at pictures, a third asks it to rest again and again; all get the same answers."""
    shape = (320, 256)
    network = Engine(2).network(models.detector, shape)
    picture = np.random.default_rng(1).integers(0, 255, (shape[1], shape[0], 3)).astype(np.uint8)
    expected = {name: values.copy() for name, values in network.run(picture).items()}

    def look(_: int) -> bool:
        found = network.run(picture)
        return all(np.array_equal(values, expected[name]) for name, values in found.items())

    with ThreadPoolExecutor(3) as pool:
        looks = pool.map(look, range(200))
        rests = [pool.submit(network.rest) for _ in range(200)]
        assert all(looks)
        for rest in rests:
            rest.result()
