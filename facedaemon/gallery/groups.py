"""Faces that nobody named, put into groups of probably one person each."""

from dataclasses import dataclass

import numpy as np

from facedaemon.gallery import cohort
from facedaemon.gallery.cohort import Cohort
from facedaemon.gallery.linkage import Clusters
from facedaemon.gallery.nearest import Edges, edges_among
from facedaemon.gallery.samples import BURST, COPY, Flags, Floats, Integers
from facedaemon.unit_vectors import normalised
from facedaemon.values import Halves, Vectors

ALONE = -1  # as a label: in no group
NEW = -2  # as a former label: was not there before
LOOSE = -3  # as a former label: in a group that lost faces, which may have held it together
# Similarity of two centroids, each less half of its level among strangers, from which on they show one person: for
# faces of usual quality the prior of the calibration (docs/recognition.md) then gives odds of two to one.
JOIN = 0.43
# The similarity that a face left alone needs to a group, and by how much it must exceed that to any other group: twice
# the standard deviation among strangers. Then both for the poorest faces, which are less similar to everybody.
LATE, FAR = 0.4, 0.18
POOR, CLEARLY = 0.32, 0.1
# Cosine from which on two faces are compared at all. Where centroids reach JOIN, some of their faces reach this: the
# mean similarity of two groups' faces is that of their centroids times the lengths of both, about 0.8 each.
NEAR = 0.4
NEIGHBOURS = 32  # of each face; groups that these miss are joined by their centroids
_BLOCK = 4096
_SMALL_BLOCK = 256  # rows of 1 kB: they stay in the cache of a core between conversion and product


@dataclass(frozen=True, slots=True, eq=False)
class Unnamed:
    """Faces that nobody named, one per row.

    `vectors` (n, d), each of length 1; `quality` (n,) 0 to 1; `photos` (n,) the number of each one's photo; `moments`
    (n,): photos taken together (one folder and minute) share a number.
    """

    vectors: Vectors | Halves
    quality: Floats
    photos: Integers
    moments: Integers

    def __len__(self) -> int:
        return len(self.quality)


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """The group of each face, (n,), numbered from 0, or ALONE; `guesses` (n,) marks those that joined late."""

    label: Integers
    guesses: Flags


def grouped(faces: Unnamed, min_quality: float) -> Grouping:
    """Groups of two and more faces, never two of one photo.

    Good faces are joined, the most similar first, as long as the centroids are as similar as one person's faces are
    (agglomerative clustering, centroid linkage, similarity normalised as for matching). Faces below `min_quality`, and
    those left alone that are far more similar to one group than to any other, join last.
    """
    good = np.asarray(faces.quality >= min_quality)
    clusters = Clusters(faces.vectors, _levels(faces.vectors, strangers_among(faces.vectors)), faces.photos)
    rows = np.flatnonzero(good)
    _joined(clusters, faces, edges_among(faces.vectors, rows, rows, NEAR, NEIGHBOURS))
    clusters.join(_near_centroids(clusters), JOIN)
    return _with_late(faces, clusters, min_quality)


def near_new(vectors: Vectors | Halves, new: Vectors | Halves) -> Flags:
    """Which faces, (n, d), are so similar to a new one, (m, d), that their groups can change by it, (n,).

    What changes with them are the groups that they are in, as a whole.
    """
    near, of_new = np.zeros(len(vectors), bool), np.asarray(new, np.float32).T
    for start in range(0, len(vectors), _SMALL_BLOCK):
        block = np.asarray(vectors[start : start + _SMALL_BLOCK], np.float32)
        near[start : start + _SMALL_BLOCK] = (block @ of_new).max(axis=1, initial=-1) >= POOR
    return near


