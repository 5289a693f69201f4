"""A photo's embedded metadata: XMP packet, EXIF orientation and dates, stored size. The picture is not decoded.

JPEG, PNG, WebP, TIFF (and raw formats based on it), HEIC, AVIF and JPEG XL are parsed here with a few reads each, so
that reading a large library takes little time; all other formats are read by Exiv2.
"""

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from facedaemon.sidecar import exiv2
from facedaemon.sidecar.bmff import read_items
from facedaemon.sidecar.extended import Part, part_of, whole_packet
from facedaemon.sidecar.tree import MAX_BYTES, NotXmp
from facedaemon.values import Size

_XMP_JPEG = b"http://ns.adobe.com/xap/1.0/\x00"
_XMP_PNG = b"XML:com.adobe.xmp\x00"
_MAX_CHUNKS = 200_000
_BOTH_ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}
_ORIENTATION, _WIDTH, _HEIGHT, _XMP_TIFF = 0x0112, 0x0100, 0x0101, 0x02BC
_EXIF_DIRECTORY, _TAKEN, _DIGITIZED = 0x8769, 0x9003, 0x9004
_MAX_ENTRIES = 1000
_MAX_DATE = 32  # bytes; EXIF's own have 20


@dataclass(slots=True)
class Embedded:
    """`packet` is empty where there is no XMP; `orientation` is None where EXIF states none that is valid.

    `upright` is True for formats whose decoder turns the picture itself (HEIC, AVIF, JPEG XL): there EXIF's orientation
    does not count. `turn` is the EXIF orientation equal to the decoder's turn; 1 for JPEG XL, where no program uses
    the stored picture. `exif_block` is EXIF as a TIFF block in formats that Exiv2 reads badly or not at all; with None
    Exiv2 reads it. `compressed` is True where metadata has a compression that is not read (JPEG XL's Brotli boxes);
    `incomplete` is the reason where a part of the XMP is missing or damaged. `taken` and `digitized` are EXIF's
    DateTimeOriginal and DateTimeDigitized as written, empty where they are absent.
    """

    packet: bytes = b""
    orientation: int | None = None
    size: Size | None = None
    upright: bool = False
    turn: int = 1
    exif_block: bytes | None = None
    compressed: bool = False
    incomplete: str | None = None
    taken: str = ""
    digitized: str = ""
    problems: list[str] = field(default_factory=list)

    def exif(self, data: bytes) -> None:
        """Take the orientation and the dates from an EXIF block."""
        for tag, kind, _count, value, offset in tiff_entries(data):
            if tag == _ORIENTATION and kind == 3 and 1 <= value <= 8:
                self.orientation = value
            elif tag == _EXIF_DIRECTORY:
                self.dates(lambda at, length: data[at : at + length], _BOTH_ORDERS[data[:4]], offset)

    def dates(self, read: Callable[[int, int], bytes], order: str, at: int) -> None:
        """Take the dates from the EXIF directory at `at`; `read` gives bytes of the TIFF, fewer where it ends."""
        head = read(at, 2)
        entries = read(at + 2, 12 * min(struct.unpack(order + "H", head)[0], _MAX_ENTRIES)) if len(head) == 2 else b""
        for start in range(0, len(entries) - 11, 12):
            tag, kind, length, offset = struct.unpack_from(order + "HHII", entries, start)
            if tag in (_TAKEN, _DIGITIZED) and kind == 2 and 4 < length <= _MAX_DATE:
                text = read(offset, length).split(b"\x00")[0].decode("ascii", "replace")
                if tag == _TAKEN:
                    self.taken = self.taken or text
                else:
                    self.digitized = self.digitized or text


