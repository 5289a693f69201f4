"""How well a face serves for training, with reasons: measured on its aligned crop and its place in the photo.

Each measure is mapped to 0 to 1 by a straight line through two measured points. The lowest one is the quality, since a
sharp face in profile trains as badly as a blurred one from the front. The lines are chosen so that faces which the
benchmark counts as bad (`python -m benchmarks.quality`) get less than 0.3, the default of `training.min_quality`.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from facedaemon.values import Quality
from facedaemon.vision.align import Points
from facedaemon.vision.codecs import Pixels

REASONS = ("small", "blurred", "pixelated", "noisy", "turned", "dark", "bright", "flat", "cut", "unsure")
"""Reasons for a low quality; a tiny face that was enlarged smoothly counts as `blurred`, too."""

CROP = (128, 128)
TEMPLATE = ((0.3156, 0.4616), (0.6826, 0.4598), (0.5003, 0.6405), (0.3495, 0.8247), (0.6534, 0.8232))
"""The crop that qualities are measured on, whatever recogniser is used."""

_GOOD = 0.6  # a measure above it is not named as a reason
_SECTORS = 12  # directions of 15 degrees: a line blur is narrow in direction
_LOW = (1, 6)  # cycles a crop: the light and the large features, kept by any blur
_FINE = ((10, 16), (16, 24))  # what a blur of 9 pixels or a face of 19 pixels no longer has


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of one face.

    `sharpness` in nats: energy of fine detail against coarse, in the direction that has least; `steps` the share of
    neighbouring pixels that are equal; `noise` the standard deviation of its grain in grey levels; `turn` how far the
    nose lies off the middle of the eyes, in eye distances; `light`, `contrast` mean and standard deviation in grey
    levels; `outside` the share of the crop beyond the photo; `pixels` the shorter side in the full photo.
    """

    sharpness: float
    steps: float
    noise: float
    turn: float
    light: float
    contrast: float
    outside: float
    pixels: float
    score: float


def measure(face: Pixels, points: Points, picture: tuple[int, int], pixels: float, score: float) -> Measures:
    """The measures of an aligned crop of `CROP`, whose landmarks lay at `points` in a picture of this width, height."""
    grey = cv2.cvtColor(face, cv2.COLOR_BGR2GRAY).astype(np.float32)
    inner = grey[16:-16, 16:-16]  # without the corners, which may lie outside the photo
    return Measures(
        sharpness=_sharpness(grey),
        steps=_steps(inner),
        noise=grain(inner),
        turn=_turn(points),
        light=float(inner.mean()),
        contrast=float(inner.std()),
        outside=_outside(points, picture),
        pixels=pixels,
        score=score,
    )


def judge(measures: Measures) -> Quality:
    """The weakest measure as the quality, and the reasons for all weak ones, worst first. Pure."""
    shares = {
        "small": _share(measures.pixels, 8, 60),
        "blurred": _share(measures.sharpness, -9.0, -5.2),
        "pixelated": _share(measures.steps, 0.80, 0.30),
        "noisy": _share(measures.noise, 33, 8),
        "turned": _share(measures.turn, 0.75, 0.25),
        "dark": _share(measures.light, 5, 60),
        "bright": _share(measures.light, 252, 210),
        "flat": _share(measures.contrast, 4, 25),
        "cut": _share(measures.outside, 0.5, 0.1),
        "unsure": _share(measures.score, 0.3, 0.9),
    }
    weak = sorted((share, reason) for reason, share in shares.items() if share < _GOOD)
    return Quality(round(min(shares.values()), 4), tuple(reason for _, reason in weak))


def _share(value: float, useless: float, good: float) -> float:
    return min(1.0, max(0.0, (value - useless) / (good - useless)))


def _bands() -> NDArray[np.int64]:
    """For each frequency of a real FFT of the crop: 0 for low, 1.. for a fine band and direction, -1 for none."""
    width, height = CROP
    down = np.fft.fftfreq(height, 1 / height)[:, None]
    across = np.arange(width // 2 + 1)[None]
    radius = np.hypot(down, across)
    sector = np.floor((np.arctan2(down, across) % math.pi) / math.pi * _SECTORS).astype(int) % _SECTORS
    labels = np.full(radius.shape, -1, np.int64)
    labels[(radius >= _LOW[0]) & (radius < _LOW[1])] = 0
    for number, (start, end) in enumerate(_FINE):
        band = (radius >= start) & (radius < end)
        labels[band] = 1 + number * _SECTORS + sector[band]
    return labels


_BANDS = _bands().ravel()
_CHOSEN = np.flatnonzero(_BANDS >= 0)
_LABELS = _BANDS[_CHOSEN]
_COUNTS = np.bincount(_LABELS)
_WINDOW = np.outer(np.hanning(CROP[1]), np.hanning(CROP[0])).astype(np.float32)


def _sharpness(grey: NDArray[np.float32]) -> float:
    centred = (grey - (grey * _WINDOW).sum() / _WINDOW.sum()) * _WINDOW
    waves = np.fft.rfft2(centred).ravel()[_CHOSEN]
    energy = np.bincount(_LABELS, weights=waves.real**2 + waves.imag**2) / _COUNTS
    if energy[0] <= 0:
        return -50.0  # one colour: no detail at all
    fine = np.log(energy[1:] / energy[0] + 1e-12).reshape(len(_FINE), _SECTORS)
    return float(fine.mean(axis=0).min())


def grain(grey: NDArray[np.float32]) -> float:
    """The standard deviation of a picture's grain in grey levels; `grey` (h, w), 0 to 255.

    Immerkær 1996, with the median for the mean: edges do not count.
    """
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    left = np.abs(cv2.filter2D(grey, -1, kernel)[1:-1, 1:-1])
    return float(np.median(left)) / 0.6745 / 6


def block_edge(grey: NDArray[np.float32]) -> float:
    """How many pixels in a row have one value, as in a picture enlarged without smoothing; `grey` (h, w), 0 to 255."""
    return 1 / max(1 - _steps(grey), 1 / len(grey))


def _steps(grey: NDArray[np.float32]) -> float:
    return float((np.abs(np.diff(grey, axis=1)) < 1).mean() + (np.abs(np.diff(grey, axis=0)) < 1).mean()) / 2


def _turn(points: Points) -> float:
    eyes = points[1] - points[0]
    distance = float(np.hypot(*eyes))
    if distance <= 0:
        return 1.0
    along = float((points[2] - (points[0] + points[1]) / 2) @ eyes) / distance**2
    return abs(along)


def _outside(points: Points, picture: tuple[int, int]) -> float:
    """The share of the face's own box, about its landmarks, that lies beyond the picture."""
    centre = points.mean(axis=0)
    half = 1.1 * float(np.abs(points - centre).max())
    low, high = np.maximum(centre - half, 0), np.minimum(centre + half, picture)
    inside = float(np.prod(np.clip(high - low, 0, None)))
    return 1 - inside / (2 * half) ** 2 if half > 0 else 1.0
