"""The directories of a TIFF: which of its pictures is the main one, and whether one of them holds raw sensor data.

TIFF 6.0 with Adobe's Technical Note 1 (SubIFDs), BigTIFF, and the photometric values of TIFF/EP and DNG.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""The first bytes: in either byte order, and BigTIFF."""

_SUBFILE, _WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC, _SUBIFDS = 254, 256, 257, 259, 262, 330
_SENSOR = {32803, 34892}  # a filter's colours, linear data
_DISPLAYED = {0, 1, 2, 3, 5, 6, 8, 9}  # grey, RGB, palette, ink, YCbCr, Lab
_NUMBERS = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_MOST_DIRECTORIES = 200  # a scanner's document of many pages; beyond it the rest is not looked at
_MOST_ENTRIES = 512


@dataclass(frozen=True, slots=True)
class Directory:
    """One picture of a TIFF: the offset of its directory and its tags."""

    offset: int
    is_reduced: bool
    pixels: int
    photometric: int


@dataclass(frozen=True, slots=True)
class _Layout:
    """How numbers are written: byte order, the format of offsets and of the number of entries, an entry's size."""

    order: str
    offset: str
    count: str
    entry: int

    @classmethod
    def of(cls, data: bytes) -> "_Layout":
        order = "<" if data[:2] == b"II" else ">"
        is_big = 43 in data[2:4]
        return cls(order, "Q", "Q", 20) if is_big else cls(order, "I", "H", 12)

    @property
    def first(self) -> int:
        """The position, in the header, of the offset of the first directory."""
        return 8 if self.offset == "Q" else 4


def directories(data: bytes) -> list[Directory]:
    """All readable directories, SubIFDs after the one that names them; none where `data` is no complete TIFF."""
    layout = _Layout.of(data)
    found: list[Directory] = []
    try:
        (first,) = struct.unpack_from(layout.order + layout.offset, data, layout.first)
        waiting, seen = [int(first)], set()
        while waiting and len(found) < _MOST_DIRECTORIES:
            at = waiting.pop(0)
            if not at or at in seen:
                continue
            seen.add(at)
            entries, following = _entries(data, at, layout)
            found.append(_directory(at, entries))
            waiting = [*entries.get(_SUBIFDS, ()), following, *waiting]
    except struct.error:
        return found
    return found


def holds_sensor_data(found: list[Directory]) -> bool:
    """Whether one of the directories holds raw sensor data."""
    return any(each.photometric in _SENSOR for each in found)


def main_picture(found: list[Directory]) -> Directory | None:
    """The main picture: the first one; where that is only a small copy, the largest of it and its neighbours.

    None where no picture can be displayed without developing it.
    """
    shown = [each for each in found if each.photometric in _DISPLAYED and not each.is_reduced and each.pixels]
    if not shown:
        return None
    return shown[0] if not found[0].is_reduced else max(shown, key=lambda each: each.pixels)


def opened_at(data: bytes, directory: Directory) -> bytes:
    """The same file with this directory as its first one; unchanged where it is."""
    layout = _Layout.of(data)
    (first,) = struct.unpack_from(layout.order + layout.offset, data, layout.first)
    if first == directory.offset:
        return data
    start = struct.pack(layout.order + layout.offset, directory.offset)
    return data[: layout.first] + start + data[layout.first + len(start) :]


def _directory(at: int, entries: dict[int, tuple[int, ...]]) -> Directory:
    def value(tag: int) -> int:
        return next(iter(entries.get(tag, ())), 0)

    # without a photometric value (which the standard demands) it is taken for a picture
    photometric = value(_PHOTOMETRIC) if _PHOTOMETRIC in entries else 1
    return Directory(at, bool(value(_SUBFILE) & 1), value(_WIDTH) * value(_HEIGHT), photometric)


def _entries(data: bytes, at: int, layout: _Layout) -> tuple[dict[int, tuple[int, ...]], int]:
    """The whole numbers of the directory by tag, and where the next directory is."""
    (count,) = struct.unpack_from(layout.order + layout.count, data, at)
    start = at + struct.calcsize(layout.count)
    found = dict(_numbers(data, start, min(count, _MOST_ENTRIES), layout))
    (following,) = struct.unpack_from(layout.order + layout.offset, data, start + count * layout.entry)
    return found, int(following)


def _numbers(data: bytes, start: int, count: int, layout: _Layout) -> Iterator[tuple[int, tuple[int, ...]]]:
    size = struct.calcsize(layout.offset)
    for entry in range(start, start + count * layout.entry, layout.entry):
        tag, kind, length = struct.unpack_from(f"{layout.order}HH{layout.offset}", data, entry)
        if tag not in (_SUBFILE, _WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC, _SUBIFDS) or kind not in _NUMBERS:
            continue
        length = min(length, _MOST_DIRECTORIES)
        values = f"{layout.order}{length}{_NUMBERS[kind]}"
        place = entry + 4 + size
        if struct.calcsize(values) > size:
            (place,) = struct.unpack_from(layout.order + layout.offset, data, place)
        yield tag, struct.unpack_from(values, data, place)