def read_embedded(descriptor: int) -> Embedded:
    """The metadata of the photo open as `descriptor`; what is damaged is left out. Raises OSError."""
    found = Embedded()
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        head = file.read(16)
        for matches, reader in _READERS:
            if matches(head):
                try:
                    reader(file, found)
                except (struct.error, IndexError, ValueError, zlib.error, OverflowError) as error:
                    found.problems.append(f"its metadata is damaged: {error}")
                return found
    return _by_exiv2(descriptor, found)


def _jpeg(file: BinaryIO, found: Embedded) -> None:
    parts: list[Part] = []
    try:
        _jpeg_segments(file, found, parts)
    finally:
        try:
            found.packet = whole_packet(found.packet, parts)
        except NotXmp as reason:
            found.incomplete = str(reason)
            found.problems.append(f"{reason}; what it holds is not read")


def _jpeg_segments(file: BinaryIO, found: Embedded, parts: list[Part]) -> None:
    file.seek(2)
    extended = 0  # bytes
    for _ in range(_MAX_CHUNKS):
        marker = file.read(2)
        while len(marker) == 2 and marker == b"\xff\xff":  # fill bytes
            marker = marker[1:] + file.read(1)
        if len(marker) < 2 or marker[0] != 0xFF or marker[1] in (0xDA, 0xD9):
            return
        (length,) = struct.unpack(">H", file.read(2))
        if length < 2:
            raise struct.error("a segment without length")
        kind, next_marker = marker[1], file.tell() + length - 2
        if kind == 0xE1:
            body = file.read(length - 2)
            if body.startswith(b"Exif\x00\x00") and found.orientation is None:
                found.exif(body[6:])
            elif body.startswith(_XMP_JPEG) and not found.packet:
                found.packet = body[len(_XMP_JPEG) :]
            elif (part := part_of(body)) and (extended := extended + len(part.data)) <= 2 * MAX_BYTES:
                parts.append(part)
        elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            _, height, width = struct.unpack(">BHH", file.read(5))
            found.size = Size(width, height)
        file.seek(next_marker)


def _png(file: BinaryIO, found: Embedded) -> None:
    file.seek(8)
    for _ in range(_MAX_CHUNKS):
        header = file.read(8)
        if len(header) < 8:
            return
        length, kind = struct.unpack(">I4s", header)
        next_chunk = file.tell() + length + 4
        if kind == b"IEND":
            return
        if kind in (b"IHDR", b"eXIf", b"iTXt") and length <= MAX_BYTES:
            body = file.read(length)
            if kind == b"IHDR":
                found.size = Size(*struct.unpack(">II", body[:8]))
            elif kind == b"eXIf":
                found.exif(body)
            elif body.startswith(_XMP_PNG) and not found.packet:  # one of many might be unpacked for hours
                compressed, _, rest = body[len(_XMP_PNG)], body[len(_XMP_PNG) + 1], body[len(_XMP_PNG) + 2 :]
                text = rest.split(b"\x00", 2)[2]
                found.packet = zlib.decompressobj().decompress(text, MAX_BYTES + 1) if compressed else text
        file.seek(next_chunk)


def _webp(file: BinaryIO, found: Embedded) -> None:
    file.seek(12)
    for _ in range(_MAX_CHUNKS):
        header = file.read(8)
        if len(header) < 8:
            return
        kind, length = struct.unpack("<4sI", header)
        next_chunk = file.tell() + length + length % 2
        if kind in (b"VP8X", b"EXIF", b"XMP ") and length <= MAX_BYTES:
            body = file.read(length)
            if kind == b"VP8X":
                found.size = Size(*(1 + int.from_bytes(body[at : at + 3], "little") for at in (4, 7)))
            elif kind == b"EXIF":
                found.exif(body.removeprefix(b"Exif\x00\x00"))
            elif not found.packet:
                found.packet = body
        file.seek(next_chunk)


