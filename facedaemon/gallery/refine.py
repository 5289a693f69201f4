"""A gallery in use learns what changed: only the people concerned are trained again."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from facedaemon.config import Suggestions, Training
from facedaemon.gallery.centring import with_centred_prototypes
from facedaemon.gallery.gallery import Gallery
from facedaemon.gallery.prototypes import fit
from facedaemon.gallery.samples import Flags, Hashes, Integers, Samples, numbers_of
from facedaemon.gallery.train import assembled, build, in_order, numbered, recalibrated, threshold

SMALL = 1000  # samples; up to here a new calibration takes less than 0.1 s, and each confirmation makes one


def updated(
    gallery: Gallery,
    samples: Samples,
    changed: Collection[str],
    training: Training | None = None,
    suggestions: Suggestions | None = None,
    *,
    is_whole: bool = True,
) -> Gallery:
    """The gallery with the `changed` people trained again; the generation stays.

    From all samples of the library: then people whom the gallery knows otherwise count as changed, too, and a small
    library is calibrated again, since there one confirmation can change much for all others. Or (not `is_whole`) from
    those of the changed people alone.
    """
    training, suggestions = training or Training(), suggestions or Suggestions()
    if not len(samples):  # nobody is left: without vectors their width is not known
        samples = replace(samples, vectors=gallery.centroids[:0])
    if not is_whole:
        return _refined(gallery, samples, numbers_of(changed), training, suggestions)
    if not len(gallery.keys):
        return build(samples, training, suggestions, generation=gallery.generation)
    numbers = np.union1d(numbers_of(changed), _known_otherwise(gallery, samples))
    part = samples.chosen(np.isin(samples.owners(), numbers))
    made = _refined(gallery, part, numbers, training, suggestions)
    return made if len(samples) > SMALL else recalibrated(made, samples, suggestions)


def _refined(gallery: Gallery, part: Samples, changed: Hashes, training: Training, suggestions: Suggestions) -> Gallery:
    part = in_order(part)
    stays = ~np.isin(numbers_of(gallery.people), changed)
    owner = numbered(part)[1]
    others, limit = gallery.unit_centroids[stays], training.max_samples_per_person
    fitted = fit(part, owner, others, gallery.cohort, training.min_quality, limit)
    made = assembled(part, fitted, gallery.calibration, gallery.cohort, gallery.generation)
    joined = _joined(_without(gallery, stays, ~np.isin(gallery.owners, changed)), made)
    changed_people = np.isin(numbers_of(joined.people), changed)
    return replace(
        with_centred_prototypes(joined, changed_people), threshold=threshold(gallery.calibration, suggestions)
    )


def _known_otherwise(gallery: Gallery, samples: Samples) -> Hashes:
    """The people, by number, whose samples or rejections differ from those that the gallery was trained with."""
    digests = samples.digests()
    new, gone = ~np.isin(digests, gallery.keys), ~np.isin(gallery.keys, digests)
    before = {(gallery.people[o], v.tobytes()) for o, v in zip(gallery.rejected_owner, gallery.rejected, strict=True)}
    now = {(p, v.tobytes()) for p, v in zip(samples.rejected_persons, samples.rejected, strict=True)}
    rejected = numbers_of({person for person, _ in before ^ now})
    return np.unique(np.concatenate([samples.owners()[new], gallery.owners[gone], rejected]))


def _without(gallery: Gallery, people: Flags, samples: Flags) -> Gallery:
    """Only these people, (P,), and samples, (n,)."""
    place = np.where(people, np.cumsum(people) - 1, -1)
    subcentroids, rejected = people[gallery.subcentroid_owner], people[gallery.rejected_owner]
    subcentroid_place = np.append(np.where(subcentroids, np.cumsum(subcentroids) - 1, -1), -1)
    return replace(
        gallery,
        people=tuple(name for name, stays in zip(gallery.people, people, strict=True) if stays),
        centroids=gallery.centroids[people],
        subcentroids=gallery.subcentroids[subcentroids],
        subcentroid_owner=place[gallery.subcentroid_owner[subcentroids]],
        counts=gallery.counts[people],
        centred_centroids=gallery.centred_centroids[people],
        centred_subcentroids=gallery.centred_subcentroids[subcentroids],
        keys=gallery.keys[samples],
        owners=gallery.owners[samples],
        weights=gallery.weights[samples],
        subcentroid_of=subcentroid_place[gallery.subcentroid_of[samples]],
        doubt_codes=gallery.doubt_codes[samples],
        rejected=gallery.rejected[rejected],
        rejected_owner=place[gallery.rejected_owner[rejected]],
    )


def _joined(one: Gallery, other: Gallery) -> Gallery:
    """Both galleries' people, by name; they share none. Calibration and generation are the first one's."""
    names = [*one.people, *other.people]
    order = np.array(sorted(range(len(names)), key=names.__getitem__), np.int64)
    place = _places(order)
    subcentroid_owner = np.concatenate([place[one.subcentroid_owner], place[other.subcentroid_owner + len(one.people)]])
    subcentroid_order = np.argsort(subcentroid_owner, kind="stable")
    subcentroid_place = np.append(_places(subcentroid_order), -1)
    moved = np.where(other.subcentroid_of < 0, -1, other.subcentroid_of + len(one.subcentroids))
    by_key = np.argsort(np.concatenate([one.keys, other.keys]), kind="stable")
    return replace(
        one,
        people=tuple(names[row] for row in order),
        centroids=np.concatenate([one.centroids, other.centroids])[order],
        subcentroids=np.concatenate([one.subcentroids, other.subcentroids])[subcentroid_order],
        subcentroid_owner=subcentroid_owner[subcentroid_order],
        counts=np.concatenate([one.counts, other.counts])[order],
        centred_centroids=np.concatenate([one.centred_centroids, other.centred_centroids])[order],
        centred_subcentroids=np.concatenate([one.centred_subcentroids, other.centred_subcentroids])[subcentroid_order],
        keys=np.concatenate([one.keys, other.keys])[by_key],
        owners=np.concatenate([one.owners, other.owners])[by_key],
        weights=np.concatenate([one.weights, other.weights])[by_key],
        subcentroid_of=subcentroid_place[np.concatenate([one.subcentroid_of, moved])][by_key],
        doubt_codes=np.concatenate([one.doubt_codes, other.doubt_codes])[by_key],
        rejected=np.concatenate([one.rejected, other.rejected]),
        rejected_owner=np.concatenate([place[one.rejected_owner], place[other.rejected_owner + len(one.people)]]),
    )


def _places(order: Integers) -> Integers:
    """The new place of each row when rows are taken in this order."""
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place
