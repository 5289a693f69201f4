"""Which file's word about faces counts, and which sidecar is written: both namings, every spelling, empty ones."""

import errno
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from facedaemon import sidecar
from facedaemon.errors import PhotoError
from facedaemon.sidecar import Naming
from facedaemon.suffixes import VIDEOS
from tests.sidecar.packets import ADA, NOW, SIZE, area, jpeg, mp, mwg, packet, tags


def named(name: str) -> str:
    """An MWG list with one region of that name."""
    return mwg(f"<mwg-rs:Name>{name}</mwg-rs:Name>{area()}")


def place(folder: Path, files: Mapping[str, str], embedded: str | None = None) -> Path:
    """A photo IMG.JPG, which embeds a packet or none, and files beside it: sidecars, and others as they are."""
    for name, text in files.items():
        (folder / name).write_text(packet(text) if name.lower().endswith("xmp") else text)
    return jpeg(folder / "IMG.JPG", None if embedded is None else packet(embedded))


def names(photo: Path, naming: Naming | None = None) -> list[str | None]:
    """Whom the metadata names."""
    return [each.name for each in sidecar.read(photo, naming).regions]


def written(photo: Path, naming: Naming | None = None) -> str:
    """The sidecar into which a suggestion goes."""
    edit = sidecar.plan(photo, orientation=1, size=SIZE, wanted=[ADA], date=NOW, naming=naming, root=photo.parent)
    assert edit is not None
    sidecar.apply(edit)
    return edit.path.name


EMPTY_MWG = (
    '<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag/></mwg-rs:RegionList></mwg-rs:Regions>'
)
BARE_MWG = '<mwg-rs:Regions rdf:parseType="Resource"/>'
EMPTY_MP = '<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag/></MPRI:Regions></MP:RegionInfo>'
PET = mwg("<mwg-rs:Name>Rex</mwg-rs:Name><mwg-rs:Type>Pet</mwg-rs:Type>" + area())
OURS = mwg(
    f"<mwg-rs:Name>Ada</mwg-rs:Name>{area()}"
    '<mwg-rs:Extensions facedaemon:Origin="auto" facedaemon:Confidence="0.99" facedaemon:Name="Ada"/>'
)
RATED = "<dc:source>somebody</dc:source>"


@pytest.mark.parametrize(
    ("files", "embedded", "expected"),
    [
        ({"IMG.JPG.xmp": RATED}, named("Eve"), ["Eve"]),
        ({"IMG.JPG.xmp": RATED, "IMG.xmp": named("Bob")}, named("Eve"), ["Bob"]),
        ({"IMG.JPG.xmp": RATED, "IMG.xmp": RATED}, named("Eve"), ["Eve"]),
        ({"IMG.JPG.xmp": named("Ada"), "IMG.xmp": named("Bob")}, named("Eve"), ["Ada"]),
        ({"IMG.JPG.xmp": mp("Ada", "0.1, 0.1, 0.2, 0.2")}, named("Eve"), ["Ada"]),
        ({"IMG.JPG.xmp": RATED}, mp("Eve", "0.1, 0.1, 0.2, 0.2"), ["Eve"]),
        ({"IMG.JPG.xmp": EMPTY_MWG}, named("Eve"), []),
        ({"IMG.JPG.xmp": BARE_MWG}, named("Eve"), []),
        ({"IMG.JPG.xmp": EMPTY_MP}, named("Eve"), []),
        ({"IMG.JPG.xmp": PET}, named("Eve"), []),
        ({"IMG.JPG.xmp": EMPTY_MWG, "IMG.xmp": named("Bob")}, None, []),
        ({"IMG.JPG.xmp": RATED}, None, []),
        ({"IMG.JPG.xmp": OURS}, named("Eve"), ["Eve", "Ada"]),
    ],
)
def test_a_source_without_a_region_structure_says_nothing(
    tmp_path: Path, files: Mapping[str, str], embedded: str | None, expected: list[str]
) -> None:
    """The next one is asked: sidecar, the one named the other way, the photo; an empty structure says: no faces."""
    assert expected == names(place(tmp_path, files, embedded))


