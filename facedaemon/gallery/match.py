"""Faces against a gallery: who each one is most like, who comes second, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facedaemon.gallery.calibration import FEW_SAMPLES_LOG_ODDS, RIVAL_COUNT, RIVAL_LEVEL, Evidence
from facedaemon.gallery.model import Model
from facedaemon.gallery.samples import Flags, Floats, Integers
from facedaemon.values import Halves, Vectors

BLOCK = 4096  # faces at once: 4096 x 2,000 similarities are 33 MB
NOBODY = -1
REACH = 0.25  # cosine; a person less like a face than this moves the confidence in its name by less than 0.05
DOUBT = np.exp(-FEW_SAMPLES_LOG_ODDS)  # odds of a name that is likely but for resting on one face


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """The two people each face is most like, all (n,): rows of `Gallery.people`, or -1 where there is nobody.

    `similarity` and `runner_up_similarity` are cosines; `confidence` and `runner_up_confidence` the probabilities that
    this name is right.
    """

    best: Integers
    similarity: Floats
    confidence: Floats
    runner_up: Integers
    runner_up_similarity: Floats
    runner_up_confidence: Floats

    def __len__(self) -> int:
        return len(self.best)


def match(gallery: Model, vectors: Vectors | Halves, qualities: Sequence[float] | Floats) -> Matches:
    """The best two people for each face; `vectors` (n, d) of length 1, `qualities` (n,)."""
    count, quality = len(vectors), np.asarray(qualities, np.float32)
    best, second = np.full((2, count), NOBODY, np.int64)
    values = np.zeros((4, count), np.float32)
    if gallery.people:
        for start in range(0, count, BLOCK):
            rows = slice(start, start + BLOCK)
            block = np.asarray(vectors[rows], np.float32)
            best[rows], second[rows], values[:, rows] = _match_block(gallery, block, quality[rows])
    return Matches(best, values[0], values[1], second, values[2], values[3])


def similarities(gallery: Model, vectors: Vectors) -> Floats:
    """The likeness of each face to each person, (n, P): to the person's middle or nearest look."""
    alike = np.asarray(vectors @ gallery.centres.T, np.float32)
    if len(gallery.looks):
        looks = vectors @ gallery.look_centres.T
        for look, owner in enumerate(gallery.look_owner):
            np.maximum(alike[:, owner], looks[:, look], out=alike[:, owner])
    return alike


def _match_block(gallery: Model, vectors: Vectors, quality: Floats) -> tuple[Integers, Integers, Floats]:
    alike = similarities(gallery, vectors)
    energy = np.einsum("nd,nd->n", vectors @ gallery.square, vectors)
    every = np.arange(len(vectors))
    people = np.full((2, len(vectors)), NOBODY, np.int64)
    likeness, odds = np.zeros((2, len(vectors)), np.float32), np.zeros((2, len(vectors)))
    for place in range(min(2, len(gallery.people))):
        person = alike.argmax(axis=1)
        people[place], likeness[place] = person, alike[every, person]
        middle = np.einsum("nd,nd->n", vectors, gallery.centres[person])
        level = rival_level(energy, middle, len(gallery.people) - 1)
        evidence = Evidence(likeness[place], level, quality, gallery.counts[person])
        odds[place] = np.exp(gallery.calibration.log_odds(evidence))
        alike[every, person] = -2
    # somebody known from one face is no surer than whoever else the face may be of: where a wrong name put one person's
    # face under another's name, both look right
    rests_on_one = (gallery.counts[people[0]] < 2) & (odds[1] > DOUBT)
    odds[1] = np.where(rests_on_one, np.maximum(odds[1], odds[0]), odds[1])
    # a face can be the first, the second, or nobody: two people equally like it share what speaks for a name
    confidence = odds / (1 + odds.sum(axis=0))
    return people[0], people[1], np.stack([likeness[0], confidence[0], likeness[1], confidence[1]]).astype(np.float32)


def rival_level(energy: Floats, own: Floats, rivals: int) -> Floats:
    """The root mean square likeness to everybody but the named person, (n,).

    `energy` is the sum of the squared similarities to all people, `own` the similarity to the named one. A small
    gallery says little about it, so unrelated faces' usual level counts for some rivals.
    """
    spread = np.maximum(energy - own**2, 0)
    return np.asarray(np.sqrt((spread + RIVAL_COUNT * RIVAL_LEVEL**2) / (rivals + RIVAL_COUNT)), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What is different since a former gallery: the old and new prototypes, (k, d), of the people concerned."""

    prototypes: Vectors

    def reaches(self, vectors: Vectors | Halves) -> Flags:
        """The faces, (n,), whose suggestion can be another one now: those at least `REACH` like a prototype."""
        reached = np.zeros(len(vectors), bool)
        if not len(self.prototypes):
            return reached
        # widened into the same memory again and again: fetching new memory would take longer than the product
        room = np.empty((min(BLOCK, len(vectors)), vectors.shape[1]), np.float32)
        for start in range(0, len(vectors), BLOCK):
            block = vectors[start : start + BLOCK]
            np.copyto(room[: len(block)], block)
            reached[start : start + BLOCK] = (room[: len(block)] @ self.prototypes.T).max(axis=1) >= REACH
        return reached


def change(gallery: Model, former: Model) -> Change | None:
    """The step from the former gallery to this one; None where it concerns every face."""
    same_scale = np.array_equal(gallery.calibration.weights, former.calibration.weights)
    if not same_scale or gallery.threshold != former.threshold:
        return None
    return Change(np.concatenate([_changed(one, other) for one, other in ((gallery, former), (former, gallery))]))


def _changed(gallery: Model, other: Model) -> Vectors:
    """The prototypes, (k, d), of the people whom the `other` gallery knows differently, or not at all."""
    known = [row for row, person in enumerate(gallery.people) if _known_as(gallery, person) != _known_as(other, person)]
    return np.concatenate([gallery.centres[known], gallery.look_centres[np.isin(gallery.look_owner, known)]])


def _known_as(gallery: Model, person: str) -> tuple[object, ...] | None:
    """All that decides how like a face is to the person, to be compared."""
    row = gallery.index.get(person)
    if row is None:
        return None
    looks, rejected = gallery.looks[gallery.look_owner == row], gallery.rejected[gallery.rejected_owner == row]
    return gallery.middles[row].tobytes(), int(gallery.counts[row]), looks.tobytes(), rejected.tobytes()
