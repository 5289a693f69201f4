"""Names for the faces of one photo: each person once, no rejected names, none below the threshold."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from facedaemon.gallery.gallery import Gallery
from facedaemon.gallery.match import Matches

ROUNDING = 1e-9  # a smaller gain counts as none
_Way = tuple[tuple[int, str], ...]  # faces and the names they take


@dataclass(frozen=True, slots=True)
class Proposal:
    """A name for a face, with the calibrated probability that it is right."""

    person: str
    confidence: float


def may_suggest(gallery: Gallery, matches: Matches, rows: Sequence[int]) -> bool:
    """Whether any of these faces could get a name; with False rejected and taken names need not be looked up."""
    index = np.asarray(rows, np.int64)
    highest = np.maximum(matches.confidence[index], matches.runner_up_confidence[index])
    return bool((highest >= gallery.threshold).any())


def suggest(
    gallery: Gallery,
    matches: Matches,
    rows: Sequence[int],
    *,
    taken: Collection[str] = (),
    rejected: Sequence[Collection[str]] | None = None,
) -> list[Proposal | None]:
    """A name, or None, for each of the `rows` of `matches`, which are the faces of one photo, in their order.

    `taken` are people already confirmed in this photo; `rejected` holds for each of the rows the names that a human
    rejected. The names are chosen together, so that the sum of their confidences is as large as possible. A second best
    name is used only where it reaches the threshold itself: its confidence already includes the similarity to the best.
    """
    candidates = [
        _candidates(gallery, matches, row, {*taken, *(rejected[place] if rejected else ())})
        for place, row in enumerate(rows)
    ]
    chosen = _assigned(candidates)
    return [
        None if name is None else Proposal(name, found[name]) for name, found in zip(chosen, candidates, strict=True)
    ]


def _candidates(gallery: Gallery, matches: Matches, row: int, barred: Collection[str]) -> dict[str, float]:
    pairs = (
        (matches.best[row], matches.confidence[row]),
        (matches.runner_up[row], matches.runner_up_confidence[row]),
    )
    return {
        gallery.people[person]: float(confidence)
        for person, confidence in pairs
        if person >= 0 and confidence >= gallery.threshold and gallery.people[person] not in barred
    }


def _assigned(candidates: Sequence[dict[str, float]]) -> list[str | None]:
    """The name for each face that makes the sum of confidences largest, each name once.

    Faces are added one after the other; each uses the best chain of exchanges (Bellman-Ford over the faces that would
    lose their name), so that the assignment of the faces added so far stays optimal.
    """
    chosen: list[str | None] = [None] * len(candidates)
    for face in range(len(candidates)):
        _admit(face, candidates, chosen)
    return chosen


def _admit(newcomer: int, candidates: Sequence[dict[str, float]], chosen: list[str | None]) -> None:
    """Give the new face a name, also by a chain of exchanges with others, or none: whatever adds most."""
    holder = {name: face for face, name in enumerate(chosen) if name is not None}
    ways = _exchanges(newcomer, candidates, holder)
    ends = [(gain, way) for gain, way in ways.values()]
    ends += [
        (gain + confidence, (*way, (face, name)))
        for face, (gain, way) in ways.items()
        for name, confidence in candidates[face].items()
        if name not in holder
    ]
    gain, way = max(ends, key=lambda end: end[0])
    if gain <= ROUNDING:
        return
    for face in {holder[name] for _, name in way if name in holder}:
        chosen[face] = None
    for face, name in way:
        chosen[face] = name


def _exchanges(
    newcomer: int, candidates: Sequence[dict[str, float]], holder: dict[str, int]
) -> dict[int, tuple[float, _Way]]:
    """For each face that could lose its name for the new one: the gain, and the exchange."""
    ways: dict[int, tuple[float, _Way]] = {newcomer: (0.0, ())}
    for _ in range(len(candidates)):
        for face, (gain, way) in list(ways.items()):
            for name, confidence in candidates[face].items():
                loser = holder.get(name)
                if loser is None or loser == face or any(loser == moved for moved, _ in way):
                    continue
                value = gain + confidence - candidates[loser][name]
                if loser not in ways or value > ways[loser][0] + ROUNDING:
                    ways[loser] = (value, (*way, (face, name)))
    return ways
