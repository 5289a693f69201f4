"""Faces of every size, found by YuNet at a few fixed input shapes."""

import math
import threading
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import cv2
import numpy as np
from numpy.typing import NDArray

from facedaemon.vision.codecs import Pixels
from facedaemon.vision.engine import Engine, Network, Outputs
from facedaemon.vision.models import Located

Rows = NDArray[np.float32]
"""float32, shape (n, 15): x, y, width, height, five landmarks (x, y), score; all but the score in pixels."""

STRIDES = (8, 16, 32)
FINE = 1280
"""Longest side of the first pass: twice digiKam's; finds faces from about 10 of its pixels on."""
COARSE = 320
"""Longest side of the second pass: YuNet knows faces of up to 300 pixels, here one that fills the photo."""
_LARGE = 0.125  # of the photo's longer side; smaller faces the first pass sees more exactly
MOST_ENLARGED = 2.0
_SHARES = ((1.0, 0.575), (0.575, 1.0), (1.0, 0.675), (0.675, 1.0), (1.0, 0.75), (0.75, 1.0), (1.0, 1.0))
"""The input shapes, in shares of the longest side: photos are 16:9, 3:2, 4:3 or square."""
_FEW_SHARES = _SHARES[4:]
_SQUARE = _SHARES[-1:]
"""Of smaller inputs fewer shapes: what an empty border costs there is less than one more compiled network."""
_MOST_NETWORKS = 10
"""Shapes kept compiled, 15 MB each: the seven large ones and the small ones; one more is compiled in half a second."""
_MOST_AWAKE = 5_700_000
"""Pixels of all shapes that keep their working memory, 37 MB a million: 4:3 and 3:2 both ways, 16:9, the small ones."""
FACE_TO_BOX = 1.25
"""YuNet's box ends at the cheeks; what people draw around a face is wider than its shorter side, 1.11 times in the
median of the labelled group photos, up to 1.4 times. With 1.25 every labelled face of 32 pixels counts as one."""
_SAME_OVERLAP = 0.35
_SAME_COVER = 0.75
_SAME_LANDMARKS = 0.5
_SURE = 0.65  # of the surest cell's score: what less sure ones say of the landmarks is not heard


@dataclass(frozen=True, slots=True)
class _Shape:
    width: int
    height: int


class Detector:
    """YuNet at the shapes it is used with; `find` may be called by many threads."""

    def __init__(self, engine: Engine, model: Located) -> None:
        self._engine = engine
        self._model = model
        self._networks: dict[_Shape, Network] = {}  # the one used last is last
        self._choosing = threading.Lock()

    def find(self, pixels: Pixels, min_score: float) -> Rows:
        """All faces in the picture, best first, in its pixels; each face once."""
        longest = max(pixels.shape[:2])
        side = FINE if longest > FINE / MOST_ENLARGED else FINE // 2
        seen = _resized(pixels, side)
        fine = self._find_in(seen, side, pixels, min_score)
        coarse = self._find_in(_resized(seen, COARSE), COARSE, pixels, min_score)
        large = np.maximum(coarse[:, 2], coarse[:, 3]) >= _LARGE * longest
        return merged(np.concatenate([fine, coarse[large]]))

    def _find_in(self, seen: Pixels, side: int, pixels: Pixels, min_score: float) -> Rows:
        """What each cell sees in `seen`, in pixels of the picture that was brought to `side` at most to become it."""
        (height, width), (full_height, full_width) = seen.shape[:2], pixels.shape[:2]
        shape = _shape_for((width, height), side)
        canvas = seen
        if (width, height) != (shape.width, shape.height):
            canvas = np.zeros((shape.height, shape.width, 3), np.uint8)
            canvas[:height, :width] = seen
        rows = self.find_on(canvas, min_score)
        rows[:, 0:14:2] *= full_width / width
        rows[:, 1:14:2] *= full_height / height
        return rows

    def find_on(self, canvas: Pixels, min_score: float) -> Rows:
        """What each cell sees on a canvas whose sides are multiples of 32; every new shape is compiled once."""
        height, width = canvas.shape[:2]
        return decoded(self._network(_Shape(width, height)).run(canvas), width, height, min_score)

    def score_in_middle(self, canvas: Pixels, radius: float) -> float:
        """The highest score of a face on the canvas whose middle lies within `radius` pixels of the canvas's."""
        height, width = canvas.shape[:2]
        outputs = self._network(_Shape(width, height)).run(canvas)
        best = 0.0
        for stride in STRIDES:
            away = (_cells(width, height, stride) + _rows(outputs, "bbox", stride, 4)[:, :2]) * stride
            near = np.hypot(away[:, 0] - width / 2, away[:, 1] - height / 2) < radius
            best = max(best, float(_scores(outputs, stride)[near].max(initial=0.0)))
        return best

    def _network(self, shape: _Shape) -> Network:
        with self._choosing:
            network = self._networks.pop(shape, None) or self._engine.network(self._model, (shape.width, shape.height))
            self._networks[shape] = network
            while len(self._networks) > _MOST_NETWORKS:
                del self._networks[next(iter(self._networks))]
            pixels = accumulate(each.width * each.height for each in reversed(self._networks))
            for each, in_all in zip(reversed(self._networks), pixels, strict=True):
                if in_all > _MOST_AWAKE:
                    self._networks[each].rest()
            return network


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
    """Each face once, the surest first; a box that lies inside a surer one (or around it) is the same face.

    A face is seen from several cells and in both passes; its landmarks are the mean of all of them, by their scores
    (for boxes: Gidaris and Komodakis 2015), since each one's own errors are its own. The box stays the surest one's.
    """
    rows = rows[np.argsort(-rows[:, 14], kind="stable")]
    kept = []
    while len(rows):
        best = rows[0].copy()
        low = np.maximum(best[:2], rows[:, :2])
        high = np.minimum(best[:2] + best[2:4], rows[:, :2] + rows[:, 2:4])
        shared = np.prod(np.clip(high - low, 0, None), axis=1)
        own, others = np.prod(best[2:4]), np.prod(rows[:, 2:4], axis=1)
        alike = shared / (own + others - shared)
        same = (alike > _SAME_OVERLAP) | (shared / np.minimum(own, others) > _SAME_COVER)
        same[0] = alike[0] = True
        near = (alike > _SAME_LANDMARKS) & (rows[:, 14] > _SURE * best[14])
        best[4:14] = np.average(rows[near, 4:14], axis=0, weights=rows[near, 14])
        kept.append(best)
        rows = rows[~same]
    return np.array(kept, np.float32).reshape(-1, 15)


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


def _shape_for(size: tuple[int, int], side: int) -> _Shape:
    shares = {FINE: _SHARES, COARSE: _SQUARE}.get(side, _FEW_SHARES)
    shapes = (_Shape(_whole_cells(side * w), _whole_cells(side * h)) for w, h in shares)
    return next(shape for shape in shapes if size[0] <= shape.width and size[1] <= shape.height)


def _resized(pixels: Pixels, side: int) -> Pixels:
    """The picture with a longer side of `side` pixels, or at most `MOST_ENLARGED` times as large."""
    height, width = pixels.shape[:2]
    scale = min(side / max(width, height), MOST_ENLARGED)
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    # down to a half interpolation skips no pixel, and costs a fifth of averaging
    way = cv2.INTER_LINEAR if scale >= 0.5 else cv2.INTER_AREA
    return np.asarray(cv2.resize(pixels, small, interpolation=way), np.uint8)


def _whole_cells(side: float) -> int:
    return math.ceil(side / STRIDES[-1]) * STRIDES[-1]
