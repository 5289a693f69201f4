"""JPEG XL: size and orientation from the header, pixels by libjxl.

ISO/IEC 18181-1, annex D: SizeHeader and the beginning of ImageMetadata; 18181-2: the boxes around a codestream.
"""

import struct
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pillow_jxl import Decoder

from facedaemon.values import Size

CODESTREAM = b"\xff\x0a"
_CONTAINER = b"\0\0\0\x0cJXL "
_SIZE_BITS = (9, 13, 18, 30)
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_HEADER_BYTES = 32


@dataclass(frozen=True, slots=True)
class Header:
    """Size as stored, and the EXIF orientation (1 to 8) that turns it for display."""

    size: Size
    orientation: int


def header(data: bytes) -> Header:
    """The header of the picture. Raises ValueError where the data is no JPEG XL."""
    start = _codestream_at(data)
    if data[start : start + 2] != CODESTREAM:
        raise ValueError("it has no codestream")
    bits = _Bits(data[start + 2 : start + 2 + _HEADER_BYTES])
    is_small = bits.take(1)
    height = 8 * (bits.take(5) + 1) if is_small else bits.size()
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio - 1]
        width = height * across // down
    else:
        width = 8 * (bits.take(5) + 1) if is_small else bits.size()
    all_default = bits.take(1)
    has_more = not all_default and bits.take(1)
    return Header(Size(width, height), bits.take(3) + 1 if has_more else 1)


def decoded(data: bytes) -> Image.Image | bytes:
    """The picture as displayed; or, where it was made from a JPEG, that JPEG's bytes, not turned yet.

    Raises RuntimeError.
    """
    is_jpeg, info, pixels, _, _ = Decoder(num_threads=0)(data)
    if is_jpeg:
        return bytes(pixels)
    size = (info.width, info.height)
    samples = info.width * info.height * len(info.mode)
    if info.mode in ("RGB", "RGBA") and len(pixels) == 2 * samples:
        # Pillow has no colours of 16 bits
        wide: NDArray[np.uint16] = np.frombuffer(pixels, np.uint16)
        return Image.frombuffer(info.mode, size, cv2.convertScaleAbs(wide, alpha=1 / 257).tobytes())
    return Image.frombuffer(info.mode, size, pixels)


class _Bits:
    """Bits of bytes, the lowest first."""

    def __init__(self, data: bytes) -> None:
        self._left = int.from_bytes(data, "little")
        self._count = 8 * len(data)

    def take(self, count: int) -> int:
        if count > self._count:
            raise ValueError("its header breaks off")
        value = self._left & ((1 << count) - 1)
        self._left >>= count
        self._count -= count
        return value

    def size(self) -> int:
        return self.take(_SIZE_BITS[self.take(2)]) + 1


def _codestream_at(data: bytes) -> int:
    """Where the codestream begins: at 0, or in the first box that holds a part of it."""
    if not data.startswith(_CONTAINER):
        return 0
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= len(data):
            (size,), head = struct.unpack_from(">Q", data, at + 8), 16
        if kind == b"jxlc":
            return at + head
        if kind == b"jxlp":
            return at + head + 4  # behind the part's number
        if size < head:
            break
        at += size
    raise ValueError("it has no codestream")
