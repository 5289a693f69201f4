"""Pictures of faces: the right part of the right photo, or none."""

import io
import os
import stat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facedaemon import vision
from facedaemon.config import Config
from facedaemon.geometry import ORIENTATIONS, stored
from facedaemon.pipeline import PhotoPlace
from facedaemon.review.library import Library
from facedaemon.review.picture_cache import PictureCache
from facedaemon.review.pictures import FACE_SIDE, PHOTO_SIDE, Absence, Cut, picture
from facedaemon.values import AS_THE_FILE_SAYS, Region, Size

FACE = Region(0.25, 0.25, 0.25, 0.5)  # of a photo that is twice as wide as high: a square
WIDTH, HEIGHT = 800, 400
STATE = "0123456789abcdef"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library of which only the cache is used."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "photos").mkdir()
    return Library(Config())


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Where a photo is."""
    return tmp_path / "photos" / "photo.jpg"


def _draw(path: Path, orientation: int = 1, dark: int = 0) -> PhotoPlace:
    """A grey photo whose face is red on its left, blue on its right; displayed upright by `orientation`."""
    shown = np.full((HEIGHT, WIDTH, 3), 128 - dark, np.uint8)
    shown[100:300, 200:300] = (255, 0, 0)
    shown[100:300, 300:400] = (0, 0, 255)
    shown[100:110, 200:400] = (0, 255, 0)  # the top of the head
    there = np.empty((HEIGHT, WIDTH, 3) if orientation < 5 else (WIDTH, HEIGHT, 3), np.uint8)
    height, width = there.shape[:2]
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    where = stored(Region(0.5 / WIDTH, 0.5 / HEIGHT, 0, 0), orientation)
    right = stored(Region(1.5 / WIDTH, 0.5 / HEIGHT, 0, 0), orientation)
    down = stored(Region(0.5 / WIDTH, 1.5 / HEIGHT, 0, 0), orientation)
    x = (where.x + (right.x - where.x) * columns + (down.x - where.x) * rows) * width
    y = (where.y + (right.y - where.y) * columns + (down.y - where.y) * rows) * height
    there[y.astype(int), x.astype(int)] = shown
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(there).save(path, quality=95, exif=exif)
    return _place(path)


def _place(path: Path) -> PhotoPlace:
    source = vision.open_source(path, path.parent)
    return PhotoPlace(1, path, path.parent, Size(WIDTH, HEIGHT), source.content, AS_THE_FILE_SAYS, is_away=False)


def _face(place: PhotoPlace) -> Cut:
    return Cut(place, FACE_SIDE, face=FACE)


def _pixels(made: bytes | Absence) -> np.ndarray:
    assert isinstance(made, bytes), made
    return np.asarray(Image.open(io.BytesIO(made)).convert("RGB")).astype(int)


def _is(pixel: np.ndarray, colour: str) -> bool:
    return bool(np.argmax(pixel) == ["red", "green", "blue"].index(colour) and pixel.max() - pixel.min() > 90)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_face_is_upright_in_every_orientation(library: Library, photo: Path, orientation: int) -> None:
    """The crop shows the face as the photo is displayed, with a little around it."""
    shown = _pixels(picture(_face(_draw(photo, orientation)), library, STATE))
    assert shown.shape == (FACE_SIDE, FACE_SIDE, 3)
    middle = FACE_SIDE // 2
    assert _is(shown[middle, middle - 25], "red")
    assert _is(shown[middle, middle + 25], "blue")
    assert np.ptp(shown[5, 5]) < 20
    assert _is(shown[middle - 46, middle - 20], "green")


@pytest.mark.parametrize("region", [Region(-0.1, -0.1, 0.2, 0.4), Region(0.9, 0.7, 0.3, 0.5), Region(0.3, 0.3, 0, 0)])
def test_a_face_at_the_edge_is_a_whole_picture(library: Library, photo: Path, region: Region) -> None:
    """A detector's region may go beyond the photo, and a hand-made one may be empty."""
    shown = _pixels(picture(Cut(_draw(photo), FACE_SIDE, face=region), library, STATE))
    assert shown.shape == (FACE_SIDE, FACE_SIDE, 3)


def test_the_whole_photo_has_its_box(library: Library, photo: Path) -> None:
    """The box is drawn around the face, and the photo is not made larger than it is."""
    place = _draw(photo)
    plain = _pixels(picture(Cut(place, PHOTO_SIDE), library, STATE))
    boxed = _pixels(picture(Cut(place, PHOTO_SIDE, box=FACE), library, STATE))
    assert plain.shape == boxed.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(plain - boxed)[200, 200].max() > 60
    assert np.abs(plain - boxed)[50, 50].max() < 20


def test_a_picture_is_cut_once(library: Library, photo: Path, tmp_path: Path) -> None:
    """The second time it comes from the cache, which nobody else can read, whatever the umask."""
    before = os.umask(0)
    try:
        place = _draw(photo)
        first = picture(_face(place), library, STATE)
    finally:
        os.umask(before)
    (kept,) = (tmp_path / "cache").rglob("*.jpg")
    assert first == kept.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for folder in list(kept.parents)[: list(kept.parents).index(tmp_path / "cache")]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    kept.write_bytes(b"from the cache")
    assert picture(_face(place), library, STATE) == b"from the cache"


