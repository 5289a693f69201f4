"""Faces and prototypes relative to the strangers near them: what is left of a similarity is specific to the person.

To the network children are more similar to each other than adults. What they share is the mean of the strangers near
a child's face, and it is subtracted.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from facedaemon.gallery.cohort import NEAREST, PRIOR_MASS, SAME
from facedaemon.gallery.samples import Flags, Floats, Integers
from facedaemon.unit_vectors import normalised
from facedaemon.values import Vectors

if TYPE_CHECKING:
    from facedaemon.gallery.gallery import Gallery

MEANT = 2  # people to whom a face is most similar: it may be of either, so neither is a stranger to it


def centred(
    gallery: "Gallery",
    vectors: Vectors,
    own: Integers | None = None,
    meant: int = MEANT,
    pull: tuple[Floats, Vectors] | None = None,
) -> Vectors:
    """Each face or prototype, (n, d), less the mean of the strangers near it, of length 1.

    The mean is weighted by exp(similarity / temperature). Strangers are the cohort and the known people, except the
    person in row `own`, (n,) (-1: nobody), the `meant` people to whom the face is most similar, and those with a
    similarity of `SAME` or more: else twins would be subtracted from each other. The prior, adults in general, has mean
    0: in a library with few strangers a face moves little. K. Hara and others, Localized centering: reducing hubness in
    large-sample data (AAAI 2015), with weights instead of k nearest ones. `pull` is `Cohort.pull` of these vectors,
    where it is known already.
    """
    people, every = gallery.unit_centroids[gallery.others], np.arange(len(vectors))
    alike = vectors @ people.T
    near = np.where(alike >= SAME, 0, np.exp(alike / NEAREST))
    if own is not None and len(people):
        place = np.where(own >= 0, gallery.place_among_others[own], -1)
        near[every[place >= 0], place[place >= 0]] = 0
    for _ in range(min(meant, len(people))):
        near[every, near.argmax(axis=1)] = 0
    mass, total = gallery.cohort.pull(vectors) if pull is None else pull
    mean = (total + near @ people) / (mass + near.sum(axis=1) + PRIOR_MASS)[:, None]
    return normalised(vectors - mean)


def with_centred_prototypes(gallery: "Gallery", changed: Flags | None = None) -> "Gallery":
    """The gallery with the prototypes of its people (those `changed`, (P,), or all) centred among strangers."""
    chosen = np.ones(len(gallery.people), bool) if changed is None else changed
    rows, parts = np.flatnonzero(chosen), np.flatnonzero(chosen[gallery.subcentroid_owner])
    centroids, subcentroids = gallery.centred_centroids.copy(), gallery.centred_subcentroids.copy()
    centroids[rows] = centred(gallery, gallery.unit_centroids[rows], rows, 0)
    subcentroids[parts] = centred(gallery, gallery.unit_subcentroids[parts], gallery.subcentroid_owner[parts], 0)
    return replace(gallery, centred_centroids=centroids, centred_subcentroids=subcentroids)
