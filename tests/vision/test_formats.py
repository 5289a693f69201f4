"""Rare formats and rare kinds of common formats: what shows a picture is seen, the rest is refused with its reason."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from pillow_jxl import Encoder

from facedaemon.errors import PhotoError
from facedaemon.geometry import ORIENTATIONS
from facedaemon.values import Size
from facedaemon.vision import FaceAnalyzer
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.decode import read_picture
from facedaemon.watch import is_photo_name
from tests.vision.pictures import as_image, difference, jpeg, stored


def test_a_real_jpeg_xl_is_read(shared: Path, tmp_path: Path) -> None:
    """By its content, at its size; a sixteenth of it alone is damaged."""
    photo = shared / "data/formats/8bit-sRGB.jxl"
    picture = read_picture(photo)
    assert Size(1440, 1080) == picture.size
    assert (1080, 1440, 3) == picture.pixels.shape
    (tmp_path / "part.jxl").write_bytes(photo.read_bytes()[:100_000])
    with pytest.raises(PhotoError, match="damaged"):
        read_picture(tmp_path / "part.jxl")
    (tmp_path / "nothing.jxl").write_bytes(b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0" * 50)
    with pytest.raises(PhotoError, match="damaged"):
        read_picture(tmp_path / "nothing.jxl")


def _encoder(mode: str) -> Any:
    make: Any = Encoder  # its stub is of a former release
    settings = {"mode": mode, "lossless": False, "quality": 90, "decoding_speed": 0, "effort": 3}
    return make(**settings, use_container=True, use_original_profile=False, num_threads=0)


def _of_jpeg(data: bytes) -> bytes:
    """A JPEG XL that holds the very JPEG, as cjxl makes it."""
    encoder = _encoder("RGB")
    return bytes(encoder(data, 0, 0, jpeg_encode=True))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_jpeg_xl_made_of_a_turned_jpeg_is_upright(tmp_path: Path, scene: Pixels, orientation: int) -> None:
    """Its own turn counts, and counts once."""
    (tmp_path / "a.jxl").write_bytes(_of_jpeg(jpeg(stored(scene, orientation), orientation)))
    picture = read_picture(tmp_path / "a.jxl")
    assert (Size(300, 150), 1) == (picture.size, picture.orientation)
    assert difference(picture.pixels, scene) < 4


def test_faces_of_a_jpeg_xl_are_found(tmp_path: Path, scene: Pixels, analyzer: FaceAnalyzer) -> None:
    """The same people as in the JPEG that it was made of."""
    (tmp_path / "a.jpg").write_bytes(jpeg(scene))
    (tmp_path / "a.jxl").write_bytes(_of_jpeg(jpeg(scene)))
    same, made = analyzer.analyse(tmp_path / "a.jpg"), analyzer.analyse(tmp_path / "a.jxl")
    assert len(same.faces) == len(made.faces) == 2
    for one, other in zip(same.faces, made.faces, strict=True):
        assert float(one.vector @ other.vector) > 0.99


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "I;16"])
@pytest.mark.parametrize("shape", [(300, 150), (299, 149), (40, 1500), (1280, 720)])
def test_kinds_and_shapes_of_jpeg_xl(tmp_path: Path, scene: Pixels, mode: str, shape: tuple[int, int]) -> None:
    """Colour, alpha, grey and 16 bits; the header tells the size of every shape as the decoder finds it."""
    image = as_image(scene).resize(shape)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    (tmp_path / "a.jxl").write_bytes(_encoded(image.convert(mode)))
    picture = read_picture(tmp_path / "a.jxl")
    assert Size(*shape) == picture.size
    assert shape == picture.pixels.shape[1::-1]
    expected = cv2.cvtColor(np.asarray(cv2.resize(scene, shape), np.uint8), cv2.COLOR_BGR2GRAY)
    shown = cv2.cvtColor(picture.pixels, cv2.COLOR_BGR2GRAY)
    assert np.corrcoef(shown.ravel(), expected.ravel())[0, 1] > 0.98


def _encoded(image: Image.Image) -> bytes:
    encoder = _encoder(image.mode)
    return bytes(encoder(image.tobytes(), *image.size, jpeg_encode=False))


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.tif", "a.png"])
def test_of_several_pictures_the_first_is_seen(tmp_path: Path, scene: Pixels, name: str) -> None:
    """Animations and files of several pages show their first picture."""
    black = as_image(np.zeros_like(scene))
    as_image(scene).save(tmp_path / name, save_all=True, append_images=[black, black], duration=100)
    assert difference(read_picture(tmp_path / name).pixels, scene) < 12


def test_a_motion_photo_is_its_picture(tmp_path: Path, scene: Pixels) -> None:
    """What phones put behind a JPEG does not matter."""
    film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(range(256)) * 400
    (tmp_path / "MVIMG_1.jpg").write_bytes(jpeg(scene) + film)
    assert difference(read_picture(tmp_path / "MVIMG_1.jpg").pixels, scene) < 3


def test_a_progressive_jpeg_is_decoded_at_a_part_of_its_size_too(tmp_path: Path, scene: Pixels) -> None:
    """Progressive files are read like others."""
    large = np.asarray(cv2.resize(scene, (2400, 1200)), np.uint8)
    as_image(large).save(tmp_path / "a.jpg", progressive=True, quality=90)
    assert (600, 1200) == read_picture(tmp_path / "a.jpg", 1000).pixels.shape[:2]


@pytest.mark.parametrize(
    ("marker", "bits", "reason"), [(0xC1, 12, "a JPEG with 12 bits a colour"), (0xC3, 8, "a lossless JPEG")]
)
def test_jpegs_that_no_ordinary_decoder_reads_are_refused_by_name(
    tmp_path: Path, scene: Pixels, marker: int, bits: int, reason: str
) -> None:
    """12-bit and lossless JPEGs, as medical and old raw converters write them."""
    data = bytearray(jpeg(scene))
    frame = data.index(b"\xff\xc0")
    data[frame + 1], data[frame + 4] = marker, bits
    (tmp_path / "a.jpg").write_bytes(data)
    with pytest.raises(PhotoError, match=reason):
        read_picture(tmp_path / "a.jpg")


@pytest.mark.parametrize("name", ["a.JXL", "a.gif", "a.Jpeg", "a.avif", "a.cr3"])
def test_files_of_these_names_are_looked_at(name: str) -> None:
    """A library's photos are known by their names before they are opened."""
    assert is_photo_name(name)
