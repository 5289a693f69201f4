"""TIFF files of scanners, editors and cameras: the picture is shown, a sensor's data are raw."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import TiffImagePlugin

from facedaemon.errors import PhotoError
from facedaemon.formats import kind_of
from facedaemon.formats.tiff import directories, main_picture
from facedaemon.values import Size
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.decode import read_picture
from tests.vision.pictures import as_image, difference

MAKERS = ("Canon", "NIKON CORPORATION", "Nikon", "SONY", "OLYMPUS", "PENTAX", "FUJIFILM", "Panasonic", "Leica", "EPSON")


def _directory(order: str, big: bool, entries: dict[int, tuple[int, int]]) -> bytes:
    """A directory of whole numbers (tag: type, value); texts are of type 2, with their offset."""
    head, kinds = ("Q", {3: "H6x", 4: "I4x"}) if big else ("H", {3: "H2x", 4: "I"})
    data = struct.pack(order + head, len(entries))
    for tag, (kind, value) in sorted(entries.items()):
        length = 8 if kind == 2 else 1
        data += struct.pack(f"{order}HH" + ("Q" if big else "I"), tag, kind, length)
        data += (
            struct.pack(order + ("Q" if big else "I"), value) if kind == 2 else struct.pack(order + kinds[kind], value)
        )
    return data + struct.pack(order + ("Q" if big else "I"), 0)


def _tiff(pixels: Pixels, maker: str, *, thumb_first: bool, big: bool = False, photometric: int = 2) -> bytes:
    """A picture and its thumbnail, one in a SubIFD of the other, uncompressed, as scanners' programs write it."""
    order, first = "<", 16 if big else 8
    small = np.ascontiguousarray(pixels[::4, ::4])
    maker_bytes = maker.encode()[:7].ljust(8, b"\0")
    data = bytearray(b"II+\0\x08\0\0\0" if big else b"II*\0")
    data += struct.pack("<Q" if big else "<I", first)
    blocks = [small[:, :, ::-1].tobytes(), pixels[:, :, ::-1].tobytes(), maker_bytes, struct.pack("<3H", 8, 8, 8)]
    lengths = 2 * (8 + 13 * 20 + 8) if big else 2 * (2 + 13 * 12 + 4)
    places = [first + lengths]
    for block in blocks[:-1]:
        places.append(places[-1] + len(block))

    def entries(picture: Pixels, place: int, reduced: int) -> dict[int, tuple[int, int]]:
        height, width = picture.shape[:2]
        found = {254: (4, reduced), 256: (4, width), 257: (4, height), 258: (3, 8), 259: (3, 1)}
        found |= {262: (3, photometric if not reduced else 2), 273: (4, place), 277: (3, 3), 278: (4, height)}
        return found | {279: (4, picture.size)}

    pair = [entries(small, places[0], 1), entries(pixels, places[1], 0)]
    if not thumb_first:
        pair.reverse()
    length = lengths // 2
    pair[0] |= {271: (2, places[2]), 330: (4, first + length)}
    data += _directory(order, big, pair[0]).ljust(length, b"\0")
    data += _directory(order, big, pair[1]).ljust(length, b"\0")
    return bytes(data) + b"".join(blocks)


@pytest.mark.parametrize("name", ["nikonscan_thumb_first.tif", "canon_export_pyramid.tif"])
def test_real_files_with_subifds_show_their_picture(shared: Path, name: str) -> None:
    """At its full size, not as the thumbnail that may come first."""
    assert Size(500, 500) == read_picture(shared / "data/cases/tiff-subifd" / name).size


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("thumb_first", [False, True])
@pytest.mark.parametrize("maker", MAKERS)
def test_by_any_maker(tmp_path: Path, scene: Pixels, maker: str, thumb_first: bool, big: bool) -> None:
    """Picture or thumbnail first, TIFF or BigTIFF: the picture is shown, pixel for pixel."""
    (tmp_path / "a.tif").write_bytes(_tiff(scene, maker, thumb_first=thumb_first, big=big))
    picture = read_picture(tmp_path / "a.tif")
    assert Size(300, 150) == picture.size
    assert 0 == difference(picture.pixels, scene)


@pytest.mark.parametrize("maker", ["NIKON CORPORATION", "SAMSUNG"])
@pytest.mark.parametrize("photometric", [32803, 34892])
def test_a_sensors_data_are_raw_by_any_maker(tmp_path: Path, scene: Pixels, maker: str, photometric: int) -> None:
    """A broken raw file is called one, however well its thumbnail could be shown."""
    data = _tiff(scene, maker, thumb_first=True, photometric=photometric)
    assert "raw" == kind_of(io.BytesIO(data))
    (tmp_path / "a.nef").write_bytes(data[:2000])
    with pytest.raises(PhotoError, match="raw file"):
        read_picture(tmp_path / "a.nef")


def test_a_real_dng_is_raw(shared: Path) -> None:
    """It is seen by its preview, as before."""
    data = (shared / "data/formats/canon_eos_6d.dng").read_bytes()
    assert "raw" == kind_of(io.BytesIO(data))
    assert read_picture(shared / "data/formats/canon_eos_6d.dng").size.width >= 1000


def test_of_pages_the_first_is_the_picture(tmp_path: Path, scene: Pixels) -> None:
    """A second, larger page is not: only a thumbnail gives way."""
    large = as_image(scene).resize((600, 300))
    as_image(scene).save(tmp_path / "a.tif", save_all=True, append_images=[large])
    assert Size(300, 150) == read_picture(tmp_path / "a.tif").size


def test_directories_in_a_circle_end(scene: Pixels) -> None:
    """A file whose directories name each other, or lie outside, is looked through once."""
    data = bytearray(_tiff(scene, "Canon", thumb_first=True))
    assert 2 == len(directories(io.BytesIO(data)))
    struct.pack_into("<I", data, 8 + 2 + 12 * 12, 8)  # the first is its own successor
    assert 2 == len(directories(io.BytesIO(data)))
    assert [] == directories(io.BytesIO(b"II*\0\xff\xff\xff\x7f"))
    assert None is main_picture([])


def test_a_plain_tiff_keeps_its_digest_and_turn(tmp_path: Path, scene: Pixels) -> None:
    """The way over the directories changes nothing for files of one."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[274] = 6
    written = io.BytesIO()
    as_image(np.ascontiguousarray(np.rot90(scene))).save(written, "tiff", tiffinfo=tags)
    (tmp_path / "a.tif").write_bytes(written.getvalue())
    picture = read_picture(tmp_path / "a.tif")
    assert (6, Size(300, 150)) == (picture.orientation, picture.size)
    assert difference(picture.pixels, scene) < 3
