"""Finds false positives of the detector (statues, dogs, patterns) by a second detection on the aligned face.

A real face is found again at any position and size; something that only resembles one usually is not. So the detector
runs once more on the aligned face, small in its surroundings. The mean of both scores must reach `ENOUGH`.
"""

import numpy as np
from numpy.typing import NDArray

from facedaemon.vision.align import Crops
from facedaemon.vision.detect import Detector
from facedaemon.vision.quality import TEMPLATE

ENOUGH = 0.87
"""Of LFW's portraits the main face has at least 0.894, of the group photos' labelled faces 0.889; of the animals the
most human (a capuchin) 0.860, dogs up to 0.830 (`python -m benchmarks.detection`)."""

_SIDE = 96  # pixels; a second view in another size was measured to add nothing but its cost
_SHARE = 0.5  # of the view, for the face crop: YuNet wants to see the head around a face
_NEAR = 0.4  # of the face crop's side: a face found further from the centre is another one
_VIEW = [((x - 0.5) * _SHARE + 0.5, (y - 0.5) * _SHARE + 0.5) for x, y in TEMPLATE]


def certainty(detector: Detector, faces: Crops, first: NDArray[np.float32]) -> NDArray[np.float32]:
    """The means (n,) of the `first` scores and of the second detection's (0 where nothing was found again)."""
    if not len(faces):
        return np.zeros(0, np.float32)
    again = detector.scores_in_middle(faces.cut(_VIEW, (_SIDE, _SIDE)), _NEAR * _SHARE * _SIDE)
    return np.asarray((first + again) / 2, np.float32)
