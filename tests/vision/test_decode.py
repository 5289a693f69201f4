"""Files become upright pixels, whatever their format, name and orientation; what cannot be read is told."""

import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from facedaemon.errors import PhotoError
from facedaemon.geometry import ORIENTATIONS
from facedaemon.values import Display, Size
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.decode import decode, open_source, read_picture
from tests.vision.pictures import as_image, difference, exif, jpeg, stored


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_every_orientation_of_a_jpeg_is_shown_upright(tmp_path: Path, scene: Pixels, orientation: int) -> None:
    """The pixels are as displayed, the size too, and the orientation is told."""
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(stored(scene, orientation), orientation))
    picture = read_picture(path)
    assert Size(300, 150) == picture.size
    assert orientation == picture.orientation
    assert difference(picture.pixels, scene) < 3


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif"])
def test_other_formats_are_turned_by_their_exif_too(tmp_path: Path, scene: Pixels, name: str) -> None:
    """PNG, WebP and TIFF obey the orientation as JPEG does."""
    tags = Image.Exif()
    tags[0x0112] = 6
    as_image(stored(scene, 6)).save(tmp_path / name, exif=tags, quality=95)
    picture = read_picture(tmp_path / name)
    assert 6 == picture.orientation
    assert difference(picture.pixels, scene) < 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heic_is_turned_once(tmp_path: Path, scene: Pixels, orientation: int) -> None:
    """A HEIC that tells its turn twice, as phones write it, is turned once, and the turn is told."""
    heif = pillow_heif.from_pillow(as_image(stored(scene, orientation)))
    heif.info["exif"] = exif(orientation)
    heif.save(tmp_path / "a.heic", quality=90)
    picture = read_picture(tmp_path / "a.heic")
    assert Size(300, 150) == picture.size
    assert orientation == picture.orientation
    assert difference(picture.pixels, scene) < 8


def test_exif_does_not_turn_a_heic(tmp_path: Path, scene: Pixels) -> None:
    """Where EXIF alone speaks of a turn, as some editors leave it, the picture is shown as it is stored."""
    tags = Image.Exif()
    tags[0x0112] = 6
    as_image(scene).save(tmp_path / "a.heic", quality=90, exif=tags)
    picture = read_picture(tmp_path / "a.heic")
    assert (1, Size(300, 150)) == (picture.orientation, picture.size)
    assert difference(picture.pixels, scene) < 8


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_what_is_stated_goes_before_the_files_own(tmp_path: Path, scene: Pixels, name: str, orientation: int) -> None:
    """Stored as for one orientation with another one in EXIF: displayed, and sized, as stated."""
    tags = Image.Exif()
    tags[0x0112] = 6 if orientation != 6 else 3
    as_image(stored(scene, orientation)).save(tmp_path / name, exif=tags, quality=95)
    source = open_source(tmp_path / name, None, Display(orientation))
    shown = decode(source)
    assert (Size(300, 150), orientation) == (source.size, source.orientation)
    assert difference(shown.pixels, scene) < 6
    once_more = decode(open_source(tmp_path / name, None, Display(orientation, 1)))
    assert difference(once_more.pixels, np.asarray(np.rot90(scene, -1), np.uint8)) < 6
    assert source.content == open_source(tmp_path / name).content


def test_nobody_turns_a_heic_twice(tmp_path: Path, scene: Pixels) -> None:
    """A HEIC is shown as it says itself, whatever a database or sidecar repeats of its EXIF."""
    heif = pillow_heif.from_pillow(as_image(stored(scene, 6)))
    heif.info["exif"] = exif(6)
    heif.save(tmp_path / "a.heic", quality=90)
    for stated in (1, 3, 6, 8):
        picture = decode(open_source(tmp_path / "a.heic", None, Display(stated)))
        assert (6, Size(300, 150)) == (picture.orientation, picture.size)
        assert difference(picture.pixels, scene) < 8


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16", "CMYK", "F"])
def test_all_kinds_of_pixels_are_read(tmp_path: Path, scene: Pixels, mode: str) -> None:
    """Grey, alpha, palette, bilevel, 16-bit, ink and floating pictures are pictures."""
    image = as_image(scene)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    elif mode == "P":
        image = image.quantize(200)
    else:
        image = image.convert(mode)
    path = tmp_path / ("a.tif" if mode in ("CMYK", "F") else "a.png")
    image.save(path)
    shown = read_picture(path).pixels
    assert np.uint8 == shown.dtype
    grey = cv2.cvtColor(scene, cv2.COLOR_BGR2GRAY).astype(int)
    likeness = np.corrcoef(cv2.cvtColor(shown, cv2.COLOR_BGR2GRAY).ravel(), grey.ravel())[0, 1]
    assert likeness > (0.5 if mode == "1" else 0.9)  # dots of black and white are like grey from afar only


