"""Bad faces are known as bad, with the right reason; good ones are let through."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from facedaemon.vision.align import crop
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.decode import read_picture
from facedaemon.vision.face_analyzer import FaceAnalyzer
from facedaemon.vision.quality import CROP, REASONS, TEMPLATE, Measures, judge, measure

POINTS = np.array(TEMPLATE, np.float64) * CROP
GOOD = Measures(
    sharpness=-5, steps=0.1, noise=1, turn=0.05, light=120, contrast=45, outside=0.0, pixels=100, score=0.93
)


@pytest.fixture(scope="module")
def crops(portraits: list[Path], analyzer: FaceAnalyzer) -> list[Pixels]:
    """Sixty aligned faces."""
    made = []
    for path in portraits:
        pixels = read_picture(path).pixels
        points = analyzer.analyse(path).faces[0].landmarks.astype(np.float64) * pixels.shape[1::-1]
        made.append(crop(pixels, points, TEMPLATE, CROP))
    return made


def _share_left_out(crops: list[Pixels], change: Callable[[Pixels], Pixels], reason: str | None = None) -> float:
    judged = [judge(measure(change(face), POINTS, CROP, 60, 0.93)) for face in crops]
    return float(np.mean([quality.value < 0.3 and (reason in quality.reasons or not reason) for quality in judged]))


def _pixelated(face: Pixels) -> Pixels:
    tiny = cv2.resize(face, (14, 14), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(tiny, CROP, interpolation=cv2.INTER_NEAREST), np.uint8)


def _moved(face: Pixels) -> Pixels:
    line = np.zeros((15, 15), np.float32)
    np.fill_diagonal(line, 1 / 15)
    return np.asarray(cv2.filter2D(face, -1, line), np.uint8)


def _noisy(face: Pixels) -> Pixels:
    grain = np.random.default_rng(7).normal(0, 60, face.shape)
    return np.clip(face + grain, 0, 255).astype(np.uint8)


def test_good_faces_pass(crops: list[Pixels]) -> None:
    """Of ordinary press photos' faces hardly one is left out."""
    assert _share_left_out(crops, lambda face: face) <= 0.04


@pytest.mark.parametrize(
    ("change", "reason"), [(_pixelated, "pixelated"), (_moved, "blurred"), (_noisy, "noisy")], ids=REASONS[1:4]
)
def test_degraded_faces_are_left_out(crops: list[Pixels], change: Callable[[Pixels], Pixels], reason: str) -> None:
    """Pixelation, motion blur and noise are seen, and told as what they are."""
    assert _share_left_out(crops, change, reason) >= 0.95


@pytest.mark.parametrize(
    ("worse", "reason"),
    [
        (replace(GOOD, pixels=14), "small"),
        (replace(GOOD, turn=0.8), "turned"),
        (replace(GOOD, light=8), "dark"),
        (replace(GOOD, light=250), "bright"),
        (replace(GOOD, contrast=5), "flat"),
        (replace(GOOD, outside=0.5), "cut"),
        (replace(GOOD, score=0.35), "unsure"),
    ],
)
def test_each_weakness_alone_leaves_a_face_out(worse: Measures, reason: str) -> None:
    """One bad measure is enough, and it is the reason told."""
    quality = judge(worse)
    assert quality.value < 0.3
    assert (reason,) == quality.reasons


def test_a_good_face_has_no_reasons() -> None:
    """Nothing is said against a good face."""
    assert () == judge(GOOD).reasons
    assert judge(GOOD).value > 0.9


def test_the_worst_reason_comes_first() -> None:
    """Several weaknesses are told in their order of weight."""
    assert ("small", "unsure") == judge(replace(GOOD, pixels=12, score=0.5)).reasons


def test_every_reason_that_can_be_given_is_known() -> None:
    """`REASONS` lists what `judge` says."""
    worst = Measures(-50, 1, 99, 2, 0, 0, 1, 0, 0)
    assert set(REASONS) - {"bright"} == set(judge(worst).reasons)


def test_a_face_of_one_colour_is_useless() -> None:
    """No detail at all is no error and no good face."""
    grey = np.full((*CROP, 3), 128, np.uint8)
    assert 0 == judge(measure(grey, POINTS, CROP, 60, 0.9)).value
