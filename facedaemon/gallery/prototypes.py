"""Robust prototypes: centroids of people's faces that wrong names and blurred faces hardly move."""

from dataclasses import dataclass

import numpy as np

from facedaemon.gallery.cohort import PRIOR_LEVEL, Cohort, level
from facedaemon.gallery.disputed import COST, disputed
from facedaemon.gallery.periods import Periods
from facedaemon.gallery.samples import Flags, Floats, Integers, Reason, Samples, bursts
from facedaemon.gallery.subcentroids import find_subcentroids
from facedaemon.unit_vectors import normalised
from facedaemon.values import Vectors

ROUNDS = 8  # beliefs change by less than 0.01 after five on the messy benchmark
SOFTNESS = 0.05  # cosine; half the spread of similarities between strangers (0.09 on LFW)
STRANGE = 0.35  # cosine; only 1 in 1000 pairs of strangers is more similar (LFW: 0.33 with one model, 0.31 with two)
CLEARLY = 0.15  # cosine; three times SOFTNESS
POOR_WEIGHT = 0.1  # of a face too poor to train, where labels are judged; a good face has its quality as weight
BELIEVED = 0.5  # a label more probably wrong than right does not train
# Cosine: a good and a poor face are as probably one person's (LFW: 0.37 ± 0.12) as two's (0 ± 0.09).
POOR_SIMILARITY = 0.18
AGREEING = 2  # faces similar to each other that a person needs before a face with another name can be theirs


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What the samples of some people became, row by row; all (n,).

    `weights` in the person's centroid (0: not used), `labels` the number of the subcentroid within the person (-1:
    none), `bursts` row numbers, `doubts` None for a used sample.
    """

    weights: Floats
    labels: Integers
    bursts: Integers
    doubts: tuple[Reason | None, ...]


def sums(vectors: Vectors, weights: Floats, owner: Integers, count: int) -> Vectors:
    """The weighted sum of each owner's vectors, (count, d)."""
    total = np.zeros((count, vectors.shape[1]), np.float32)
    np.add.at(total, owner, vectors * weights[:, None])
    return total


def bursts_of_all(samples: Samples, owner: Integers) -> Integers:
    """The burst of each sample, (n,): a row number; bursts never join two people."""
    found = np.arange(len(samples))
    order = np.argsort(owner, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(owner[order])) + 1):
        found[rows] = rows[bursts(samples.vectors[rows], samples.groups[rows])]
    return found


def fit(samples: Samples, owner: Integers, others: Vectors, strangers: Cohort, min_quality: float, limit: int) -> Fit:
    """Which samples train, and how much each counts.

    `owner` (n,) numbers the people from 0; `others` (k, d) are the centroids of people who have no sample here. A child
    is more similar to `strangers` than an adult is, so it needs a higher similarity to be taken for somebody else.
    Faces that lie years apart do not contradict each other.
    """
    burst = bursts_of_all(samples, owner)
    share = 1 / np.bincount(burst, minlength=len(samples))[burst]  # a burst counts as one photo
    good = samples.quality >= min_quality
    base = np.where(good, share * samples.quality * samples.trusts, 0).astype(np.float32)
    base = np.maximum(base, np.where(good, np.float32(1e-3), 0)).astype(np.float32)
    excess = level(strangers.mass(samples.vectors), strangers.size) - PRIOR_LEVEL
    # a blurred face does not train, but it can show which of two faces under its name is of the same person
    voting = np.where(good, base, POOR_WEIGHT * share * samples.trusts).astype(np.float32)
    periods = Periods(samples.taken, owner, burst)
    belief, rival, own = _beliefs(samples, owner, voting, good, burst, others, excess, periods)
    of_another = is_of_another(own, rival)
    doubts: list[Reason | None] = [None] * len(samples)
    for row in np.flatnonzero(belief < BELIEVED):
        doubts[row] = Reason.LOOKS_LIKE_ANOTHER if of_another[row] else Reason.OUTLIER
    for row in np.flatnonzero(~good):
        doubts[row] = Reason.QUALITY
    used = np.array([doubt is None for doubt in doubts], bool)
    for spared in _beyond_limit(samples, owner, used, base, limit, periods):
        doubts[spared] = Reason.LIMIT
        used[spared] = False
    weights = np.where(used, base * belief, 0).astype(np.float32)
    weights = np.where(disputed(samples, burst, weights), COST * weights, weights).astype(np.float32)
    return Fit(weights, find_subcentroids(samples.vectors, owner, weights), burst, tuple(doubts))


