"""The numbers of small drawings (SVG): faces by year, right and wrong names by threshold and over time. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from facedaemon.figures import AtThreshold
from facedaemon.pipeline import Evaluation
from facedaemon.store import YearCount

BAR, GAP = 5, 1  # units of a strip: a year's bar, and what lies between two
STRIP_HEIGHT = 28
PLOT_WIDTH, PLOT_HEIGHT = 600, 220
HISTORY_HEIGHT = 90
MOST_ROWS = 20  # of the history, in its table
LEAST_YEARS = 20  # a strip is at least so wide: a library of two years is no two thick bars


@dataclass(frozen=True, slots=True)
class Bar:
    """A year's faces: a rectangle from `x`, `y` to the ground; empty years have none."""

    year: int
    faces: int
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Strip:
    """The years from `first` to `last`, a bar each, and how many faces are without a date."""

    width: int
    height: int
    first: int
    last: int
    bars: tuple[Bar, ...]
    most: Bar
    undated: int


def strip(years: Sequence[YearCount], span: tuple[int, int] | None) -> Strip | None:
    """The strip of a person's years, drawn over the years of `span`; None where no photo states when it was taken.

    A bar's height grows with the square root of its faces, so that a year with one face is seen beside one with 400.
    """
    dated = [at for at in years if at.year is not None]
    if not dated or span is None:
        return None
    first, last = span[0], max(span[1], span[0] + LEAST_YEARS - 1)
    highest = max(at.faces for at in dated)
    bars = []
    for at in dated:
        assert at.year is not None  # noqa: S101 - chosen so above
        height = round(max((at.faces / highest) ** 0.5 * STRIP_HEIGHT, 3), 1)
        bars.append(Bar(at.year, at.faces, (at.year - first) * (BAR + GAP), round(STRIP_HEIGHT - height, 1), height))
    return Strip(
        width=(last - first + 1) * (BAR + GAP) - GAP,
        height=STRIP_HEIGHT,
        first=first,
        last=last,
        bars=tuple(bars),
        most=max(bars, key=lambda bar: bar.faces),
        undated=sum(at.faces for at in years if at.year is None),
    )


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines of right and of wrong names over the threshold from 0 to 100 %, as points of an SVG polyline.

    `at` is where the threshold in use lies from the left, in units.
    """

    width: int
    height: int
    right: str
    wrong: str
    at: float
    rows: tuple[AtThreshold, ...]


def plot(thresholds: Sequence[AtThreshold], in_use: float) -> Plot | None:
    """The plot of figures at several thresholds; None for fewer than two."""
    if len(thresholds) < 2:
        return None

    def points(shares: Sequence[float]) -> str:
        return " ".join(
            f"{PLOT_WIDTH * at.threshold:.1f},{PLOT_HEIGHT * (1 - share):.1f}"
            for at, share in zip(thresholds, shares, strict=True)
        )

    return Plot(
        width=PLOT_WIDTH,
        height=PLOT_HEIGHT,
        right=points([at.right for at in thresholds]),
        wrong=points([at.wrong_per_100 / 100 for at in thresholds]),
        at=round(PLOT_WIDTH * in_use, 1),
        rows=tuple(at for at in thresholds if at.threshold in _TOLD),
    )


_TOLD = {0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999}
"""The thresholds of the table that says the same in figures."""


@dataclass(frozen=True, slots=True)
class History:
    """The share of right names in former evaluations, as points of an SVG polyline, oldest first.

    The drawing's ground is at the share `lowest`, its top at 1; `rows` are the newest evaluations, newest first.
    """

    width: int
    height: int
    right: str
    lowest: float
    count: int
    first: Evaluation
    last: Evaluation
    rows: tuple[Evaluation, ...]


def history(evaluations: Sequence[Evaluation]) -> History | None:
    """The line of all evaluations, at equal distances; None for fewer than two."""
    if len(evaluations) < 2:
        return None
    shares = [min(max(each.figures.tpir, 0.0), 1.0) for each in evaluations]
    lowest = max(math.floor(10 * min(shares) - 1e-9) / 10, 0.0)
    step = PLOT_WIDTH / (len(shares) - 1)
    points = (
        f"{step * number:.1f},{HISTORY_HEIGHT * (1 - share) / (1 - lowest):.1f}" for number, share in enumerate(shares)
    )
    rows = tuple(reversed(evaluations[-MOST_ROWS:]))
    return History(
        PLOT_WIDTH,
        HISTORY_HEIGHT,
        " ".join(points),
        lowest,
        len(shares),
        first=evaluations[0],
        last=evaluations[-1],
        rows=rows,
    )
