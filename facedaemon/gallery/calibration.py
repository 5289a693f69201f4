"""How sure a name is: a probability, and the threshold for a wanted share of wrong names, from the library itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facedaemon.gallery.samples import Flags, Floats, Integers

Doubles = NDArray[np.float64]

# What is known before a library is seen: the log odds of a name grow with the likeness to the person, fall with the
# likeness to everybody else; quality says nothing yet. Fitted on half of LFW's people (5 seeds, retail-0095: 25.8,
# -86; with the SFace stand-in 31, -73) and softened; an average library counts for more from about 50 faces on.
PRIOR = np.array([-3.5, 26.0, -70.0, 0.0])
# The bar falls a little for poor faces, who are less like everybody. Each half of LFW's people alone, 8 draws at FPIR
# 1 %: with 0.2 as the last figure 93.5 and 93.7 % of the probes get the right name, 0.03 and 0.07 % a wrong one, with
# 0.3 it is 93.8 and 93.9 %, 0.06 and 0.07 %; beyond (all people, 0.5: 0.07 %) right names are paid for in wrong ones.
PRIOR_SPREAD = np.array([1.5, 5.0, 15.0, 0.3])
PEOPLE_OF_PRIOR = 200  # in the gallery that the prior was fitted on
FEW_SAMPLES_LOG_ODDS = 1.5  # taken off for a person with one sample: one wrong confirmation would name a stranger
# Strangers to known people among new faces: what is left unnamed in a library overstates the strangers, since the
# people were named away.
LEAST_ODDS, MOST_ODDS = 0.5, 1.5
RIVAL_LEVEL = 0.09  # root mean square likeness of unrelated faces (LFW: 0.092 with one model, 0.087 with two)
RIVAL_COUNT = 10  # how many rivals the constant above counts for
SURE_PER_SHARE = 50  # no name is shown that is less probable than 1 - 50 x the allowed share: 0.5 at 1 in 100
LEVELS = np.concatenate([np.arange(0, 0.99, 0.01), 1 - np.geomspace(0.01, 1e-5, 61)])


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What speaks for one name for each face; all (n,).

    Likeness to the person, level of likeness to all others, quality, and how many bursts of the person agree with each
    other, as `Model.counts` tells.
    """

    similarity: Floats
    rival_level: Floats
    quality: Floats
    support: Integers

    def columns(self) -> Doubles:
        """The predictors, (n, 4), as `PRIOR` weighs them."""
        ones = np.ones(len(self.similarity))
        return np.column_stack([ones, self.similarity, self.rival_level, self.quality]).astype(np.float64)


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
        found = evidence.columns() @ self.weights - FEW_SAMPLES_LOG_ODDS * (evidence.support < 2)
        # of two faces that contradict each other one bears a wrong name, and nobody knows which
        found = np.where(evidence.support < 1, np.minimum(found, 0), found)
        return np.asarray(np.clip(found, -40, 40), np.float64)

    def threshold(self, wrong_share: float) -> float:
        """The lowest confidence at which at most `wrong_share` (0 to 1) of the shown names are wrong."""
        fine = (self.wrong_share <= wrong_share) & (LEVELS >= 1 - SURE_PER_SHARE * wrong_share)
        return float(LEVELS[fine][0]) if fine.any() else float(LEVELS[-1])


def prior(people: int) -> Doubles:
    """The weights before anything is seen.

    Fewer people are fewer chances for a stranger to resemble one of them; half of what chance alone would give is
    allowed for, since small galleries are families.
    """
    shifted = PRIOR.copy()
    shifted[0] -= 0.5 * np.log(max(people, 1) / PEOPLE_OF_PRIOR)
    return shifted


def calibrated(
    people: int,
    known: Evidence,
    right: Flags,
    known_weight: Doubles,
    impostors: Evidence,
    impostor_weight: Doubles,
    unnamed: Evidence,
) -> Calibration:
    """The calibration of a library of `people`.

    `known` are confirmed faces, each matched without its own burst, `right` whether their own name came out on top;
    `impostors` the same faces without their person in the gallery; `unnamed` faces nobody named: each counts as a
    stranger only as far as it does not look like one of the people, since many of them are.
    """
    start = prior(people)
    weights = start
    columns = np.concatenate([known.columns(), impostors.columns(), unnamed.columns()])
    target = np.concatenate([right, np.zeros(len(impostor_weight) + len(unnamed.support))]).astype(np.float64)
    total = max(float(known_weight.sum()), 1e-9)
    amount = np.zeros(0)
    for _ in range(4 if len(unnamed.support) else 1):
        stranger = 1 / (1 + np.exp(np.clip(unnamed.columns() @ weights, -40, 40)))
        odds = _odds_of_strangers(stranger)
        parts = [impostor_weight / max(impostor_weight.sum(), 1e-9), stranger / max(stranger.sum(), 1e-9)]
        halves = 0.5 if len(unnamed.support) else 1.0
        amount = np.concatenate([known_weight, parts[0] * total * odds * halves, parts[1] * total * odds * 0.5])
        weights = _fitted(columns, target, amount, start)
    return Calibration(weights, _wrong_shares(columns @ weights, target, amount))


def uncalibrated(people: int) -> Calibration:
    """The prior alone, for a library without two photos of anybody."""
    weights = prior(people)
    return Calibration(weights, _wrong_shares(np.zeros(0), np.zeros(0), np.zeros(0)))


def _odds_of_strangers(stranger: Doubles) -> float:
    """Strangers to known people among the unnamed faces, from `LEAST_ODDS` to `MOST_ODDS`; 1 where none are."""
    if not len(stranger):
        return 1.0
    share = float(stranger.mean())
    return min(max(share / max(1 - share, 1e-9), LEAST_ODDS), MOST_ODDS)


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

    It is the worse of what the probabilities promise and what the held-out faces show.
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
            shares[number] = 1 - level  # too little to judge by: as if all shown were just at the threshold
            continue
        last = count[number] - 1
        shares[number] = max(wrong[last], doubt[last]) / shown[last]
    return shares
