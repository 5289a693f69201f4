"""Agglomerative clustering: the most similar pairs are joined first; some faces must not be together."""

import heapq

import numpy as np

from facedaemon.gallery.nearest import Edges
from facedaemon.gallery.samples import Flags, Floats, Integers
from facedaemon.values import Halves, Vectors


class Clusters:
    """Rows that are joined step by step; a cluster is named by the number of one of its rows, its root.

    `sums` (n, d) and `levels` (n,) hold at each root the sum of its rows' vectors, a burst counting as one, and their
    mean level among strangers. Two rows of one photo are never joined.
    """

    def __init__(self, vectors: Vectors | Halves, levels: Floats, photos: Integers) -> None:
        """Each row is a cluster of its own."""
        self.sums = np.array(vectors, np.float32)
        self.levels = np.array(levels, np.float32)
        self._lengths = np.linalg.norm(self.sums, axis=1)
        self._weights = np.ones(len(levels), np.float32)
        self._root = np.arange(len(levels))
        self._size = np.ones(len(levels), np.int64)
        self._photos = photos
        self._more_photos: dict[int, set[int]] = {}
        self._changes = np.zeros(len(levels), np.int64)

    def merge(self, first: int, second: int, *, as_burst: bool = False) -> int | None:
        """Join the clusters of two rows; the root of both now, or None where they may not be joined."""
        one, other = int(self._find(np.array([first]))[0]), int(self._find(np.array([second]))[0])
        if one == other:
            return one
        photos, more = self._photos_of(one), self._photos_of(other)
        if not photos.isdisjoint(more):
            return None
        if self._size[one] < self._size[other]:
            one, other = other, one
        weight = self._weights[one] + self._weights[other]
        self.sums[one] += self.sums[other]
        self.levels[one] += (self.levels[other] - self.levels[one]) * self._weights[other] / weight
        if as_burst:
            self.sums[one] /= max(_length(self.sums[one]), 1e-9)
            weight = 1.0
        self._weights[one] = weight
        self._lengths[one] = _length(self.sums[one])
        self._size[one] += self._size[other]
        self._root[other] = one
        self._changes[[one, other]] += 1
        self._more_photos.pop(other, None)
        larger, smaller = (photos, more) if len(photos) >= len(more) else (more, photos)
        larger |= smaller  # in place: a set of one or of these two clusters
        self._more_photos[one] = larger
        return one

    def join_bursts(self, edges: Edges, chosen: Flags) -> None:
        """Join near copies; each burst weighs as one face."""
        bursts = edges.chosen(chosen)
        for at in np.argsort(-bursts.alike, kind="stable").tolist():
            self.merge(int(bursts.first[at]), int(bursts.second[at]), as_burst=True)

    def join(self, edges: Edges, least: float) -> None:
        """Join the two most similar clusters that an edge connects, until none have a similarity of `least`."""
        _Joining(self, edges, least).run()

    def similarities(self, one: int, others: Integers) -> Floats:
        """The similarity of the centroid of a root to those of others, (k,), less half of the level of each."""
        lengths = np.maximum(self._lengths[others] * self._lengths[one], 1e-9)
        alike = self.sums[others] @ self.sums[one] / lengths
        return np.asarray(alike - (self.levels[others] + self.levels[one]) / 2, np.float32)

    def groups(self) -> Integers:
        """The roots of all clusters of two and more rows, ascending."""
        return np.flatnonzero((self._root == np.arange(len(self._root))) & (self._size > 1))

    def labels(self) -> Integers:
        """The place of each row's cluster among `groups`, (n,); -1 for a row alone."""
        roots = self._find(np.arange(len(self._root)))
        return np.where(self._size[roots] > 1, self.number_of(roots), -1)

    def number_of(self, roots: Integers) -> Integers:
        """The places of these roots among `groups`."""
        return np.searchsorted(self.groups(), roots)

    def changes(self, root: int) -> int:
        """How often this cluster was joined with another; also grows when it becomes part of another."""
        return int(self._changes[root])

    def is_root(self, row: int) -> bool:
        """Whether this row names a cluster."""
        return bool(self._root[row] == row)

    def roots_of(self, rows: Integers, besides: int) -> Integers:
        """The roots of these rows, each once, except `besides`."""
        roots = np.sort(self._find(rows))
        is_first = roots != besides
        is_first[1:] &= roots[1:] != roots[:-1]
        return np.asarray(roots[is_first], np.int64)

    def _find(self, rows: Integers) -> Integers:
        roots = self._root[rows]
        while ((again := self._root[roots]) != roots).any():
            roots = again
        self._root[rows] = roots
        return np.asarray(roots, np.int64)

    def _photos_of(self, root: int) -> set[int]:
        return self._more_photos.get(root) or {int(self._photos[root])}


