"""How similar a face is to strangers. This differs from face to face: it is higher for children than for adults."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from facedaemon.gallery.samples import Floats, Integers
from facedaemon.values import Halves, Vectors

# Cosines: a stranger who is more similar by this much counts e times as much; for the level, and for the mean of the
# nearest ones (0.08 to 0.12 make no difference).
TEMPERATURE, NEAREST = 0.07, 0.1
# What is known before a library is seen: the similarity of unrelated adults (LFW: mean 0.01, deviation 0.09), as a
# level, which is mean + deviation^2 / (2 x temperature) for a normal distribution; it counts as this many strangers.
PRIOR_LEVEL = 0.07
PRIOR_COUNT = 20
PRIOR_MASS = 165.0  # the same for the mean: 100 such strangers, with a mean exp(similarity / 0.1) of 1.65
LARGEST = 1000  # strangers
PEOPLE = 250  # known people beside them: more take time and change nothing
# Cosine: from here on two faces show one person, or people of one family; they are no strangers to each other.
SAME = 0.55
OF_ONE = 5  # faces of one stranger that count in full: one whom nobody names may be in every second photo
_FLOOR = 1e-6


@dataclass(frozen=True, eq=False)
class Cohort:
    """Faces of strangers, by which others are measured.

    `faces` (m, d); `weights` (m,) the probability that each is a stranger, less where one stranger has many faces.
    """

    faces: Halves
    weights: Floats

    @cached_property
    def _vectors(self) -> Vectors:
        return np.asarray(self.faces, np.float32)

    def mass(self, vectors: Vectors) -> Floats:
        """The sum of exp(similarity / `TEMPERATURE`) over the strangers, (n,)."""
        return np.asarray(self._near(vectors, TEMPERATURE).sum(axis=1), np.float32)

    def pull(self, vectors: Vectors) -> tuple[Floats, Vectors]:
        """The sum of exp(similarity / `NEAREST`), (n,), and that of the strangers' faces with these weights, (n, d)."""
        near = self._near(vectors, NEAREST)
        return np.asarray(near.sum(axis=1), np.float32), np.asarray(near @ self._vectors, np.float32)

    def _near(self, vectors: Vectors, temperature: float) -> Floats:
        alike = vectors @ self._vectors.T
        counts = alike < SAME
        alike /= np.float32(temperature)  # in place: these are the largest arrays of a rebuild
        np.exp(alike, out=alike)
        alike *= counts
        alike *= self.weights
        return np.asarray(alike, np.float32)

    @property
    def size(self) -> float:
        """How many strangers there are, by weight."""
        return float(self.weights.sum())


def level(mass: Floats, size: Floats | float) -> Floats:
    """The level of similarity to strangers, (n,): the logarithm of the mean of exp(similarity / temperature).

    `mass` is the sum over `size` strangers. A background density as in D. Reynolds, Speaker verification using adapted
    Gaussian mixture models (2000), with one Gaussian around each stranger; the nearest strangers decide it, as in
    adaptive score normalisation (S. Cumani and others, 2011).
    """
    known = PRIOR_COUNT * np.exp(PRIOR_LEVEL / TEMPERATURE)
    mean = (np.maximum(mass, 0) + known) / (np.maximum(size, 0) + PRIOR_COUNT)
    return np.asarray(TEMPERATURE * np.log(np.maximum(mean, _FLOOR)), np.float32)


def spread_out(count: int) -> Integers:
    """At most `LARGEST` of `count` rows, evenly spaced."""
    return np.linspace(0, max(count - 1, 0), min(count, LARGEST)).astype(np.int64)


def some_people(count: int) -> slice:
    """At most `PEOPLE` of `count` rows, evenly spaced."""
    return slice(None, None, max(-(-count // PEOPLE), 1))


def of_strangers(vectors: Vectors) -> Cohort:
    """A cohort of faces that nobody named, no more than `OF_ONE` of each. Many may be of known people."""
    faces = vectors[spread_out(len(vectors))].astype(np.float16)
    wide = faces.astype(np.float32)
    of_one = np.maximum((wide @ wide.T >= SAME).sum(axis=1), 1)
    return Cohort(faces, np.minimum(OF_ONE / of_one, 1).astype(np.float32))


def none(width: int) -> Cohort:
    """No strangers at all."""
    return Cohort(np.zeros((0, width), np.float16), np.zeros(0, np.float32))
