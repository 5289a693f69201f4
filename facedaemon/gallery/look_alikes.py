"""Pairs of people who look alike (siblings, twins, parent and child), and how often their faces are mixed up."""

from collections.abc import Iterable

import numpy as np

from facedaemon.figures import LookAlikes
from facedaemon.gallery.cohort import PRIOR_LEVEL, level
from facedaemon.gallery.gallery import Gallery
from facedaemon.gallery.held_out import held_out
from facedaemon.gallery.samples import Samples
from facedaemon.gallery.validate import is_shown

# Similarity of two people, on the scale of a name's evidence (docs/recognition.md). Of 48,516 pairs of LFW's people 1
# in 160 is at least NEAR, the nearest one is 0.51; halves of one person's photos under two names are 0.82 and more.
NEAR = 0.3
ALIKE = 0.55
_BLOCK = 1024  # rows compared at once


def look_alikes(gallery: Gallery, samples: Samples) -> tuple[LookAlikes, ...]:
    """Pairs that are mixed up, most often first, then other very similar ones.

    A face is mixed up where the other one's name would be shown for it, with its own burst left out.
    """
    near = _near(gallery)
    if not near:
        return ()
    people = {row for pair in near for row in pair}
    known = np.array([gallery.index.get(person, -1) for person in samples.persons], np.int64)
    rows = np.flatnonzero(np.isin(known, list(people)))
    if not len(rows):
        return ()
    owner, seen = known[rows], held_out(gallery, samples.chosen(rows))
    counted = seen.trusted & ~np.isnan(seen.own)
    wrong = counted & ~seen.right & is_shown(gallery, seen.named)
    faces = np.bincount(owner[counted], minlength=len(gallery.people))
    mixed_up = _counted(zip(owner[wrong].tolist(), seen.rival_person[wrong].tolist(), strict=True))
    found = [
        LookAlikes(
            gallery.people[one],
            gallery.people[other],
            likeness,
            int(faces[one] + faces[other]),
            mixed_up.get((one, other), 0),
        )
        for (one, other), likeness in near.items()
    ]
    named = (pair for pair in found if pair.likeness >= ALIKE or (pair.mixed_up and pair.is_measured))
    return tuple(sorted(named, key=lambda pair: (-pair.mixed_up, -pair.likeness, pair.one, pair.other)))


def _counted(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """How often each pair occurs, in either order."""
    found: dict[tuple[int, int], int] = {}
    for one, other in pairs:
        key = min(one, other), max(one, other)
        found[key] = found.get(key, 0) + 1
    return found


def _near(gallery: Gallery) -> dict[tuple[int, int], float]:
    """The pairs of people (rows, the lower one first) with a similarity of `NEAR` or more, and that similarity."""
    vectors = np.concatenate([gallery.unit_centroids, gallery.unit_subcentroids])
    owner = np.concatenate([np.arange(len(gallery.people)), gallery.subcentroid_owner])
    # elsewhere known people count as strangers: a twin would raise the level, and so not be found here
    half = (level(gallery.cohort.mass(vectors), gallery.cohort.size) - PRIOR_LEVEL) / 2
    found: dict[tuple[int, int], float] = {}
    for start in range(0, len(vectors), _BLOCK):
        rows = slice(start, start + _BLOCK)
        alike = vectors[rows] @ vectors.T - half[rows, None] - half[None]
        first, second = np.nonzero((alike >= NEAR) & (owner[rows, None] < owner[None]))
        for one, other, likeness in zip(
            owner[rows][first].tolist(), owner[second].tolist(), alike[first, second].tolist(), strict=True
        ):
            found[one, other] = max(found.get((one, other), likeness), likeness)
    return found
