"""The most similar pairs among very many faces: computed in blocks; no more pairs are kept than are needed."""

from dataclasses import dataclass

import numpy as np

from facedaemon.gallery.samples import Flags, Floats, Integers
from facedaemon.values import Halves, Vectors

_BLOCK = 1024  # rows compared at once with
_WIDE = 16_384  # others: 67 MB of similarities
_MOST = 4_000_000  # more pairs than before are held until those that are not needed are dropped: 80 MB


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
    parts, added = [Edges(none, none, np.zeros(0, np.float32))], 0
    is_row = np.zeros(len(vectors), bool)
    is_row[rows] = True
    bars = np.full(len(vectors), least, np.float32)  # of each row: what is less similar is not among its most similar
    for wide in range(0, len(others), _WIDE):
        beside = others[wide : wide + _WIDE]
        of_beside = np.asarray(vectors[beside], np.float32)
        for start in range(0, len(rows), _BLOCK):
            own = rows[start : start + _BLOCK]
            # where both rows are in `rows`, the pair is found from the first
            is_later = ~is_row[beside] | (beside > own[0])
            if not is_later.any():
                continue
            later, of_later = (beside, of_beside) if is_later.all() else (beside[is_later], of_beside[is_later])
            alike = np.asarray(vectors[own], np.float32) @ of_later.T
            found = np.flatnonzero(alike >= least)
            one, other = own[found // len(later)], later[found % len(later)]
            found_alike = alike.reshape(-1)[found]
            needed = (one < other) | ~is_row[other]
            needed &= found_alike >= np.minimum(bars[one], bars[other])
            parts.append(Edges(one[needed], other[needed], found_alike[needed]))
            added += len(parts[-1].first)
            if added > _MOST:
                parts, added = [_most_similar(_joined(parts), most, bars)], 0
    return _most_similar(_joined(parts), most, bars)


def _joined(parts: list[Edges]) -> Edges:
    """All pairs; the list is empty then, so that they are in memory once."""
    found = Edges(
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.second for part in parts]),
        np.concatenate([part.alike for part in parts]),
    )
    parts.clear()
    return found


def _most_similar(edges: Edges, most: int, bars: Floats) -> Edges:
    """Those pairs of which one is among the `most` most similar ones of the other, the most similar pairs first.

    `bars` (n,), of each row, rises to the similarity of the last of these. In place where possible: these are the
    largest arrays of grouping.
    """
    edges = edges.chosen(np.argsort(-edges.alike))
    pairs = max(len(edges.first), 1)
    pair = np.concatenate([edges.first, edges.second])
    pair *= pairs
    pair += np.tile(np.arange(len(edges.first)), 2)
    pair.sort()  # each row's pairs together, the most similar first
    end = pair // pairs
    pair %= pairs
    is_near = np.ones(len(end), bool)  # among the first `most` of its row
    is_near[most:] = end[most:] != end[: max(len(end) - most, 0)]
    needed = np.zeros(len(edges.first), bool)
    needed[pair[is_near]] = True
    is_last = is_near  # of these `most`
    is_last[: most - 1] = False
    is_last[most - 1 :] &= end[most - 1 :] == end[: max(len(end) - most + 1, 0)]
    bars[end[is_last]] = edges.alike[pair[is_last]]
    return edges.chosen(needed)
