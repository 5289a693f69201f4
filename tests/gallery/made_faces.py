"""Made-up libraries: people as directions on the sphere, their faces scattered about them as real ones are."""

import numpy as np

from facedaemon.gallery import Samples
from facedaemon.values import Vectors

WIDTH = 128
LIKENESS = 0.82  # of a face to its person's direction: two faces of one person are then 0.67 alike, as on LFW


def unit(vectors: Vectors) -> Vectors:
    """The vectors with length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)


def directions(count: int, seed: int) -> Vectors:
    """So many people, or strangers, (count, WIDTH)."""
    return unit(np.random.default_rng(seed).normal(size=(count, WIDTH)).astype(np.float32))


def faces(of: Vectors, each: int, seed: int, likeness: float = LIKENESS) -> Vectors:
    """`each` faces of every direction, person after person."""
    draw = np.random.default_rng(seed)
    centroid = np.repeat(of, each, axis=0)
    aside = draw.normal(size=centroid.shape).astype(np.float32)
    aside = unit(aside - (aside * centroid).sum(axis=1, keepdims=True) * centroid)
    return unit(likeness * centroid + np.sqrt(1 - likeness**2) * aside)


def names(count: int, each: int) -> tuple[str, ...]:
    """The people's names, as `faces` orders them."""
    return tuple(f"person {number:03}" for number in range(count) for _ in range(each))


def library(vectors: Vectors, persons: tuple[str, ...], **more: object) -> Samples:
    """Samples of good quality, each photo of its own burst, unless `more` says otherwise."""
    count = len(persons)
    columns = {"quality": np.full(count, 0.9, np.float32), "groups": np.arange(count), **more}
    return Samples(vectors, persons, **columns)  # type: ignore[arg-type]
