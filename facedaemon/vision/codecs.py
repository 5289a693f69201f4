"""The pixels of a picture file's bytes, by the decoder that its kind needs."""

import io
import mmap
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image

from facedaemon import formats
from facedaemon.errors import PhotoError
from facedaemon.vision import jxl

Pixels = NDArray[np.uint8]
"""uint8, shape (height, width, 3), blue green red."""

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # Pillow's limit warns through a global; ours is in decode.py
# what decoders warn of is either harmless or ends in no pixels, which becomes a PhotoError
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
cv2.setNumThreads(1)  # several photos are decoded at once; more threads for each of them would only compete

_CODECS_BYTES = 9
"""A pixel, in codecs that decode the whole picture at once. Of 48 megapixels: WebP 7.9, lossless 8.9, AVIF 9.2."""
_BAND = 256  # rows converted at once
_TAIL = 64  # bytes; cameras pad a JPEG with so many after its end
_REDUCED = {
    1: cv2.IMREAD_COLOR_BGR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
_TURNED = {3: cv2.ROTATE_180, 6: cv2.ROTATE_90_CLOCKWISE, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}
BROKEN = (
    *(OSError, SyntaxError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError),
    *(EOFError, RuntimeError, struct.error, zlib.error),
)
"""What Pillow's readers (and libjxl's: RuntimeError) raise on broken files (UnidentifiedImageError is an OSError)."""


def decoded(path: Path, kind: str, data: bytes, reduction: int, pixels_in_all: int) -> Pixels:
    """The stored picture of so many pixels, its sides divided by `reduction` (1, 2, 4, 8).

    `data` may be empty: then `path` is read.
    Raises PhotoError; MemoryError where there is not enough.
    """
    if kind in ("jpeg", "png", "webp", "bmp") and (pixels := _by_opencv(kind, data, reduction)) is not None:
        return pixels
    try:
        if kind == "heif" and (pixels := _by_libheif(data, reduction)) is not None:
            return pixels
        if kind == "jxl":
            return _by_libjxl(data, reduction)
        with Image.open(io.BytesIO(data) if data else path) as image:
            return _bgr(image, reduction)
    except BROKEN as error:
        if not _fits_into_memory(pixels_in_all):
            raise MemoryError from error  # codecs report a lack of memory like any other failure
        raise PhotoError(path, f"the picture is damaged ({error})") from error


def _fits_into_memory(pixels: int) -> bool:
    """Whether this process could get the memory that a codec needs for so many pixels."""
    try:
        mmap.mmap(-1, max(1, pixels * _CODECS_BYTES)).close()
    except (OSError, MemoryError):
        return False
    return True


def _by_opencv(kind: str, data: bytes, reduction: int) -> Pixels | None:
    # OpenCV refuses a truncated JPEG; with an end marker appended it decodes what is there, as viewers do
    whole = kind != "jpeg" or b"\xff\xd9" in data[-_TAIL:]
    encoded = np.frombuffer(data if whole else data + b"\xff\xd9", np.uint8)
    try:
        pixels = cv2.imdecode(encoded, _REDUCED[reduction] | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        if error.code == cv2.Error.StsNoMem:
            raise MemoryError from error
        return None
    return None if pixels is None else np.asarray(pixels, np.uint8)


def _by_libheif(data: bytes, reduction: int) -> Pixels | None:
    """Without Pillow, which takes three times the memory; None for grey and transparent pictures."""
    image = pillow_heif.open_heif(data, convert_hdr_to_8bit=True, bgr_mode=True)
    return _shrunk(np.asarray(image), reduction) if image.mode == "BGR" else None


def _by_libjxl(data: bytes, reduction: int) -> Pixels:
    picture = jxl.decoded(data)
    if isinstance(picture, Image.Image):
        return _bgr(picture, reduction)
    if (pixels := _by_opencv("jpeg", picture, reduction)) is None:
        raise ValueError("the JPEG that it was made of is none")
    return upright(pixels, formats.jxl.header(io.BytesIO(data)).orientation)


def _bgr(image: Image.Image, reduction: int) -> Pixels:
    if image.mode.startswith("I") or image.mode == "F":
        # 16-bit and floating grey: Pillow's own conversion clips at 255 instead of scaling
        grey = np.asarray(image, np.float32)
        top = 65535.0 if image.mode.startswith("I") else max(1e-6, float(np.nanmax(grey)))
        shown = (np.clip(grey / top, 0, 1) * 255).astype(np.uint8)
        return _shrunk(np.asarray(cv2.cvtColor(shown, cv2.COLOR_GRAY2BGR), np.uint8), reduction)
    width, height = image.size
    pixels = np.empty((-(-height // reduction), -(-width // reduction), 3), np.uint8)
    for top_row in range(0, height, _BAND):
        rgb = np.asarray(image.crop((0, top_row, width, min(height, top_row + _BAND))).convert("RGB"), np.uint8)
        band = _shrunk(np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), np.uint8), reduction)
        pixels[top_row // reduction : top_row // reduction + len(band)] = band
    return pixels


def _shrunk(pixels: Pixels, reduction: int) -> Pixels:
    """The picture with its sides divided by `reduction`, rounded up."""
    height, width = pixels.shape[:2]
    size = (-(-width // reduction), -(-height // reduction))
    return np.ascontiguousarray(
        pixels if reduction == 1 else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8
    )


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """The stored picture as displayed in EXIF `orientation` (1 to 8)."""
    if orientation in (2, 4, 5, 7):
        pixels = np.asarray(cv2.flip(pixels, 1), np.uint8)
        orientation = {2: 1, 4: 3, 5: 8, 7: 6}[orientation]
    return np.asarray(cv2.rotate(pixels, _TURNED[orientation]), np.uint8) if orientation in _TURNED else pixels
