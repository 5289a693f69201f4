"""The chunks of a WebP (RFC 9649)."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from facedaemon.formats.spans import Span, size_of
from facedaemon.values import Size

MAX_CHUNKS = 200_000  # a photo has fewer than ten
MAX_EXIF = 16 << 20
_METADATA = {b"EXIF", b"XMP ", b"VP8X"}  # VP8X repeats sizes, and says which metadata there is


class Chunk(NamedTuple):
    """A chunk with its name, its content of `length` bytes and the byte that fills an odd one up."""

    name: bytes
    start: int
    length: int

    @property
    def content(self) -> int:
        """Where the content begins."""
        return self.start + 8

    @property
    def end(self) -> int:
        """Where the next chunk begins; the file may end before."""
        return self.content + self.length + self.length % 2


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """All chunks."""
    at = 12
    for _ in range(MAX_CHUNKS):
        file.seek(at)
        header = file.read(8)
        if len(header) < 8:
            return
        name, length = struct.unpack("<4sI", header)
        chunk = Chunk(name, at, length)
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
    found = next((each for each in chunks(file) if each.name == b"EXIF" and each.length <= MAX_EXIF), None)
    if found is None:
        return b""
    file.seek(found.content)
    return file.read(found.end - found.content)


def picture(file: BinaryIO) -> Iterator[Span]:
    """What is left without metadata."""
    count, end = 0, 12
    for chunk in chunks(file):
        count, end = count + 1, chunk.end
        if chunk.name not in _METADATA:
            yield chunk.start, chunk.end
    if count == MAX_CHUNKS:  # the others have not been looked at
        yield end, size_of(file)
