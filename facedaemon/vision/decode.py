"""From a file to upright pixels, at no more resolution than is needed."""

import io
import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pylibjxl
from numpy.typing import NDArray
from PIL import Image

from facedaemon.errors import PhotoError
from facedaemon.geometry import displayed_size
from facedaemon.values import Size
from facedaemon.vision.container import content_digest, kind_of, unusual_frame

Pixels = NDArray[np.uint8]
"""uint8, shape (height, width, 3), blue green red."""

pillow_heif.register_heif_opener()
pylibjxl.register_pillow()
Image.MAX_IMAGE_PIXELS = None  # Pillow's limit warns through a global; _check_size is ours
# what decoders warn of is either harmless or ends in no pixels, which becomes a PhotoError
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
cv2.setNumThreads(1)  # photos are seen side by side; threads inside of each would only wait for each other

MOST_PIXELS = 260_000_000  # the largest phone cameras give 200 megapixels; beyond it a file is a bomb or a map
MOST_BYTES = 1 << 30
MOST_EXPANDED = 120_000_000  # formats that cannot be decoded at a part of their size: 360 MB of pixels
_TURNED_BY_READER = {"heif", "tiff", "jxl"}
"""Kinds whose pixels Pillow, libheif and libjxl give upright already. JPEG XL tells its turn by itself; EXIF's does not
count there."""
_TAIL = 64  # bytes that cameras pad a JPEG with behind its end
_REDUCED = {
    1: cv2.IMREAD_COLOR_BGR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
_TURNED = {3: cv2.ROTATE_180, 6: cv2.ROTATE_90_CLOCKWISE, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    struct.error,
    ZeroDivisionError,
    RuntimeError,
)
"""What Pillow's readers (and libjxl's: RuntimeError) raise on broken files (UnidentifiedImageError is an OSError)."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A picture file as read: its bytes, what it is, displayed size of the full picture, EXIF orientation."""

    path: Path
    data: bytes
    kind: str
    size: Size
    orientation: int
    content: str


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An upright picture: `pixels` are `scale` times (1, or near 1/2, 1/4, 1/8) those of the full `size`."""

    pixels: Pixels
    size: Size
    orientation: int
    content: str
    scale: float


def read_picture(path: Path, longest_side: int | None = None) -> Picture:
    """The photo, upright, with at least `longest_side` pixels on its longer side if it has as many (None: all).

    Raises PhotoError with the reason where the file is no picture that can be read.
    """
    return decode(open_source(path), longest_side)


def open_source(path: Path) -> Source:
    """The file's bytes, and what they say of the picture without decoding it. Raises PhotoError."""
    data = _bytes(path)
    kind = kind_of(data)
    if not data:
        raise PhotoError(path, "the file is empty")
    if kind == "":
        raise PhotoError(path, "this is not a picture in a format facedaemon reads")
    if kind == "jpeg" and (frame := unusual_frame(data)):
        raise PhotoError(path, f"{frame} cannot be read")
    if kind == "raw":
        from facedaemon.vision.raw import preview  # noqa: PLC0415 - rawpy is loaded for raw files only

        pixels_of, orientation = preview(path, data)
        return Source(path, pixels_of, "jpeg", _stored_size(path, pixels_of), orientation, content_digest(data, 1))
    orientation, stored = _header(path, data, kind)
    size = displayed_size(stored, orientation)
    _check_size(path, kind, size)
    return Source(path, data, kind, size, orientation, content_digest(data, orientation))


def decode(source: Source, longest_side: int | None = None) -> Picture:
    """The source's pixels, upright, with at least `longest_side` on the longer side if it has as many."""
    longest = max(source.size.width, source.size.height)
    reduction = 1
    if source.kind == "jpeg" and longest_side:
        reduction = next((by for by in (8, 4, 2) if longest // by >= longest_side), 1)
    pixels = _pixels(source, reduction)
    if source.kind not in _TURNED_BY_READER:
        pixels = upright(pixels, source.orientation)
    height, width = pixels.shape[:2]
    scale = max(width, height) / longest
    return Picture(pixels, source.size, source.orientation, source.content, scale)


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """The stored picture as displayed in EXIF `orientation` (1 to 8)."""
    if orientation in (2, 4, 5, 7):
        pixels = np.asarray(cv2.flip(pixels, 1), np.uint8)
        orientation = {2: 1, 4: 3, 5: 8, 7: 6}[orientation]
    return np.asarray(cv2.rotate(pixels, _TURNED[orientation]), np.uint8) if orientation in _TURNED else pixels


def _bytes(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise PhotoError(path, f"it cannot be opened: {error.strerror}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise PhotoError(path, "this is no plain file")
        if status.st_size > MOST_BYTES:
            raise PhotoError(path, f"the file is larger than {MOST_BYTES >> 20} MB")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MOST_BYTES)
    except OSError as error:
        raise PhotoError(path, f"it cannot be read: {error.strerror}") from error
    finally:
        os.close(descriptor)


def _header(path: Path, data: bytes, kind: str) -> tuple[int, Size]:
    """EXIF orientation and stored size."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            size = Size(*image.size)
            # pillow-heif sets the tag to 1; as it was is what other programs read as the orientation
            as_it_was = image.info.get("original_orientation")
            orientation = _valid(as_it_was) if kind == "heif" else _orientation(image)
            return orientation, displayed_size(size, orientation) if kind in _TURNED_BY_READER else size
    except _BROKEN as error:
        raise PhotoError(path, f"the picture is damaged ({error})") from error


def _orientation(image: Image.Image) -> int:
    try:
        return _valid(image.getexif().get(0x0112))
    except _BROKEN:
        return 1  # damaged EXIF: every viewer shows the picture as stored


def _valid(orientation: object) -> int:
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def _stored_size(path: Path, data: bytes) -> Size:
    return _header(path, data, "jpeg")[1]


def _check_size(path: Path, kind: str, size: Size) -> None:
    most = MOST_PIXELS if kind == "jpeg" else MOST_EXPANDED
    if size.width < 1 or size.height < 1:
        raise PhotoError(path, "the picture has no pixels")
    if size.width * size.height > most:
        raise PhotoError(
            path, f"{size.width} x {size.height} pixels are too many (at most {most // 1_000_000} megapixels)"
        )


def _pixels(source: Source, reduction: int) -> Pixels:
    if source.kind in ("jpeg", "png", "webp", "bmp"):
        # OpenCV gives up on a JPEG that breaks off; with an end put to it, what is there is seen, as viewers show it
        whole = source.kind != "jpeg" or b"\xff\xd9" in source.data[-_TAIL:]
        encoded = np.frombuffer(source.data if whole else source.data + b"\xff\xd9", np.uint8)
        pixels = cv2.imdecode(encoded, _REDUCED[reduction] | cv2.IMREAD_IGNORE_ORIENTATION)
        if pixels is not None:
            return np.asarray(pixels, np.uint8)
    try:
        with Image.open(io.BytesIO(source.data)) as image:
            return _bgr(image)
    except MemoryError as error:
        raise PhotoError(source.path, "there is not enough memory to decode it") from error
    except _BROKEN as error:
        raise PhotoError(source.path, f"the picture is damaged ({error})") from error


def _bgr(image: Image.Image) -> Pixels:
    if image.mode.startswith("I") or image.mode == "F":
        # 16-bit and floating grey: Pillow's own conversion clips at 255 instead of scaling
        grey = np.asarray(image, np.float32)
        top = 65535.0 if image.mode.startswith("I") else max(1e-6, float(np.nanmax(grey)))
        shown = (np.clip(grey / top, 0, 1) * 255).astype(np.uint8)
        return np.asarray(cv2.cvtColor(shown, cv2.COLOR_GRAY2BGR), np.uint8)
    rgb = np.asarray(image.convert("RGB"), np.uint8)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), np.uint8)
