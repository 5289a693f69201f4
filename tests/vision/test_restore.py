"""Grain and blocks are smoothed before a face is embedded; clean faces are left alone."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from facedaemon.vision.align import Crops, crop
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.decode import read_picture
from facedaemon.vision.embed import Embedder
from facedaemon.vision.engine import Engine
from facedaemon.vision.face_analyzer import FaceAnalyzer
from facedaemon.vision.models import Models
from facedaemon.vision.quality import CROP, TEMPLATE
from facedaemon.vision.restore import restored, smoothing

POINTS = np.array(TEMPLATE, np.float64) * CROP


@pytest.fixture(scope="module")
def crops(portraits: list[Path], analyzer: FaceAnalyzer) -> list[Pixels]:
    """Twenty aligned faces."""
    made = []
    for path in portraits[:20]:
        pixels = read_picture(path).pixels
        points = analyzer.analyse(path).faces[0].landmarks.astype(np.float64) * pixels.shape[1::-1]
        made.append(crop(pixels, points, TEMPLATE, CROP))
    return made


def grainy(face: Pixels) -> Pixels:
    """As by night, with Gaussian noise of 60 grey levels."""
    return np.clip(face + np.random.default_rng(3).normal(0, 60, face.shape), 0, 255).astype(np.uint8)


def in_squares(face: Pixels) -> Pixels:
    """Sixteen pixels, enlarged without smoothing."""
    tiny = cv2.resize(face, (16, 16), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(tiny, CROP, interpolation=cv2.INTER_NEAREST), np.uint8)


def test_clean_faces_are_not_touched(crops: list[Pixels]) -> None:
    """A face without grain and blocks comes back as the same pixels."""
    assert all(restored(face) is face for face in crops)


@pytest.mark.parametrize("change", [grainy, in_squares])
def test_a_damaged_face_is_more_like_itself(
    crops: list[Pixels], models: Models, change: Callable[[Pixels], Pixels]
) -> None:
    """With grain or in squares a face's embedding lies nearer to that of the undamaged face than it did unsmoothed."""
    embedder = Embedder(Engine(1), models.recognisers)
    (network,) = (network for _, network in embedder._parts)
    gains = []
    for face in crops:
        (clean,), (changed,) = (embedder.embed(Crops(each, POINTS[None])) for each in (face, change(face)))
        raw = next(iter(network.run(change(face)[None]).values())).reshape(-1)
        gains.append(clean @ changed - clean @ (raw / np.linalg.norm(raw)))
    assert np.mean(gains) > 0.05
    assert np.mean(np.array(gains) > 0) >= 0.8


def test_more_grain_is_smoothed_more() -> None:
    """The strength grows with the damage, and is 0 where there is none."""
    assert 0 == smoothing(noise=1, edge=1)
    assert 0 < smoothing(noise=4, edge=1) < smoothing(noise=20, edge=1) < smoothing(noise=40, edge=1)
    assert smoothing(noise=0, edge=4) < smoothing(noise=0, edge=9)
