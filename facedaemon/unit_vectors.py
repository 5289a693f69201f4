"""Embeddings are compared by their direction: as vectors of length 1."""

import numpy as np

from facedaemon.values import Vectors


def normalised(vectors: Vectors) -> Vectors:
    """The vectors (..., d) scaled to length 1, float32; zero vectors stay zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)
