"""A second look at what the detector took for a face: statues, dogs and patterns rarely stand it.

A face is found again wherever it lies and however large it is; a chance likeness is not. So the detector looks once
more at the aligned face, in two sizes. The mean of the first score and these must reach `ENOUGH`.
"""

import numpy as np

from facedaemon.vision.align import Points, crop
from facedaemon.vision.decode import Pixels
from facedaemon.vision.detect import Detector
from facedaemon.vision.quality import TEMPLATE

ENOUGH = 0.865
"""Of 467 LFW portraits the main face has at least 0.895, of the labelled faces of groups 0.890; of the animals the most
human (a capuchin) 0.857, dogs up to 0.844 (`python -m benchmarks.detection`)."""

_VIEWS = ((160, 0.6), (96, 0.5))  # side in pixels, and the face crop's share of it
_NEAR = 0.4  # of the face crop's side: a face found further off the middle is another one


def certainty(detector: Detector, pixels: Pixels, points: Points, first: float) -> float:
    """The mean of the first score and the mean of the second looks' (0 where nothing was found again)."""
    return (first + float(np.mean([_found_again(detector, pixels, points, *view) for view in _VIEWS]))) / 2


def _found_again(detector: Detector, pixels: Pixels, points: Points, side: int, share: float) -> float:
    template = [((x - 0.5) * share + 0.5, (y - 0.5) * share + 0.5) for x, y in TEMPLATE]
    return detector.score_in_middle(crop(pixels, points, template, (side, side)), _NEAR * share * side)
