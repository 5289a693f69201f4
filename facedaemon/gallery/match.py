"""Faces against a gallery: who each one is most like, who comes second, and how sure that is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facedaemon.gallery.calibration import Evidence
from facedaemon.gallery.cohort import PRIOR_LEVEL, TEMPERATURE, level
from facedaemon.gallery.samples import Flags, Floats, Integers
from facedaemon.values import Halves, Vectors

if TYPE_CHECKING:
    from facedaemon.gallery.gallery import Gallery

BLOCK = 4096  # faces at once: 4096 x 2,000 similarities are 33 MB
NOBODY = -1
REACH = 0.25  # cosine; a person less like a face than this moves the confidence in its name by less than 0.05
DOUBT = 0.5  # odds from which on somebody else may be meant as well


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """The two people each face is most like, all (n,): rows of `Gallery.people`, or -1 where there is nobody.

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


def match(gallery: "Gallery", vectors: Vectors | Halves, qualities: Sequence[float] | Floats) -> Matches:
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


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Some faces beside all people.

    `centroid` (n, P) similarity to the centroids, `subcentroid` (n, K) to the subcentroids; `score` (n, P) ranks the
    people: the mean of the similarities to the nearest subcentroid and to the centroid, each less half of its level
    among strangers. The level of the face itself is still to be subtracted.
    """

    centroid: Floats
    subcentroid: Floats
    score: Floats

    def cosine(self, gallery: "Gallery", rows: Integers, person: Integers) -> Floats:
        """The likeness, (n,), of the faces in `rows` to one person each: to the middle or the nearest look."""
        found = self.centroid[rows, person].copy()
        for own, of_person in _with_subcentroids(gallery, person):
            found[of_person] = np.maximum(found[of_person], self.subcentroid[np.ix_(rows[of_person], own)].max(axis=1))
        return np.asarray(found, np.float32)

    def support(self, gallery: "Gallery", rows: Integers, person: Integers) -> Integers:
        """How many bursts stand behind a name, (n,): those of the nearest look where the person has several."""
        found = gallery.counts[person]
        for own, of_person in _with_subcentroids(gallery, person):
            nearest = own[self.subcentroid[np.ix_(rows[of_person], own)].argmax(axis=1)]
            found[of_person] = gallery.subcentroid_counts[nearest]
        return found


def scores(gallery: "Gallery", vectors: Vectors) -> Scores:
    """How much speaks for each person, for each of these faces (n, d)."""
    centroid = np.asarray(vectors @ gallery.unit_centroids.T, np.float32)
    subcentroid = np.asarray(vectors @ gallery.unit_subcentroids.T, np.float32)
    score = centroid - (gallery.centroid_level - PRIOR_LEVEL) / 2
    if len(gallery.subcentroids):
        nearest = np.maximum.reduceat(
            subcentroid - (gallery.subcentroid_level - PRIOR_LEVEL) / 2, gallery.subcentroid_starts, axis=1
        )
        owners = gallery.subcentroid_owner[gallery.subcentroid_starts]
        score[:, owners] = (score[:, owners] + nearest) / 2
    return Scores(centroid, subcentroid, np.asarray(score, np.float32))


def levels(gallery: "Gallery", vectors: Vectors, centroid: Floats, without: Sequence[Integers]) -> Floats:
    """How alike each face is to strangers, (n,): to the cohort's, and to all people but those named in `without`.

    `centroid` (n, P) is the likeness to all people's middles; each of `without` (n,) holds rows of people, or -1.
    """
    among = np.exp(centroid[:, gallery.others] / TEMPERATURE)
    every, size = np.arange(len(vectors)), np.full(len(vectors), gallery.cohort.size + among.shape[1])
    for person in without:
        place = np.where(person >= 0, gallery.place_among_others[person], -1) if len(gallery.people) else person
        out = place >= 0
        size -= out & (among[every, place] > 0)
        among[every[out], place[out]] = 0
    return level(gallery.cohort.mass(vectors) + among.sum(axis=1), size)


def normalised_score(score: Floats, own_level: Floats) -> Floats:
    """What speaks for a name, (n,), on the scale of a likeness between adults.

    score(face, person) - level(face) / 2, where the person's half is in `score` already: symmetric, as in AS-norm
    (Cumani and others, Comparison of speaker recognition approaches for real applications, 2011).
    """
    return np.asarray(score - (own_level - PRIOR_LEVEL) / 2, np.float32)


def _with_subcentroids(gallery: "Gallery", person: Integers) -> Iterator[tuple[Integers, Integers]]:
    """For each of these people who has looks: the looks' rows, and where in `person` (n,) they stand."""
    for owner in np.intersect1d(person, gallery.subcentroid_owner).tolist():
        yield np.flatnonzero(gallery.subcentroid_owner == owner), np.flatnonzero(person == owner)


