"""The boxes of the ISO base media file format (ISO/IEC 14496-12, 4.2)."""

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple

from facedaemon.formats.spans import size_of

MAX_BOXES = 100_000  # in one box; a picture of a thousand tiles has two thousand


class Box(NamedTuple):
    """A box from `start` to `end`; `end` is at most that of the file."""

    kind: bytes
    start: int
    content: int
    end: int

    @property
    def length(self) -> int:
        """Bytes of content."""
        return max(0, self.end - self.content)


def boxes(file: BinaryIO) -> Iterator[Box]:
    """The boxes at the top, up to one whose size cannot be right."""
    file_end, at = size_of(file), 0
    for _ in range(MAX_BOXES):
        if at + 8 > file_end:
            return
        file.seek(at)
        size, kind = struct.unpack(">I4s", file.read(8))
        head = 8
        if size == 1:  # a long one: its size comes after its type
            if at + 16 > file_end:
                return
            (size,), head = struct.unpack(">Q", file.read(8)), 16
        elif size == 0:  # up to the end of the file
            size = file_end - at
        if size < head:
            return
        yield Box(kind, at, at + head, min(at + size, file_end))
        at += size


def content_of(file: BinaryIO, box: Box) -> bytes:
    """The bytes in the box."""
    file.seek(box.content)
    return file.read(box.length)


def inner_boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of each box in the content of another."""
    for box in boxes(BytesIO(content)):
        yield box.kind, content[box.content : box.end]
