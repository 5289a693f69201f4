"""The chunks of a PNG (W3C Portable Network Graphics, third edition, 5.3)."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from facedaemon.formats.chunks import HEADER, MAX_CHUNKS, Chunk, exif_in, without
from facedaemon.formats.spans import Span

_FIRST = 8  # byte of the first chunk
_CHECKSUM = 4  # bytes after the content
_METADATA = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """The chunks, also those after IEND; a last one without a whole header and checksum is left out."""
    at = _FIRST
    for _ in range(MAX_CHUNKS):
        file.seek(at)
        header = file.read(HEADER + _CHECKSUM)
        if len(header) < HEADER + _CHECKSUM:
            return
        length, name = struct.unpack_from(">I4s", header)
        chunk = Chunk(name, at, length, at + HEADER + length + _CHECKSUM)
        yield chunk
        at = chunk.end


def exif(file: BinaryIO) -> bytes:
    """The EXIF block, wherever it is; empty where there is none."""
    return exif_in(file, chunks(file), b"eXIf")


def picture(file: BinaryIO) -> Iterator[Span]:
    """What is left without metadata."""
    return without(file, chunks(file), _METADATA, _FIRST)
