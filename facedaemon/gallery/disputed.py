"""Samples that are disputed by rejections: one rejection concerns one face, several may show that a sample is wrong."""

import numpy as np

from facedaemon.gallery.samples import Flags, Floats, Integers, Samples, bursts

SEVERAL = 2  # rejections that must agree, of different bursts: one click may be a slip, or a wish not to see a photo
LIKE_THE_SAMPLE = 0.35  # cosine; only 1 in 1000 pairs of strangers is more similar
MORE_LIKE = 0.15  # cosine; how much more similar to the sample than to the person's other faces a rejected face must be
COST = 0.5  # weight of a disputed sample: that of one whose label is as probably wrong as right


def disputed(samples: Samples, burst: Integers, weights: Floats) -> Flags:
    """Which samples, (n,), are disputed by several independent rejections.

    A rejected face disputes the sample of that person that it is most similar to, where it is clearly less similar to
    the person's other faces, weighted by `weights` (n,): then that sample, not the person, caused the suggestion. A
    correct face that somebody rejects is similar to all of the person's faces and disputes none.
    """
    found = np.zeros(len(samples), bool)
    persons, refused = np.array(samples.persons), np.array(samples.rejected_persons)
    for person in sorted(set(samples.rejected_persons) & set(samples.persons)):
        rows, of_person = np.flatnonzero(persons == person), np.flatnonzero(refused == person)
        against = np.array([_accused(samples, rows, burst, weights, samples.rejected[row]) for row in of_person])
        independent = bursts(samples.rejected[of_person], samples.rejection_groups[of_person])
        for accused in np.unique(against[against >= 0]).tolist():
            found[accused] = len(np.unique(independent[against == accused])) >= SEVERAL
    return found


def _accused(samples: Samples, rows: Integers, burst: Integers, weights: Floats, rejected: Floats) -> int:
    """Which of a person's samples (`rows`) caused the suggestion for this face; -1 where no single one did."""
    alike = samples.vectors[rows] @ rejected
    most_similar = int(np.argmax(alike))
    others = rows[burst[rows] != burst[rows[most_similar]]]
    centroid = weights[others] @ samples.vectors[others]
    length = float(np.linalg.norm(centroid))
    of_others = float(centroid @ rejected) / length if length > 0 else 0.0
    if alike[most_similar] < LIKE_THE_SAMPLE or alike[most_similar] < of_others + MORE_LIKE:
        return -1
    return int(rows[most_similar])
