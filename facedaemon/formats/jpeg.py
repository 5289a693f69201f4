"""The segments of a JPEG before its first scan (ITU-T T.81, annex B)."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from facedaemon.formats.spans import Span, size_of
from facedaemon.values import Size

MAX_SEGMENTS = 200_000  # cameras write about twenty
APP1, EOI = 0xE1, 0xD9
_SOS, _COMMENT, _ADOBE = 0xDA, 0xFE, 0xEE
_APPLICATION = range(0xE0, 0xF0)
_NO_FRAMES = {0xC4, 0xC8, 0xCC}  # tables, among the markers of frames
_LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF}
_BLOCK = 1 << 16


class Segment(NamedTuple):
    """A segment from its marker to its end; its content begins 4 bytes after `start`. The file may end before."""

    marker: int
    start: int
    end: int

    @property
    def content(self) -> int:
        """Where the content begins."""
        return self.start + 4

    @property
    def length(self) -> int:
        """Bytes of content; negative where the segment states a length that is none."""
        return self.end - self.content


class Frame(NamedTuple):
    """A frame header: its marker (SOFn), bits a colour, size as stored (B.2.2)."""

    marker: int
    bits: int
    size: Size


def segments(file: BinaryIO) -> Iterator[Segment]:
    """The segments before the first scan, up to one whose length cannot be right; it is the last."""
    at = 2
    for _ in range(MAX_SEGMENTS):
        found = _next_marker(file, at)
        if found is None or found[1] == _SOS:
            return
        start, marker = found
        length = file.read(2)
        if len(length) < 2:
            return
        at = start + 2 + int.from_bytes(length, "big")
        yield Segment(marker, start, at)
        if at < start + 4:
            return


def frame(file: BinaryIO, segment: Segment) -> Frame | None:
    """The frame that the segment describes; None where it is another one, or cut off."""
    if not 0xC0 <= segment.marker <= 0xCF or segment.marker in _NO_FRAMES:
        return None
    file.seek(segment.content)
    header = file.read(5)
    if len(header) < 5:
        return None
    bits, height, width = struct.unpack(">BHH", header)
    return Frame(segment.marker, bits, Size(width, height))


def unusual_frame(file: BinaryIO) -> str:
    """Why ordinary decoders cannot read this JPEG, as a phrase; "" where they can."""
    found = next(filter(None, (frame(file, segment) for segment in segments(file))), None)
    if found is None:
        return ""
    if found.marker in _LOSSLESS:
        return "a lossless JPEG"
    return f"a JPEG with {found.bits} bits a colour" if found.bits != 8 else ""


def picture(file: BinaryIO) -> Iterator[Span]:
    """Tables, frame header and everything from the first scan on: what is left without metadata."""
    end = 2
    for segment in segments(file):
        end = segment.end
        # Adobe's APP14 says how colours are stored: without it the picture looks different
        is_metadata = segment.marker in _APPLICATION and segment.marker != _ADOBE
        if not is_metadata and segment.marker != _COMMENT:
            yield segment.start, end
    yield end, size_of(file)


def _next_marker(file: BinaryIO, at: int) -> Span | None:
    """Where the marker at `at` begins and its second byte; None where there is none. Fill bytes are passed over."""
    file.seek(at)
    pair = file.read(2)
    if pair == b"\xff\xff":
        at += 1
        while (block := file.read(_BLOCK)) and not (rest := block.lstrip(b"\xff")):
            at += len(block)
        if not block:
            return None
        at += len(block) - len(rest)
        file.seek(at + 2)
        return at, rest[0]
    return (at, pair[1]) if len(pair) == 2 and pair[0] == 0xFF else None
