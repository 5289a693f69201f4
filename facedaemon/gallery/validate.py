"""Measures a gallery on the library's own faces, and decides whether a new one may replace it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from facedaemon.figures import Figures
from facedaemon.gallery.calibration import Evidence
from facedaemon.gallery.gallery import Gallery
from facedaemon.gallery.held_out import HeldOut, held_out
from facedaemon.gallery.samples import Flags, Floats, Samples

TOLERANCE = 0.005  # of the faces; a smaller difference may be chance at a thousand faces
DEVIATIONS = 2.0  # standard errors; a person's loss counts only beyond it
FACES_OF_A_PERSON = 5  # fewer held-out faces are not enough to judge one person


@dataclass(frozen=True, slots=True)
class PersonScore:
    """One person's held-out faces: how many, and how many got the right, a wrong or no name."""

    person: str
    faces: int
    right: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Validation:
    """Held-out faces judged at the gallery's own threshold: of all people, and of each one."""

    figures: Figures
    by_person: tuple[PersonScore, ...]


def validate(
    gallery: Gallery, samples: Samples, judged: Flags | None = None, seen: HeldOut | None = None
) -> Validation:
    """Match each confirmed face without its own burst, and again without its own person.

    In the second test every face is a stranger, so no real strangers are needed. `judged` (n,) marks the faces that
    count, to compare two galleries on the same ones; without it, faces whose label is clearly wrong do not count.
    `seen` is what `held_out` gave, where it was computed already.
    """
    if not len(samples) or not gallery.people:
        return Validation(Figures(len(gallery.people), 0, 0, 0.0, 0.0, 0.0, gallery.threshold), ())
    seen = held_out(gallery, samples) if seen is None else seen
    counted = seen.trusted if judged is None else judged
    probes = counted & ~np.isnan(seen.own)
    strangers = counted & (seen.rival_person >= 0)
    shown = is_shown(gallery, seen.named)
    hit, miss = probes & shown & seen.right, probes & shown & ~seen.right
    tpir, mistaken = _share(hit, probes, seen.weight), _share(miss, probes, seen.weight)
    fpir = _share(is_shown(gallery, seen.impostor), strangers, seen.weight)
    names = np.array(samples.persons)
    by_person = tuple(
        PersonScore(str(name), int(rows.sum()), int((rows & hit).sum()), int((rows & miss).sum()))
        for name in np.unique(names[probes])
        for rows in [probes & (names == name)]
    )
    wrong = mistaken + fpir
    measured = wrong / (tpir + wrong) if tpir + wrong > 0 else 0.0
    per_100 = 100 * max(measured, gallery.calibration.promised(gallery.threshold) if shown.any() else 0.0)
    people, count, others = len(gallery.people), int(probes.sum()), int(strangers.sum())
    return Validation(Figures(people, count, others, tpir, fpir, per_100, gallery.threshold), by_person)


class Outcome(StrEnum):
    """What a held-out face gets: the name that it is confirmed as, another one, or none."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"


def outcomes(gallery: Gallery, samples: Samples) -> list[Outcome | None]:
    """What each confirmed face gets without its own burst, judged by the name it is confirmed as, right or not.

    None for a face beside which nothing of its person is left.
    """
    if not len(samples) or not gallery.people:
        return [None] * len(samples)
    seen = held_out(gallery, samples)
    shown = is_shown(gallery, seen.named)
    return [
        None if np.isnan(own) else Outcome.NONE if not is_named else Outcome.RIGHT if right else Outcome.WRONG
        for own, is_named, right in zip(seen.own, shown, seen.right, strict=True)
    ]


def compare(former: Gallery, new: Gallery, samples: Samples) -> tuple[Validation, Validation]:
    """Both galleries on the same faces: those that both know under the same name.

    Confirmations that only the new gallery was trained with do not count: if their names were wrong, repeating them
    would count as right.
    """
    common = (former.rows_of(samples) >= 0) & (new.rows_of(samples) >= 0)
    judged = common & held_out(former, samples).trusted if len(samples) and former.people else common
    return validate(former, samples, judged), validate(new, samples, judged)


def refusal(former: Validation, new: Validation) -> str | None:
    """Why a new gallery must not replace the former one, judged on the same faces; None where it may."""
    was, now = former.figures, new.figures
    if not was.probes:
        return None
    if now.tpir < was.tpir - max(TOLERANCE, _error(was.tpir, was.probes)):
        return f"it finds {100 * now.tpir:.1f} % of the held-out faces, the former generation {100 * was.tpir:.1f} %"
    if now.wrong_per_100 > was.wrong_per_100 + 100 * max(TOLERANCE, _error(was.wrong_per_100 / 100, now.probes)):
        return f"{now.wrong_per_100:.1f} of 100 names are wrong, in the former generation {was.wrong_per_100:.1f}"
    later = {score.person: score for score in new.by_person}
    for before in former.by_person:
        after = later.get(before.person)
        right = after.right if after else 0
        expected = before.right / before.faces
        spread = DEVIATIONS * float(np.sqrt(before.faces * max(expected * (1 - expected), 0.05)))
        if before.faces >= FACES_OF_A_PERSON and right < before.right - spread:
            return f"it knows {right} of {before.faces} faces of {before.person}, the former generation {before.right}"
    return None


def is_promotable(former: Validation | None, new: Validation) -> bool:
    """Whether the new gallery is not worse than the former one, in total and for each person."""
    return former is None or refusal(former, new) is None


def is_shown(gallery: Gallery, evidence: Evidence) -> Flags:
    """Whether a name with this evidence would be shown, (n,)."""
    return np.asarray(gallery.calibration.probability(evidence) >= gallery.threshold)


def _share(part: Flags, whole: Flags, weight: Floats) -> float:
    total = float(weight[whole].sum())
    return float(weight[part & whole].sum()) / total if total > 0 else 0.0


def _error(share: float, count: int) -> float:
    return float(np.sqrt(max(share * (1 - share), 1e-4) / max(count, 1)))
