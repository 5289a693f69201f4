"""The chunks of a PNG (W3C Portable Network Graphics, third edition, 5.3)."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from facedaemon.formats.spans import Span, size_of

MAX_CHUNKS = 200_000  # 1 GB of pixels in the usual pieces of 8 KB has 131,072
MAX_EXIF = 16 << 20
_METADATA = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}


class Chunk(NamedTuple):
    """A chunk with its length, name, content and checksum. The file may end before it does."""

    name: bytes
    start: int
    end: int

    @property
    def content(self) -> int:
        """Where the content begins."""
        return self.start + 8

    @property
    def length(self) -> int:
        """Bytes of content."""
        return self.end - 4 - self.content


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """The chunks, also those behind IEND."""
    at = 8
    for _ in range(MAX_CHUNKS):
        file.seek(at)
        header = file.read(12)
        if len(header) < 12:
            return
        length, name = struct.unpack_from(">I4s", header)
        chunk = Chunk(name, at, at + 12 + length)
        yield chunk
        at = chunk.end


def exif(file: BinaryIO) -> bytes:
    """The EXIF block, wherever it stands; empty where there is none."""
    found = next((each for each in chunks(file) if each.name == b"eXIf" and each.length <= MAX_EXIF), None)
    if found is None:
        return b""
    file.seek(found.content)
    return file.read(found.length)


def picture(file: BinaryIO) -> Iterator[Span]:
    """What is left without metadata."""
    count, end = 0, 8
    for chunk in chunks(file):
        count, end = count + 1, chunk.end
        if chunk.name not in _METADATA:
            yield chunk.start, chunk.end
    if count == MAX_CHUNKS:  # the others have not been looked at
        yield end, size_of(file)
