"""A photo's embedded metadata: XMP packet, EXIF orientation and dates, stored size. The picture is not decoded.

JPEG, PNG, WebP, TIFF (and raw formats based on it), HEIC, AVIF and JPEG XL are parsed here with a few reads each, so
that reading a large library takes little time; all other formats are read by Exiv2.
"""

import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from facedaemon.formats import Container, bmff, container_of, heif, jpeg, png, tiff, webp
from facedaemon.sidecar import exiv2
from facedaemon.sidecar.extended import Part, part_of, whole_packet
from facedaemon.sidecar.tree import MAX_BYTES, NotXmp
from facedaemon.values import Size

_XMP_JPEG = b"http://ns.adobe.com/xap/1.0/\x00"
_XMP_PNG = b"XML:com.adobe.xmp\x00"
_EXIF_HEADER = b"Exif\x00\x00"
_ORIENTATION, _XMP_TIFF, _EXIF_DIRECTORY, _TAKEN, _DIGITIZED = 0x0112, 0x02BC, 0x8769, 0x9003, 0x9004
_BYTES, _TEXT, _UNDEFINED = 1, 2, 7  # types of TIFF entries
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
        file = BytesIO(data)
        self.exif_entries(file, tiff.first_table(file).entries)

    def exif_entries(self, file: BinaryIO, entries: list[tiff.Entry]) -> None:
        """Take the orientation and the dates from the first directory of `file`, a TIFF."""
        for entry in entries:
            if entry.tag == _ORIENTATION and entry.type == tiff.SHORT and 1 <= entry.value <= 8:
                self.orientation = entry.value
            elif entry.tag == _EXIF_DIRECTORY:
                self._dates(file, tiff.table(file, entry.layout, entry.value).entries)

    def _dates(self, file: BinaryIO, entries: list[tiff.Entry]) -> None:
        for entry in entries:
            if entry.tag not in (_TAKEN, _DIGITIZED) or entry.type != _TEXT or not 4 < entry.count <= _MAX_DATE:
                continue
            file.seek(entry.offset)
            text = file.read(entry.count).split(b"\x00")[0].decode("ascii", "replace")
            if entry.tag == _TAKEN:
                self.taken = self.taken or text
            else:
                self.digitized = self.digitized or text


def read_embedded(descriptor: int) -> Embedded:
    """The metadata of the photo open as `descriptor`; what is damaged is left out. Raises OSError."""
    found = Embedded()
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        reader = _reader_of(file.read(16))
        if reader is None:
            return _by_exiv2(descriptor, found)
        try:
            reader(file, found)
        except (struct.error, IndexError, ValueError, zlib.error, OverflowError) as error:
            found.problems.append(f"its metadata is damaged: {error}")
    return found


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
    extended = 0  # bytes
    for segment in jpeg.segments(file):
        if segment.marker == jpeg.EOI:
            return
        if segment.length < 0:
            raise struct.error("a segment without length")
        if segment.marker == jpeg.APP1:
            file.seek(segment.content)
            content = file.read(segment.length)
            if content.startswith(_EXIF_HEADER) and found.orientation is None:
                found.exif(content[len(_EXIF_HEADER) :])
            elif content.startswith(_XMP_JPEG) and not found.packet:
                found.packet = content[len(_XMP_JPEG) :]
            elif (part := part_of(content)) and (extended := extended + len(part.data)) <= 2 * MAX_BYTES:
                parts.append(part)
        elif (frame := jpeg.frame(file, segment)) is not None:
            found.size = frame.size


def _png(file: BinaryIO, found: Embedded) -> None:
    for chunk in png.chunks(file):
        if chunk.name == b"IEND":
            return
        if chunk.name not in (b"IHDR", b"eXIf", b"iTXt") or chunk.length > MAX_BYTES:
            continue
        file.seek(chunk.content)
        content = file.read(chunk.length)
        if chunk.name == b"IHDR":
            found.size = Size(*struct.unpack(">II", content[:8]))
        elif chunk.name == b"eXIf":
            found.exif(content)
        elif content.startswith(_XMP_PNG) and not found.packet:  # one of many might be unpacked for hours
            compressed, rest = content[len(_XMP_PNG)], content[len(_XMP_PNG) + 2 :]
            text = rest.split(b"\x00", 2)[2]
            found.packet = zlib.decompressobj().decompress(text, MAX_BYTES + 1) if compressed else text


def _webp(file: BinaryIO, found: Embedded) -> None:
    for chunk in webp.chunks(file):
        if chunk.name not in (b"VP8X", b"EXIF", b"XMP ") or chunk.length > MAX_BYTES:
            continue
        file.seek(chunk.content)
        content = file.read(chunk.length)
        if chunk.name == b"VP8X":
            found.size = webp.canvas(content)
        elif chunk.name == b"EXIF":
            found.exif(content.removeprefix(_EXIF_HEADER))
        elif not found.packet:
            found.packet = content


def _jxl(file: BinaryIO, found: Embedded) -> None:
    found.upright, found.exif_block = True, b""
    for box in bmff.boxes(file):
        if box.kind == b"xml " and box.length <= MAX_BYTES and not found.packet:
            found.packet = bmff.content_of(file, box)
        elif box.kind == b"Exif" and box.length <= MAX_BYTES:
            content = bmff.content_of(file, box)
            found.exif_block = content[4 + int.from_bytes(content[:4], "big") :]
            found.exif(found.exif_block)
            found.orientation = None  # does not count there
        elif box.kind == b"brob":
            file.seek(box.content)
            found.compressed |= file.read(4) in (b"xml ", b"Exif")


def _tiff(file: BinaryIO, found: Embedded) -> None:
    entries = tiff.first_table(file).entries
    if not entries:
        raise ValueError("it has no directory")
    sides = {entry.tag: entry.value for entry in entries if entry.tag in (tiff.WIDTH, tiff.HEIGHT)}
    found.exif_entries(file, entries)
    for entry in entries:
        if entry.tag == _XMP_TIFF and entry.type in (_BYTES, _UNDEFINED) and 4 < entry.count <= MAX_BYTES:
            file.seek(entry.offset)
            found.packet = file.read(entry.count)
    if len(sides) == 2:
        found.size = Size(sides[tiff.WIDTH], sides[tiff.HEIGHT])


def _heif(file: BinaryIO, found: Embedded) -> None:
    found.upright = True
    found.packet, found.exif_block, found.turn = heif.metadata_items(file)
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


_READERS: dict[Container, Callable[[BinaryIO, Embedded], None]] = {
    Container.JPEG: _jpeg,
    Container.PNG: _png,
    Container.WEBP: _webp,
    Container.TIFF: _tiff,
    Container.JXL: _jxl,
    Container.BMFF: _heif,
}


def _reader_of(head: bytes) -> Callable[[BinaryIO, Embedded], None] | None:
    container = container_of(head)
    if container is None or head[8:11] == b"crx":  # Canon's CR3 keeps its metadata elsewhere
        return None
    return _READERS.get(container)
