"""Metadata items of HEIC and AVIF files (ISO/IEC 14496-12, the boxes meta, iinf, iloc, idat).

Read here, because Exiv2 0.28 does not find the XMP that ExifTool adds to such a file.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from facedaemon import heif

MAX_META_BYTES = 16 * 1024 * 1024
MAX_ITEMS = 10_000  # the tiles of a picture are items too: 8K by 8K has a thousand
MAX_PIECES = 20_000  # of all items together
_XMP_TYPE = b"application/rdf+xml"


class MetadataItems(NamedTuple):
    """The XMP packet, and EXIF as a TIFF block; empty where there is none. `orientation` is the picture's own."""

    packet: bytes
    exif: bytes
    orientation: int


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


def read_items(file: BinaryIO) -> MetadataItems:
    """The metadata items of the file. Raises struct.error where its boxes are damaged, OSError."""
    meta = next((body for kind, body in _file_boxes(file) if kind == b"meta"), b"")
    boxes = dict(heif.boxes(meta[4:]))
    wanted = dict(_metadata_items(boxes.get(b"iinf", b"")))
    found = {b"mime": b"", b"Exif": b""}
    for item, in_idat, extents in _locations(boxes.get(b"iloc", b"")):
        kind = wanted.get(item)
        if kind is not None and sum(length for _, length in extents) <= MAX_META_BYTES and not found[kind]:
            found[kind] = b"".join(_extent(file, boxes.get(b"idat", b""), in_idat, *extent) for extent in extents)
    exif = found[b"Exif"]
    skipped = 4 + int.from_bytes(exif[:4], "big")  # the item begins with the offset of the TIFF header
    return MetadataItems(found[b"mime"], exif[skipped:] if exif else b"", heif.orientation(meta))


def _extent(file: BinaryIO, idat: bytes, in_idat: bool, offset: int, length: int) -> bytes:
    if in_idat:
        return idat[offset : offset + length]
    file.seek(offset)
    return file.read(length)


def _file_boxes(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Type and body of each top-level box; only `meta` has its body read, others may be gigabytes."""
    start = 0
    for _ in range(1000):
        file.seek(start)
        header = file.read(8)
        if len(header) < 8:
            return
        size, kind = struct.unpack(">I4s", header)
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
        if kind == b"meta" and size <= MAX_META_BYTES:
            yield kind, file.read(max(0, start + size - file.tell()) if size else MAX_META_BYTES)
        if size < 8:
            return
        start += size


def _metadata_items(iinf: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and type of each XMP and EXIF item."""
    skipped = 4 + (2 if iinf[:1] == b"\x00" else 4)
    for kind, infe in islice(heif.boxes(iinf[skipped:]), MAX_ITEMS):
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
