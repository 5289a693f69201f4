"""Confirmed faces that probably carry a wrong name, and why a face got its name."""

from dataclasses import dataclass

import numpy as np

from facedaemon.gallery.disputed import disputed
from facedaemon.gallery.gallery import Gallery
from facedaemon.gallery.held_out import HeldOut, held_out
from facedaemon.gallery.match import NOBODY, match, similarity
from facedaemon.gallery.periods import Periods
from facedaemon.gallery.prototypes import STRANGE, bursts_of_all
from facedaemon.gallery.samples import Flags, Floats, Integers, Samples
from facedaemon.values import Vector

UNSURE = 0.5  # score from which on a label is more probably wrong than right
CLARITY = 0.4  # weight of the poorest face's similarities; chosen on half of LFW's people (0.3, 0.5: 0.0006 less AP)


@dataclass(frozen=True, slots=True)
class Near:
    """A sample that is similar to the face in question."""

    sample: int
    person: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Mislabel:
    """A confirmed face whose name is doubtful.

    `sample` is its row; `score` 0 to 1 how doubtful; `looks_like` the person it resembles most (None: nobody);
    `nearest_own` and `nearest_other` the most similar samples under its own and under another name, from other bursts.
    """

    sample: int
    person: str
    looks_like: str | None
    score: float
    nearest_own: Near | None
    nearest_other: Near | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a face got its name: names with similarity and confidence, best first, and the most similar samples."""

    candidates: tuple[tuple[str, float, float], ...]
    threshold: float
    quality: float
    nearest: tuple[Near, ...]


def doubtfulness(gallery: Gallery, samples: Samples, seen: HeldOut | None = None) -> Floats:
    """How probably each sample's name is wrong, (n,), 0 to 1, judged with its own burst held out.

    The similarity to the own person is compared with that to the nearest other one; a face similar to nobody is only
    as doubtful as it is dissimilar to its own person. A blurred face is less similar to everybody: that alone makes no
    doubt. Nor does it where a face is the only one of its period and dissimilar to those of others.

    `seen` is what `held_out` gave, where it was computed already.
    """
    seen = held_out(gallery, samples) if seen is None else seen
    own = np.where(np.isnan(seen.own), STRANGE, seen.own)
    own = np.where(_is_lone(gallery, samples), np.maximum(own, STRANGE), own)
    against = np.maximum(seen.rival, STRANGE / 2)
    clear = CLARITY + (1 - CLARITY) * np.clip(samples.quality, 0, 1)
    return np.asarray(1 / (1 + np.exp(-np.clip((against - own) * clear / 0.1, -40, 40))), np.float32)


def _is_lone(gallery: Gallery, samples: Samples) -> Flags:
    """Which samples, (n,), are the only ones of their period that train."""
    number = _numbers(samples)
    periods = Periods(samples.taken, number, burst := bursts_of_all(samples, number))
    near = periods.left_out_similarity(samples.vectors, _weights(gallery, samples), np.ones(len(burst), np.float32))
    return np.isnan(near)


def _numbers(samples: Samples) -> Integers:
    names = {person: number for number, person in enumerate(sorted(set(samples.persons)))}
    return np.array([names[person] for person in samples.persons], np.int64)


def _weights(gallery: Gallery, samples: Samples) -> Floats:
    """What each sample counts in the gallery, (n,)."""
    if not len(gallery.weights):
        return np.zeros(len(samples), np.float32)
    rows = gallery.rows_of(samples)
    return np.where(rows >= 0, gallery.weights[rows], 0).astype(np.float32)


def audit(samples: Samples, gallery: Gallery, least: float = UNSURE, seen: HeldOut | None = None) -> list[Mislabel]:
    """The samples whose name is doubtful at `least` (0 to 1), worst first; among them those that rejections dispute.

    `seen` is what `held_out` gave, where it was computed already.
    """
    if not len(samples) or not gallery.people:
        return []
    rivals = held_out(gallery, samples) if seen is None else seen
    scores = doubtfulness(gallery, samples, rivals)
    number = _numbers(samples)
    burst = bursts_of_all(samples, number)
    scores = np.where(disputed(samples, burst, _weights(gallery, samples)), np.maximum(scores, UNSURE), scores)
    worst = np.lexsort((samples.digests(), -scores))
    return [
        Mislabel(
            row,
            samples.persons[row],
            gallery.people[rivals.rival_person[row]] if rivals.rival[row] > STRANGE else None,
            float(scores[row]),
            *_nearest(samples, number, burst, row),
        )
        for row in worst.tolist()
        if scores[row] >= least
    ]


def explain(vector: Vector, quality: float, samples: Samples, gallery: Gallery, count: int = 5) -> Explanation:
    """What speaks for and against the names for a face: the `count` most similar people and samples."""
    nearest: tuple[Near, ...] = ()
    if len(samples):
        alike = samples.vectors @ vector
        order = np.lexsort((samples.digests(), -alike))[:count]
        nearest = tuple(Near(row, samples.persons[row], float(alike[row])) for row in order.tolist())
    if not gallery.people:
        return Explanation((), gallery.threshold, quality, nearest)
    two = match(gallery, vector[None], np.array([quality], np.float32))
    sure = {int(two.best[0]): float(two.confidence[0])}
    if two.runner_up[0] != NOBODY:
        sure[int(two.runner_up[0])] = float(two.runner_up_confidence[0])
    everybody = np.arange(len(gallery.people))
    likeness = similarity(gallery, np.broadcast_to(vector, (len(everybody), len(vector))), everybody)
    people = sorted(sure, key=lambda person: -sure[person])
    people += [row for row in np.argsort(-likeness, kind="stable").tolist() if row not in sure][: count - len(people)]
    candidates = tuple((gallery.people[row], float(likeness[row]), sure.get(row, 0.0)) for row in people)
    return Explanation(candidates, gallery.threshold, quality, nearest)


def _nearest(samples: Samples, number: Integers, burst: Integers, row: int) -> tuple[Near | None, Near | None]:
    alike = samples.vectors @ samples.vectors[row]
    elsewhere = burst != burst[row]
    own, other = (number == number[row]) & elsewhere, number != number[row]
    return _most_similar(samples, alike, own), _most_similar(samples, alike, other)


def _most_similar(samples: Samples, alike: Floats, among: Flags) -> Near | None:
    if not among.any():
        return None
    row = int(np.argmax(np.where(among, alike, -2)))
    return Near(row, samples.persons[row], float(alike[row]))
