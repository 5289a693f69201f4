"""HEIC and AVIF: how the picture is turned for display, and where the file keeps metadata.

The picture is turned by its own properties, whatever its EXIF says: ISO/IEC 23008-12 (HEIF), `irot` and `imir` of the
primary item, applied in the order in which they are listed. Metadata items are read here (ISO/IEC 14496-12: `meta`,
`iinf`, `iloc`, `idat`), because Exiv2 0.28 does not find the XMP that ExifTool adds to such a file.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facedaemon.formats import bmff

Pixels = NDArray[np.int64]

MAX_META_BYTES = 16 << 20
MAX_ITEMS = 10_000  # the tiles of a picture are items too: 8K by 8K has a thousand
MAX_PIECES = 20_000  # of all items together
_XMP_TYPE = b"application/rdf+xml"
_MAX_TURNS = 64  # properties of one item; two are enough to say everything

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


class MetadataItems(NamedTuple):
    """The XMP packet, and EXIF as a TIFF block; empty where there is none. `orientation` is the picture's own."""

    packet: bytes
    exif: bytes
    orientation: int


def meta_of(file: BinaryIO) -> bytes:
    """The content of the file's `meta` box; empty where there is none, or none of a sensible size."""
    found = (box for box in bmff.boxes(file) if box.kind == b"meta" and box.length <= MAX_META_BYTES)
    return next((bmff.content_of(file, box) for box in found), b"")


def orientation(meta: bytes) -> int:
    """The EXIF orientation (1 to 8) that turns the stored picture as the file says; 1 where it says nothing."""
    try:
        inner = dict(bmff.inner_boxes(meta[4:]))
        properties = dict(bmff.inner_boxes(inner.get(b"iprp", b"")))
        kinds = list(bmff.inner_boxes(properties.get(b"ipco", b"")))
        shown = _PICTURE
        turns = _associated(properties.get(b"ipma", b""), _primary(inner.get(b"pitm", b"")))
        for index in islice(turns, _MAX_TURNS):
            shown = _applied(*kinds[index - 1], shown)
    except (struct.error, IndexError):
        return 1
    return next(number for number, picture in _SHOWN.items() if np.array_equal(picture, shown))


def metadata_items(file: BinaryIO) -> MetadataItems:
    """The metadata items of the file. Raises struct.error where its boxes are damaged, OSError."""
    meta = meta_of(file)
    boxes = dict(bmff.inner_boxes(meta[4:]))
    wanted = dict(_wanted_items(boxes.get(b"iinf", b"")))
    found = {b"mime": b"", b"Exif": b""}
    for item, in_idat, extents in _locations(boxes.get(b"iloc", b"")):
        kind = wanted.get(item)
        if kind is not None and sum(length for _, length in extents) <= MAX_META_BYTES and not found[kind]:
            found[kind] = b"".join(_extent(file, boxes.get(b"idat", b""), in_idat, *extent) for extent in extents)
    exif = found[b"Exif"]
    skipped = 4 + int.from_bytes(exif[:4], "big")  # the item begins with the offset of the TIFF header
    return MetadataItems(found[b"mime"], exif[skipped:] if exif else b"", orientation(meta))


def _extent(file: BinaryIO, idat: bytes, in_idat: bool, offset: int, length: int) -> bytes:
    if in_idat:
        return idat[offset : offset + length]
    file.seek(offset)
    return file.read(length)


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


class _Reader:
    """Big-endian integers, one after the other. Raises struct.error at the end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def integer(self, size: int) -> int:
        if self.at + size > len(self.data):
            raise struct.error("a box ends too early")
        value = int.from_bytes(self.data[self.at : self.at + size], "big")
        self.at += size
        return value


def _wanted_items(iinf: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and type of each XMP and EXIF item."""
    skipped = 4 + (2 if iinf[:1] == b"\x00" else 4)
    for kind, infe in islice(bmff.inner_boxes(iinf[skipped:]), MAX_ITEMS):
        if kind != b"infe" or infe[:1] not in (b"\x02", b"\x03"):
            continue
        entry = _Reader(infe[4:])
        item = entry.integer(2 if infe[0] == 2 else 4)
        rest = entry.data[entry.at + 2 :]  # after the protection index
        if rest[:4] == b"Exif":
            yield item, b"Exif"
        elif rest[:4] == b"mime" and rest[4:].split(b"\x00")[1:2] == [_XMP_TYPE]:
            yield item, b"mime"


def _locations(iloc: bytes) -> Iterator[tuple[int, bool, list[tuple[int, int]]]]:
    """For each item: its number, whether it is in idat, and offset and length of its extents."""
    if not iloc:
        return
    version = iloc[0]
    table = _Reader(iloc[4:])
    sizes, more = table.integer(1), table.integer(1)
    offset_size, length_size, base_size, index_size = sizes >> 4, sizes & 15, more >> 4, more & 15
    count = table.integer(2 if version < 2 else 4)
    pieces = 0
    if count > MAX_ITEMS:
        raise struct.error(f"it has {count} items")
    for _ in range(count):
        item = table.integer(2 if version < 2 else 4)
        method = table.integer(2) & 15 if version else 0
        table.integer(2)  # the data reference: 0, this file
        base = table.integer(base_size)
        extents = []
        extent_count = table.integer(2)
        pieces += extent_count  # an entry may take no bytes at all here, so that their number has no natural limit
        if pieces > MAX_PIECES:
            raise struct.error(f"its items have more than {MAX_PIECES} pieces")
        for _ in range(extent_count):
            if version and index_size:
                table.integer(index_size)
            offset = table.integer(offset_size)
            extents.append((base + offset, table.integer(length_size)))
        if method in (0, 1):
            yield item, method == 1, extents