def test_a_fixed_naming_goes_first_and_hides_nothing(tmp_path: Path) -> None:
    """DigiKam's naming decides which sidecar counts; the other one is asked where that one is silent or absent."""
    photo = place(tmp_path, {"IMG.JPG.xmp": named("Ada"), "IMG.xmp": named("Bob")}, named("Eve"))
    assert (["Ada"], ["Bob"]) == (names(photo, Naming.FULL), names(photo, Naming.STEM))
    (tmp_path / "IMG.JPG.xmp").unlink()
    assert ["Bob"] == names(photo, Naming.FULL)


def test_a_damaged_sidecar_is_named_only_where_it_is_asked(tmp_path: Path) -> None:
    """Nobody knows what it says, so the photo behind it is not asked; a sidecar that goes before it is read."""
    photo = place(tmp_path, {"IMG.JPG.xmp": RATED}, named("Eve"))
    (tmp_path / "IMG.xmp").write_text("<damaged")
    with pytest.raises(PhotoError, match=r"IMG\.xmp"):
        sidecar.read(photo, None)
    (tmp_path / "IMG.JPG.xmp").write_text(packet(named("Ada")))
    assert ["Ada"] == names(photo)


def test_no_new_sidecar_outdoes_names_in_the_other_one(tmp_path: Path) -> None:
    """Seeded with what the photo embeds it would hide what the sidecar named the other way says."""
    photo = place(tmp_path, {"IMG.xmp": named("Bob")}, named("Eve"))
    with pytest.raises(PhotoError, match=r"IMG\.xmp names faces"):
        written(photo, Naming.FULL)
    assert "IMG.xmp" == written(photo)
    (tmp_path / "IMG.xmp").write_text(packet(named("Eve")))
    assert "IMG.JPG.xmp" == written(photo, Naming.FULL)
    assert ["Eve"] == names(photo, Naming.FULL)


def _for(extension: str, text: str) -> str:
    return (
        f"<p:SidecarForExtension xmlns:p='http://ns.adobe.com/photoshop/1.0/'>{extension}</p:SidecarForExtension>{text}"
    )


@pytest.mark.parametrize("extension", ["DNG", "png", ".mov", " MOV "])
def test_a_stem_sidecar_of_another_file_is_left_to_it(tmp_path: Path, extension: str) -> None:
    """Neither are its names read for this photo nor is ours written into it; the photo's own regions count."""
    photo = place(tmp_path, {"IMG.xmp": _for(extension, named("Bob"))}, named("Eve"))
    before = (tmp_path / "IMG.xmp").read_bytes()
    assert ["Eve"] == names(photo) == names(photo, Naming.STEM)
    with pytest.raises(PhotoError, match="another file"):
        written(photo, Naming.STEM)
    assert "IMG.JPG.xmp" == written(photo)
    assert before == (tmp_path / "IMG.xmp").read_bytes()


def test_a_new_sidecar_does_not_claim_to_be_another_files(tmp_path: Path) -> None:
    """A photo exported from a raw file may embed that file's SidecarForExtension: it is not carried over."""
    photo = place(tmp_path, {}, _for("NEF", named("Eve")))
    assert ["Eve"] == names(photo)
    assert "IMG.xmp" == written(photo, Naming.STEM)
    assert (["Eve"], 1) == (names(photo), len(sidecar.read(photo, Naming.STEM).suggestions))


@pytest.mark.parametrize("extension", ["JPG", "jpg", ".jpg", ""])
def test_a_stem_sidecar_of_this_very_file_is_its_own(tmp_path: Path, extension: str) -> None:
    """Where it names the photo it belongs to nobody else, and may be written though a raw file lies beside it."""
    photo = place(tmp_path, {"IMG.xmp": _for(extension, named("Bob")), "IMG.CR2": "raw"}, named("Eve"))
    assert ["Bob"] == names(photo)
    if extension:
        assert "IMG.xmp" == written(photo)
    else:
        with pytest.raises(PhotoError, match=r"IMG\.CR2"):
            written(photo)


