"""A face turned upright and scaled so that eyes, nose and mouth lie where a network expects them."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from facedaemon.vision.codecs import Pixels

Points = NDArray[np.float64]
"""float64, shape (n, 2): x and y."""

Similarity = NDArray[np.float64]
"""float64, shape (2, 3): turns, scales and moves, never shears or mirrors."""

# A pixel of the crop that covers more than this many of the photo is averaged over them; below it interpolation
# between neighbours is what the networks saw in training.
_MOST_SHRINKING = 2.0
_COMPLEX = np.array([1, 1j])
_MARGIN = 2  # pixels around a cut-out that interpolation may reach for


class Crops:
    """The aligned faces of one picture; crops of the same template and size are computed once."""

    def __init__(self, pixels: Pixels, points: Points) -> None:
        """`points` are the landmarks of all faces in pixels, (n, 5, 2)."""
        self._pixels = pixels
        self._points = points
        self._cut: dict[tuple[tuple[tuple[float, float], ...], tuple[int, int]], list[Pixels]] = {}

    def __len__(self) -> int:
        return len(self._points)

    def cut(self, template: Sequence[tuple[float, float]], size: tuple[int, int]) -> list[Pixels]:
        """All faces by `crop`."""
        key = (tuple(template), size)
        if key not in self._cut:
            self._cut[key] = [crop(self._pixels, points, template, size) for points in self._points]
        return self._cut[key]


def similarity(points: Points, template: Points) -> Similarity:
    """The similarity transform from `points` to `template` by least squares (Umeyama 1991).

    In the plane and without mirroring it is one complex number for rotation and scale, and one for the shift.
    """
    here, there = points @ _COMPLEX, template @ _COMPLEX
    centre, goal = here.mean(), there.mean()
    away = here - centre
    spread = float(np.vdot(away, away).real)
    turn = complex(np.vdot(away, there - goal)) / spread if spread > 0 else 1.0 + 0.0j
    move = complex(goal) - turn * complex(centre)
    return np.array([[turn.real, -turn.imag, move.real], [turn.imag, turn.real, move.imag]])


def scale_of(transform: Similarity) -> float:
    """How many pixels of the crop one pixel of the picture becomes."""
    return math.hypot(transform[0, 0], transform[1, 0])


def crop(pixels: Pixels, points: Points, template: Sequence[tuple[float, float]], size: tuple[int, int]) -> Pixels:
    """The aligned face: uint8, shape (height, width, 3) for `size` = (width, height).

    `points` are the five landmarks in pixels; `template` says where they go, as shares of the crop.
    What lies outside the picture is black.
    """
    transform = similarity(points, np.asarray(template, np.float64) * size)
    shrinking = 1 / max(scale_of(transform), 1e-6)
    if shrinking <= _MOST_SHRINKING:
        return np.asarray(cv2.warpAffine(pixels, transform, size, flags=cv2.INTER_LINEAR), np.uint8)
    reduced, offset, step = _reduced(pixels, transform, size, shrinking)
    # a pixel's centre lies half a pixel from its corner in both pictures
    moved = transform @ np.array(
        [[step, 0, offset[0] + (step - 1) / 2], [0, step, offset[1] + (step - 1) / 2], [0, 0, 1]]
    )
    return np.asarray(cv2.warpAffine(reduced, moved, size, flags=cv2.INTER_LINEAR), np.uint8)


def _reduced(
    pixels: Pixels, transform: Similarity, size: tuple[int, int], shrinking: float
) -> tuple[Pixels, tuple[int, int], int]:
    """The part of the picture under the crop, averaged over squares of `step` pixels."""
    step = int(shrinking)
    back = cv2.invertAffineTransform(transform)
    corners = np.array([(0, 0, 1), (size[0], 0, 1), (0, size[1], 1), (*size, 1)]) @ back.T
    height, width = pixels.shape[:2]
    left, top = np.clip(np.floor(corners.min(axis=0)).astype(int) - _MARGIN * step, 0, (width - 1, height - 1))
    right, bottom = np.clip(
        np.ceil(corners.max(axis=0)).astype(int) + _MARGIN * step, (left + 1, top + 1), (width, height)
    )
    part = pixels[top:bottom, left:right]
    shape = (max(1, (right - left) // step), max(1, (bottom - top) // step))
    part = part[: shape[1] * step or None, : shape[0] * step or None]
    return np.asarray(cv2.resize(part, shape, interpolation=cv2.INTER_AREA), np.uint8), (int(left), int(top)), step
