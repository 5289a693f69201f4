"""One network for pictures of all sizes, used by many threads."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from facedaemon.vision import Models
from facedaemon.vision.engine import Engine


@pytest.mark.slow
def test_threads_and_sizes_do_not_disturb_each_other(models: Models) -> None:
    """Three threads look at pictures of many sizes in turn; each gets the answers that one thread got alone."""
    network = Engine(2).network(models.detector)
    draw = np.random.default_rng(1)
    sizes = [(96, 96), (256, 320), (320, 256), (480, 640), (96, 96), (736, 1280)]
    pictures = [draw.integers(0, 255, (1, *size, 3)).astype(np.uint8) for size in sizes]
    expected = [network.run(picture) for picture in pictures]

    def analysis(at: int) -> bool:
        found = network.run(pictures[at % len(sizes)])
        return all(np.allclose(found[name], values, atol=1e-5) for name, values in expected[at % len(sizes)].items())

    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(analysis, range(120)))


def test_several_pictures_at_once_are_seen_as_each_alone(models: Models) -> None:
    """The detector's and the recogniser's answers for four pictures are those for each of the four."""
    draw = np.random.default_rng(2)
    for model, side in ((models.detector, 96), (models.recognisers[0], 128)):
        network = Engine(2).network(model)
        pictures = draw.integers(0, 255, (4, side, side, 3)).astype(np.uint8)
        together = network.run(pictures)
        for at, picture in enumerate(pictures):
            for name, alone in network.run(picture[None]).items():
                part = together[name].reshape(4, -1)[at]
                np.testing.assert_allclose(part, alone.reshape(-1), atol=1e-4)


def test_a_network_in_use_is_loaded_once(models: Models) -> None:
    """Whoever asks for a network that is in use gets that one; when nobody uses it any more, its memory is free."""
    entry = replace(models.detector.entry, name="that no other test uses")
    model = replace(models.detector, entry=entry)
    first = Engine(2).network(model)
    assert Engine(2).network(model) is first
    assert Engine(8).network(model) is not first  # more threads need more copies of it
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None
