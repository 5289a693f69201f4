"""Explains why a face got its name, or got none: the numbers and a sentence."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from facedaemon.gallery import NOBODY, match
from facedaemon.pipeline.reports import FaceView
from facedaemon.pipeline.samples import Gathered
from facedaemon.pipeline.train import Trained
from facedaemon.text import percent
from facedaemon.values import FaceState, Vector

NEAREST = 5
EVEN = 0.5  # confidence from which on a name is more probably right than not

_SAID = {
    FaceState.IGNORED: "ignored by you, so nobody is suggested",
    FaceState.NOT_A_FACE: "on a second look this is not a face",
}


@dataclass(frozen=True, slots=True)
class Near:
    """A sample that looks like a face; `similarity` is the cosine."""

    photo: Path
    person: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a face got a name, or got none.

    `looks_like` is the person it resembles most, with that name's `confidence`; names are shown from `threshold` on.
    """

    face: FaceView
    looks_like: str | None
    confidence: float | None
    threshold: float | None
    rejected: tuple[str, ...]
    nearest: tuple[Near, ...]
    why: str

    def is_unlike(self, person: str) -> bool:
        """Whether it is more probably somebody else than this person."""
        return self.looks_like not in (None, person) and self.confidence is not None and self.confidence >= EVEN


def explained(
    face: FaceView,
    vector: Vector,
    trained: Trained,
    gathered: Gathered,
    rejected: Collection[str],
    unborn: Collection[str] = (),
    own: Collection[int] = (),
) -> Explanation:
    """The explanation for one face with its embedding.

    `rejected` are the names that the face is not to get; `unborn` those of them that are of people who were born after
    the photo was taken. `own` are the numbers of the face itself in all copies of its photo, which explain nothing.
    """
    matches = match(trained.gallery, vector[None], [face.quality])
    best = int(matches.best[0])
    looks_like = None if best == NOBODY else trained.gallery.people[best]
    confidence = None if best == NOBODY else float(matches.confidence[0])
    return Explanation(
        face=face,
        looks_like=looks_like,
        confidence=confidence,
        threshold=trained.gallery.threshold,
        rejected=tuple(sorted(set(rejected) - set(unborn))),
        nearest=_nearest(vector, gathered, own),
        why=_why(face, looks_like, confidence, trained.gallery.threshold, rejected, unborn),
    )


def _shown_from(threshold: float) -> str:
    return f"names are shown from {percent(threshold)} on ('facedaemon evaluate' says why)"


def unexplained(face: FaceView) -> Explanation:
    """The explanation for a face before anybody was confirmed."""
    why = "nobody is confirmed yet, so nobody is suggested"
    return Explanation(face, None, None, None, (), (), _SAID.get(FaceState(face.state), why))


def _nearest(vector: Vector, gathered: Gathered, own: Collection[int]) -> tuple[Near, ...]:
    alike = gathered.samples.vectors @ vector
    order = (row for row in np.argsort(-alike) if gathered.records[row].face not in own)
    return tuple(
        Near(gathered.records[row].photo, gathered.records[row].person, float(alike[row]))
        for row in islice(order, NEAREST)
    )


def _confirmed_words(face: FaceView, looks_like: str, confidence: float) -> str:
    """What was confirmed is shown first; then, where it looks like somebody else, what `audit` would say."""
    said = f"confirmed as {face.person}"
    if looks_like == face.person or confidence < EVEN:
        return said
    return f"{said}, but looks like {looks_like} ({percent(confidence)}); 'facedaemon audit' lists such faces"


def _why(
    face: FaceView,
    looks_like: str | None,
    confidence: float | None,
    threshold: float,
    rejected: Collection[str],
    unborn: Collection[str],
) -> str:
    if face.state in _SAID:
        return _SAID[FaceState(face.state)]
    if looks_like is None or confidence is None:
        return "nobody is trained yet"
    if face.state == FaceState.CONFIRMED:
        return _confirmed_words(face, looks_like, confidence)
    likeness = f"looks most like {looks_like}, {percent(confidence)}"
    if face.state == FaceState.SUGGESTED:
        return f"suggested as {face.person}: {likeness}, and {_shown_from(threshold)}"
    reason = f"but {looks_like} is in this photo already"
    if looks_like in unborn:
        reason = f"but the photo was taken before {looks_like} was born"
    elif looks_like in rejected:
        reason = "but you took that name away"
    elif confidence < threshold:
        reason = f"which is not certain enough: {_shown_from(threshold)}"
    return f"{likeness}, {reason}"
