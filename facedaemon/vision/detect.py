"""Faces of every size, found by YuNet in inputs of a few shapes."""

import math
from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from facedaemon.vision.align import Points
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.engine import Engine, Outputs
from facedaemon.vision.models import Located

Rows = NDArray[np.float32]
"""float32, shape (n, 15): x, y, width, height, five landmarks (x, y), score; all but the score in pixels."""

STRIDES = (8, 16, 32)
FINE = 1280
"""Longest side of the first pass: twice digiKam's; it finds faces of about 10 pixels and more."""
COARSE = 320
"""Longest side of the second pass: YuNet knows faces of up to 300 pixels, here one that fills the photo."""
_LARGE = 0.125  # of the photo's longer side; smaller faces are found more exactly in the first pass
MOST_ENLARGED = 2.0
_SHARES = ((1.0, 0.575), (0.575, 1.0), (1.0, 0.675), (0.675, 1.0), (1.0, 0.75), (0.75, 1.0), (1.0, 1.0))
"""The input shapes, in shares of the longest side: photos are 16:9, 3:2, 4:3 or square. OpenVINO keeps one or two
megabytes for each shape used; exact shapes would save a fiftieth of the time."""
FACE_TO_BOX = 1.25
"""YuNet's box ends at the cheeks; what people draw around a face is wider than its shorter side, 1.11 times in the
median of the labelled group photos, up to 1.4 times. With 1.25 every labelled face of 32 pixels counts as one."""
_SAME_OVERLAP = 0.35
_SAME_COVER = 0.75
_SAME_LANDMARKS = 0.5
_SURE = 0.65  # of the best cell's score: landmarks of cells below it are ignored


class Detector:
    """YuNet; its methods may be called by many threads."""

    def __init__(self, engine: Engine, model: Located) -> None:
        self._network = engine.network(model)

    def find(self, pixels: Pixels, min_score: float) -> Rows:
        """All faces in the picture as rows in its pixels, best first; each face once."""
        longest = max(pixels.shape[:2])
        side = FINE if longest > FINE / MOST_ENLARGED else FINE // 2
        seen = _resized(pixels, side)
        fine = self._find_in(seen, side, pixels, min_score)
        coarse = self._find_in(_resized(seen, COARSE), COARSE, pixels, min_score)
        large = np.maximum(coarse[:, 2], coarse[:, 3]) >= _LARGE * longest
        return merged(np.concatenate([fine, coarse[large]]))

    def _find_in(self, seen: Pixels, side: int, pixels: Pixels, min_score: float) -> Rows:
        """Each cell's row in `seen`, in pixels of the picture, which was scaled to at most `side` for it."""
        (height, width), (full_height, full_width) = seen.shape[:2], pixels.shape[:2]
        shape = _shape_for((width, height), side)
        canvas = seen
        if (width, height) != shape:
            canvas = np.zeros((*reversed(shape), 3), np.uint8)
            canvas[:height, :width] = seen
        rows = self.find_on(canvas, min_score)
        rows[:, 0:14:2] *= full_width / width
        rows[:, 1:14:2] *= full_height / height
        return rows

    def find_on(self, canvas: Pixels, min_score: float) -> Rows:
        """Each cell's row on a canvas whose sides are multiples of 32."""
        height, width = canvas.shape[:2]
        return decoded(self._network.run(canvas[None]), width, height, min_score)

    def scores_in_middle(self, canvases: Sequence[Pixels], radius: float) -> NDArray[np.float32]:
        """The highest score of a face on each of the canvases, all of one size, as (n,).

        The face's middle lies within `radius` pixels of the canvas's.
        """
        count, (height, width) = len(canvases), canvases[0].shape[:2]
        outputs = self._network.run(canvases)
        best = np.zeros(count, np.float32)
        for stride in STRIDES:
            moved = _rows(outputs, "bbox", stride, 4).reshape(count, -1, 4)[:, :, :2]
            away = (_cells(width, height, stride) + moved) * stride
            near = np.hypot(away[:, :, 0] - width / 2, away[:, :, 1] - height / 2) < radius
            scores = _scores(outputs, stride).reshape(count, -1)
            best = np.maximum(best, np.where(near, scores, 0).max(axis=1))
        return best


