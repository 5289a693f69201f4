"""How well groups of faces agree with the people that they show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facedaemon.gallery import ALONE

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well groups agree with people; shares, 0 to 1."""

    precision: float
    recall: float
    bcubed_precision: float
    bcubed_recall: float

    @property
    def bcubed_f(self) -> float:
        """The harmonic mean of the two."""
        return 2 * self.bcubed_precision * self.bcubed_recall / (self.bcubed_precision + self.bcubed_recall)


def agreement(label: Labels, owner: Labels) -> Agreement:
    """Of groups (ALONE: each its own) with people, both (n,)."""
    label = np.where(label == ALONE, label.max(initial=0) + 1 + np.arange(len(label)), label)
    label, owner = (np.unique(of, return_inverse=True)[1] for of in (label, owner))
    _, place, both = np.unique(np.stack([label, owner]), axis=1, return_inverse=True, return_counts=True)
    shared = both[place.reshape(-1)]
    groups, people = np.bincount(label), np.bincount(owner)
    pairs, of_groups, of_people = (float((of * (of - 1)).sum()) for of in (both, groups, people))
    return Agreement(
        pairs / max(of_groups, 1),
        pairs / max(of_people, 1),
        float((shared / groups[label]).mean()),
        float((shared / people[owner]).mean()),
    )