def extended(faces: Unnamed, min_quality: float, before: Grouping, strangers: Cohort) -> Grouping:
    """The former groups of the faces that are new, of those near them (`near_new`), and of the rest of their groups.

    `before` holds the former label of each face, ALONE, NEW, or LOOSE; `strangers` are some of all unnamed faces.
    """
    good = np.asarray(faces.quality >= min_quality)
    clusters = Clusters(faces.vectors, _levels(faces.vectors, strangers), faces.photos)
    _keep(clusters, before.label, good & ~before.guesses)
    is_loose = before.label == LOOSE
    new = np.flatnonzero(((before.label == NEW) | is_loose) & good)
    _joined(clusters, faces, edges_among(faces.vectors, new, np.flatnonzero(good), NEAR, NEIGHBOURS))
    if is_loose.any():
        clusters.join(_near_centroids(clusters), JOIN)
    return _with_late(faces, clusters, min_quality)


def _joined(clusters: Clusters, faces: Unnamed, near: Edges) -> None:
    together = faces.moments[near.first] == faces.moments[near.second]
    clusters.join_bursts(near, near.alike >= np.where(together, BURST, COPY))
    clusters.join(near, JOIN)


def strangers_among(vectors: Vectors | Halves) -> Cohort:
    """Faces by which others are measured: some of all unnamed ones, few of which show the same person."""
    return cohort.of_strangers(np.asarray(vectors[cohort.spread_out(len(vectors))], np.float32))


def _levels(vectors: Vectors | Halves, strangers: Cohort) -> Floats:
    """How similar each face is to strangers, (n,)."""
    found = np.zeros(len(vectors), np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = np.asarray(vectors[start : start + _BLOCK], np.float32)
        found[start : start + _BLOCK] = cohort.level(strangers.mass(block), strangers.size)
    return found


def _keep(clusters: Clusters, former: Integers, sure: Flags) -> None:
    """Join the faces that were a group before."""
    rows = np.flatnonzero((former >= 0) & sure)
    rows = rows[np.argsort(former[rows], kind="stable")]
    for members in np.split(rows, np.flatnonzero(np.diff(former[rows])) + 1):
        for row in members[1:].tolist():
            clusters.merge(int(members[0]), row)


def _near_centroids(clusters: Clusters) -> Edges:
    """Pairs of groups with near centroids: they may be of one person though none of their faces are neighbours."""
    roots = clusters.groups()
    centroids = normalised(clusters.sums[roots])
    near = edges_among(centroids, np.arange(len(roots)), np.arange(len(roots)), JOIN, NEIGHBOURS)
    return near.renumbered(roots)


def _with_late(faces: Unnamed, clusters: Clusters, min_quality: float) -> Grouping:
    """The groups, with the faces left alone that are clearly more similar to one of them than to all others.

    A group takes no two faces of one photo.
    """
    label, roots = clusters.labels(), clusters.groups()
    alone = np.flatnonzero(label < 0)
    good = faces.quality >= min_quality
    found: list[tuple[float, int, int]] = []
    if len(roots):
        centroids, centroid_level = normalised(clusters.sums[roots]), clusters.levels[roots]
        needed = np.where(good, LATE, POOR + (JOIN - POOR) * faces.quality / max(min_quality, 1e-9))
        margin = np.where(good, FAR, CLEARLY)
        for start in range(0, len(alone), _BLOCK):
            rows = alone[start : start + _BLOCK]
            alike = np.asarray(faces.vectors[rows], np.float32) @ centroids.T
            alike -= (clusters.levels[rows, None] + centroid_level) / 2
            best, every = alike.argmax(axis=1), np.arange(len(rows))
            top = alike[every, best]
            alike[every, best] = -1
            clear = (top >= needed[rows]) & (top - alike.max(axis=1) >= margin[rows])
            found += zip((-top[clear]).tolist(), rows[clear].tolist(), best[clear].tolist(), strict=True)
    taken = set(zip(label[label >= 0].tolist(), faces.photos[label >= 0].tolist(), strict=True))
    guesses = np.zeros(len(faces), bool)
    for _, row, group in sorted(found):
        place = group, int(faces.photos[row])
        if place not in taken:
            taken.add(place)
            label[row], guesses[row] = group, True
    return Grouping(label, guesses)