def decoded(outputs: Outputs, width: int, height: int, min_score: float) -> Rows:
    """YuNet's outputs as rows in the input's pixels, one a cell (anchor-free heads, as in OpenCV's FaceDetectorYN)."""
    found = []
    for stride in STRIDES:
        score = _scores(outputs, stride)
        chosen = np.flatnonzero(score >= min_score)
        if not len(chosen):
            continue
        cell = _cells(width, height, stride)[chosen]
        box = _rows(outputs, "bbox", stride, 4)[chosen]
        size = np.exp(box[:, 2:]) * stride
        corner = (cell + box[:, :2]) * stride - size / 2
        points = (_rows(outputs, "kps", stride, 10)[chosen].reshape(-1, 5, 2) + cell[:, None]) * stride
        found.append(np.hstack([corner, size, points.reshape(-1, 10), score[chosen, None]]))
    return np.concatenate([np.zeros((0, 15)), *found]).astype(np.float32)


def merged(rows: Rows) -> Rows:
    """Each face once, the highest score first; a box inside one with a higher score (or around it) is the same face.

    Several cells in both passes find a face; its landmarks are their mean, weighted by score (for boxes: Gidaris and
    Komodakis 2015), since their errors are independent. The box is that of the highest score.
    """
    rows = rows[np.argsort(-rows[:, 14], kind="stable")]
    areas = rows[:, 2] * rows[:, 3]
    kept = []
    while len(rows):
        best, own = rows[0].copy(), areas[0]
        low = np.maximum(best[:2], rows[:, :2])
        high = np.minimum(best[:2] + best[2:4], rows[:, :2] + rows[:, 2:4])
        width, height = np.maximum(high - low, 0).T
        shared = width * height
        alike = shared / (own + areas - shared)
        same = (alike > _SAME_OVERLAP) | (shared > _SAME_COVER * np.minimum(own, areas))
        same[0] = alike[0] = True
        near = rows[(alike > _SAME_LANDMARKS) & (rows[:, 14] > _SURE * best[14])]
        best[4:14] = near[:, 14] @ near[:, 4:14] / near[:, 14].sum()
        kept.append(best)
        rows, areas = rows[~same], areas[~same]
    return np.array(kept, np.float32).reshape(-1, 15)


def landmarks(rows: Rows) -> Points:
    """The five points of each of the rows, (n, 5, 2)."""
    return rows[:, 4:14].reshape(-1, 5, 2).astype(np.float64)


def _rows(outputs: Outputs, head: str, stride: int, numbers: int) -> NDArray[np.float32]:
    return outputs[f"{head}_{stride}"].reshape(-1, numbers)


def _scores(outputs: Outputs, stride: int) -> NDArray[np.float32]:
    # both come from a sigmoid in the network, so they lie between 0 and 1
    sure, there = (_rows(outputs, head, stride, 1)[:, 0] for head in ("cls", "obj"))
    return np.asarray(np.sqrt(sure * there), np.float32)


@cache
def _cells(width: int, height: int, stride: int) -> NDArray[np.float32]:
    y, x = np.mgrid[0 : height // stride, 0 : width // stride]
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def _shape_for(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Width and height of the smallest input with longer side `side` that takes a picture of this size."""
    shapes = ((_whole_cells(side * w), _whole_cells(side * h)) for w, h in _SHARES)
    return next(shape for shape in shapes if size[0] <= shape[0] and size[1] <= shape[1])


def _resized(pixels: Pixels, side: int) -> Pixels:
    """The picture with a longer side of `side` pixels, or at most `MOST_ENLARGED` times as large."""
    height, width = pixels.shape[:2]
    scale = min(side / max(width, height), MOST_ENLARGED)
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    while scale <= 0.25 and width % 2 == height % 2 == 0:  # halves of whole pixels cost an eighth of other averages
        width, height, scale = width // 2, height // 2, 2 * scale
        pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    # down to a half interpolation skips no pixel, and costs a fifth of averaging
    way = cv2.INTER_LINEAR if scale >= 0.5 else cv2.INTER_AREA
    return np.asarray(cv2.resize(pixels, small, interpolation=way), np.uint8)


def _whole_cells(side: float) -> int:
    return math.ceil(side / STRIDES[-1]) * STRIDES[-1]
