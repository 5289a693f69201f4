"""The header of a JPEG XL: its size and turn (ISO/IEC 18181-1, annex D), and where its codestream is (18181-2)."""

from typing import BinaryIO, NamedTuple

from facedaemon.formats import bmff
from facedaemon.values import Size

CODESTREAM = b"\xff\x0a"
_SIZE_BITS = (9, 13, 18, 30)
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_HEADER_BYTES = 32


class Header(NamedTuple):
    """Size as stored, and the EXIF orientation (1 to 8) that turns it for display."""

    size: Size
    orientation: int


def header(file: BinaryIO) -> Header:
    """SizeHeader and the beginning of ImageMetadata. Raises ValueError where the file is no JPEG XL."""
    file.seek(_codestream_at(file))
    if file.read(2) != CODESTREAM:
        raise ValueError("it has no codestream")
    bits = _Bits(file.read(_HEADER_BYTES))
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


def _codestream_at(file: BinaryIO) -> int:
    """Where the codestream begins: at 0, or in the first box that holds a part of it."""
    file.seek(0)
    if file.read(2) == CODESTREAM:
        return 0
    for box in bmff.boxes(file):
        if box.kind == b"jxlc":
            return box.content
        if box.kind == b"jxlp":
            return box.content + 4  # after the part's number
    raise ValueError("it has no codestream")
