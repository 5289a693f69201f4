"""The kind of a picture file by its content, and which of its bytes make up the picture."""

import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from facedaemon.values import Size
from facedaemon.vision import tiff

Span = tuple[int, int]

_TIFF_RAW_MARKS = (b"Canon", b"NIKON", b"SONY", b"OLYMP", b"PENTAX", b"FUJIFILM", b"Panasonic", b"Leica")
_FILL = re.compile(rb"\xff+")  # a marker's first byte; any number of fill bytes may come before it
_TABLES = {0xC4, 0xC8, 0xCC}  # among the markers of frames
_LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF}
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


def kind_of(data: bytes) -> str:
    """The kind of picture: jpeg, png, webp, gif, tiff, raw, heif, avif, jxl, bmp; "" for unknown ones."""
    plain = {
        b"\xff\xd8\xff": "jpeg",
        b"\x89PNG\r\n\x1a\n": "png",
        b"GIF8": "gif",
        b"BM": "bmp",
        b"\xff\x0a": "jxl",
        b"\0\0\0\x0cJXL ": "jxl",
        b"FUJIFILMCCD-RAW": "raw",
        b"IIRO": "raw",
        b"IIRS": "raw",
        b"IIU\0": "raw",
    }
    for mark, kind in plain.items():
        if data.startswith(mark):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[:4] in tiff.MARKS:
        return "raw" if _is_raw(data) else "tiff"
    if data[4:8] == b"ftyp":
        return _brand(data)
    return ""


@dataclass(frozen=True, slots=True)
class Frame:
    """A JPEG's frame header: its marker (SOFn), bits a colour, size as stored (ITU-T T.81, B.2.2)."""

    marker: int
    bits: int
    size: Size


def frame_at(data: bytes, at: int, marker: int) -> Frame | None:
    """The frame that the segment at `at` describes; None where it is another one, or cut off."""
    if not 0xC0 <= marker <= 0xCF or marker in _TABLES or at + 9 > len(data):
        return None
    bits, height, width = struct.unpack_from(">BHH", data, at + 4)
    return Frame(marker, bits, Size(width, height))


def unusual_frame(data: bytes) -> str:
    """Why ordinary decoders cannot read this JPEG, as a phrase; "" where they can."""
    frames = (frame_at(data, at, marker) for at, marker in jpeg_segments(data))
    frame = next(filter(None, frames), None)
    if frame is None:
        return ""
    if frame.marker in _LOSSLESS:
        return "a lossless JPEG"
    return f"a JPEG with {frame.bits} bits a colour" if frame.bits != 8 else ""


def content_digest(data: bytes, orientation: int) -> str:
    """A hex digest of what makes the picture: metadata is left out of JPEG, PNG and WebP; other files count whole.

    The orientation counts, since regions are told in the displayed frame.
    """
    spans = {"jpeg": _jpeg_picture, "png": _png_picture, "webp": _webp_picture}.get(kind_of(data), _whole)
    digest = hashlib.blake2b(digest_size=20)
    view = memoryview(data)
    for start, end in spans(data):
        digest.update(view[start:end])
    digest.update(b"orientation %d" % orientation)
    return digest.hexdigest()


def png_exif(data: bytes) -> bytes:
    """The EXIF block of a PNG, wherever it stands; empty where there is none."""
    return next((data[start + 8 : end - 4] for name, start, end in _png_chunks(data) if name == b"eXIf"), b"")


def webp_size(data: bytes) -> Size:
    """The size of a WebP's picture or canvas as stored. Raises ValueError where there is none.

    RFC 9649: a canvas (VP8X), else the header of the picture, lossy or lossless.
    """
    for name, start, end in _webp_chunks(data):
        body = data[start + 8 : min(end, start + 24)]
        if name == b"VP8X" and len(body) >= 10:
            return Size(*(1 + int.from_bytes(body[at : at + 3], "little") for at in (4, 7)))
        if name == b"VP8 " and len(body) >= 10:
            return Size(*(side & 0x3FFF for side in struct.unpack_from("<HH", body, 6)))
        if name == b"VP8L" and len(body) >= 5:
            sides = int.from_bytes(body[1:5], "little")
            return Size(1 + (sides & 0x3FFF), 1 + (sides >> 14 & 0x3FFF))
    raise ValueError("it has no picture")


def webp_exif(data: bytes) -> bytes:
    """The EXIF block of a WebP; empty where there is none."""
    return next((data[start + 8 : end] for name, start, end in _webp_chunks(data) if name == b"EXIF"), b"")


def _is_raw(data: bytes) -> bool:
    # Many raw formats are TIFF files. DNG and ARW, NEF, CR2, PEF name a maker in their first directory and hold the
    # sensor's data in a SubIFD (tag 330); CR2 has "CR" at byte 8.
    if data[8:10] == b"CR":
        return True
    tags = _first_directory(data)
    if 50706 in tags:
        return True
    found = tiff.directories(data)
    if tiff.holds_sensor_data(found):
        return True
    # scanners and editors of the same makers write TIFF files with SubIFDs, whose main picture can be shown
    is_makers = 330 in tags and 271 in tags and any(mark in data[:65536] for mark in _TIFF_RAW_MARKS)
    return is_makers and tiff.main_picture(found) is None


def _first_directory(data: bytes) -> set[int]:
    order = "<" if data[:2] == b"II" else ">"
    try:
        (offset,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, offset)
        return {struct.unpack_from(order + "H", data, offset + 2 + 12 * index)[0] for index in range(min(count, 512))}
    except struct.error:
        return set()


def _brand(data: bytes) -> str:
    size = min(int.from_bytes(data[:4], "big"), 4096)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, size, 4))}
    if b"crx " in brands:
        return "raw"
    if brands & {b"avif", b"avis"}:
        return "avif"
    return "heif" if brands & _HEIF_BRANDS else ""


def _whole(data: bytes) -> Iterator[Span]:
    yield 0, len(data)


def _jpeg_picture(data: bytes) -> Iterator[Span]:
    """Tables, frame header and everything from the first scan on; APPn and comments are left out."""
    end = 2
    for at, marker in jpeg_segments(data):
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        # Adobe's APP14 says how colours are stored: without it the picture looks different
        if not (0xE0 <= marker <= 0xEF and marker != 0xEE) and marker != 0xFE:
            yield at, end
    yield end, len(data)


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each segment of a JPEG before its first scan begins, and its marker."""
    at = 2
    while at + 4 <= len(data) and (fill := _FILL.match(data, at)):
        at = fill.end() - 1
        if data[at + 1 : at + 2] in (b"\xda", b""):
            return
        yield at, data[at + 1]
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def _png_picture(data: bytes) -> Iterator[Span]:
    for name, start, end in _png_chunks(data):
        if name not in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"):
            yield start, end


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each chunk."""
    at = 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], at, end
        at = end


def _webp_picture(data: bytes) -> Iterator[Span]:
    for name, start, end in _webp_chunks(data):
        # VP8X only repeats sizes, and flags saying which metadata there is
        if name not in (b"EXIF", b"XMP ", b"VP8X"):
            yield start, end


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each chunk, with the byte that fills an odd one up."""
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        yield data[at : at + 4], at, end
        at = end
