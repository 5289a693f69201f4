"""Subcentroids of a person: groups of their faces that differ, as in childhood and later, with a beard and without."""

import numpy as np

from facedaemon.gallery.samples import Floats, Integers
from facedaemon.values import Vectors

LINKED = 0.55  # cosine; the mean similarity of two photos of one person is 0.67 (LFW)


def find_subcentroids(vectors: Vectors, owner: Integers, weights: Floats) -> Integers:
    """Each sample's group within its person, (n,): -1 for people with one group and for samples not used."""
    found = np.full(len(vectors), -1, np.int64)
    for person in np.flatnonzero(np.bincount(owner[weights > 0]) > 1).tolist():
        rows = np.flatnonzero((owner == person) & (weights > 0))
        label = linked(vectors[rows] @ vectors[rows].T, LINKED)
        if label.max() > 0:
            found[rows] = label
    return found


def linked(alike: Floats, least: float) -> Integers:
    """Groups by average linkage, (n,), numbered from 0: joined while two have a mean similarity of at least `least`.

    `alike` (n, n) holds the similarities of all pairs. The similarity of joined groups is the mean over their members'
    pairs (Lance and Williams, 1967).
    """
    count = len(alike)
    near = alike.astype(np.float64)
    np.fill_diagonal(near, -np.inf)
    size, label = np.ones(count), np.arange(count)
    for _ in range(count - 1):
        first, second = sorted(divmod(int(near.argmax()), count))
        if near[first, second] < least:
            break
        joined = (size[first] * near[first] + size[second] * near[second]) / (size[first] + size[second])
        near[first], near[:, first] = joined, joined
        near[first, first] = -np.inf
        near[second], near[:, second] = -np.inf, -np.inf
        size[first] += size[second]
        label[label == second] = first
    return np.asarray(np.unique(label, return_inverse=True)[1], np.int64)