def test_another_state_finds_no_picture_of_the_former(library: Library, photo: Path, tmp_path: Path) -> None:
    """A state that was made anew cuts its own."""
    place = _draw(photo)
    picture(_face(place), library, STATE)
    (kept,) = (tmp_path / "cache").rglob("*.jpg")
    kept.write_bytes(b"of the former")
    assert picture(_face(place), library, "another") != b"of the former"


def test_a_photo_that_changed_shows_no_face(library: Library, photo: Path) -> None:
    """What was cut before is not shown any more, nor what lies there now."""
    place = _draw(photo)
    assert isinstance(picture(_face(place), library, STATE), bytes)
    _draw(photo, dark=40)
    assert picture(_face(place), library, STATE) is Absence.CHANGED


def test_a_photo_that_was_replaced_unseen_shows_no_face(library: Library, photo: Path) -> None:
    """Size and time may be those of before: the file is another one."""
    place = _draw(photo)
    picture(_face(place), library, STATE)
    seen = photo.stat()
    other = photo.with_name("other.jpg")
    _draw(other, dark=40)
    os.truncate(other, seen.st_size) if other.stat().st_size > seen.st_size else other.open("ab").write(
        bytes(seen.st_size - other.stat().st_size)
    )
    os.utime(other, ns=(seen.st_mtime_ns, seen.st_mtime_ns))
    other.replace(photo)
    assert picture(_face(place), library, STATE) is Absence.CHANGED


def test_metadata_that_changed_changes_no_picture(library: Library, photo: Path) -> None:
    """A photo whose tags another program wrote still shows its faces."""
    place = _draw(photo)
    with Image.open(photo) as opened:
        exif = opened.getexif()
    exif[0x010E] = "a description"
    data = photo.read_bytes()
    end = 4 + int.from_bytes(data[4:6], "big") if data[2:4] == b"\xff\xe0" else 2
    head = exif.tobytes()
    photo.write_bytes(data[:end] + b"\xff\xfe" + (len(head) + 2).to_bytes(2, "big") + head + data[end:])
    assert isinstance(picture(_face(place), library, STATE), bytes)


def test_a_photo_that_is_away_shows_no_face(library: Library, photo: Path) -> None:
    """Though the cache has it: a deleted photo is not shown any more."""
    place = _draw(photo)
    picture(_face(place), library, STATE)
    photo.unlink()
    assert picture(_face(place), library, STATE) is Absence.AWAY


def test_no_link_is_followed_to_a_picture(library: Library, photo: Path, tmp_path: Path) -> None:
    """A photo, or its folder, that became a link leads to no file elsewhere."""
    place = _draw(photo)
    elsewhere = tmp_path / "elsewhere.jpg"
    photo.rename(elsewhere)
    photo.symlink_to(elsewhere)
    assert picture(_face(place), library, STATE) is Absence.AWAY


def test_what_cannot_be_read_says_so(library: Library, photo: Path) -> None:
    """A damaged file has no face to show."""
    place = _draw(photo)
    photo.write_bytes(b"\xff\xd8\xff" + b"x" * 100)
    assert picture(_face(place), library, STATE) in {Absence.UNREADABLE, Absence.CHANGED}


def test_the_cache_keeps_to_its_limit(tmp_path: Path) -> None:
    """What was not used for longest goes first, of any state; a new server counts what is there."""
    cache = PictureCache(tmp_path / "cache", most_bytes=1000)
    for number in range(9):
        cache.put("a" if number % 2 else "b", str(number), bytes(100))
    for number, file in enumerate(sorted((tmp_path / "cache").rglob("*.jpg"))):
        os.utime(file, (number, number))
    oldest = min((tmp_path / "cache").rglob("*.jpg"), key=lambda file: file.stat().st_mtime)
    again = PictureCache(tmp_path / "cache", most_bytes=1000)
    for number in range(20, 23):
        again.put("c", str(number), bytes(100))
    assert not oldest.exists()
    assert sum(file.stat().st_size for file in (tmp_path / "cache").rglob("*.jpg")) <= 1000
    assert again.get("c", "22") == bytes(100)


@pytest.mark.parametrize("way", ["file", "link", "unwritable"])
def test_a_cache_that_cannot_be_used_costs_no_picture(library: Library, photo: Path, tmp_path: Path, way: str) -> None:
    """The picture is shown all the same."""
    folder = tmp_path / "cache" / "facedaemon"
    folder.parent.mkdir()
    if way == "file":
        folder.write_bytes(b"")
    elif way == "link":
        folder.symlink_to(tmp_path / "nowhere")
    else:
        folder.mkdir()
        (folder / "faces").write_bytes(b"")
    assert isinstance(picture(_face(_draw(photo)), library, STATE), bytes)
