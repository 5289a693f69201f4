"""Samples of one person that lie years apart: each is compared with those of its own period."""

from dataclasses import dataclass

import numpy as np

from facedaemon.gallery.samples import Flags, Floats, Integers
from facedaemon.values import Vectors

# Years. A child looks otherwise after more; and where photos of an adult are so far apart, there are others between.
PERIOD = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """The samples of one person by date, those without a date last.

    `rows` (k,) are their rows, `first` and `last` (k,) where the period of each begins and ends among them, `dated` how
    many have a date. Those without one belong to every period, and have all.
    """

    rows: Integers
    first: Integers
    last: Integers
    dated: int

    def sums(self, values: Floats) -> Floats:
        """The sum of `values` (k, d) over the period of each sample, (k, d)."""
        total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)])
        found = total[self.last] - total[self.first] + (total[-1] - total[self.dated])
        found[self.dated :] = total[-1]
        return np.asarray(found, np.float32)


class Periods:
    """Which samples, row by row, are of one period: no more than `PERIOD` years apart, or one of them without a date.

    `years` (n,) are their dates, NaN for none; those of one `burst` (n,) have one date. People whose photos are all of
    one period cost nothing.
    """

    def __init__(self, years: Floats, owner: Integers, burst: Integers) -> None:
        taken = _of_bursts(years, burst)
        self._burst = burst
        self._lines = [_line(np.flatnonzero(owner == person), taken) for person in _spread(taken, owner)]
        self.taken = taken

    @property
    def rows(self) -> Integers:
        """The samples of people whose photos lie years apart."""
        return np.concatenate([np.zeros(0, np.int64), *(line.rows for line in self._lines)])

    def left_out_similarity(self, vectors: Vectors, weights: Floats, whole: Floats) -> Floats:
        """`whole` (n,) is how alike each face is to its person without its own burst; here, to those of its period.

        NaN where no other face of its period is left.
        """
        found = whole.copy()
        for line in self._lines:
            own, weighted = vectors[line.rows], vectors[line.rows] * weights[line.rows, None]
            burst = np.unique(self._burst[line.rows], return_inverse=True)[1]
            of_burst = np.zeros((len(line.rows), vectors.shape[1] + 1), np.float32)
            values = np.concatenate([weighted, weights[line.rows, None]], axis=1)
            np.add.at(of_burst, burst, values)
            rest = line.sums(values) - of_burst[burst]
            length, left = np.linalg.norm(rest[:, :-1], axis=1), rest[:, -1] > 1e-4
            similarity = np.einsum("nd,nd->n", own, rest[:, :-1]) / np.where(left, np.maximum(length, 1e-9), 1)
            found[line.rows] = np.where(left, similarity, np.nan)
        return found

    def counts(self, of_person: Integers, flags: Flags) -> Integers:
        """How many of the bursts with a flag, (n,), are of each sample's period, (n,); `of_person` for all others."""
        found = of_person.copy()
        for line in self._lines:
            first = np.unique(self._burst[line.rows], return_index=True)[1]
            counted = np.zeros(len(line.rows), bool)
            flagged = np.isin(self._burst[line.rows][first], self._burst[line.rows][flags[line.rows]])
            counted[first[flagged]] = True
            found[line.rows] = np.rint(line.sums(counted[:, None].astype(np.float32))[:, 0]).astype(np.int64)
        return found

    def near(self, one: int, rows: Integers) -> Flags:
        """Which of `rows` are of the period of sample `one`."""
        return np.asarray(~(np.abs(self.taken[rows] - self.taken[one]) > PERIOD))


def _of_bursts(years: Floats, burst: Integers) -> Floats:
    """The date of each sample's burst, (n,): the earliest that is known, since copies lose theirs or get later ones."""
    earliest = np.full(len(years), np.inf)
    known = ~np.isnan(years)
    np.minimum.at(earliest, burst[known], years[known])
    return np.where(np.isinf(earliest), np.nan, earliest)[burst]


def _spread(taken: Floats, owner: Integers) -> list[int]:
    """The people whose photos are not all of one period."""
    count = int(owner.max(initial=-1)) + 1
    first, last = np.full(count, np.inf), np.full(count, -np.inf)
    known = ~np.isnan(taken)
    np.minimum.at(first, owner[known], taken[known])
    np.maximum.at(last, owner[known], taken[known])
    return [int(person) for person in np.flatnonzero(last - first > PERIOD)]


def _line(rows: Integers, taken: Floats) -> _Line:
    ordered = rows[np.argsort(taken[rows], kind="stable")]  # NaN comes last
    dates = taken[ordered]
    dated = int((~np.isnan(dates)).sum())
    first, last = np.zeros(len(ordered), np.int64), np.full(len(ordered), len(ordered), np.int64)
    first[:dated] = np.searchsorted(dates[:dated], dates[:dated] - PERIOD, "left")
    last[:dated] = np.searchsorted(dates[:dated], dates[:dated] + PERIOD, "right")
    return _Line(ordered, first, last, dated)
