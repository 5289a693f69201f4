"""Faces against a gallery: the most similar person, the second, and how certain that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facedaemon.gallery.calibration import Evidence
from facedaemon.gallery.centring import centred
from facedaemon.gallery.gallery import Gallery
from facedaemon.gallery.samples import Flags, Floats, Integers
from facedaemon.values import Halves, Vectors

BLOCK = 4096  # faces at once: 4096 x 2,000 similarities are 33 MB
NOBODY = -1
OUT = -2  # a score below all others
REACH = 0.25  # cosine; a person less similar to a face than this changes the confidence in its name by less than 0.05
DOUBT = 0.5  # odds from which on the face may also be of somebody else


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """The two most similar people of each face, all (n,): rows of `Gallery.people`, or -1 where there is nobody.

    `similarity` is a cosine; `confidence` and `runner_up_confidence` the probabilities that
    this name is right.
    """

    best: Integers
    similarity: Floats
    confidence: Floats
    runner_up: Integers
    runner_up_confidence: Floats

    def __len__(self) -> int:
        return len(self.best)


def match(gallery: Gallery, vectors: Vectors | Halves, qualities: Sequence[float] | Floats) -> Matches:
    """The best two people for each face; `vectors` (n, d) of length 1, `qualities` (n,)."""
    count, quality = len(vectors), np.asarray(qualities, np.float32)
    best, second = np.full((2, count), NOBODY, np.int64)
    values = np.zeros((3, count), np.float32)
    if gallery.people:
        for start in range(0, count, BLOCK):
            rows = slice(start, start + BLOCK)
            block = np.asarray(vectors[rows], np.float32)
            best[rows], second[rows], values[:, rows] = _match_block(gallery, block, quality[rows])
    return Matches(best, values[0], values[1], second, values[2])


def scores(gallery: Gallery, faces: Vectors) -> Floats:
    """The score of each person, (n, P), for each of these `centred` faces (n, d).

    The similarity to the centroid; for people with subcentroids its mean with that to the nearest subcentroid.
    """
    score = np.asarray(faces @ gallery.centred_centroids.T, np.float32)
    if len(gallery.subcentroids):
        alike = faces @ gallery.centred_subcentroids.T
        nearest = np.maximum.reduceat(alike, gallery.subcentroid_starts, axis=1)
        owners = gallery.subcentroid_owner[gallery.subcentroid_starts]
        score[:, owners] = (score[:, owners] + nearest) / 2
    return score


def take_highest(score: Floats) -> tuple[Integers, Floats]:
    """The person with the highest score for each face, and that score, both (n,); it is taken out of `score`."""
    if not score.shape[1]:
        return np.full(len(score), NOBODY, np.int64), np.full(len(score), OUT, np.float32)
    every = np.arange(len(score))
    person = score.argmax(axis=1)
    highest = score[every, person]
    score[every, person] = OUT
    return np.where(highest > OUT, person, NOBODY), highest


def similarity(gallery: Gallery, vectors: Vectors, person: Integers) -> Floats:
    """The cosine, (n,), of each face (n, d) to one person: to the centroid or the nearest subcentroid."""
    found = np.einsum("nd,nd->n", vectors, gallery.unit_centroids[person])
    for owner in np.intersect1d(person, gallery.subcentroid_owner).tolist():
        rows = np.flatnonzero(person == owner)
        alike = vectors[rows] @ gallery.unit_subcentroids[gallery.subcentroid_owner == owner].T
        found[rows] = np.maximum(found[rows], alike.max(axis=1))
    return np.asarray(found, np.float32)


def _match_block(gallery: Gallery, vectors: Vectors, quality: Floats) -> tuple[Integers, Integers, Floats]:
    left = scores(gallery, centred(gallery, vectors))
    people = np.full((2, len(vectors)), NOBODY, np.int64)
    odds = np.zeros((2, len(vectors)))
    for place in range(min(2, len(gallery.people))):
        people[place], score = take_highest(left)
        odds[place] = np.exp(gallery.calibration.log_odds(Evidence(score, quality)))
    # a person known from one face gets no higher confidence than the other one whom the face may show: where one
    # person's face was confirmed under another's name, both seem right
    rests_on_one = (gallery.counts[people[0]] < 2) & (odds[1] > DOUBT)
    odds[1] = np.where(rests_on_one, np.maximum(odds[1], odds[0]), odds[1])
    # a face can be the first, the second, or nobody: two people to whom it is equally similar share the probability
    confidence = odds / (1 + odds.sum(axis=0))
    likeness = similarity(gallery, vectors, people[0])
    return people[0], people[1], np.stack([likeness, *confidence]).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What differs from a former gallery: the old and new prototypes, (k, d), of the people concerned."""

    prototypes: Vectors

    def reaches(self, vectors: Vectors | Halves) -> Flags:
        """The faces, (n,), whose suggestion can change: with a similarity of `REACH` to one of these prototypes."""
        reached = np.zeros(len(vectors), bool)
        if not len(self.prototypes):
            return reached
        # converted into the same memory each time: allocating new memory would take longer than the product
        rows = np.empty((min(BLOCK, len(vectors)), vectors.shape[1]), np.float32)
        for start in range(0, len(vectors), BLOCK):
            block = vectors[start : start + BLOCK]
            np.copyto(rows[: len(block)], block)
            reached[start : start + BLOCK] = (rows[: len(block)] @ self.prototypes.T).max(axis=1) >= REACH
        return reached


def change_since(gallery: Gallery, former: Gallery) -> Change | None:
    """The step from the former gallery to this one; None where it concerns every face."""
    same_scale = np.array_equal(gallery.calibration.weights, former.calibration.weights)
    same_cohort = np.array_equal(gallery.cohort.weights, former.cohort.weights)
    if not same_scale or not same_cohort or gallery.threshold != former.threshold:
        return None
    return Change(np.concatenate([_changed(one, other) for one, other in ((gallery, former), (former, gallery))]))


def _changed(gallery: Gallery, other: Gallery) -> Vectors:
    """The prototypes, (k, d), of the people whom the `other` gallery knows differently, or not at all."""
    known = [row for row, person in enumerate(gallery.people) if _known_as(gallery, person) != _known_as(other, person)]
    return np.concatenate(
        [gallery.unit_centroids[known], gallery.unit_subcentroids[np.isin(gallery.subcentroid_owner, known)]]
    )


def _known_as(gallery: Gallery, person: str) -> tuple[object, ...] | None:
    """All that decides how similar a face is to the person, to be compared."""
    row = gallery.index.get(person)
    if row is None:
        return None
    subcentroids, rejected = (
        gallery.subcentroids[gallery.subcentroid_owner == row],
        gallery.rejected[gallery.rejected_owner == row],
    )
    return gallery.centroids[row].tobytes(), int(gallery.counts[row]), subcentroids.tobytes(), rejected.tobytes()
