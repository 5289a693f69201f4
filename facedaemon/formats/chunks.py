"""Chunked files, PNG and WebP: pieces with a name and a length, one after the other."""

from collections.abc import Collection, Iterable, Iterator
from typing import BinaryIO, NamedTuple

from facedaemon.formats.spans import Span, size_of

MAX_CHUNKS = 200_000  # 1 GB of pixels of a PNG in the usual pieces of 8 KB has 131,072; a WebP has fewer than ten
MAX_EXIF = 16 << 20
HEADER = 8  # bytes: name and length


class Chunk(NamedTuple):
    """A chunk: its header, `length` bytes of content, and what follows up to `end`. The file may end before."""

    name: bytes
    start: int
    length: int
    end: int

    @property
    def content(self) -> int:
        """Where the content begins."""
        return self.start + HEADER


def exif_in(file: BinaryIO, chunks: Iterable[Chunk], name: bytes) -> bytes:
    """The content of the first chunk of this name that is not too large; empty where there is none."""
    found = next((each for each in chunks if each.name == name and each.length <= MAX_EXIF), None)
    if found is None:
        return b""
    file.seek(found.content)
    return file.read(found.length)


def without(file: BinaryIO, chunks: Iterable[Chunk], names: Collection[bytes], first: int) -> Iterator[Span]:
    """What is left without the chunks of these names; `first` is where the first chunk begins."""
    count, end = 0, first
    for chunk in chunks:
        count, end = count + 1, chunk.end
        if chunk.name not in names:
            yield chunk.start, chunk.end
    if count == MAX_CHUNKS:  # the others were not read
        yield end, size_of(file)
