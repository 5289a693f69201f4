"""Large pictures of formats that are decoded whole: read within the limits, and want of memory is no damage."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from facedaemon.errors import PhotoError
from facedaemon.values import Size
from facedaemon.vision.decode import read_picture

pytestmark = pytest.mark.slow

Make = Callable[[Path, Image.Image], None]


def _picture(width: int, height: int) -> Image.Image:
    """Something soft, quick to encode, of this size."""
    small = np.random.default_rng(0).integers(0, 255, (30, 40, 3)).astype(np.uint8)
    return Image.fromarray(np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8))


def _saved(**options: Any) -> Make:
    return lambda path, image: image.save(path, **options)


def _ten_bits(path: Path, image: Image.Image) -> None:
    wide = np.asarray(image).astype(np.uint16) * 257
    heif = pillow_heif.from_bytes("RGB;16", image.size, wide.tobytes())
    pillow_heif.options.SAVE_HDR_TO_12_BIT = False
    heif.save(path, quality=50, enc_params={"preset": "ultrafast"})


def _animated(path: Path, image: Image.Image) -> None:
    image.save(path, save_all=True, append_images=[image.transpose(Image.Transpose.ROTATE_180)], duration=100, method=0)


LARGE: dict[str, tuple[str, tuple[int, int], Make]] = {
    "WebP": ("webp", (8000, 6000), _saved(quality=50, method=0)),
    "lossless WebP": ("webp", (8000, 6000), _saved(lossless=True, quality=0, method=0)),
    "AVIF": ("avif", (8000, 6000), _saved(quality=40, speed=10)),
    "PNG": ("png", (8000, 6000), _saved(compress_level=1)),
    "HEIC of 10 bits": ("heic", (5200, 3900), _ten_bits),
    "animated WebP": ("webp", (4000, 3000), _animated),
    "panorama, WebP": ("webp", (16000, 3000), _saved(quality=50, method=0)),
    "tall, AVIF": ("avif", (2400, 20000), _saved(quality=40, speed=10)),
}


@pytest.mark.parametrize("what", LARGE)
def test_a_large_picture_is_read(tmp_path: Path, what: str) -> None:
    """48 megapixels (20 where told so) give their pixels, at a part of the size, in the right colours."""
    suffix, (width, height), make = LARGE[what]
    photo = tmp_path / f"a.{suffix}"
    make(photo, _picture(width, height))
    picture = read_picture(photo, 1280)
    assert Size(width, height) == picture.size
    expected = np.asarray(_picture(80, 60))[:, :, ::-1].astype(int)
    small = np.asarray(cv2.resize(picture.pixels, (80, 60), interpolation=cv2.INTER_AREA), np.uint8).astype(int)
    assert np.corrcoef(small.ravel(), expected.ravel())[0, 1] > 0.95


def test_a_real_avif_of_ten_bits_is_read(shared: Path) -> None:
    """20 megapixels, HDR, in P3."""
    picture = read_picture(shared / "data/cases/avif/10bit-HDR-P3-nclx.avif", 1280)
    assert picture.size.width * picture.size.height > 15_000_000
    assert picture.pixels.std() > 10


@pytest.mark.parametrize(
    ("suffix", "make"), [("webp", _saved(lossless=True, quality=0, method=0)), ("avif", _saved(quality=40, speed=10))]
)
def test_want_of_memory_is_no_damage(tmp_path: Path, suffix: str, make: Make) -> None:
    """What is larger than the limits is refused as too large, with the place where they stand."""
    photo = tmp_path / f"a.{suffix}"
    make(photo, _picture(11000, 9000))
    with pytest.raises(PhotoError, match=r"99 megapixels take more memory than one photo may \(docs/vision.md"):
        read_picture(photo, 1280)


@pytest.mark.parametrize("suffix", ["webp", "avif"])
def test_damage_is_still_called_so(tmp_path: Path, suffix: str) -> None:
    """A picture that breaks off, of a size that is read, is damaged."""
    photo = tmp_path / f"a.{suffix}"
    _picture(2000, 1500).save(photo)
    photo.write_bytes(photo.read_bytes()[:900])
    with pytest.raises(PhotoError, match="damaged"):
        read_picture(photo, 1280)
