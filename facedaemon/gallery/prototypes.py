"""Robust prototypes: the middle of a person's faces that wrong names and blurred faces cannot pull away."""

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
STRANGE = 0.35  # cosine; only 1 in 1000 pairs of strangers is more alike (LFW: 0.33 with one model, 0.31 with two)
CLEARLY = 0.15  # cosine; three times SOFTNESS
WITNESS = 0.1  # part of a face too poor to train in telling whose its neighbours are; a good one has its quality
BELIEVED = 0.5  # a label more probably wrong than right does not train
WITNESSED = 0.18  # cosine; of a good and a poor face: as probably one person's (LFW: 0.37 ± 0.12) as two's (0 ± 0.09)
CLAIMANTS = 2  # faces that agree with each other, which a person needs to claim one that bears another name


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What the samples of some people became, row by row; all (n,).

    `weights` in the person's middle (0: not used), `labels` a number of the look within the person (-1: no own look),
    `bursts` row numbers, `doubts` None for a used sample.
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

    `owner` (n,) numbers the people from 0; `others` (k, d) are the middles of people who have no sample here. A child
    is more like `strangers` than an adult, so it must be more like somebody else to be taken for them. Faces that lie
    years apart do not contradict each other.
    """
    burst = bursts_of_all(samples, owner)
    share = 1 / np.bincount(burst, minlength=len(samples))[burst]  # a burst counts as one photo
    good = samples.quality >= min_quality
    base = np.where(good, share * samples.quality * samples.trusts, 0).astype(np.float32)
    base = np.maximum(base, np.where(good, np.float32(1e-3), 0)).astype(np.float32)
    excess = level(strangers.mass(samples.vectors), strangers.size) - PRIOR_LEVEL
    # a blurred face does not train, but it can tell which of two faces under its name is of the same person
    heard = np.where(good, base, WITNESS * share * samples.trusts).astype(np.float32)
    periods = Periods(samples.taken, owner, burst)
    belief, rival, own = _beliefs(samples, owner, heard, good, burst, others, excess, periods)
    claimed = is_claimed(own, rival)
    doubts: list[Reason | None] = [None] * len(samples)
    for row in np.flatnonzero(belief < BELIEVED):
        doubts[row] = Reason.LOOKS_LIKE_ANOTHER if claimed[row] else Reason.OUTLIER
    for row in np.flatnonzero(~good):
        doubts[row] = Reason.QUALITY
    used = np.array([doubt is None for doubt in doubts], bool)
    for spared in _beyond_limit(samples, owner, used, base, limit, periods):
        doubts[spared] = Reason.LIMIT
        used[spared] = False
    weights = np.where(used, base * belief, 0).astype(np.float32)
    weights = np.where(disputed(samples, burst, weights), COST * weights, weights).astype(np.float32)
    return Fit(weights, find_subcentroids(samples.vectors, owner, weights), burst, tuple(doubts))


def is_claimed(own: Floats, rival: Floats) -> Flags:
    """Whether each face, (n,), is so much more like another person than like its own that the label must be wrong.

    A blurred face is a little like everybody: it is a little more like somebody else than like its own person.
    """
    return np.asarray((rival > STRANGE) & ~(own > rival - CLEARLY))


def left_out_similarity(vectors: Vectors, owner: Integers, weights: Floats, burst: Integers) -> Floats:
    """How alike each face is to its person's middle without the face's own burst, (n,); NaN where nothing is left."""
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
    """How probably each label is right (n,), the likeness to the nearest other person, and to the own one.

    Iteratively reweighted means: a sample counts as far as it is more like its own person's other faces of its period
    (or all of them, if it is like these) than like anybody else. Each round believes the former round's middles.
    Likenesses are less each face's `excess` (n,), what it is more like strangers than adults are.
    """
    vectors, count = samples.vectors, int(owner.max(initial=-1)) + 1
    belief = np.ones(len(samples), np.float32)
    own = rival = np.zeros(len(samples), np.float32)
    strictness = STRANGE / 2 * (1 - samples.trusts)  # a label that may belong to another face must fit better
    witness = witnessed(vectors, owner, burst, good)
    is_witnessed = np.bincount(owner[~np.isnan(witness)], minlength=count) > 0
    for _ in range(ROUNDS):
        weights = base * belief
        unaided = _own_similarity(vectors, owner, weights, burst, periods)
        own = np.fmax(unaided, witness) - excess
        centroids = normalised(sums(vectors, weights, owner, count))
        # only faces that agree with each other can contradict one: of two unlike ones, either may be right
        agreeing = agreeing_bursts(owner, burst, weights, own, count)
        in_period = periods.counts(agreeing[owner], (weights > 1e-4) & (own > STRANGE))
        beside = np.where(own > STRANGE, agreeing[owner], in_period)
        alone = np.isnan(own) | ((beside < CLAIMANTS) & ~is_witnessed[owner])
        rival = np.zeros(len(samples), np.float32)
        rival[alone] = _nearest_other(vectors[alone], owner[alone], centroids, others)
        # a claim on others takes two faces, too: a lone one that is like them may itself have the wrong name
        centroids[agreeing < CLAIMANTS] = 0
        claim = _nearest_other(vectors, owner, centroids, others) - excess
        rival = np.where(alone, rival - excess, claim)
        against = np.maximum(rival, STRANGE * 0.4)
        # beside poor faces only, a label is as good as they say, and as nobody else claims it
        among_good = unaided if good.all() else _own_similarity(vectors, owner, weights * good, burst, periods)
        lone = np.isnan(among_good)
        among_poor = np.where(
            lone & ~alone, np.minimum(STRANGE + 0.1 - rival, own - WITNESSED), own - against - strictness
        )
        margin = np.where(alone, STRANGE + 0.1 - rival, among_poor)
        new = 1 / (1 + np.exp(-np.clip(margin / SOFTNESS, -50, 50)))
        # somebody has to stand for a person: where nobody fits and nobody else claims them, the best ones do
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
    """How alike each face is to the others of its period, or to all of its person's if it is more like these; (n,).

    NaN where its period has no other, and it is not like the rest: years may lie between.
    """
    whole = left_out_similarity(vectors, owner, weights, burst)
    near = periods.left_out_similarity(vectors, weights, whole)
    return np.where(np.isnan(near) & ~(whole > STRANGE), np.nan, np.fmax(near, whole)).astype(np.float32)


def witnessed(vectors: Vectors, owner: Integers, burst: Integers, good: Flags) -> Floats:
    """How alike each good face is, (n,), to a poor face of its person's that cannot be a stranger's; NaN for none.

    Poor faces weigh little; but where two good ones contradict each other, the one that such a face is like is right.
    """
    witness = np.full(len(vectors), np.nan, np.float32)
    for person in np.unique(owner[~good]).tolist():
        own, poor = (np.flatnonzero((owner == person) & part) for part in (good, ~good))
        alike = np.where(burst[own, None] == burst[None, poor], -1, vectors[own] @ vectors[poor].T)
        most_similar = alike.max(axis=1, initial=-1)
        witness[own] = np.where(most_similar > STRANGE, most_similar, np.nan)
    return witness


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
    """The rows that a person with more than `limit` used samples can spare: the chosen ones differ most.

    Faces of another period do not stand for one, however alike: each period keeps some.
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
