"""XMP that did not fit into one segment of a JPEG is put together again, or its photo gets no sidecar."""

import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from facedaemon import sidecar
from facedaemon.errors import PhotoError
from facedaemon.sidecar.tree import MAX_BYTES
from tests.sidecar.packets import ADA, EVE_REGION, NOW, SIZE, jpeg, mp, mwg, packet, segment, tags

NOTE = ' xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="{}"'
REGIONS = packet(mwg(EVE_REGION) + mp("Eve", "0.4, 0.45, 0.2, 0.1")).encode()
FILLER = packet(
    "<dc:source>" + "x" * 150_000 + "</dc:source><dc:subject><rdf:Bag><rdf:li>kept</rdf:li></rdf:Bag></dc:subject>"
)


def _guid(extension: bytes) -> str:
    return hashlib.md5(extension, usedforsecurity=False).hexdigest().upper()


def parts(extension: bytes, size: int = 60_000, guid: str | None = None, length: int | None = None) -> list[bytes]:
    """The segments that hold an extension."""
    header = b"http://ns.adobe.com/xmp/extension/\0" + (guid or _guid(extension)).encode()
    whole = len(extension) if length is None else length
    starts = range(0, len(extension), size)
    return [segment(header + struct.pack(">II", whole, at) + extension[at : at + size]) for at in starts]


def main(extension: bytes) -> str:
    """A first packet that names the extension."""
    return packet("<dc:title>mine</dc:title>", NOTE.format(_guid(extension)))


def planned(photo: Path) -> sidecar.Edit:
    """The edit for a suggestion of ours."""
    edit = sidecar.plan(photo, orientation=1, size=SIZE, wanted=[ADA], date=NOW, root=photo.parent)
    assert edit is not None
    return edit


@pytest.mark.parametrize("order", ["in order", "backwards", "twice", "among others"])
def test_an_extension_is_read_and_seeded(tmp_path: Path, order: str) -> None:
    """Regions and keywords in the extension count, whatever the order of its parts, and a new sidecar has them."""
    whole = FILLER.replace("</rdf:Description>", mwg(EVE_REGION) + "</rdf:Description>").encode()
    segments = parts(whole)
    assert 3 == len(segments)
    if order == "backwards":
        segments.reverse()
    elif order == "twice":
        segments += segments[:1]
    elif order == "among others":
        segments = [*parts(b"another", guid="0" * 32), segments[2], segments[0], segments[1]]
    photo = jpeg(tmp_path / "a.jpg", main(whole), segments)
    metadata = sidecar.read(photo, None)
    assert (["Eve"], ()) == ([each.name for each in metadata.regions], metadata.problems)
    sidecar.apply(planned(photo))
    seen = tags(tmp_path / "a.jpg.xmp")
    assert ("mine", ["kept"]) == (seen["XMP-dc:Title"], seen["XMP-dc:Subject"])
    assert "XMP-xmpNote:HasExtendedXMP" not in seen
    assert ["Eve"] == [each.name for each in sidecar.read(photo, None).regions]


def test_the_guid_may_be_written_in_small_letters(tmp_path: Path) -> None:
    """Hexadecimal digits of either case name the same extension; the pointer may be an element."""
    pointer = (
        "<n:HasExtendedXMP xmlns:n='http://ns.adobe.com/xmp/note/'>" + _guid(REGIONS).lower() + "</n:HasExtendedXMP>"
    )
    photo = jpeg(tmp_path / "a.jpg", packet(pointer), parts(REGIONS))
    assert 1 == len(sidecar.read(photo, None).regions)
    assert b"HasExtendedXMP" not in (planned(photo).after or b"HasExtendedXMP")


DAMAGED: dict[str, Callable[[], list[bytes]]] = {
    "missing": list,
    "a part is missing": lambda: parts(FILLER.encode())[:-1],
    "another length": lambda: parts(FILLER.encode(), length=9),
    "another GUID": lambda: parts(FILLER.encode(), guid="A" * 32),
    "other bytes": lambda: [each.replace(b"kept", b"lost") for each in parts(FILLER.encode())],
    "parts that overlap": lambda: [*parts(FILLER.encode()), *parts(FILLER.encode(), size=50_000)[1:2]],
    "larger than any": lambda: parts(FILLER.encode(), length=MAX_BYTES + 1),
}


@pytest.mark.parametrize("segments", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_extension_makes_no_sidecar(tmp_path: Path, segments: Callable[[], list[bytes]]) -> None:
    """A sidecar would hide what is not there whole: none is made, the photo is named, the first packet counts."""
    first = main(FILLER.encode()).replace("<dc:title>", mwg(EVE_REGION) + "<dc:title>")
    photo = jpeg(tmp_path / "a.jpg", first, segments())
    metadata = sidecar.read(photo, None)
    assert ["Eve"] == [each.name for each in metadata.regions]
    assert "extension" in metadata.problems[0]
    with pytest.raises(PhotoError, match=r"a\.jpg.*extension"):
        planned(photo)
    assert ["a.jpg"] == [path.name for path in tmp_path.iterdir()]


def test_an_extension_that_nothing_names_does_not_count(tmp_path: Path) -> None:
    """Parts that an editor left behind when it rewrote the first packet say nothing."""
    photo = jpeg(tmp_path / "a.jpg", packet("<dc:title>mine</dc:title>"), parts(REGIONS))
    assert ((), ()) == (sidecar.read(photo, None).regions, sidecar.read(photo, None).problems)
    assert "XMP-mwg-rs:RegionInfo" not in str(planned(photo).after)
