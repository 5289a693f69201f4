"""A face photo held in all eight ways, as JPEG and HEIC: where its suggestion stands, for programs and for humans."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageOps

from facedaemon import sidecar, vision
from facedaemon.config import load
from facedaemon.values import Region
from tests.acceptance.place import Json, Place, small_library
from tests.acceptance.test_sidecars import read_by_exiftool
from tests.orientations import ORIENTATIONS, as_stored

pytestmark = pytest.mark.slow

pillow_heif.register_heif_opener()

EXIF_ORIENTATION = 0x0112
KINDS = {"jpeg": ".jpg", "heic": ".heic"}
POLICIES = ("suggest", "auto", "regions")
NAMINGS = ("full", "stem")
WIDTH, HEIGHT = 480, 600  # of the photo as displayed: not square, so that no mistake is hidden
CLOSE = 0.9  # overlap

Box = tuple[float, float, float, float]
Held = tuple[str, int]  # kind and orientation


@dataclass(frozen=True)
class Turned:
    """One photo, held and stored in all ways, in a library that names its person; `faces` are a fresh detection's."""

    place: Place
    person: str
    faces: Mapping[Held, Box]

    @cached_property
    def listed(self) -> dict[Held, Json]:
        """The command's own suggestions."""
        return {held: item for item in self.place.suggestions() for held in self.faces if item["photo"] == _name(held)}


def _name(held: Held) -> str:
    kind, orientation = held
    return f"{kind}/{orientation}{KINDS[kind]}"


@pytest.fixture(scope="module")
def turned(shared: Path, model_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Turned:
    """A library with one face photo, higher than wide, in each orientation and both formats; seen, nothing written."""
    place = small_library(shared, model_files, tmp_path_factory.mktemp("turned"))
    person = "Al Gore"
    with Image.open(place.photos / place.unconfirmed(person)[0]) as opened:
        assert (150, 150) == opened.size
        upright = opened.crop((15, 0, 135, 150)).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    place.configure(sidecar={"policy": "none"})
    environment = {"FACEDAEMON_MODELS": str(model_files)}
    analyzer = vision.FaceAnalyzer.open(vision.find_models(load(place.config), environment))
    faces: dict[Held, Box] = {}
    for held in product(KINDS, ORIENTATIONS):
        photo = place.photos / _name(held)
        _store(photo, upright, held[1])
        shown = place.folder / "shown.png"
        with Image.open(photo) as stored:
            ImageOps.exif_transpose(stored).convert("RGB").save(shown)  # a HEIC's decoder has turned it already
        [face] = analyzer.analyse(shown).faces
        faces[held] = _in_pixels(face.region, WIDTH, HEIGHT)
    place.json("scan")
    return Turned(place, person, faces)


def _store(photo: Path, upright: Image.Image, orientation: int) -> None:
    """The photo as a camera held that way stores it: a HEIC says it twice, as phones do."""
    photo.parent.mkdir(exist_ok=True)
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    stored = as_stored(upright, orientation)
    if photo.suffix == ".heic":
        heif = pillow_heif.from_pillow(stored)
        heif.info["exif"] = exif.tobytes()
        heif.save(photo, quality=95)
    else:
        stored.save(photo, quality=95, exif=exif)


def _in_pixels(region: Region, width: int, height: int) -> Box:
    return region.x * width, region.y * height, region.w * width, region.h * height


def _stored(box: Box, orientation: int) -> Box:
    """Where a box of the displayed picture lies in the stored one: painted white, turned, and looked for."""
    x, y, w, h = map(round, box)
    painted = Image.new("L", (WIDTH, HEIGHT))
    painted.paste(255, (x, y, x + w, y + h))
    stored = as_stored(painted, orientation)
    bounds = stored.getbbox()
    assert bounds is not None
    left, top, right, bottom = bounds
    return left, top, right - left, bottom - top


def _from_centre(area: Json, orientation: int) -> Box:
    """An area as ExifTool reads it, in pixels of the stored picture."""
    width, height = (HEIGHT, WIDTH) if orientation > 4 else (WIDTH, HEIGHT)
    across, down, wide, high = (float(area[side]) for side in "XYWH")
    return _in_pixels(Region(across - wide / 2, down - high / 2, wide, high), width, height)


def _overlap(a: Box, b: Box) -> float:
    """The area shared by both, of the area covered by either."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(across, 0) * max(down, 0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def _named(read: Json, policy: str) -> dict[str, tuple[str, Json]]:
    """Name and area of each place where the policy writes the suggestion."""
    [own] = read["Suggestions"]
    found = {"own": (own["Name"], own["Area"])}
    if policy != "suggest":
        [region], [microsoft] = read["RegionInfo"]["RegionList"], read["RegionInfoMP"]["Regions"]
        found["mwg"] = region["Name"], region["Area"]
        x, y, w, h = (float(part) for part in microsoft["Rectangle"].split(", "))
        found["mp"] = microsoft["PersonDisplayName"], {"X": x + w / 2, "Y": y + h / 2, "W": w, "H": h}
    return found


@pytest.mark.parametrize(("naming", "policy"), list(product(NAMINGS, POLICIES)))
def test_what_is_written_lies_on_the_face(turned: Turned, exiftool: Path, naming: str, policy: str) -> None:
    """ExifTool reads an area that encloses the face in the stored pixels, our own reader one in the displayed picture.

    So in every orientation and format, under both names of sidecars and every policy.
    """
    place = turned.place
    place.configure(sidecar={"policy": policy, "naming": naming, "auto_max_wrong_per_1000": 500})
    for path in place.photos.rglob("*.xmp"):
        path.unlink()
    place.json("scan")
    sidecars = {held: sidecar.sidecar_path(place.photos / _name(held), sidecar.Naming(naming)) for held in turned.faces}
    read = read_by_exiftool(exiftool, sidecars.values())
    wrong = []
    for held, face in turned.faces.items():
        for where, (name, area) in _named(read[sidecars[held]], policy).items():
            shared = _overlap(_stored(face, held[1]), _from_centre(area, held[1]))
            wrong += [] if name == turned.person and shared >= CLOSE else [(held, where, name, shared)]
        metadata = sidecar.read(place.photos / _name(held), sidecar.Naming(naming), place.photos)
        ours = [(each.person, each.region) for each in metadata.suggestions]
        ours += [(each.name or "", each.region) for each in metadata.regions]
        assert (1 if policy == "suggest" else 2) == len(ours)
        for name, region in ours:
            shared = _overlap(face, _in_pixels(region, WIDTH, HEIGHT))
            wrong += [] if name == turned.person and shared >= CLOSE else [(held, "own reader", name, shared)]
    assert [] == wrong


@pytest.mark.parametrize("held", list(product(KINDS, ORIENTATIONS)), ids=lambda held: f"{held[0]} {held[1]}")
def test_the_command_speaks_of_the_displayed_picture(turned: Turned, held: Held) -> None:
    """However the camera was held, the region listed is where a human sees the face."""
    item = turned.listed[held]
    assert turned.person == item["person"]
    region = Region(*(item["region"][side] for side in "xywh"))
    assert CLOSE <= _overlap(turned.faces[held], _in_pixels(region, WIDTH, HEIGHT))