def is_of_another(own: Floats, rival: Floats) -> Flags:
    """Whether each face, (n,), is so much more similar to another person than to its own that its label is wrong.

    A small difference does not count: a blurred face is a little similar to everybody.
    """
    return np.asarray((rival > STRANGE) & ~(own > rival - CLEARLY))


def left_out_similarity(vectors: Vectors, owner: Integers, weights: Floats, burst: Integers) -> Floats:
    """How similar each face is to its person's centroid without its own burst, (n,); NaN where nothing is left."""
    count = int(owner.max(initial=-1)) + 1
    rest = sums(vectors, weights, owner, count)[owner] - sums(vectors, weights, burst, len(vectors))[burst]
    left = np.bincount(owner, weights, count)[owner] - np.bincount(burst, weights, len(vectors))[burst]
    length = np.linalg.norm(rest, axis=1)
    known = left > 1e-4
    similarity = np.einsum("nd,nd->n", vectors, rest) / np.where(known, np.maximum(length, 1e-9), 1)
    return np.where(known, similarity, np.nan).astype(np.float32)


def _beliefs(
    samples: Samples,
    owner: Integers,
    base: Floats,
    good: Flags,
    burst: Integers,
    others: Vectors,
    excess: Floats,
    periods: Periods,
) -> tuple[Floats, Floats, Floats]:
    """The probability that each label is right, (n,), the similarity to the nearest other person, and to the own one.

    Iteratively reweighted means: a sample counts as far as it is more similar to its own person's other faces of its
    period (or to all of them, where that is higher) than to anybody else. Each round uses the centroids of the former
    one. Of all similarities each face's `excess` (n,) is subtracted: its level among strangers above that of adults.
    """
    vectors, count = samples.vectors, int(owner.max(initial=-1)) + 1
    belief = np.ones(len(samples), np.float32)
    own = rival = np.zeros(len(samples), np.float32)
    strictness = STRANGE / 2 * (1 - samples.trusts)  # a label that may belong to another face must fit better
    poor_support = support_of_poor(vectors, owner, burst, good)
    has_poor_support = np.bincount(owner[~np.isnan(poor_support)], minlength=count) > 0
    for _ in range(ROUNDS):
        weights = base * belief
        unaided = _own_similarity(vectors, owner, weights, burst, periods)
        own = np.fmax(unaided, poor_support) - excess
        centroids = normalised(sums(vectors, weights, owner, count))
        # only faces that agree with each other can contradict one: of two dissimilar ones, either may be right
        agreeing = agreeing_bursts(owner, burst, weights, own, count)
        in_period = periods.counts(agreeing[owner], (weights > 1e-4) & (own > STRANGE))
        beside = np.where(own > STRANGE, agreeing[owner], in_period)
        alone = np.isnan(own) | ((beside < AGREEING) & ~has_poor_support[owner])
        rival = np.zeros(len(samples), np.float32)
        rival[alone] = _nearest_other(vectors[alone], owner[alone], centroids, others)
        # taking a face from another name needs two faces, too: a single similar one may itself have the wrong name
        centroids[agreeing < AGREEING] = 0
        claim = _nearest_other(vectors, owner, centroids, others) - excess
        rival = np.where(alone, rival - excess, claim)
        against = np.maximum(rival, STRANGE * 0.4)
        # beside poor faces only, a label is as good as its similarity to them, and to nobody else
        among_good = unaided if good.all() else _own_similarity(vectors, owner, weights * good, burst, periods)
        lone = np.isnan(among_good)
        among_poor = np.where(
            lone & ~alone, np.minimum(STRANGE + 0.1 - rival, own - POOR_SIMILARITY), own - against - strictness
        )
        margin = np.where(alone, STRANGE + 0.1 - rival, among_poor)
        new = 1 / (1 + np.exp(-np.clip(margin / SOFTNESS, -50, 50)))
        # each person needs a sample: where none fits and none is of somebody else, the best ones are used
        unclaimed = claim < STRANGE
        best = np.full(count, 1e-6)
        np.maximum.at(best, owner[unclaimed & good], new[unclaimed & good])
        fits = np.zeros(count)
        np.maximum.at(fits, owner[good], new[good])
        rescued = unclaimed & good & (fits[owner] < BELIEVED)
        new = np.where(rescued, new / np.maximum(best[owner], new), new)
        belief = np.asarray(new, np.float32)
    return belief, rival, own


