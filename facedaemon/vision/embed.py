"""Embeddings of aligned faces."""

from collections.abc import Sequence

import numpy as np

from facedaemon.unit_vectors import normalised
from facedaemon.values import Vectors
from facedaemon.vision.align import Crops
from facedaemon.vision.engine import Engine, Network
from facedaemon.vision.models import Located
from facedaemon.vision.restore import restored


class Embedder:
    """One or several recognisers: their vectors of length 1 are weighted, concatenated and scaled to length 1."""

    def __init__(self, engine: Engine, models: Sequence[Located]) -> None:
        self._parts = [(model.entry, engine.network(model)) for model in models]

    @property
    def networks(self) -> tuple[Network, ...]:
        """The networks, in the order of their numbers in the embedding."""
        return tuple(network for _, network in self._parts)

    @property
    def size(self) -> int:
        """How many numbers an embedding has."""
        return sum(entry.embedding for entry, _ in self._parts)

    def embed(self, faces: Crops) -> Vectors:
        """The embeddings of the faces, (n, size)."""
        if not len(faces):
            return np.zeros((0, self.size), np.float32)
        parts = []
        for entry, network in self._parts:
            crops = [restored(crop) for crop in faces.cut(entry.template, entry.input)]
            parts.append(entry.weight * normalised(next(iter(network.run(crops).values()))))
        return normalised(np.concatenate(parts, axis=1))
