"""The directories of a TIFF or of an EXIF block: their entries, the main picture, and raw sensor data.

TIFF 6.0 with Adobe's Technical Note 1 (SubIFDs), BigTIFF, and the photometric values of TIFF/EP and DNG.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""The first bytes: in either byte order, and BigTIFF."""

SHORT = 3  # a type: 16 bits
_SUBFILE, WIDTH, HEIGHT, _PHOTOMETRIC, _MAKER, _SUBIFDS, _DNG_VERSION = 254, 256, 257, 262, 271, 330, 50706
_SENSOR = {32803, 34892}  # a filter's colours, linear data
_DISPLAYED = {0, 1, 2, 3, 5, 6, 8, 9}  # grey, RGB, palette, ink, YCbCr, Lab
_NUMBERS = {SHORT: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_MAX_DIRECTORIES = 200  # a scanner's document of many pages; beyond it the rest is not looked at
_MAX_ENTRIES = 1000
_FARTHEST = 1 << 62  # beyond it nothing can be
_RAW_MAKERS = (b"Canon", b"NIKON", b"SONY", b"OLYMP", b"PENTAX", b"FUJIFILM", b"Panasonic", b"Leica")
_MAKERS_BYTES = 1 << 16  # in which the maker's name stands


@dataclass(frozen=True, slots=True)
class Layout:
    """How numbers are written: byte order, the format of offsets and of the number of entries, an entry's size.

    `first` is where the directory at which one begins is.
    """

    order: str
    offset: str
    count: str
    entry: int
    first: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a directory: `field` holds its value, or where that is."""

    tag: int
    type: int
    count: int
    field: bytes
    layout: Layout

    @property
    def offset(self) -> int:
        """Where the value is, if it is not here."""
        return int(struct.unpack(self.layout.order + self.layout.offset, self.field)[0])

    @property
    def value(self) -> int:
        """The first number, where it stands here."""
        number = _NUMBERS.get(self.type, self.layout.offset)
        if struct.calcsize(number) > len(self.field):
            return self.offset
        return int(struct.unpack_from(self.layout.order + number, self.field)[0])


class Table(NamedTuple):
    """The entries of a directory, as many as are there, and where the next one is; None where the file ends before."""

    entries: list[Entry]
    following: int | None


@dataclass(frozen=True, slots=True)
class Directory:
    """One picture of a TIFF: the offset of its directory and its tags."""

    offset: int
    is_reduced: bool
    pixels: int
    photometric: int


def layout_of(file: BinaryIO) -> Layout | None:
    """How the file is laid out; None where it is no TIFF."""
    file.seek(0)
    head = file.read(16)
    if head[:4] not in SIGNATURES:
        return None
    order, is_big = "<" if head[:2] == b"II" else ">", 43 in head[2:4]
    offset, at = ("Q", 8) if is_big else ("I", 4)
    if len(head) < at + struct.calcsize(offset):
        return None
    (first,) = struct.unpack_from(order + offset, head, at)
    return Layout(order, offset, "Q" if is_big else "H", 20 if is_big else 12, int(first))


def table(file: BinaryIO, layout: Layout, at: int) -> Table:
    """The directory at `at`, of which no more than `_MAX_ENTRIES` are looked at."""
    try:
        (count,) = _numbers_at(file, layout.order + layout.count, at)
    except struct.error:
        return Table([], None)
    start, wide = at + struct.calcsize(layout.count), struct.calcsize(layout.offset)
    data = file.read(layout.entry * min(count, _MAX_ENTRIES))
    entries = []
    for place in range(0, len(data) - layout.entry + 1, layout.entry):
        tag, kind, length = struct.unpack_from(f"{layout.order}HH{layout.offset}", data, place)
        entries.append(Entry(tag, kind, length, data[place + 4 + wide : place + layout.entry], layout))
    try:
        (following,) = _numbers_at(file, layout.order + layout.offset, start + count * layout.entry)
    except struct.error:
        return Table(entries, None)
    return Table(entries, following)


def first_table(file: BinaryIO) -> Table:
    """The first directory; without entries where there is none."""
    layout = layout_of(file)
    return Table([], None) if layout is None else table(file, layout, layout.first)


def directories(file: BinaryIO) -> list[Directory]:
    """All readable directories, SubIFDs after the one that names them; none where the file is no TIFF."""
    layout = layout_of(file)
    found: list[Directory] = []
    if layout is None:
        return found
    waiting, seen = [layout.first], set()
    while waiting and len(found) < _MAX_DIRECTORIES:
        at = waiting.pop(0)
        if not at or at in seen:
            continue
        seen.add(at)
        entries, following = table(file, layout, at)
        if following is None:
            return found
        try:
            numbers = dict(_numbers(file, entries))
        except struct.error:
            return found
        found.append(_directory(at, numbers))
        waiting = [*numbers.get(_SUBIFDS, ()), following, *waiting]
    return found


def is_raw(file: BinaryIO) -> bool:
    """Whether the file is a camera's raw file and no picture that can be shown.

    Many raw formats are TIFF files. DNG and ARW, NEF, CR2, PEF name a maker in their first directory and hold the
    sensor's data in a SubIFD; CR2 has "CR" at byte 8.
    """
    file.seek(8)
    if file.read(2) == b"CR":
        return True
    tags = {entry.tag for entry in first_table(file).entries}
    found = directories(file)
    if _DNG_VERSION in tags or holds_sensor_data(found):
        return True
    if not {_SUBIFDS, _MAKER} <= tags or main_picture(found) is not None:
        return False  # scanners and editors of the same makers write TIFF files with SubIFDs
    file.seek(0)
    start = file.read(_MAKERS_BYTES)
    return any(maker in start for maker in _RAW_MAKERS)


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


def opened_at(data: bytes, layout: Layout, directory: Directory) -> bytes:
    """The same file with this directory as its first one; unchanged where it is."""
    if layout.first == directory.offset:
        return data
    at = 8 if layout.offset == "Q" else 4
    start = struct.pack(layout.order + layout.offset, directory.offset)
    return data[:at] + start + data[at + len(start) :]


def _directory(at: int, numbers: dict[int, tuple[int, ...]]) -> Directory:
    def value(tag: int) -> int:
        return next(iter(numbers.get(tag, ())), 0)

    # without a photometric value (which the standard demands) it is taken for a picture
    photometric = value(_PHOTOMETRIC) if _PHOTOMETRIC in numbers else 1
    return Directory(at, bool(value(_SUBFILE) & 1), value(WIDTH) * value(HEIGHT), photometric)


def _numbers(file: BinaryIO, entries: list[Entry]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Tag and whole numbers of the entries that describe a picture. Raises struct.error where the file ends."""
    for entry in entries:
        if entry.tag not in (_SUBFILE, WIDTH, HEIGHT, _PHOTOMETRIC, _SUBIFDS) or entry.type not in _NUMBERS:
            continue
        values = f"{entry.layout.order}{min(entry.count, _MAX_DIRECTORIES)}{_NUMBERS[entry.type]}"
        if struct.calcsize(values) > len(entry.field):
            yield entry.tag, _numbers_at(file, values, entry.offset)
        else:
            yield entry.tag, struct.unpack_from(values, entry.field)


def _numbers_at(file: BinaryIO, values: str, at: int) -> tuple[Any, ...]:
    """Raises struct.error where the file ends before."""
    if at > _FARTHEST:
        raise struct.error("an offset is beyond the end of any file")
    file.seek(at)
    return struct.unpack(values, file.read(struct.calcsize(values)))