def test_a_cmyk_jpeg_looks_like_itself(tmp_path: Path, scene: Pixels) -> None:
    """Ink colours of a JPEG are not shown as a negative."""
    as_image(scene).convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    assert difference(read_picture(tmp_path / "a.jpg").pixels, scene) < 12


def test_a_large_jpeg_is_decoded_at_a_part_of_its_size(tmp_path: Path, scene: Pixels) -> None:
    """No more pixels than asked for, and never fewer; the full size is told all the same."""
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(np.asarray(cv2.resize(scene, (4000, 2000)), np.uint8)))
    picture = read_picture(path, 1000)
    assert (500, 1000) == picture.pixels.shape[:2]
    assert Size(4000, 2000) == picture.size
    assert 0.25 == picture.scale
    assert (1000, 2000) == read_picture(path, 1001).pixels.shape[:2]


def test_the_name_does_not_decide_the_format(shared: Path, tmp_path: Path, scene: Pixels) -> None:
    """A JPEG called .heic, and a PNG called .jpg, are read for what they are."""
    assert Size(500, 500) == read_picture(shared / "data/formats/wrong.heic").size
    as_image(scene).save(tmp_path / "a.jpg", format="PNG")
    assert difference(read_picture(tmp_path / "a.jpg").pixels, scene) == 0


def test_real_files_of_phones_and_cameras_are_read(shared: Path) -> None:
    """HEIC of two phones, AVIF, WebP and a DNG by its preview."""
    sizes = {
        "8bit-sRGB.avif": Size(1617, 1080),
        "IMG_5195.HEIC": Size(2566, 3313),
        "iphone_13_pro_max.HEIC": Size(3024, 4032),
        "denali.webp": Size(600, 315),
    }
    assert sizes == {name: read_picture(shared / "data/formats" / name).size for name in sizes}
    assert read_picture(shared / "data/formats/canon_eos_6d.dng").size.width >= 1000


def test_the_real_orientation_files_all_show_the_same(shared: Path) -> None:
    """Nine files in EXIF orientations 0 to 8 show one picture."""
    for name in ("Landscape", "Portrait"):
        shown = [read_picture(shared / f"data/orientation/{name}_{number}.jpg").pixels for number in range(9)]
        small = [cv2.resize(pixels, (90, 90), interpolation=cv2.INTER_AREA) for pixels in shown]
        assert all(difference(np.asarray(other, np.uint8), np.asarray(small[1], np.uint8)) < 12 for other in small)


def test_a_jpeg_that_breaks_off_is_seen_as_far_as_it_goes(tmp_path: Path, scene: Pixels) -> None:
    """The upper part of a photo that was not copied whole can be read."""
    data = jpeg(scene)
    (tmp_path / "a.jpg").write_bytes(data[: len(data) * 2 // 3])
    shown = read_picture(tmp_path / "a.jpg").pixels
    assert difference(shown[:60], scene[:60]) < 3


def _png_bomb() -> bytes:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"hello, I am no picture", "not a picture"),
        (_png_bomb(), "too many"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "damaged"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, "damaged"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "damaged"),
        (b"FUJIFILMCCD-RAW" + b"\0" * 200, "raw file"),
    ],
)
def test_what_cannot_be_read_is_reported_with_its_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    """Empty, foreign, huge and broken files are photo errors that name the photo."""
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(PhotoError, match=reason) as caught:
        read_picture(path)
    assert path == caught.value.path


def test_links_pipes_and_absent_files_are_not_opened(tmp_path: Path, scene: Pixels) -> None:
    """A link is not followed out of the library, and a pipe does not hang the daemon."""
    (tmp_path / "real.jpg").write_bytes(jpeg(scene))
    (tmp_path / "link.jpg").symlink_to(tmp_path / "real.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    for name in ("link.jpg", "pipe.jpg", "folder.jpg", "absent.jpg"):
        with pytest.raises(PhotoError):
            read_picture(tmp_path / name)