def _own_similarity(vectors: Vectors, owner: Integers, weights: Floats, burst: Integers, periods: Periods) -> Floats:
    """How similar each face is to the others of its period, or to all of its person's where that is higher; (n,).

    NaN where its period has no other and it is not similar to the rest: years may lie between.
    """
    whole = left_out_similarity(vectors, owner, weights, burst)
    near = periods.left_out_similarity(vectors, weights, whole)
    return np.where(np.isnan(near) & ~(whole > STRANGE), np.nan, np.fmax(near, whole)).astype(np.float32)


def support_of_poor(vectors: Vectors, owner: Integers, burst: Integers, good: Flags) -> Floats:
    """How similar each good face is, (n,), to a poor face of its person's that cannot be a stranger's; NaN for none.

    Poor faces weigh little; but of two good ones that contradict each other, the one that is similar to them is right.
    """
    poor_support = np.full(len(vectors), np.nan, np.float32)
    for person in np.unique(owner[~good]).tolist():
        own, poor = (np.flatnonzero((owner == person) & part) for part in (good, ~good))
        alike = np.where(burst[own, None] == burst[None, poor], -1, vectors[own] @ vectors[poor].T)
        most_similar = alike.max(axis=1, initial=-1)
        poor_support[own] = np.where(most_similar > STRANGE, most_similar, np.nan)
    return poor_support


def agreeing_bursts(owner: Integers, burst: Integers, weights: Floats, own: Floats, count: int) -> Integers:
    """How many bursts of each person look like the person's others, (count,); only those that train count."""
    agreeing = np.unique(burst[(weights > 1e-4) & (own > STRANGE)])
    return np.bincount(owner[agreeing], minlength=count)


def _nearest_other(vectors: Vectors, owner: Integers, centroids: Vectors, others: Vectors) -> Floats:
    nearest = np.zeros(len(vectors), np.float32)
    for start in range(0, len(vectors), 4096):
        rows = slice(start, start + 4096)
        alike = vectors[rows] @ centroids.T
        alike[np.arange(len(alike)), owner[rows]] = -1
        nearest[rows] = alike.max(axis=1, initial=-1)
        if len(others):
            nearest[rows] = np.maximum(nearest[rows], (vectors[rows] @ others.T).max(axis=1))
    return nearest


def _beyond_limit(
    samples: Samples, owner: Integers, used: Flags, base: Floats, limit: int, periods: Periods
) -> list[int]:
    """The rows that are not used where a person has more than `limit` samples: those kept differ most from each other.

    A face does not replace one of another period, however similar: each period keeps some.
    """
    spared: list[int] = []
    for person in np.flatnonzero(np.bincount(owner[used]) > limit):
        rows = np.flatnonzero(used & (owner == person))
        vectors, worth = samples.vectors[rows], base[rows].astype(np.float64)
        nearest = np.full(len(rows), -1.0)
        left = np.ones(len(rows), bool)
        for _ in range(limit):
            pick = int(np.argmax(np.where(left, (1 - nearest) * worth, -1)))
            left[pick] = False
            alike = np.where(periods.near(int(rows[pick]), rows), vectors @ vectors[pick], -1)
            nearest = np.maximum(nearest, alike)
        spared += [int(row) for row in rows[left]]
    return spared
