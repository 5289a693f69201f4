"""Explains why a face got its name, or got none: the numbers and a sentence."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facedaemon.gallery import NOBODY
from facedaemon.pipeline.reports import FaceView
from facedaemon.pipeline.train import Gathered, Trained
from facedaemon.values import FaceState, Vector

NEAREST = 5


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
    threshold: float
    rejected: tuple[str, ...]
    nearest: tuple[Near, ...]
    why: str


def explained(
    face: FaceView,
    vector: Vector,
    trained: Trained,
    gathered: Gathered,
    rejected: Collection[str],
    unborn: Collection[str] = (),
) -> Explanation:
    """The explanation for one face with its embedding.

    `rejected` are the names that the face is not to get; `unborn` those of them that are of people who were born after
    the photo was taken.
    """
    matches = trained.gallery.match(vector[None], [face.quality])
    best = int(matches.best[0])
    looks_like = None if best == NOBODY else trained.gallery.people[best]
    confidence = None if best == NOBODY else float(matches.confidence[0])
    return Explanation(
        face=face,
        looks_like=looks_like,
        confidence=confidence,
        threshold=trained.gallery.threshold,
        rejected=tuple(sorted(set(rejected) - set(unborn))),
        nearest=_nearest(vector, gathered),
        why=_why(face, looks_like, confidence, trained.gallery.threshold, rejected, unborn),
    )


def _nearest(vector: Vector, gathered: Gathered) -> tuple[Near, ...]:
    alike = gathered.samples.vectors @ vector
    order = np.argsort(-alike)[:NEAREST]
    return tuple(Near(gathered.records[row].photo, gathered.records[row].person, float(alike[row])) for row in order)


def _why(
    face: FaceView,
    looks_like: str | None,
    confidence: float | None,
    threshold: float,
    rejected: Collection[str],
    unborn: Collection[str],
) -> str:
    said = {
        FaceState.CONFIRMED: f"confirmed as {face.person}",
        FaceState.IGNORED: "ignored by you, so nobody is suggested",
        FaceState.NOT_A_FACE: "at a second look this is not a face",
    }.get(FaceState(face.state))
    if said is not None:
        return said
    if looks_like is None or confidence is None:
        return "nobody is trained yet"
    likeness = f"looks most like {looks_like}, right with a probability of {confidence:.1%}"
    if face.state == FaceState.SUGGESTED:
        return f"suggested as {face.person}: {likeness}, and names are shown from {threshold:.1%} on"
    reason = f"but {looks_like} is in this photo already"
    if looks_like in unborn:
        reason = f"but the photo was taken before {looks_like} was born"
    elif looks_like in rejected:
        reason = "but you took that name away"
    elif confidence < threshold:
        reason = f"which is not sure enough: names are shown from {threshold:.1%} on"
    return f"{likeness}, {reason}"
