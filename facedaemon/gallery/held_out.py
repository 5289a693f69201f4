"""Each confirmed face, matched as if nobody had confirmed it: without its own burst."""

from dataclasses import dataclass

import numpy as np

from facedaemon.gallery.calibration import Evidence
from facedaemon.gallery.centring import centred
from facedaemon.gallery.gallery import Gallery
from facedaemon.gallery.match import BLOCK, OUT, scores, take_highest
from facedaemon.gallery.prototypes import bursts_of_all, is_of_another, sums
from facedaemon.gallery.samples import Flags, Floats, Integers, Samples
from facedaemon.unit_vectors import normalised
from facedaemon.values import Vectors


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """The result for each sample, row by row; all (n,).

    `own` is the normalised similarity to the person without the face's own burst (NaN: nothing is left), `rival` that
    to the most similar other person, `rival_person` who that is (-1: there is nobody); `named` the evidence for the
    name that would be suggested, `right` whether it is the sample's own; `impostor` the evidence for the name that
    would be suggested if the person were not in the gallery. `has_like`: another face of the same subcentroid is left.
    `weight` makes a burst count once, and each photo less where a person has many. `trusted` is False for those that
    are clearly more similar to somebody else.
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
    """The most similar other person of each sample, (n,): who, the score, and the score without the own person."""

    score: Floats
    as_stranger: Floats
    person: Integers


def held_out(gallery: Gallery, samples: Samples) -> HeldOut:
    """Match each sample with its own burst taken out of the gallery.

    Samples of people that the gallery does not know count as strangers, with `own` NaN.
    """
    owner = np.array([gallery.index.get(person, -1) for person in samples.persons], np.int64)
    names = {person: number for number, person in enumerate(sorted(set(samples.persons)))}
    burst = bursts_of_all(samples, np.array([names[person] for person in samples.persons], np.int64))
    faces, strangers = _centred(gallery, samples.vectors, owner)
    own, has_like = _own(gallery, samples, faces, owner, burst)
    others = _rivals(gallery, faces, strangers, owner)
    right = np.nan_to_num(own, nan=OUT) >= others.score
    return HeldOut(
        own,
        has_like,
        others.score,
        others.person,
        Evidence(np.where(right, np.nan_to_num(own), others.score), samples.quality),
        right,
        Evidence(others.as_stranger, samples.quality),
        _weight(owner, burst),
        ~is_of_another(own, others.score),
    )


def _weight(owner: Integers, burst: Integers) -> Floats:
    share = 1 / np.bincount(burst, minlength=len(burst))[burst]
    shifted = owner + 1
    photos = np.bincount(shifted, share)
    return np.asarray(share / np.sqrt(photos[shifted]), np.float32)


def _own(gallery: Gallery, samples: Samples, faces: Vectors, owner: Integers, burst: Integers) -> tuple[Floats, Flags]:
    """The score of the own person without the own burst, (n,), NaN where nothing is left.

    Then whether a face of the same subcentroid is left, (n,).
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
    score[some] = _score(gallery, faces[some], gallery.centroids[owner[some]] - burst_sum[some], owner[some])
    nearest, has_like = np.full(len(samples), OUT, np.float32), is_left & (subcentroid < 0)
    for number, person in enumerate(gallery.subcentroid_owner.tolist()):
        rows = np.flatnonzero(is_left & (owner == person))
        part = np.where(subcentroid[rows] == number, weights[rows], 0).astype(np.float32)
        gone, _ = _of_groups(samples.vectors[rows], part, np.unique(burst[rows], return_inverse=True)[1])
        stays = np.linalg.norm(gallery.subcentroids[number] - gone, axis=1) > 1e-4
        has_like[rows[stays & (subcentroid[rows] == number)]] = True
        rows, gone = rows[stays], gone[stays]
        found = _score(gallery, faces[rows], gallery.subcentroids[number] - gone, owner[rows])
        nearest[rows] = np.maximum(nearest[rows], found)
    return np.asarray((score + np.where(nearest > OUT, nearest, score)) / 2, np.float32), has_like


def _centred(gallery: Gallery, vectors: Vectors, owner: Integers) -> tuple[Vectors, Vectors]:
    """The faces as `match` centres them, and as it would if their own person were not in the gallery; both (n, d)."""
    known, unknown = [vectors[:0]], [vectors[:0]]
    for start in range(0, len(vectors), BLOCK):
        block = vectors[start : start + BLOCK]
        pull = gallery.cohort.pull(block)
        known.append(centred(gallery, block, pull=pull))
        unknown.append(centred(gallery, block, owner[start : start + BLOCK], pull=pull))
    return np.concatenate(known), np.concatenate(unknown)


def _score(gallery: Gallery, faces: Vectors, prototypes: Vectors, owner: Integers) -> Floats:
    """The similarity, (n,), of each centred face to a prototype of its own, not centred yet; all (n, d)."""
    found = np.zeros(len(faces), np.float32)
    for start in range(0, len(faces), BLOCK):
        rows = slice(start, start + BLOCK)
        prototype = centred(gallery, normalised(prototypes[rows]), owner[rows], 0)
        found[rows] = np.einsum("nd,nd->n", faces[rows], prototype)
    return found


def _of_groups(vectors: Vectors, weights: Floats, group: Integers) -> tuple[Vectors, Floats]:
    """The weighted sum of each face's group, (n, d), and the weights' sum, (n,)."""
    count = int(group.max(initial=-1)) + 1
    return sums(vectors, weights, group, count)[group], np.bincount(group, weights, count)[group].astype(np.float32)


def _rivals(gallery: Gallery, faces: Vectors, strangers: Vectors, owner: Integers) -> _Rivals:
    """`faces` and `strangers` (n, d): the same faces, as `_centred` gives them."""
    parts = [_Rivals(np.zeros(0, np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))]
    for start in range(0, len(faces), BLOCK):
        rows = slice(start, start + BLOCK)
        own = owner[rows]
        every, known = np.arange(len(own)), own >= 0
        both = []
        for block in (faces[rows], strangers[rows]):
            score = scores(gallery, block)
            score[every[known], own[known]] = OUT
            both.append(take_highest(score))
        (person, highest), (_, as_stranger) = both
        parts.append(_Rivals(highest, as_stranger, person))
    return _Rivals(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("score", "as_stranger", "person"))
    )