def _jxl(file: BinaryIO, found: Embedded) -> None:
    found.upright, found.exif_block = True, b""
    file.seek(0)
    for _ in range(_MAX_CHUNKS):
        start, header = file.tell(), file.read(8)
        if len(header) < 8 or header.startswith(b"\xff\x0a"):
            return
        length, kind = struct.unpack(">I4s", header)
        if length == 1:
            (length,) = struct.unpack(">Q", file.read(8))
        if kind == b"xml " and length <= MAX_BYTES and not found.packet:
            found.packet = file.read(max(0, start + length - file.tell()) if length else MAX_BYTES)
        elif kind == b"Exif" and 8 < length <= MAX_BYTES:
            body = file.read(max(0, start + length - file.tell()))
            found.exif_block = body[4 + int.from_bytes(body[:4], "big") :]
            found.exif(found.exif_block)
            found.orientation = None  # does not count there
        elif kind == b"brob" and file.read(4) in (b"xml ", b"Exif"):
            found.compressed = True
        if length < 8:
            return
        file.seek(start + length)


def _tiff(file: BinaryIO, found: Embedded) -> None:
    file.seek(0)
    head = file.read(8)
    order = _BOTH_ORDERS[head[:4]]
    (at,) = struct.unpack(order + "I", head[4:])
    file.seek(at)
    count_bytes = file.read(2)
    (count,) = struct.unpack(order + "H", count_bytes)
    table = head[:4] + struct.pack(order + "I", 8) + count_bytes + file.read(12 * count)
    sides: dict[int, int] = {}
    for tag, kind, count, value, offset in tiff_entries(table):
        if tag == _ORIENTATION and kind == 3 and 1 <= value <= 8:
            found.orientation = value
        elif tag in (_WIDTH, _HEIGHT):
            sides[tag] = value
        elif tag == _XMP_TIFF and kind in (1, 7) and 4 < count <= MAX_BYTES:
            file.seek(offset)
            found.packet = file.read(count)
        elif tag == _EXIF_DIRECTORY:
            found.dates(lambda at, length: file.read(length) if file.seek(at) == at else b"", order, offset)
    if len(sides) == 2:
        found.size = Size(sides[_WIDTH], sides[_HEIGHT])


def tiff_entries(data: bytes) -> Iterator[tuple[int, int, int, int, int]]:
    """Tag, type, count, first value and offset of the entries in a TIFF block's first directory."""
    order = _BOTH_ORDERS.get(data[:4])
    if order is None or len(data) < 8:
        return
    (at,) = struct.unpack_from(order + "I", data, 4)
    if at + 2 > len(data):
        return
    (count,) = struct.unpack_from(order + "H", data, at)
    for number in range(min(count, (len(data) - at - 2) // 12)):
        place = at + 2 + 12 * number
        tag, kind, length, offset = struct.unpack_from(order + "HHII", data, place)
        value = struct.unpack_from(order + "H", data, place + 8)[0] if kind == 3 else offset
        yield tag, kind, length, value, offset


def _heif(file: BinaryIO, found: Embedded) -> None:
    found.upright = True
    found.packet, found.exif_block, found.turn = read_items(file)
    found.exif(found.exif_block)


def _by_exiv2(descriptor: int, found: Embedded) -> Embedded:
    try:
        seen = exiv2.inspect(descriptor)
    except NotXmp as reason:
        found.problems.append(str(reason))
        return found
    found.packet, found.orientation = seen.packet, seen.orientation
    found.taken, found.digitized = seen.taken, seen.digitized
    return found


_READERS: tuple[tuple[Callable[[bytes], bool], Callable[[BinaryIO, Embedded], None]], ...] = (
    (lambda head: head.startswith(b"\xff\xd8\xff"), _jpeg),
    (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    (lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP", _webp),
    (lambda head: head[:4] in _BOTH_ORDERS, _tiff),
    (lambda head: head.startswith((b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")), _jxl),
    # Canon's CR3 is such a file too, but keeps its metadata elsewhere
    (lambda head: head[4:8] == b"ftyp" and not head[8:].startswith(b"crx"), _heif),
)
