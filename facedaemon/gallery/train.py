"""Trains a gallery from all samples."""

from dataclasses import replace

import numpy as np

from facedaemon.config import Suggestions, Training
from facedaemon.gallery import cohort
from facedaemon.gallery.calibration import Calibration, Evidence, calibrated, uncalibrated
from facedaemon.gallery.centring import centred, with_centred_prototypes
from facedaemon.gallery.gallery import Gallery
from facedaemon.gallery.held_out import held_out
from facedaemon.gallery.match import BLOCK, scores, take_highest
from facedaemon.gallery.prototypes import Fit, agreeing_bursts, fit, left_out_similarity, sums, support_of_poor
from facedaemon.gallery.samples import Flags, Floats, Integers, Reason, Samples
from facedaemon.values import Vectors

_CODE = {reason: code for code, reason in enumerate(Reason)}

# The share of the allowed wrong names that is used while photos are still to be analysed: the calibration is less
# certain then.
# Without it 3 of 783 names that a first pass over 4,488 photos showed were wrong, and withdrawn before its end.
EARLY_SHARE = 0.25
PASSES = 2  # over the unnamed faces: each knows better which are strangers; a third changes no figure


def build(
    samples: Samples,
    training: Training | None = None,
    suggestions: Suggestions | None = None,
    *,
    generation: int = 0,
) -> Gallery:
    """The gallery trained from the samples; the same whatever their order."""
    training, suggestions = training or Training(), suggestions or Suggestions()
    ordered = in_order(samples)
    people, owner = numbered(ordered)
    nobody = np.zeros((0, samples.vectors.shape[1]), np.float32)
    strangers = cohort.of_strangers(ordered.strangers) if len(ordered.strangers) else cohort.none(nobody.shape[1])
    fitted = fit(ordered, owner, nobody, strangers, training.min_quality, training.max_samples_per_person)
    drafted = assembled(ordered, fitted, uncalibrated(len(people)), strangers, generation)
    return recalibrated(drafted, ordered, suggestions)


def recalibrated(gallery: Gallery, samples: Samples, suggestions: Suggestions | None = None) -> Gallery:
    """The same prototypes, with calibration and threshold from `samples`, all of the library's."""
    samples = in_order(samples)
    gallery = among_strangers(gallery, samples.strangers, samples.stranger_qualities, samples.stranger_count)
    calibration = _calibration(gallery, samples)
    share = EARLY_SHARE if samples.strangers_expected is not None else 1.0
    return replace(
        gallery, calibration=calibration, threshold=threshold(calibration, suggestions or Suggestions(), share)
    )


def among_strangers(gallery: Gallery, vectors: Vectors, quality: Floats, expected: int) -> Gallery:
    """The same gallery with the faces that nobody named as strangers, each as far as it is not similar to its people.

    Many of these faces show the people themselves; counted as strangers in full, they would prevent their suggestion.
    `expected` is how many unnamed faces there will be once all photos are analysed.
    """
    if not len(vectors):
        return with_centred_prototypes(replace(gallery, cohort=cohort.none(gallery.centroids.shape[1])))
    rows, whole = cohort.spread_out(len(vectors)), cohort.of_strangers(vectors)
    if not gallery.people:
        return replace(gallery, cohort=whole)
    confirmed = int((gallery.weights > 0).sum())
    prior = uncalibrated(len(gallery.people), (expected + 1) / (confirmed + 1))
    # the first pass counts none as a stranger: else two unnamed photos of a known person would always count as such
    drafted = with_centred_prototypes(replace(gallery, cohort=replace(whole, weights=0 * whole.weights)))
    for _ in range(PASSES):
        known = prior.probability(_unnamed(drafted, vectors[rows], quality[rows]))
        drafted = with_centred_prototypes(replace(drafted, cohort=replace(whole, weights=whole.weights * (1 - known))))
    return drafted


def in_order(samples: Samples) -> Samples:
    """The samples in an order that depends on their content alone, so that sums are the same to the last bit."""
    ordered = samples.chosen(np.lexsort((samples.groups, samples.trusts, samples.quality, samples.digests())))
    strangers = np.lexsort(samples.strangers[:, :4].T[::-1]) if len(samples.strangers) else np.zeros(0, np.int64)
    return replace(
        ordered,
        strangers=samples.strangers[strangers],
        stranger_quality=samples.stranger_qualities[strangers],
    )


def numbered(samples: Samples) -> tuple[tuple[str, ...], Integers]:
    """The names in order, and the place of each sample's name among them, (n,)."""
    people = tuple(sorted(set(samples.persons)))
    number = {person: row for row, person in enumerate(people)}
    return people, np.array([number[person] for person in samples.persons], np.int64)


