"""How many names are right, and how many wrong, at each threshold: confirmed faces held out. For a plot."""

import numpy as np

from facedaemon.figures import AtThreshold
from facedaemon.gallery.gallery import Gallery
from facedaemon.gallery.held_out import HeldOut, held_out
from facedaemon.gallery.samples import Flags, Floats, Samples

# the steps of a plot from 0 on; then finer ones, where most names lie
PLOTTED = (*(step / 20 for step in range(20)), 0.97, 0.98, 0.99, 0.995, 0.998, 0.999)


def at_thresholds(
    gallery: Gallery, samples: Samples, thresholds: tuple[float, ...] = PLOTTED, seen: HeldOut | None = None
) -> tuple[AtThreshold, ...]:
    """The figures at each of `thresholds`; none where no face can be held out. `seen` is the result of `held_out`."""
    if not len(samples) or not gallery.people:
        return ()
    seen = held_out(gallery, samples) if seen is None else seen
    probes = seen.trusted & ~np.isnan(seen.own)
    others = seen.trusted & (seen.rival_person >= 0)
    if not probes.any():
        return ()
    named = gallery.calibration.probability(seen.named)
    as_stranger = gallery.calibration.probability(seen.impostor)
    found = []
    for threshold in thresholds:
        right = _share(probes & seen.right & (named >= threshold), probes, seen.weight)
        mixed_up = _share(probes & ~seen.right & (named >= threshold), probes, seen.weight)
        strangers = _share(others & (as_stranger >= threshold), others, seen.weight)
        wrong = mixed_up + strangers
        found.append(AtThreshold(threshold, right, strangers, 100 * wrong / (right + wrong) if right + wrong else 0.0))
    return tuple(found)


def _share(part: Flags, whole: Flags, weight: Floats) -> float:
    total = float(weight[whole].sum())
    return float(weight[part].sum()) / total if total > 0 else 0.0
