"""How certain a name is: its probability, and the threshold for a wanted share of wrong names, by the library."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facedaemon.gallery.samples import Flags, Floats

Doubles = NDArray[np.float64]

# What is known before a library is seen: the log odds of a name grow with its score, and fall with the quality of the
# face: a good one is more similar to its person. Fitted on children, adults, clean and messy photos together, with
# equal weights (docs/recognition.md).
PRIOR = np.array([-11.3, 32.0, -1.7])
PRIOR_SPREAD = np.array([1.5, 5.0, 0.5])
# The scores of right names: the means of ten equal parts of the same faces. They count as ten faces when the effect
# of a threshold is estimated, until a library has more of its own.
PRIOR_SCORES = np.array([0.44, 0.55, 0.6, 0.65, 0.68, 0.73, 0.78, 0.84, 0.87, 0.9], np.float32)
PRIOR_QUALITY = 0.8
PEOPLE_OF_PRIOR = 200  # in the gallery that the prior was fitted on
# Bounds of strangers to known people among new faces: a library without strangers will meet some; one in which few
# are known will know more.
LEAST_ODDS, MOST_ODDS = 0.5, 1000.0
AIM = 0.7  # of the allowed share, over all faces: among children, who are more similar, more names are wrong
SURE_PER_SHARE = 50  # a name less probable than 1 - 50 x the allowed share is not shown: 0.5 at 1 in 100
LEVELS = np.concatenate([np.arange(0, 0.99, 0.01), 1 - np.geomspace(0.01, 1e-5, 61)])


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What speaks for one name for each face; all (n,).

    Similarity to the person, both centred among strangers, and quality.
    """

    score: Floats
    quality: Floats

    def columns(self) -> Doubles:
        """The predictors, (n, 3), as `PRIOR` weighs them."""
        return np.column_stack([np.ones(len(self.score)), self.score, self.quality]).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The weights of the evidence, and how many names would be wrong at each threshold.

    `wrong_share` holds, for each of `LEVELS`, the share of wrong names among those shown at that threshold.
    """

    weights: Doubles
    wrong_share: Doubles

    def probability(self, evidence: Evidence) -> Floats:
        """How probably the name is right, (n,), 0 to 1; a stranger's name is never right."""
        return np.asarray(1 / (1 + np.exp(-self.log_odds(evidence))), np.float32)

    def log_odds(self, evidence: Evidence) -> Doubles:
        """The logarithm of right to not right for each name, (n,), within 40 of 0."""
        return np.asarray(np.clip(evidence.columns() @ self.weights, -40, 40), np.float64)

    def threshold(self, wrong_share: float) -> float:
        """The lowest confidence at which at most `wrong_share` (0 to 1) of the shown names are wrong."""
        fine = (self.wrong_share <= AIM * wrong_share) & (LEVELS >= 1 - SURE_PER_SHARE * wrong_share)
        return float(LEVELS[fine][0]) if fine.any() else float(LEVELS[-1])

    def promised(self, confidence: float) -> float:
        """The share of wrong names, 0 to 1, that is expected among those shown from this confidence on."""
        return float(self.wrong_share[max(int(np.searchsorted(LEVELS, confidence, side="right")) - 1, 0)])


def prior(people: int, odds: float = 1.0) -> Doubles:
    """The weights before anything is seen.

    Among fewer people a stranger is less likely to resemble one. Half of what chance alone would give is assumed, since
    small galleries are families. `odds` are those of strangers to known people.
    """
    shifted = PRIOR.copy()
    shifted[0] -= 0.5 * np.log(max(people, 1) / PEOPLE_OF_PRIOR) + np.log(min(odds, MOST_ODDS))
    return shifted


