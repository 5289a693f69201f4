"""A face photo held in all eight ways: where its suggestion stands, for programs and for humans."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from tests.acceptance.place import Place, small_library
from tests.acceptance.test_sidecars import read_by_exiftool

EXIF_ORIENTATION = 0x0112
TO_STORED = {  # from the picture as displayed to its stored pixels, as the Exif specification defines the values
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
ORIENTATIONS = (1, *TO_STORED)
WIDTH, HEIGHT = 120, 150  # of the photo as displayed: not square, so that no mistake is hidden
CLOSE = 0.75  # overlap: the detector sees turned and newly compressed pixels

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Turned:
    """One photo in all orientations: its face as displayed, and what is said of it in each; boxes are pixels."""

    face: Box
    person: str
    in_sidecars: dict[int, tuple[str, Box]]
    listed: dict[int, tuple[str, Box]]


@pytest.fixture(scope="module")
def turned(shared: Path, model_files: Path, exiftool: Path, tmp_path_factory: pytest.TempPathFactory) -> Turned:
    """A library with one face photo, higher than wide, in each orientation."""
    place = small_library(shared, model_files, tmp_path_factory.mktemp("turned"))
    place.json("scan")
    source = place.unconfirmed("Al Gore")[0]
    suggestion = next(item for item in place.suggestions() if item["photo"] == source)
    x, y, w, h = (150 * suggestion["region"][side] for side in "xywh")
    with Image.open(place.photos / source) as opened:
        assert (150, 150) == opened.size
        upright = opened.crop((15, 0, 15 + WIDTH, HEIGHT))
    names = {_store(place, upright, number): number for number in ORIENTATIONS}
    place.json("scan")
    sidecars = place.sidecars()
    read = read_by_exiftool(exiftool, [sidecars[name] for name in names])
    in_sidecars = {}
    for name, number in names.items():
        (item,) = read[sidecars[name]]["Suggestions"]
        assert "normalized" == item["Area"]["Unit"]
        across, down, wide, high = (item["Area"][side] for side in "XYWH")
        corner = (across - wide / 2, down - high / 2, wide, high)
        in_sidecars[number] = item["Name"], _in_pixels(corner, _size(place.photos / name))
    listed = {
        names[item["photo"]]: (item["person"], _in_pixels(tuple(item["region"][s] for s in "xywh"), (WIDTH, HEIGHT)))
        for item in place.suggestions()
        if item["photo"] in names
    }
    return Turned((x - 15, y, w, h), suggestion["person"], in_sidecars, listed)


def _store(place: Place, upright: Image.Image, orientation: int) -> str:
    """The photo as a camera held that way stores it; gives its name."""
    name = f"turned/{orientation}.jpg"
    (place.photos / name).parent.mkdir(exist_ok=True)
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    stored = upright.transpose(TO_STORED[orientation]) if orientation in TO_STORED else upright
    stored.save(place.photos / name, quality=95, exif=exif)
    return name


def _size(photo: Path) -> tuple[int, int]:
    with Image.open(photo) as opened:
        return opened.size


def _in_pixels(shares: tuple[float, ...], size: tuple[int, int]) -> Box:
    x, y, w, h = shares
    return x * size[0], y * size[1], w * size[0], h * size[1]


def _stored(box: Box, orientation: int) -> Box:
    """Where a box of the displayed picture lies in the stored one: painted white, turned, and looked for."""
    x, y, w, h = map(round, box)
    painted = Image.new("L", (WIDTH, HEIGHT))
    painted.paste(255, (x, y, x + w, y + h))
    stored = painted.transpose(TO_STORED[orientation]) if orientation in TO_STORED else painted
    bounds = stored.getbbox()
    assert bounds is not None
    left, top, right, bottom = bounds
    return left, top, right - left, bottom - top


def _overlap(a: Box, b: Box) -> float:
    """The area shared by both, of the area covered by either."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(across, 0) * max(down, 0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_sidecar_speaks_of_the_stored_picture(turned: Turned, orientation: int) -> None:
    """However the camera was held, the sidecar's area encloses the face in the pixels as they are stored."""
    name, box = turned.in_sidecars[orientation]
    assert turned.person == name
    assert CLOSE <= _overlap(_stored(turned.face, orientation), box)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_command_speaks_of_the_displayed_picture(turned: Turned, orientation: int) -> None:
    """However the camera was held, the region listed is where a human sees the face."""
    name, box = turned.listed[orientation]
    assert turned.person == name
    assert CLOSE <= _overlap(turned.face, box)
