"""An aligned face becomes the numbers that tell people apart."""

from collections.abc import Sequence

import numpy as np

from facedaemon.values import Vector
from facedaemon.vision.align import Points, crop
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.engine import Engine
from facedaemon.vision.models import Located
from facedaemon.vision.restore import restored


class Embedder:
    """One or several recognisers as one: each one's vector of length 1, weighted, joined, of length 1 again."""

    def __init__(self, engine: Engine, models: Sequence[Located]) -> None:
        self._parts = [(model.entry, engine.network(model)) for model in models]
        for entry, network in self._parts:
            # the process's first inference sets OpenVINO's Python binding up; two threads that do so at once wait for
            # each other for ever (seen with 2026.4: a lock inside the binding against the interpreter's)
            network.run(np.zeros((entry.input[1], entry.input[0], 3), np.uint8))

    @property
    def size(self) -> int:
        """How many numbers a face gets."""
        return sum(entry.embedding for entry, _ in self._parts)

    def embed(self, pixels: Pixels, points: Points) -> Vector:
        """The embedding of the face with these five landmarks (in pixels)."""
        parts = []
        for entry, network in self._parts:
            face = restored(crop(pixels, points, entry.template, entry.input))
            numbers = next(iter(network.run(face).values()))
            parts.append(entry.weight * normalised(numbers.reshape(-1)))
        return normalised(np.concatenate(parts))


def normalised(numbers: Vector) -> Vector:
    """The vector with length 1; a zero vector stays one."""
    length = float(np.linalg.norm(numbers))
    return np.asarray(numbers / length if length > 0 else numbers, np.float32)