def test_the_full_name_says_whose_sidecar_it_is(tmp_path: Path) -> None:
    """In IMG.JPG.xmp a SidecarForExtension, carried over from elsewhere, means nothing."""
    photo = place(tmp_path, {"IMG.JPG.xmp": _for("DNG", named("Ada"))}, named("Eve"))
    assert ["Ada"] == names(photo)


def test_a_sidecar_with_the_name_of_a_whole_file_is_no_stem(tmp_path: Path) -> None:
    """IMG.JPG.xmp belongs to IMG.JPG, and not to IMG.JPG.png as well."""
    place(tmp_path, {"IMG.JPG.xmp": named("Ada")})
    other = jpeg(tmp_path / "IMG.JPG.png", packet(named("Eve")))
    assert ["Eve"] == names(other)
    assert "IMG.JPG.png.xmp" == written(other)


@pytest.mark.parametrize("suffix", sorted(VIDEOS))
def test_a_video_shares_the_stem_sidecar(tmp_path: Path, suffix: str) -> None:
    """IMG.xmp beside IMG.JPG and a video may be the video's: read for the photo, but nothing of ours goes in."""
    photo = place(tmp_path, {"IMG.xmp": named("Bob"), f"IMG.{suffix.upper()}": "film"})
    assert ["Bob"] == names(photo)
    with pytest.raises(PhotoError, match=rf"IMG\.{suffix.upper()} as well"):
        written(photo)


@pytest.mark.parametrize("name", ["IMG.JPG.XMP", "IMG.JPG.Xmp", "IMG.XMP", "IMG.Xmp"])
def test_capitals_are_read_and_never_doubled(tmp_path: Path, name: str) -> None:
    """A sidecar in capitals counts, is edited as it is, and gets no second one beside it."""
    photo = place(tmp_path, {name: named("Ada")})
    assert ["Ada"] == names(photo)
    assert name == written(photo)
    assert sorted(["IMG.JPG", name]) == sorted(path.name for path in tmp_path.iterdir())


def test_small_letters_go_before_capitals(tmp_path: Path) -> None:
    """Where both are there, the one that digiKam reads counts; the other is asked where that one is silent."""
    photo = place(tmp_path, {"IMG.JPG.XMP": named("Bob"), "IMG.JPG.xmp": named("Ada")})
    assert (["Ada"], "IMG.JPG.xmp") == (names(photo), written(photo))
    (tmp_path / "IMG.JPG.xmp").write_text(packet(RATED))
    assert (["Bob"], "IMG.JPG.xmp") == (names(photo), written(photo))


def test_one_file_under_two_spellings_is_one(tmp_path: Path) -> None:
    """On FAT both names lead to one file, as hard links do here."""
    photo = place(tmp_path, {"IMG.JPG.xmp": named("Ada")})
    os.link(tmp_path / "IMG.JPG.xmp", tmp_path / "IMG.JPG.XMP")
    assert [tmp_path / "IMG.JPG.xmp"] == sidecar.existing_sidecars(photo, None)


def test_a_folder_that_cannot_be_asked_is_no_folder_without_sidecars(tmp_path: Path) -> None:
    """A name that leads through a loop of links: nobody can say whether a sidecar is there."""
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(PhotoError, match=os.strerror(errno.ELOOP)):
        sidecar.existing_sidecars(tmp_path / "loop" / "IMG.JPG", None)


XPACKET = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
RDF = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
EMPTY = {
    "no byte": b"",
    "white space": b" \n\t\r\n",
    "byte order mark": b"\xef\xbb\xbf",
    "byte order mark, UTF-16": b"\xff\xfe",
    "as digiKam leaves it": b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>\n\n\n\n'[:54],
    "xpacket": XPACKET + b'\n<?xpacket end="w"?>',
    "padded": XPACKET + b" " * 2048 + b'<?xpacket end="w"?>' + b"\x00" * 16,
    "XML declaration": b'<?xml version="1.0" encoding="UTF-8"?>\n',
    "xmpmeta": XPACKET + b'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="t"/><?xpacket end="w"?>',
    "xmpmeta with a line": b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n</x:xmpmeta>',
    "rdf": b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + RDF + b"/></x:xmpmeta>",
    "bare rdf": RDF + b"></rdf:RDF>",
    "description": RDF + b'><rdf:Description rdf:about=""/></rdf:RDF>',
    "UTF-16": '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'.encode("utf-16"),
}


