"""Small faces in large photos."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from facedaemon.values import Region, Size
from facedaemon.vision import FaceAnalyzer, read_picture
from facedaemon.vision.detect import Rows
from facedaemon.vision.tiling import deserved, tiles_for
from tests.vision.pictures import jpeg

FACE = 44  # pixels; 0.37 of a portrait's width
PLACES = [(x, y) for y in (300, 1400, 2500) for x in (200, 1240, 2300, 3350)]


@pytest.fixture(scope="module")
def group_photo(portraits: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve people far away, in 12 megapixels; two stand where tiles meet."""
    y, x = np.mgrid[0:3000, 0:4000]
    pixels = np.stack([x / 20, y / 20, (x + y) / 40], axis=2).astype(np.uint8)
    side = round(FACE / 0.37)
    for portrait, (left, top) in zip(portraits, PLACES, strict=False):
        small = cv2.resize(read_picture(portrait).pixels, (side, side), interpolation=cv2.INTER_AREA)
        pixels[top : top + side, left : left + side] = small
    path = tmp_path_factory.mktemp("group") / "a.jpg"
    path.write_bytes(jpeg(pixels))
    return path


def test_faces_far_away_are_found_in_a_large_photo(analyzer: FaceAnalyzer, group_photo: Path) -> None:
    """All but one of the twelve, each once, and nothing else; the first pass alone finds fewer."""
    analysis = analyzer.analyse(group_photo)
    side = FACE / 0.37
    middles = [(left + side / 2, top + side / 2) for left, top in PLACES]
    assert Size(4000, 3000) == analysis.size
    found = [sum(_holds(face.region, middle) for face in analysis.faces) for middle in middles]
    assert set(found) <= {0, 1}
    assert 11 <= sum(found) == len(analysis.faces)
    first = analyzer.detector.find(read_picture(group_photo, 1280).pixels, 0.7)
    assert len(first) < len(analysis.faces)


def _holds(region: Region, middle: tuple[float, float]) -> bool:
    x, y = middle[0] / 4000, middle[1] / 3000
    return region.x < x < region.x + region.w and region.y < y < region.y + region.h


@pytest.mark.parametrize(
    ("size", "grid"),
    [
        (Size(500, 375), None),
        (Size(2000, 1500), None),
        (Size(4000, 3000), (2, 2)),
        (Size(3000, 4000), (2, 2)),
        (Size(6000, 4000), (3, 3)),
        (Size(16320, 12240), (9, 9)),
    ],
)
def test_there_are_as_many_tiles_as_the_photo_needs(size: Size, grid: tuple[int, int] | None) -> None:
    """None where the first pass saw the photo's pixels; the tiles hold at least 0.59 of them up to 200 megapixels."""
    tiles = tiles_for(size)
    assert grid == (None if tiles is None else (tiles.columns, tiles.rows))
    if tiles is not None:
        assert tiles.size.width >= 0.59 * size.width
        assert (tiles.size.width > tiles.size.height) == (size.width > size.height)


def _rows(*sides: float) -> Rows:
    return np.array([[0, 0, side, side, *[0.0] * 10, 0.5] for side in sides], np.float32).reshape(-1, 15)


def test_a_small_face_or_several_hints_deserve_a_closer_look() -> None:
    """One small face is enough, large ones never are, and a single chance likeness is not."""
    assert deserved(_rows(15), _rows(15), 1280)
    assert deserved(_rows(15, 16, 12, 9), _rows(), 1280)
    assert not deserved(_rows(15, 16), _rows(), 1280)
    assert not deserved(_rows(100, 50), _rows(100, 50), 1280)
    assert deserved(_rows(30), _rows(30), 2560)
