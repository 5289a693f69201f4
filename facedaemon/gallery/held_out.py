"""Each confirmed face as if nobody had confirmed it: what the gallery says of it without the face's own burst."""

from dataclasses import dataclass

import numpy as np

from facedaemon.gallery.calibration import Evidence
from facedaemon.gallery.cohort import PRIOR_LEVEL
from facedaemon.gallery.gallery import Gallery
from facedaemon.gallery.match import BLOCK, NOBODY, levels, normalised_score, scores
from facedaemon.gallery.prototypes import bursts_of_all, is_claimed, sums
from facedaemon.gallery.samples import Flags, Floats, Integers, Samples
from facedaemon.unit_vectors import normalised
from facedaemon.values import Vectors


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """The samples' own view, row by row; all (n,).

    `own` is the normalised likeness to the person without the face's own burst (NaN: nothing is left), `rival` that to
    the likest other person and `rival_person` who (-1: there is nobody); `named` the evidence for the name that would
    be suggested, `right` whether it is the sample's own; `impostor` the evidence for the name that would be suggested
    if the person were not in the gallery. `has_like` leaves out those whose look no other face of the person has:
    they are unlike all that is left. `weight` makes a burst count once, and a person with many photos less for each.
    `trusted` leaves out those who are clearly more like somebody else.
    """

    own: Floats
    has_like: Flags
    rival: Floats
    rival_person: Integers
    named: Evidence
    right: Flags
    impostor: Evidence
    weight: Floats
    trusted: Flags


@dataclass(frozen=True, slots=True, eq=False)
class _Rivals:
    """The likest other person of each sample; all (n,).

    `level` is the likeness to strangers but its own person and this one, `level_as_stranger` but the next one as well.
    """

    score: Floats
    person: Integers
    support: Integers
    level: Floats
    level_as_stranger: Floats


def held_out(gallery: Gallery, samples: Samples) -> HeldOut:
    """What the gallery says of each sample with its own burst taken out.

    Samples of people it does not know are strangers to it, with `own` NaN.
    """
    owner = np.array([gallery.index.get(person, -1) for person in samples.persons], np.int64)
    names = {person: number for number, person in enumerate(sorted(set(samples.persons)))}
    burst = bursts_of_all(samples, np.array([names[person] for person in samples.persons], np.int64))
    raw, left, has_like = _own(gallery, samples, owner, burst)
    others = _rivals(gallery, samples.vectors, owner)
    own, rival = normalised_score(raw, others.level), normalised_score(others.score, others.level)
    right = np.nan_to_num(own, nan=-2) >= rival
    return HeldOut(
        own,
        has_like,
        rival,
        others.person,
        Evidence(np.where(right, np.nan_to_num(own), rival), samples.quality, np.where(right, left, others.support)),
        right,
        Evidence(normalised_score(others.score, others.level_as_stranger), samples.quality, others.support),
        _weight(owner, burst),
        ~is_claimed(own, rival),
    )


def _weight(owner: Integers, burst: Integers) -> Floats:
    share = 1 / np.bincount(burst, minlength=len(burst))[burst]
    shifted = owner + 1
    photos = np.bincount(shifted, share)
    return np.asarray(share / np.sqrt(photos[shifted]), np.float32)


def _own(gallery: Gallery, samples: Samples, owner: Integers, burst: Integers) -> tuple[Floats, Integers, Flags]:
    """The score of the own person without the own burst, NaN where nothing is left; all (n,).

    Then how many bursts are left, and whether one of them is of the same look.
    """
    rows = gallery.rows_of(samples)
    known = (rows >= 0) & (owner >= 0)
    weights = np.where(known, gallery.weights[rows] if len(gallery.weights) else 0, 0).astype(np.float32)
    subcentroid = np.where(known, gallery.subcentroid_of[rows] if len(gallery.subcentroid_of) else -1, -1)
    burst_sum, burst_weight = _of_groups(samples.vectors, weights, burst)
    whole = np.bincount(owner + 1, weights)[owner + 1]
    is_left = (owner >= 0) & (whole - burst_weight > 1e-4)
    score = np.full(len(samples), np.nan, np.float32)
    some = np.flatnonzero(is_left)
    score[some] = _score(gallery, samples.vectors[some], gallery.centroids[owner[some]] - burst_sum[some], owner[some])
    left = np.where(is_left, np.maximum(gallery.counts[owner] - (burst_weight > 0), 1), 0)
    nearest, has_like = np.full(len(samples), -2, np.float32), is_left & (subcentroid < 0)
    for number, person in enumerate(gallery.subcentroid_owner.tolist()):
        rows = np.flatnonzero(is_left & (owner == person))
        part = np.where(subcentroid[rows] == number, weights[rows], 0).astype(np.float32)
        gone, gone_weight = _of_groups(samples.vectors[rows], part, np.unique(burst[rows], return_inverse=True)[1])
        stays = np.linalg.norm(gallery.subcentroids[number] - gone, axis=1) > 1e-4
        has_like[rows[stays & (subcentroid[rows] == number)]] = True
        rows, gone, gone_weight = rows[stays], gone[stays], gone_weight[stays]
        found = _score(gallery, samples.vectors[rows], gallery.subcentroids[number] - gone, owner[rows])
        better = found > nearest[rows]
        nearest[rows[better]] = found[better]
        left[rows[better]] = np.maximum(gallery.subcentroid_counts[number] - (gone_weight[better] > 0), 1)
    return np.asarray((score + np.where(nearest > -2, nearest, score)) / 2, np.float32), left, has_like


def _score(gallery: Gallery, vectors: Vectors, prototypes: Vectors, owner: Integers) -> Floats:
    """The likeness of each face to a prototype of its own, less half of the prototype's level; all (n, d)."""
    found = np.zeros(len(vectors), np.float32)
    for start in range(0, len(vectors), BLOCK):
        rows = slice(start, start + BLOCK)
        prototype = normalised(prototypes[rows])
        own_level = levels(gallery, prototype, prototype @ gallery.unit_centroids.T, [owner[rows]])
        found[rows] = np.einsum("nd,nd->n", vectors[rows], prototype) - (own_level - PRIOR_LEVEL) / 2
    return found


def _of_groups(vectors: Vectors, weights: Floats, group: Integers) -> tuple[Vectors, Floats]:
    """The weighted sum of each face's group, (n, d), and the weights' sum, (n,)."""
    count = int(group.max(initial=-1)) + 1
    return sums(vectors, weights, group, count)[group], np.bincount(group, weights, count)[group].astype(np.float32)


def _rivals(gallery: Gallery, vectors: Vectors, owner: Integers) -> _Rivals:
    parts: list[_Rivals] = []
    for start in range(0, len(vectors), BLOCK):
        rows = slice(start, start + BLOCK)
        block, own = vectors[rows], owner[rows]
        seen, every, known = scores(gallery, block), np.arange(len(block)), own >= 0
        seen.score[every[known], own[known]] = -2
        first, second = np.full((2, len(block)), NOBODY, np.int64)
        best, support = np.zeros(len(block), np.float32), np.ones(len(block), np.int64)
        if len(gallery.people) > 1:
            first = seen.score.argmax(axis=1)
            best, support = seen.score[every, first], seen.support(gallery, every, first)
            seen.score[every, first] = -2
            second = seen.score.argmax(axis=1)
        apart = levels(gallery, block, seen.centroid, [own, first])
        parts.append(_Rivals(best, first, support, apart, levels(gallery, block, seen.centroid, [own, first, second])))
    return _Rivals(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("score", "person", "support", "level", "level_as_stranger")
        )
    )
