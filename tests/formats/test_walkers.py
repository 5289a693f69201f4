"""What is in a file without decoding it: there is one walk through each container."""

import os
import struct
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facedaemon.formats import bmff, heif, jpeg, kind_of, png, tiff, webp
from facedaemon.sidecar.embedded import read_embedded

_QUARTER_AGAINST_THE_CLOCK = 8  # as an EXIF orientation


def _box(kind: bytes, content: bytes, form: str = "short") -> bytes:
    if form == "long":
        return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content
    return struct.pack(">I4s", 0 if form == "to the end" else 8 + len(content), kind) + content


@pytest.mark.parametrize("form", ["short", "long", "to the end"])
def test_a_heic_is_turned_however_its_box_states_its_size(form: str) -> None:
    """In 32 bits, in 64, or as all that is left: the picture's own turn is found."""
    properties = _box(b"ipco", _box(b"irot", b"\1")) + _box(b"ipma", struct.pack(">IIHBB", 0, 1, 1, 1, 1))
    meta = b"\0\0\0\0" + _box(b"pitm", struct.pack(">IH", 0, 1)) + _box(b"iprp", properties)
    file = BytesIO(_box(b"ftyp", b"heic\0\0\0\0mif1heic") + _box(b"meta", meta, form))
    assert "heif" == kind_of(file)
    assert _QUARTER_AGAINST_THE_CLOCK == heif.orientation(heif.meta_of(file))


def _tiff(order: str, big: bool, entries: Mapping[int, tuple[int, bytes | int]]) -> bytes:
    """A file of one directory; each entry has its type, and a number or bytes that stand behind it."""
    wide, count = ("Q", "Q") if big else ("I", "H")
    mark = "II" if order == "<" else "MM"
    head = mark.encode() + struct.pack(order + "H", 43 if big else 42)
    head += struct.pack(order + "HH", 8, 0) if big else b""
    start = len(head) + struct.calcsize(wide)
    behind = start + struct.calcsize(count) + len(entries) * (20 if big else 12) + struct.calcsize(wide)
    table, tail = struct.pack(order + count, len(entries)), b""
    for tag, (kind, value) in sorted(entries.items()):
        table += struct.pack(f"{order}HH{wide}", tag, kind, len(value) if isinstance(value, bytes) else 1)
        if isinstance(value, bytes):
            table += struct.pack(order + wide, behind + len(tail))
            tail += value
        else:
            table += struct.pack(order + {3: "H", 4: "I"}[kind], value).ljust(struct.calcsize(wide), b"\0")
    return head + struct.pack(order + wide, start) + table + struct.pack(order + wide, 0) + tail


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_metadata_is_read_in_all_layouts(order: str, big: bool, tmp_path: Path) -> None:
    """In either byte order, as TIFF or BigTIFF: orientation, size and XMP."""
    entries: dict[int, tuple[int, bytes | int]] = {
        256: (4, 70_000),
        257: (3, 20),
        274: (3, 6),
        700: (1, b"<x:xmpmeta/>"),
    }
    path = tmp_path / "a.tif"
    path.write_bytes(_tiff(order, big, entries | {700: (1, b"<x:xmpmeta/>")}))
    descriptor = os.open(path, os.O_RDONLY)
    found = read_embedded(descriptor)
    os.close(descriptor)
    assert found.size is not None
    assert (6, 70_000, 20, b"<x:xmpmeta/>") == (found.orientation, found.size.width, found.size.height, found.packet)


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_dng_is_raw_in_all_layouts(order: str, big: bool) -> None:
    """DNG may be a BigTIFF since 1.7: its version is found there as well."""
    entries = {256: (4, 70), 257: (4, 20), 262: (3, 2)}
    assert "tiff" == kind_of(BytesIO(_tiff(order, big, entries)))
    assert "raw" == kind_of(BytesIO(_tiff(order, big, entries | {50706: (4, 0x01070000)})))


_PARTS = (b"\xff", b"\xe1", b"\0", b"\1", b"\2", b"\x80", b"meta", b"\0\0\0\x08")
WALKERS: dict[bytes, Callable[[BinaryIO], Iterator[Any]]] = {
    b"\xff\xd8": jpeg.segments,
    b"\x89PNG\r\n\x1a\n": png.chunks,
    b"RIFF\0\0\0\0WEBP": webp.chunks,
    b"": bmff.boxes,
}


@pytest.mark.parametrize("start", WALKERS)
@given(
    st.lists(st.sampled_from([b"\xff", b"\xe1", b"\0", b"\1", b"\2", b"\x80", b"meta", b"\0\0\0\x08"])).map(b"".join)
)
def test_every_walk_goes_forward_and_ends(start: bytes, data: bytes) -> None:
    """Whatever lengths a file states, each piece begins behind the former one and inside the file."""
    starts = [piece.start for piece in WALKERS[start](BytesIO(start + data))]
    assert sorted(set(starts)) == starts
    assert all(at < len(start + data) for at in starts)


@pytest.mark.parametrize("fill", [0, 1, 2, 65_534, 65_535, 65_536, 65_537, 65_538, 1_000_000])
def test_fill_bytes_before_a_marker_are_passed_over(fill: int) -> None:
    """A marker may be preceded by any number of them (ITU-T T.81, B.1.1.2), also across blocks that are read."""
    frame = struct.pack(">BBHBHHB", 0xFF, 0xC0, 8, 8, 20, 70, 0)
    file = BytesIO(b"\xff\xd8" + b"\xff" * fill + frame + b"\xff" * fill + b"\xff\xda")
    (segment,) = jpeg.segments(file)
    found = jpeg.frame(file, segment)
    assert found is not None
    assert (2 + fill, 70, 20) == (segment.start, found.size.width, found.size.height)


def test_tables_are_bounded() -> None:
    """A directory that states 65,535 entries, each there, is read up to a limit."""
    entry = struct.pack("<HHII", 256, 4, 1, 5)
    file = BytesIO(b"II*\0\x08\0\0\0\xff\xff" + entry * 65_535 + b"\0\0\0\0")
    assert 1000 == len(tiff.first_table(file).entries)
