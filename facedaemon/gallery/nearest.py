"""The most similar pairs among very many faces: computed in blocks; no more pairs are kept than are needed."""

from dataclasses import dataclass

import numpy as np

from facedaemon.gallery.samples import Flags, Floats, Integers
from facedaemon.values import Halves, Vectors

_BLOCK = 1024  # rows compared at once with
_WIDE = 16_384  # others: 67 MB of similarities
_MOST = 4_000_000  # pairs held before those that are not needed are dropped: 80 MB


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Pairs of rows, each pair once: `first` and `second` (k,), and their similarity, `alike` (k,)."""

    first: Integers
    second: Integers
    alike: Floats

    def chosen(self, rows: Flags | Integers) -> "Edges":
        """These pairs only, in this order."""
        return Edges(self.first[rows], self.second[rows], self.alike[rows])

    def renumbered(self, numbers: Integers) -> "Edges":
        """The same pairs with these numbers, (n,), for the rows."""
        return Edges(numbers[self.first], numbers[self.second], self.alike)


def edges_among(vectors: Vectors | Halves, rows: Integers, others: Integers, least: float, most: int) -> Edges:
    """The pairs of a row in `rows` and another in `others` (both ascending) with a cosine of `least` or more.

    A pair is kept where one is among the `most` most similar ones of the other.
    """
    none = np.zeros(0, np.int64)
    parts, held = [Edges(none, none, np.zeros(0, np.float32))], 0
    is_row = np.zeros(len(vectors), bool)
    is_row[rows] = True
    for start in range(0, len(rows), _BLOCK):
        own = rows[start : start + _BLOCK]
        block = np.asarray(vectors[own], np.float32)
        for wide in range(0, len(others), _WIDE):
            beside = others[wide : wide + _WIDE]
            # where both rows are in `rows`, the pair is found from the first
            beside = beside[~is_row[beside] | (beside > own[0])]
            alike = block @ np.asarray(vectors[beside], np.float32).T
            found = np.flatnonzero(alike >= least)
            one, other = own[found // max(len(beside), 1)], beside[found % max(len(beside), 1)]
            once = (one < other) | ~is_row[other]
            parts.append(Edges(one[once], other[once], alike.reshape(-1)[found[once]]))
            held += int(once.sum())
        if held > _MOST:
            parts = [_most_similar(_joined(parts), len(vectors), most)]
            held = len(parts[0].first)
    return _most_similar(_joined(parts), len(vectors), most)


def _joined(parts: list[Edges]) -> Edges:
    return Edges(
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.second for part in parts]),
        np.concatenate([part.alike for part in parts]),
    )


def _most_similar(edges: Edges, count: int, most: int) -> Edges:
    """Those pairs of which one is among the `most` most similar ones of the other, the most similar pairs first."""
    edges = edges.chosen(np.argsort(-edges.alike))
    pairs = len(edges.first)
    ends = np.concatenate([edges.first, edges.second])
    by_end = np.sort(ends * pairs + np.tile(np.arange(pairs), 2))  # each row's pairs together, the most similar first
    end, pair = np.divmod(by_end, max(pairs, 1))
    starts = np.concatenate([[0], np.cumsum(np.bincount(end, minlength=count))])[:-1]
    needed = np.zeros(pairs, bool)
    needed[pair[np.arange(2 * pairs) - starts[end] < most]] = True
    return edges.chosen(needed)
