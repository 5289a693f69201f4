"""What the kernels that are asked for gain over those that OpenVINO chooses: `python -m benchmarks.kernels`.

The detector runs with both in turn on one picture of 1280 by 960, in processor time. `ONEDNN_MAX_CPU_ISA` (AVX2,
AVX512_CORE, DEFAULT) limits which instructions of the processor are used.
"""

import os

import numpy as np

from benchmarks.paired import medians
from facedaemon.config import Config
from facedaemon.vision import find_models, graph
from facedaemon.vision.engine import Engine

TURNS = 60


def main() -> None:
    """Prints both medians, the kernels, and what is gained."""
    models = find_models(Config(), os.environ)
    engine = Engine(1)
    asked = engine.network(models.detector)
    graph.KERNELS = ()
    chosen = engine.network(models.detector)
    picture = np.random.default_rng(0).integers(0, 255, (1, 960, 1280, 3)).astype(np.uint8)
    spent = medians({"asked for": lambda: asked.run(picture), "chosen": lambda: chosen.run(picture)}, TURNS)
    print(f"{engine.processor}, ONEDNN_MAX_CPU_ISA={os.environ.get('ONEDNN_MAX_CPU_ISA', 'DEFAULT')}")
    for name, network in (("asked for", asked), ("chosen", chosen)):
        print(f"{name:>9} {1000 * spent[name].processor:.1f} ms ({', '.join(network.kernels)})")
    print(f"{'gain':>9} {1 - spent['asked for'].processor / spent['chosen'].processor:.1%}")


if __name__ == "__main__":
    main()