def calibrated(
    people: int,
    confirmed: int,
    known: Evidence,
    right: Flags,
    known_weight: Doubles,
    impostors: Evidence,
    impostor_weight: Doubles,
    unnamed: Evidence,
    unnamed_expected: int,
) -> Calibration:
    """The calibration of a library of `people` people with `confirmed` confirmed faces.

    `known` are confirmed faces, each matched without its own burst, `right` whether their own name came out on top;
    `impostors` the same faces without their person in the gallery; `unnamed` faces that nobody named: many of them
    show the people, so each counts as a stranger only as far as it does not look like one of them. `unnamed_expected`
    is how many there will be once all photos are analysed: names given before are to be as certain as those given then.
    """
    start = weights = prior(people)
    columns = np.concatenate([known.columns(), impostors.columns(), unnamed.columns()])
    target = np.concatenate([right, np.zeros(len(impostor_weight) + len(unnamed.score))]).astype(np.float64)
    total = float(known_weight.sum())
    negative = np.zeros(0)
    for _ in range(4 if len(unnamed.score) else 1):
        stranger = 1 / (1 + np.exp(np.clip(unnamed.columns() @ weights, -40, 40)))
        odds = _odds_of_strangers(stranger, confirmed, unnamed_expected)
        halves = 0.5 if len(unnamed.score) and len(impostor_weight) else 1.0
        # strangers among the unnamed count by their number, which may be 0
        parts = [odds * impostor_weight / max(impostor_weight.sum(), 1e-9), stranger * odds / max(stranger.sum(), 1.0)]
        negative = np.concatenate(parts) * halves
        start = prior(people, odds)
        weights = _fitted(columns, target, np.concatenate([known_weight, negative * total]), start)
    usual, part = _usual()
    amount = np.concatenate([known_weight, negative * (total + float(part.sum())), part])
    chance = 1 / (1 + np.exp(-np.clip(usual @ weights, -40, 40)))
    everything = np.concatenate([columns, usual])
    return Calibration(weights, _wrong_shares(everything @ weights, np.concatenate([target, chance]), amount))


def _usual() -> tuple[Doubles, Doubles]:
    """Typical predictors of right names, (100, 3), and their weights, (100,), together ten faces.

    A hundred, so that a threshold does not jump across the gap between two of ten.
    """
    count, tenths = 100, len(PRIOR_SCORES)
    middles = (np.arange(count) + 0.5) / count * tenths - 0.5
    found = np.interp(middles, np.arange(tenths), PRIOR_SCORES).astype(np.float32)
    evidence = Evidence(found, np.full(count, PRIOR_QUALITY, np.float32))
    return evidence.columns(), np.full(count, tenths / count)


def uncalibrated(people: int, odds: float = 1.0) -> Calibration:
    """The prior alone; `odds` are those of strangers to known people."""
    weights = prior(people, odds)
    usual, parts = _usual()
    chance = 1 / (1 + np.exp(-usual @ weights))
    return Calibration(weights, _wrong_shares(usual @ weights, chance, parts))


def _odds_of_strangers(stranger: Doubles, confirmed: int, expected: int) -> float:
    """Strangers to known people among the library's faces; 1 where nothing is unnamed.

    Of the `expected` unnamed faces the same share are strangers as of those that are there.

    New photos are assumed to be like those of the library: beside four hundred strangers a person with five faces is
    rare, however well known.
    """
    if not len(stranger):
        return 1.0
    strangers = float(stranger.sum()) * (expected / len(stranger))
    return min(max((strangers + 1) / (confirmed + expected - strangers + 1), LEAST_ODDS), MOST_ODDS)


def _fitted(columns: Doubles, target: Doubles, amount: Doubles, start: Doubles) -> Doubles:
    """The most probable weights given the prior: logistic regression by Newton's method."""
    precision = 1 / PRIOR_SPREAD**2
    weights = start
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(columns @ weights, -40, 40)))
        slope = columns.T @ (amount * (target - chance)) - precision * (weights - start)
        bend = (columns * (amount * chance * (1 - chance))[:, None]).T @ columns + np.diag(precision)
        step = np.linalg.solve(bend, slope)
        weights = weights + step * min(1.0, 5 / max(float(np.abs(columns @ step).max(initial=0)), 1e-9))
        if np.abs(step).max() < 1e-6:
            break
    return weights


def _wrong_shares(log_odds: Doubles, target: Doubles, amount: Doubles) -> Doubles:
    """The share of wrong names among those shown at each of `LEVELS`.

    It is the greater of what the probabilities predict and what the held-out faces show.
    """
    chance = 1 / (1 + np.exp(-np.clip(log_odds, -40, 40)))
    order = np.argsort(-chance, kind="stable")
    shown = np.cumsum(amount[order])
    wrong = np.cumsum((amount * (1 - target))[order])
    doubt = np.cumsum((amount * (1 - chance))[order])
    count = np.searchsorted(-chance[order], -LEVELS, side="right")
    shares = np.zeros(len(LEVELS))
    for number, level in enumerate(LEVELS):
        if count[number] == 0 or shown[count[number] - 1] < 1:
            shares[number] = 1 - level  # too few faces: as if all shown names were just at the threshold
            continue
        last = count[number] - 1
        shares[number] = max(wrong[last], doubt[last]) / shown[last]
    return shares