def _match_block(gallery: "Gallery", vectors: Vectors, quality: Floats) -> tuple[Integers, Integers, Floats]:
    seen = scores(gallery, vectors)
    every = np.arange(len(vectors))
    people = np.full((2, len(vectors)), NOBODY, np.int64)
    odds, left = np.zeros((2, len(vectors))), seen.score
    ranked = np.zeros((2, len(vectors)), np.float32)
    places = range(min(2, len(gallery.people)))
    for place in places:
        people[place] = left.argmax(axis=1)
        ranked[place] = left[every, people[place]]
        left[every, people[place]] = -2
    own_level = levels(gallery, vectors, seen.centroid, list(people))
    for place in places:
        support = seen.support(gallery, every, people[place])
        evidence = Evidence(normalised_score(ranked[place], own_level), quality, support)
        odds[place] = np.exp(gallery.calibration.log_odds(evidence))
    # somebody known from one face is no surer than whoever else the face may be of: where a wrong name put one person's
    # face under another's name, both look right
    rests_on_one = (gallery.counts[people[0]] < 2) & (odds[1] > DOUBT)
    odds[1] = np.where(rests_on_one, np.maximum(odds[1], odds[0]), odds[1])
    # a face can be the first, the second, or nobody: two people equally like it share what speaks for a name
    confidence = odds / (1 + odds.sum(axis=0))
    likeness = seen.cosine(gallery, every, people[0])
    return people[0], people[1], np.stack([likeness, *confidence]).astype(np.float32)


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
        rows = np.empty((min(BLOCK, len(vectors)), vectors.shape[1]), np.float32)
        for start in range(0, len(vectors), BLOCK):
            block = vectors[start : start + BLOCK]
            np.copyto(rows[: len(block)], block)
            reached[start : start + BLOCK] = (rows[: len(block)] @ self.prototypes.T).max(axis=1) >= REACH
        return reached


def change(gallery: "Gallery", former: "Gallery") -> Change | None:
    """The step from the former gallery to this one; None where it concerns every face."""
    same_scale = np.array_equal(gallery.calibration.weights, former.calibration.weights)
    same_cohort = np.array_equal(gallery.cohort.weights, former.cohort.weights)
    if not same_scale or not same_cohort or gallery.threshold != former.threshold:
        return None
    return Change(np.concatenate([_changed(one, other) for one, other in ((gallery, former), (former, gallery))]))


def _changed(gallery: "Gallery", other: "Gallery") -> Vectors:
    """The prototypes, (k, d), of the people whom the `other` gallery knows differently, or not at all."""
    known = [row for row, person in enumerate(gallery.people) if _known_as(gallery, person) != _known_as(other, person)]
    return np.concatenate(
        [gallery.unit_centroids[known], gallery.unit_subcentroids[np.isin(gallery.subcentroid_owner, known)]]
    )


def _known_as(gallery: "Gallery", person: str) -> tuple[object, ...] | None:
    """All that decides how like a face is to the person, to be compared."""
    row = gallery.index.get(person)
    if row is None:
        return None
    subcentroids, rejected = (
        gallery.subcentroids[gallery.subcentroid_owner == row],
        gallery.rejected[gallery.rejected_owner == row],
    )
    return gallery.centroids[row].tobytes(), int(gallery.counts[row]), subcentroids.tobytes(), rejected.tobytes()