@pytest.mark.parametrize("content", EMPTY.values(), ids=EMPTY.keys())
def test_an_empty_sidecar_is_written_like_a_new_one(tmp_path: Path, content: bytes) -> None:
    """The photo's own metadata count; ours is written into it with all that the photo embeds; undo gives it back."""
    photo = place(tmp_path, {}, named("Eve") + "<dc:title>kept</dc:title>")
    path = tmp_path / "IMG.JPG.xmp"
    path.write_bytes(content)
    assert ["Eve"] == names(photo)
    edit = sidecar.plan(photo, orientation=1, size=SIZE, wanted=[ADA], date=NOW, root=tmp_path)
    assert edit is not None
    assert content == edit.before
    sidecar.apply(edit)
    assert "kept" == tags(path)["XMP-dc:Title"]
    assert (["Eve"], 1) == (names(photo), len(sidecar.read(photo, None).suggestions))
    back = sidecar.plan_undo(path, edit.before, edit.after_digest, tmp_path)
    assert back is not None
    sidecar.apply(back)
    assert content == path.read_bytes()
    assert sidecar.plan(photo, orientation=1, size=SIZE, wanted=[], date=NOW, root=tmp_path) is None
    assert not sidecar.holds_own(content)


NOT_EMPTY = {
    "zeros": b"\x00" * 4096,
    "one sign": b"<",
    "a comment": XPACKET + b"<!-- mine -->",
    "a comment inside": b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- mine --></x:xmpmeta>',
    "text": b"hello",
    "text inside": RDF + b">mine</rdf:RDF>",
    "another element": b"<html/>",
    "doctype": b"<!DOCTYPE x>",
    "a name": RDF + b' xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description dc:title="x"/></rdf:RDF>',
    "megabytes of nothing": b" " * (1 << 20),
}


@pytest.mark.parametrize("content", NOT_EMPTY.values(), ids=NOT_EMPTY.keys())
def test_whatever_holds_something_is_not_replaced(tmp_path: Path, content: bytes) -> None:
    """It is edited around what is there, or left alone with every byte, and named."""
    photo = place(tmp_path, {}, "<dc:title>seed</dc:title>")
    path = tmp_path / "IMG.JPG.xmp"
    path.write_bytes(content)
    refused = False
    try:
        written(photo)
    except PhotoError as error:
        refused = error.path == path and content == path.read_bytes()
    assert refused or b"seed" not in path.read_bytes()


@pytest.mark.parametrize(
    "conflict",
    [
        "IMG.JPG.sync-conflict-20261126-101500-ABCDEFG.xmp",  # Syncthing
        "IMG.sync-conflict-20261126-101500-ABCDEFG.xmp",
        "IMG.JPG (conflicted copy 2026-11-26 101500).xmp",  # Nextcloud
        "IMG.JPG (conflicted copy Anna 2026-11-26 101500).xmp",
        "IMG (Anna's conflicted copy 2026-11-26).xmp",  # Dropbox
        "IMG.JPG~.xmp",
        "IMG.JPG.xmp~",
        "IMG.JPG.xmp.orig",
        ".syncthing.IMG.JPG.xmp.tmp",
    ],
)
@pytest.mark.parametrize("others", [{}, {"IMG.JPG.xmp": named("Ada")}, {"IMG.xmp": named("Ada")}])
def test_a_copy_that_a_synchronising_program_set_aside_is_nobodys_sidecar(
    tmp_path: Path, conflict: str, others: Mapping[str, str]
) -> None:
    """No name in it counts, beside a sidecar or without one, and it stays as it is when a suggestion is written."""
    photo = place(tmp_path, {conflict: named("Eve"), **others})
    (tmp_path / conflict).write_text(packet(named("Eve")))
    before = (tmp_path / conflict).read_bytes()
    assert ["Ada"] * len(others) == names(photo)
    assert written(photo) in {*others, "IMG.JPG.xmp"}
    assert before == (tmp_path / conflict).read_bytes()