def _length(vector: Floats) -> float:
    """As numpy.linalg.norm has it, without looking what it was given: this is asked a hundred thousand times."""
    return float(np.sqrt(vector.dot(vector)))


_Entry = tuple[float, int, int, int, int]  # less the similarity, two roots, how often each was joined


class _Joining:
    """One run: a heap with the most similar neighbour of each cluster.

    An entry that became out of date is replaced when it is taken. Until then it is no lower than the right one: a
    cluster that changes offers its neighbours again. Only the last entry of a cluster counts: where many may not be
    joined (a picture made of many alike), each pair is so taken twice at most, not once for each way that leads to it.
    """

    def __init__(self, clusters: Clusters, edges: Edges, least: float) -> None:
        self._clusters, self._least = clusters, least
        ends = np.concatenate([edges.first, edges.second])
        order = np.argsort(ends, kind="stable")
        far = np.concatenate([edges.second, edges.first])[order]
        rows, starts = np.unique(ends[order], return_index=True)
        self._neighbours: dict[int, Integers] = {}
        for row, neighbours in zip(rows.tolist(), np.split(far, starts[1:]) if len(rows) else (), strict=True):
            root = int(clusters.roots_of(np.array([row]), -1)[0])
            known = self._neighbours.get(root)
            self._neighbours[root] = neighbours if known is None else np.concatenate([known, neighbours])
        self._heap: list[_Entry] = []
        self._last: dict[int, _Entry] = {}

    def run(self) -> None:
        for root in sorted(self._neighbours):
            self._offer(root)
        clusters = self._clusters
        while self._heap:
            entry = heapq.heappop(self._heap)
            _, one, other, changes, other_changes = entry
            if self._last.get(one) is not entry or clusters.changes(one) != changes:
                continue  # it was offered again since
            if clusters.changes(other) != other_changes:
                self._offer(one)
                continue
            joined = clusters.merge(one, other)
            if joined is None:
                self._part(one, other)
                self._offer(one)
                self._offer(other)
                continue
            ended = other if joined == one else one
            mine, theirs = self._neighbours.get(joined), self._neighbours.pop(ended, None)
            self._neighbours[joined] = np.concatenate([part for part in (mine, theirs) if part is not None])
            self._offer(joined)

    def _offer(self, root: int) -> None:
        """Put the most similar neighbour of a cluster onto the heap."""
        clusters = self._clusters
        if root not in self._neighbours or not clusters.is_root(root):
            return
        others = self._neighbours[root] = clusters.roots_of(self._neighbours[root], root)
        if not len(others):
            return
        alike = clusters.similarities(root, others)
        best = int(alike.argmax())
        if alike[best] >= self._least:
            other = int(others[best])
            entry = (-float(alike[best]), root, other, clusters.changes(root), clusters.changes(other))
            heapq.heappush(self._heap, entry)
            self._last[root] = entry

    def _part(self, one: int, other: int) -> None:
        """The two may not be joined: they are no neighbours any more."""
        for root, gone in ((one, other), (other, one)):
            if root in self._neighbours:
                roots = self._clusters.roots_of(self._neighbours[root], root)
                self._neighbours[root] = roots[roots != gone]
