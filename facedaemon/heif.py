"""How a HEIC or AVIF picture is turned for display: by its own properties, whatever its EXIF says.

ISO/IEC 23008-12 (HEIF): the properties `irot` and `imir` of the primary item, applied in the order in which they are
listed; boxes by ISO/IEC 14496-12.
"""

import struct
from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.int64]

_MOST_BOXES = 100_000  # in one box; a picture of a thousand tiles has two thousand
_MOST_TURNS = 64  # properties of one item; two are enough to say everything

_PICTURE: Pixels = np.arange(6).reshape(2, 3)
_SHOWN = {  # by EXIF orientation: what becomes of the picture above
    1: _PICTURE,
    2: np.fliplr(_PICTURE),
    3: np.rot90(_PICTURE, 2),
    4: np.flipud(_PICTURE),
    5: _PICTURE.T,
    6: np.rot90(_PICTURE, -1),
    7: np.rot90(_PICTURE, 2).T,
    8: np.rot90(_PICTURE, 1),
}


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and body of each box in the body of another."""
    at = 0
    for _ in range(_MOST_BOXES):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= len(data):  # a long one: its size comes after its type
            (size,), head = struct.unpack_from(">Q", data, at + 8), 16
        if size < head:
            return
        yield kind, data[at + head : at + size]
        at += size


def meta_of(data: bytes) -> bytes:
    """The body of the `meta` box of a whole file; empty where there is none."""
    return next((body for kind, body in boxes(data) if kind == b"meta"), b"")


def orientation(meta: bytes) -> int:
    """The EXIF orientation (1 to 8) that turns the stored picture as the file says; 1 where it says nothing."""
    try:
        inner = dict(boxes(meta[4:]))
        properties = dict(boxes(inner.get(b"iprp", b"")))
        kinds = list(boxes(properties.get(b"ipco", b"")))
        shown = _PICTURE
        turns = _associated(properties.get(b"ipma", b""), _primary(inner.get(b"pitm", b"")))
        for index in islice(turns, _MOST_TURNS):
            shown = _applied(*kinds[index - 1], shown)
    except (struct.error, IndexError):
        return 1
    return next(number for number, picture in _SHOWN.items() if np.array_equal(picture, shown))


def _primary(pitm: bytes) -> int:
    return int(struct.unpack_from(">I" if pitm[0] else ">H", pitm, 4)[0])


def _associated(ipma: bytes, wanted: int) -> Iterator[int]:
    """The numbers of the item's properties, from 1."""
    if not ipma:
        return
    is_wide, item_format = ipma[3] & 1, ">I" if ipma[0] else ">H"
    (count,) = struct.unpack_from(">I", ipma, 4)
    at = 8
    for _ in range(count):
        (item,) = struct.unpack_from(item_format, ipma, at)
        at += struct.calcsize(item_format)
        length = ipma[at]
        at += 1
        for _ in range(length):
            index = struct.unpack_from(">H", ipma, at)[0] & 0x7FFF if is_wide else ipma[at] & 0x7F
            at += 2 if is_wide else 1
            if item == wanted and index:
                yield index


def _applied(kind: bytes, body: bytes, shown: Pixels) -> Pixels:
    if kind == b"irot":
        return np.rot90(shown, body[0] & 3)  # quarter turns against the clock
    if kind == b"imir":
        return np.fliplr(shown) if body[0] & 1 else np.flipud(shown)
    return shown
