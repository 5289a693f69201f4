"""Each confirmed face as if nobody had confirmed it: what the gallery says of it without the face's own burst."""

from dataclasses import dataclass

import numpy as np

from facedaemon.gallery.calibration import Evidence
from facedaemon.gallery.match import rival_level, similarities
from facedaemon.gallery.model import Model
from facedaemon.gallery.prototypes import bursts_of_all, is_claimed, normalised, sums
from facedaemon.gallery.samples import Flags, Floats, Integers, Samples


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """The samples' own view, row by row; all (n,).

    `own` is the likeness to the person without the face's own burst (NaN: nothing is left), `rival` that to the
    likest other person and `rival_person` who (-1: there is nobody); `named` the evidence for the name that would be
    suggested, `right` whether it is the sample's own; `impostor` the evidence for the name that would be suggested if
    the person were not in the gallery. `weight` makes a burst count once, and a person with many photos less for
    each. `trusted` leaves out those who are clearly more like somebody else.
    """

    own: Floats
    rival: Floats
    rival_person: Integers
    named: Evidence
    right: Flags
    impostor: Evidence
    weight: Floats
    trusted: Flags


def held_out(gallery: Model, samples: Samples) -> HeldOut:
    """What the gallery says of each sample with its own burst taken out.

    Samples of people it does not know are strangers to it, with `own` NaN.
    """
    owner = np.array([gallery.index.get(person, -1) for person in samples.persons], np.int64)
    names = {person: number for number, person in enumerate(sorted(set(samples.persons)))}
    burst = bursts_of_all(samples, np.array([names[person] for person in samples.persons], np.int64))
    known, rows = owner >= 0, gallery.rows_of(samples)
    weights = np.where(rows >= 0, gallery.weights[rows], 0).astype(np.float32) if len(gallery.weights) else owner * 0.0
    looks = np.where(rows >= 0, gallery.look_of[rows], -1) if len(gallery.look_of) else owner
    own, own_middle, left = _own(gallery, samples, owner, burst, weights.astype(np.float32), looks)
    energy = _energy(gallery, samples)
    full = np.where(known, np.einsum("nd,nd->n", samples.vectors, gallery.centres[owner]), 0)
    rival, rival_person, rival_middle = _rival(gallery, samples, owner)
    without = energy - full**2
    right = np.nan_to_num(own, nan=-2) >= rival
    others = len(gallery.people) - known
    named = Evidence(
        np.where(right, np.nan_to_num(own), rival).astype(np.float32),
        rival_level(
            without + np.nan_to_num(own_middle) ** 2,
            np.where(right, np.nan_to_num(own_middle), rival_middle).astype(np.float32),
            np.maximum(len(gallery.people) - 1, 0),
        ),
        samples.quality,
        np.where(right, left, gallery.counts[rival_person]),
    )
    impostor = Evidence(
        rival,
        rival_level(without, rival_middle, np.maximum(others - 1, 0)),
        samples.quality,
        gallery.counts[rival_person],
    )
    return HeldOut(
        own,
        rival,
        rival_person,
        named,
        right,
        impostor,
        _weight(owner, burst),
        ~is_claimed(own, rival),
    )


def _weight(owner: Integers, burst: Integers) -> Floats:
    share = 1 / np.bincount(burst, minlength=len(burst))[burst]
    shifted = owner + 1
    photos = np.bincount(shifted, share)
    return np.asarray(share / np.sqrt(photos[shifted]), np.float32)


def _own(
    gallery: Model, samples: Samples, owner: Integers, burst: Integers, weights: Floats, looks: Integers
) -> tuple[Floats, Floats, Integers]:
    """Likeness to the person and to their middle, each without the own burst, and how many bursts are left; (n,)."""
    vectors, count = samples.vectors, len(samples)
    own_burst = sums(vectors, weights, burst, count)[burst]
    rest = gallery.middles[owner] - own_burst
    trained = np.bincount(burst, weights, count)[burst]
    whole = np.bincount(owner + 1, weights)[owner + 1]
    left = np.where((owner >= 0) & (whole - trained > 1e-4), np.maximum(gallery.counts[owner] - (trained > 0), 1), 0)
    middle = np.einsum("nd,nd->n", vectors, normalised(rest))
    middle = np.where(left > 0, middle, np.nan).astype(np.float32)
    own = middle.copy()
    for look in range(len(gallery.looks)):
        rows = np.flatnonzero(owner == gallery.look_owner[look])
        part = np.where(looks[rows] == look, weights[rows], 0).astype(np.float32)
        places = np.unique(burst[rows], return_inverse=True)[1]
        others = gallery.looks[look] - sums(vectors[rows], part, places, len(rows))[places]
        own[rows] = np.fmax(own[rows], np.einsum("nd,nd->n", vectors[rows], normalised(others)))
    return own, middle, left


def _energy(gallery: Model, samples: Samples) -> Floats:
    return np.asarray(np.einsum("nd,nd->n", samples.vectors @ gallery.square, samples.vectors), np.float32)


def _rival(gallery: Model, samples: Samples, owner: Integers) -> tuple[Floats, Integers, Floats]:
    """The likest other person: likeness, who, and likeness to their middle; (n,)."""
    rival, person = np.zeros(len(samples), np.float32), np.full(len(samples), -1, np.int64)
    if len(gallery.people) > 1:
        for start in range(0, len(samples), 4096):
            rows = slice(start, start + 4096)
            alike = similarities(gallery, samples.vectors[rows])
            every = np.arange(len(alike))
            known = owner[rows] >= 0
            alike[every[known], owner[rows][known]] = -2
            person[rows] = alike.argmax(axis=1)
            rival[rows] = alike[every, person[rows]]
    middle = np.einsum("nd,nd->n", samples.vectors, gallery.centres[person]) if len(gallery.people) > 1 else rival
    return rival, person, np.asarray(middle, np.float32)
