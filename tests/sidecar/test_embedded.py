"""Metadata is found in every kind of file, and a photo without any costs next to nothing."""

import random
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from facedaemon import sidecar
from facedaemon.errors import PhotoError
from facedaemon.geometry import displayed, overlap
from facedaemon.sidecar.regions import read_regions
from facedaemon.sidecar.tree import parse
from facedaemon.values import Region
from tests.sidecar.packets import ADA, NOW, SIZE, area, exiftool, mwg, packet, tags

REGIONS = mwg("<mwg-rs:Name>Ada</mwg-rs:Name>" + area(0.3, 0.4, 0.2, 0.1))
FORMATS = ["jpg", "png", "webp", "tif", "heic", "avif"]


def picture(path: Path, xmp: str | None, orientation: int = 1) -> Path:
    """A small picture with that XMP packet and EXIF orientation, made by other programs."""
    if path.suffix in (".heic", ".avif"):
        import pillow_heif  # noqa: PLC0415 - only the two formats need it

        pillow_heif.from_pillow(Image.new("RGB", (64, 48), "red")).save(path)
    else:
        Image.new("RGB", (64, 48), "red").save(path)
    if xmp is not None:
        source = path.with_name("source.txt")
        source.write_text(f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{xmp}<?xpacket end="w"?>')
        exiftool("-q", "-overwrite_original", "-n", f"-XMP<={source}", f"-EXIF:Orientation={orientation}", path)
        source.unlink()
    return path


@pytest.mark.parametrize("suffix", FORMATS)
def test_regions_are_found_in_every_format(tmp_path: Path, suffix: str) -> None:
    """JPEG, PNG, WebP and TIFF are turned as EXIF says; HEIC and AVIF are upright when decoded."""
    photo = picture(tmp_path / f"a.{suffix}", packet(REGIONS), 6)
    metadata = sidecar.read(photo, None)
    orientation = 1 if suffix in ("heic", "avif") else 6
    assert ((), orientation) == (metadata.problems, metadata.orientation)
    [found] = metadata.regions
    assert overlap(displayed(Region(0.2, 0.35, 0.2, 0.1), orientation), found.region) > 0.999


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_wrong_suffix_does_not_matter(tmp_path: Path, suffix: str) -> None:
    """The first bytes tell what a file is, not its name."""
    photo = picture(tmp_path / f"a.{suffix}", packet(REGIONS)).rename(tmp_path / "wrong.dat")
    assert 1 == len(sidecar.read(photo, None).regions)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_new_sidecar_carries_the_embedded_regions(tmp_path: Path, suffix: str) -> None:
    """What the photo embeds stands in it, for programs to which the sidecar is all that counts."""
    photo = picture(tmp_path / f"a.{suffix}", packet(REGIONS + "<dc:title>kept</dc:title>"))
    before = photo.read_bytes()
    edit = sidecar.plan(photo, orientation=1, size=SIZE, wanted=[ADA], date=NOW, root=tmp_path)
    assert edit is not None
    sidecar.apply(edit)
    assert ["Ada"] == [each.name for each in sidecar.read(photo, None).regions]
    assert ["Ada"] == [each.name for each in read_regions(parse(edit.path.read_bytes()).rdf, 1, SIZE)[0]]
    assert "kept" == tags(edit.path)["XMP-dc:Title"]
    assert before == photo.read_bytes()


def test_compressed_xmp_in_png_is_read_and_bounded(tmp_path: Path) -> None:
    """A compressed packet counts; one that would swell beyond the limit is a problem, not a full memory."""
    plain = picture(tmp_path / "plain.png", None).read_bytes()
    for text, expected in ((packet(REGIONS).encode(), 1), (b" " * 100_000_000, 0)):
        body = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(text)
        chunk = struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))
        photo = tmp_path / "packed.png"
        photo.write_bytes(plain[:33] + chunk + plain[33:])
        metadata = sidecar.read(photo, None)
        assert expected == len(metadata.regions)


def test_broken_embedded_xmp_is_a_problem_and_makes_no_sidecar(tmp_path: Path) -> None:
    """What the photo embeds cannot be carried over whole, so no sidecar hides it."""
    photo = picture(tmp_path / "a.jpg", packet(REGIONS))
    photo.write_bytes(photo.read_bytes().replace(b"</rdf:RDF>", b"</rdf:RDX>"))
    [problem] = sidecar.read(photo, None).problems
    assert "not well-formed" in problem
    with pytest.raises(PhotoError, match="no sidecar is made"):
        sidecar.plan(photo, orientation=1, size=SIZE, wanted=[ADA], date=NOW, root=tmp_path)


@pytest.mark.parametrize("suffix", FORMATS)
def test_damaged_files_of_every_format_are_read_as_far_as_they_go(tmp_path: Path, suffix: str) -> None:
    """Bytes changed and files cut anywhere: regions, problems, or a PhotoError; nothing else, and soon."""
    photo = picture(tmp_path / f"a.{suffix}", packet(REGIONS), 6)
    whole, chance = photo.read_bytes(), random.Random(7)
    for _ in range(150):
        data = bytearray(whole[: chance.choice([len(whole), chance.randrange(len(whole))])])
        for _ in range(chance.randrange(6)):
            if data:
                data[chance.randrange(min(len(data), 700))] = chance.choice([0, 1, 255, chance.randrange(256)])
        photo.write_bytes(data)
        with suppress(PhotoError):
            assert len(sidecar.read(photo, None).regions) <= 1
            sidecar.plan(photo, orientation=1, size=SIZE, wanted=[ADA], date=NOW, root=tmp_path)


def test_a_photo_without_metadata_costs_a_few_reads(tmp_path: Path) -> None:
    """Looking through a library for regions is cheap, however large its photos are: their pixels are not read."""
    photo = picture(tmp_path / "a.jpg", None)
    photo.write_bytes(photo.read_bytes() + bytes(8 << 20))
    sidecar.read(photo, None)
    before = _bytes_read()
    assert () == sidecar.read(photo, None).regions
    assert _bytes_read() - before < 200_000


def _bytes_read() -> int:
    """By this process, ever (proc_pid_io(5))."""
    return int(Path("/proc/self/io").read_text().split()[1])
