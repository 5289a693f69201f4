"""The chunks of a WebP (RFC 9649)."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from facedaemon.formats.chunks import HEADER, MAX_CHUNKS, Chunk, exif_in, without
from facedaemon.formats.spans import Span
from facedaemon.values import Size

_FIRST = 12  # byte of the first chunk
_METADATA = {b"EXIF", b"XMP ", b"VP8X"}  # VP8X repeats sizes, and says which metadata there is


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """All chunks; one of odd length is padded by a byte."""
    at = _FIRST
    for _ in range(MAX_CHUNKS):
        file.seek(at)
        header = file.read(HEADER)
        if len(header) < HEADER:
            return
        name, length = struct.unpack("<4sI", header)
        chunk = Chunk(name, at, length, at + HEADER + length + length % 2)
        yield chunk
        at = chunk.end


def canvas(content: bytes) -> Size:
    """The size that the content of a VP8X chunk states. Raises ValueError where it is cut off."""
    if len(content) < 10:
        raise ValueError("its canvas breaks off")
    return Size(*(1 + int.from_bytes(content[at : at + 3], "little") for at in (4, 7)))


def size(file: BinaryIO) -> Size:
    """The size of the picture or canvas as stored. Raises ValueError where there is none.

    A canvas (VP8X), else the header of the picture, lossy or lossless.
    """
    for chunk in chunks(file):
        file.seek(chunk.content)
        content = file.read(min(chunk.length, 16))
        if chunk.name == b"VP8X" and len(content) >= 10:
            return canvas(content)
        if chunk.name == b"VP8 " and len(content) >= 10:
            return Size(*(side & 0x3FFF for side in struct.unpack_from("<HH", content, 6)))
        if chunk.name == b"VP8L" and len(content) >= 5:
            sides = int.from_bytes(content[1:5], "little")
            return Size(1 + (sides & 0x3FFF), 1 + (sides >> 14 & 0x3FFF))
    raise ValueError("it has no picture")


def exif(file: BinaryIO) -> bytes:
    """The EXIF block; empty where there is none."""
    return exif_in(file, chunks(file), b"EXIF")


def picture(file: BinaryIO) -> Iterator[Span]:
    """What is left without metadata."""
    return without(file, chunks(file), _METADATA, _FIRST)
