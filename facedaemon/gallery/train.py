"""Samples to gallery, all of them at once."""

from dataclasses import replace

import numpy as np

from facedaemon.config import Suggestions, Training
from facedaemon.gallery.calibration import Calibration, Evidence, calibrated, uncalibrated
from facedaemon.gallery.held_out import held_out
from facedaemon.gallery.match import rival_level, similarities
from facedaemon.gallery.model import Model
from facedaemon.gallery.prototypes import Fit, agreeing_bursts, fit, left_out_similarity, sums, witnessed
from facedaemon.gallery.samples import Floats, Integers, Reason, Samples
from facedaemon.values import Vectors

SMALL = 1000  # samples; up to here calibrating anew takes less than 0.1 s, and each confirmation does it
_CODE = {reason: code for code, reason in enumerate(Reason)}


def trained(
    samples: Samples,
    training: Training | None = None,
    suggestions: Suggestions | None = None,
    *,
    generation: int = 0,
) -> Model:
    """The gallery that the samples teach; the same whatever their order."""
    training, suggestions = training or Training(), suggestions or Suggestions()
    ordered = in_order(samples)
    people, owner = numbered(ordered)
    nobody = np.zeros((0, samples.vectors.shape[1]), np.float32)
    fitted = fit(ordered, owner, nobody, training.min_quality, training.max_samples_per_person)
    drafted = assembled(ordered, fitted, uncalibrated(len(people)), generation)
    return recalibrated(drafted, ordered, suggestions)


def recalibrated(gallery: Model, samples: Samples, suggestions: Suggestions | None = None) -> Model:
    """The same prototypes, with calibration and threshold from `samples`, all of the library's."""
    calibration = _calibration(gallery, in_order(samples))
    return replace(gallery, calibration=calibration, threshold=threshold(calibration, suggestions or Suggestions()))


def in_order(samples: Samples) -> Samples:
    """The samples in an order that depends on nothing but themselves, so that sums are the same to the last bit."""
    ordered = samples.chosen(np.lexsort((samples.groups, samples.trusts, samples.quality, samples.digests())))
    strangers = np.lexsort(samples.strangers[:, :4].T[::-1]) if len(samples.strangers) else np.zeros(0, np.int64)
    return replace(
        ordered,
        strangers=samples.strangers[strangers],
        stranger_quality=samples.stranger_qualities[strangers],
    )


def numbered(samples: Samples) -> tuple[tuple[str, ...], Integers]:
    """The names in order, and for each sample, (n,), the place of its own."""
    people = tuple(sorted(set(samples.persons)))
    number = {person: row for row, person in enumerate(people)}
    return people, np.array([number[person] for person in samples.persons], np.int64)


def assembled(samples: Samples, fitted: Fit, calibration: Calibration, generation: int) -> Model:
    """The gallery of what the samples became, without a threshold."""
    weights, modes, burst = fitted.weights, fitted.modes, fitted.bursts
    names, number = numbered(samples)
    taught = [row for row in range(len(names)) if weights[number == row].any()]
    people = tuple(names[row] for row in taught)
    place = np.full(len(names) + 1, -1, np.int64)
    place[taught] = np.arange(len(taught))
    owner = place[number]
    used = weights > 0
    own_look = used & (modes >= 0)
    pairs, look = np.unique(np.stack([owner[own_look], modes[own_look]], axis=1), axis=0, return_inverse=True)
    look_of = np.full(len(samples), -1, np.int64)
    look_of[own_look] = look.reshape(-1)
    index = {person: row for row, person in enumerate(people)}
    kept = np.array([person in index for person in samples.rejected_persons], bool)
    width = samples.vectors.shape[1]
    good = np.array([doubt is not Reason.QUALITY for doubt in fitted.doubts], bool)
    own = np.fmax(
        left_out_similarity(samples.vectors, number, weights, burst), witnessed(samples.vectors, number, burst, good)
    )
    agreeing = agreeing_bursts(number, burst, weights, own, len(names))[taught]
    meant = np.array([doubt in (None, Reason.OUTLIER) for doubt in fitted.doubts], bool)
    disputed = (agreeing < 1) & (np.bincount(number[np.unique(burst[meant])], minlength=len(names))[taught] > 1)
    return Model(
        people=people,
        middles=sums(samples.vectors[used], weights[used], owner[used], len(people)),
        looks=sums(samples.vectors[own_look], weights[own_look], look.reshape(-1), len(pairs)),
        look_owner=pairs[:, 0].astype(np.int64),
        counts=np.where(disputed, 0, np.maximum(agreeing, 1)).astype(np.int64),
        keys=samples.digests(),
        owners=samples.owners(),
        weights=weights,
        look_of=look_of,
        doubt_codes=np.array([-1 if doubt is None else _CODE[doubt] for doubt in fitted.doubts], np.int8),
        rejected=(samples.rejected[kept] if kept.any() else np.zeros((0, width))).astype(np.float32),
        rejected_owner=np.array([index[person] for person in samples.rejected_persons if person in index], np.int64),
        calibration=calibration,
        threshold=1.0,
        generation=generation,
    )


def _calibration(gallery: Model, samples: Samples) -> Calibration:
    people = len(gallery.people)
    if not people:
        return uncalibrated(0)
    seen = held_out(gallery, samples)
    genuine = np.flatnonzero(seen.trusted & ~np.isnan(seen.own))
    others = np.flatnonzero(seen.trusted & (seen.rival_person >= 0))
    return calibrated(
        people,
        _rows(seen.named, genuine),
        seen.right[genuine],
        seen.weight[genuine].astype(np.float64),
        _rows(seen.impostor, others),
        seen.weight[others].astype(np.float64),
        _unnamed(gallery, samples.strangers, samples.stranger_qualities),
    )


def _rows(evidence: Evidence, rows: Integers) -> Evidence:
    likeness, level = evidence.similarity[rows], evidence.rival_level[rows]
    return Evidence(likeness, level, evidence.quality[rows], evidence.support[rows])


def _unnamed(gallery: Model, vectors: Vectors, quality: Floats) -> Evidence:
    """The evidence for the best name of each face that nobody named."""
    if not len(vectors):
        none = np.zeros(0, np.float32)
        return Evidence(none, none, none, np.zeros(0, np.int64))
    alike = similarities(gallery, vectors)
    best = alike.argmax(axis=1)
    return Evidence(
        alike.max(axis=1),
        rival_level(
            np.einsum("nd,nd->n", vectors @ gallery.square, vectors),
            np.einsum("nd,nd->n", vectors, gallery.centres[best]),
            len(gallery.people) - 1,
        ),
        quality,
        gallery.counts[best],
    )


def threshold(calibration: Calibration, suggestions: Suggestions) -> float:
    """The confidence from which on a name is shown."""
    if suggestions.min_confidence is not None:
        return suggestions.min_confidence
    return calibration.threshold(suggestions.max_wrong_per_100 / 100)