def assembled(
    samples: Samples, fitted: Fit, calibration: Calibration, strangers: cohort.Cohort, generation: int
) -> Gallery:
    """The gallery of the fitted samples, without centred prototypes and threshold."""
    weights, labels, burst = fitted.weights, fitted.labels, fitted.bursts
    names, number = numbered(samples)
    taught = [row for row in range(len(names)) if weights[number == row].any()]
    people = tuple(names[row] for row in taught)
    place = np.full(len(names) + 1, -1, np.int64)
    place[taught] = np.arange(len(taught))
    owner = place[number]
    used = weights > 0
    has_subcentroid = used & (labels >= 0)
    pairs, subcentroid = np.unique(
        np.stack([owner[has_subcentroid], labels[has_subcentroid]], axis=1), axis=0, return_inverse=True
    )
    subcentroid = subcentroid.reshape(-1)
    subcentroid_of = np.full(len(samples), -1, np.int64)
    subcentroid_of[has_subcentroid] = subcentroid
    index = {person: row for row, person in enumerate(people)}
    kept = np.array([person in index for person in samples.rejected_persons], bool)
    width = samples.vectors.shape[1]
    good = np.array([doubt is not Reason.QUALITY for doubt in fitted.doubts], bool)
    own = np.fmax(
        left_out_similarity(samples.vectors, number, weights, burst),
        support_of_poor(samples.vectors, number, burst, good),
    )
    agreeing = np.maximum(agreeing_bursts(number, burst, weights, own, len(names))[taught], 1)
    return Gallery(
        people=people,
        centroids=sums(samples.vectors[used], weights[used], owner[used], len(people)),
        subcentroids=sums(samples.vectors[has_subcentroid], weights[has_subcentroid], subcentroid, len(pairs)),
        subcentroid_owner=pairs[:, 0].astype(np.int64),
        counts=agreeing.astype(np.int64),
        centred_centroids=np.zeros((len(people), width), np.float32),
        centred_subcentroids=np.zeros((len(pairs), width), np.float32),
        cohort=strangers,
        keys=samples.digests(),
        owners=samples.owners(),
        weights=weights,
        subcentroid_of=subcentroid_of,
        doubt_codes=np.array([-1 if doubt is None else _CODE[doubt] for doubt in fitted.doubts], np.int8),
        rejected=(samples.rejected[kept] if kept.any() else np.zeros((0, width))).astype(np.float32),
        rejected_owner=np.array([index[person] for person in samples.rejected_persons if person in index], np.int64),
        calibration=calibration,
        threshold=1.0,
        generation=generation,
    )


def _calibration(gallery: Gallery, samples: Samples) -> Calibration:
    people = len(gallery.people)
    if not people:
        return uncalibrated(0)
    seen = held_out(gallery, samples)
    genuine = np.flatnonzero(seen.trusted & seen.has_like)
    others = np.flatnonzero(
        seen.trusted & (seen.rival_person >= 0) & ~_of_one_family(gallery, samples, seen.rival_person)
    )
    return calibrated(
        people,
        int((gallery.weights > 0).sum()),
        _rows(seen.named, genuine),
        seen.right[genuine],
        seen.weight[genuine].astype(np.float64),
        _rows(seen.impostor, others),
        seen.weight[others].astype(np.float64),
        _unnamed(gallery, samples.strangers, samples.stranger_qualities),
        samples.stranger_count,
    )


def _of_one_family(gallery: Gallery, samples: Samples, rival: Integers) -> Flags:
    """Whether each sample's person, (n,), and the most similar other one are known look-alikes.

    The margin between both separates their faces; they are no measure of how similar unknown people are.
    """
    owner = np.array([gallery.index.get(person, -1) for person in samples.persons], np.int64)
    alike = np.einsum("nd,nd->n", gallery.unit_centroids[owner], gallery.unit_centroids[rival])
    return np.asarray((owner >= 0) & (alike >= cohort.SAME))


def _rows(evidence: Evidence, rows: Integers) -> Evidence:
    return Evidence(evidence.score[rows], evidence.quality[rows])


def _unnamed(gallery: Gallery, vectors: Vectors, quality: Floats) -> Evidence:
    """The evidence for the best name of each face that nobody named."""
    blocks = [vectors[start : start + BLOCK] for start in range(0, len(vectors), BLOCK)]
    found = [take_highest(scores(gallery, centred(gallery, block)))[1] for block in blocks]
    return Evidence(np.concatenate([np.zeros(0, np.float32), *found]), quality)


def threshold(calibration: Calibration, suggestions: Suggestions, share: float = 1.0) -> float:
    """The confidence from which on a name is shown, for this `share` of the wrong names that are allowed."""
    if suggestions.min_confidence is not None:
        return suggestions.min_confidence
    return calibration.threshold(share * suggestions.max_wrong_per_100 / 100)
