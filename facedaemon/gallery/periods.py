"""Samples of one person that lie years apart: each is compared with those of its own period."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facedaemon.gallery.samples import Flags, Floats, Integers
from facedaemon.values import Vectors

# Years. After more a child looks different; where two photos of an adult are further apart, there are others between.
PERIOD = 3.0
_BLOCK = 8192  # samples summed at once: 8192 x 257 running sums are 17 MB


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Some people's samples, person by person, by date and burst, those without a date last; all (k,).

    `rows` are their rows. For each sample the dated ones of its period are those from `first` to `last` (where it has
    no date: all of the person's), those without a date from `undated` to `end` (where it has none: empty), and its
    burst from `burst` to `burst_end`.
    """

    rows: Integers
    first: Integers
    last: Integers
    undated: Integers
    end: Integers
    burst: Integers
    burst_end: Integers

    def sums(self, values: Floats) -> Floats:
        """The sum of `values` (k, d) over the period of each sample, (k, d)."""
        total = _running(values)
        return np.asarray(total[self.last] - total[self.first] + total[self.end] - total[self.undated], np.float32)

    def left_out_sums(self, values: Floats) -> Floats:
        """The same without the sample's own burst."""
        total = _running(values)
        found = total[self.last]
        for plus, minus in ((self.end, self.first), (self.burst, self.undated)):
            found += total[plus]
            found -= total[minus]
        return np.asarray(found - total[self.burst_end], np.float32)


class Periods:
    """Which samples, row by row, are of one period: at most `PERIOD` years apart, or one of them without a date.

    `years` (n,) are their dates, NaN for none; those of one `burst` (n,) have one date. For people whose photos are
    all of one period nothing is computed.
    """

    def __init__(self, years: Floats, owner: Integers, burst: Integers) -> None:
        self.taken = _of_bursts(years, burst)
        self._burst = burst
        self._blocks = _blocks(self.taken, owner, burst)

    def left_out_similarity(self, vectors: Vectors, weights: Floats, whole: Floats) -> Floats:
        """The similarity of each face to the others of its period, (n,), without its own burst; else that in `whole`.

        NaN where no other face of its period is left.
        """
        found = whole.copy()
        for block in self._blocks:
            own, weight = vectors[block.rows], weights[block.rows, None]
            rest = block.left_out_sums(np.concatenate([own * weight, weight], axis=1))
            left, rest = rest[:, -1] > 1e-4, rest[:, :-1]
            length = np.linalg.norm(rest, axis=1)
            similarity = np.einsum("nd,nd->n", own, rest) / np.where(left, np.maximum(length, 1e-9), 1)
            found[block.rows] = np.where(left, similarity, np.nan)
        return found

    def counts(self, of_person: Integers, flags: Flags) -> Integers:
        """How many of the bursts with a flag, (n,), are of each sample's period, (n,); `of_person` for all others."""
        found = of_person.copy()
        for block in self._blocks:
            is_first = block.burst == np.arange(len(block.rows))
            burst = self._burst[block.rows]
            counted = is_first & np.isin(burst, burst[flags[block.rows]])
            found[block.rows] = np.rint(block.sums(counted[:, None])[:, 0]).astype(np.int64)
        return found

    def near(self, one: int, rows: Integers) -> Flags:
        """Which of `rows` are of the period of sample `one`."""
        return np.asarray(~(np.abs(self.taken[rows] - self.taken[one]) > PERIOD))


def _running(values: Floats) -> NDArray[np.float64]:
    """Running sums, (k + 1, d), from zero."""
    total = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=total[1:])
    return total


def _of_bursts(years: Floats, burst: Integers) -> Floats:
    """The date of each sample's burst, (n,): the earliest that is known, since copies lose theirs or get later ones."""
    earliest = np.full(len(years), np.inf)
    known = ~np.isnan(years)
    np.minimum.at(earliest, burst[known], years[known])
    return np.where(np.isinf(earliest), np.nan, earliest)[burst]


def _blocks(taken: Floats, owner: Integers, burst: Integers) -> list[_Block]:
    """The samples of all people whose photos are not of one period."""
    if not (~np.isnan(taken)).any():
        return []
    order = np.lexsort((burst, taken, owner))  # NaN comes last
    people = np.split(order, np.flatnonzero(np.diff(owner[order])) + 1)
    spread = [rows for rows in people if np.fmax.reduce(taken[rows]) - np.fmin.reduce(taken[rows]) > PERIOD]
    found, waiting, size = [], [], 0
    for rows in spread:
        waiting.append(_block(rows, taken[rows], burst[rows], size))
        size += len(rows)
        if size >= _BLOCK:
            found.append(_joined(waiting))
            waiting, size = [], 0
    return found + ([_joined(waiting)] if waiting else [])


def _block(rows: Integers, years: Floats, burst: Integers, start: int) -> _Block:
    """One person's block, which begins at place `start`."""
    count, dated = len(rows), int((~np.isnan(years)).sum())
    first, last = np.zeros(count, np.int64), np.full(count, count)
    first[:dated] = np.searchsorted(years[:dated], years[:dated] - PERIOD, "left")
    last[:dated] = np.searchsorted(years[:dated], years[:dated] + PERIOD, "right")
    undated, end = np.full(count, count), np.full(count, count)
    undated[:dated] = dated
    begins = np.flatnonzero(np.concatenate([[True], burst[1:] != burst[:-1]]))
    number = np.searchsorted(begins, np.arange(count), "right") - 1
    burst_end = np.append(begins[1:], count)[number]
    return _Block(rows, *(place + start for place in (first, last, undated, end, begins[number], burst_end)))


def _joined(blocks: list[_Block]) -> _Block:
    names = ("rows", "first", "last", "undated", "end", "burst", "burst_end")
    return _Block(*(np.concatenate([getattr(block, name) for block in blocks]) for name in names))
