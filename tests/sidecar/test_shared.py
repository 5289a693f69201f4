"""Real photos and sidecars: what digiKam, Windows and ExifTool wrote; every format; a second program's opinion."""

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from facedaemon import sidecar
from facedaemon.errors import PhotoError
from facedaemon.geometry import overlap, stored
from facedaemon.sidecar.edit_plan import edited
from facedaemon.sidecar.own_metadata import as_written
from facedaemon.sidecar.tree import RDF, NotXmp, parse
from facedaemon.values import AnnotationSource, Region, Suggestion
from tests.sidecar.packets import ADA, BOB, NOW, SIZE, exiftool, mwg, packet, tags

ORIENTED = [f"{kind}_{number}.jpg" for kind in ("Landscape", "Portrait") for number in range(9)]
CURIES = {"Marie Curie": Region(0.311905, 0.208571, 0.113095, 0.198571)}
MUTATIONS = 400


def copied(source: Path, folder: Path) -> Path:
    """A writable copy."""
    return Path(shutil.copyfile(source, folder / source.name))


def beside(photo: Path, source: Path) -> Path:
    """A writable copy of a sidecar as the photo's own."""
    return Path(shutil.copyfile(source, sidecar.sidecar_path(photo, sidecar.Naming.FULL)))


def plan(photo: Path, *wanted: Suggestion, orientation: int = 1, **rest: Any) -> sidecar.Edit:
    """An edit that must be one."""
    edit = sidecar.plan(photo, orientation=orientation, size=SIZE, wanted=wanted, date=NOW, root=photo.parent, **rest)
    assert edit is not None
    return edit


@pytest.mark.parametrize("name", ["portrait.jpg", "portrait-orientation-6.jpg"])
def test_regions_of_a_turned_photo_lie_where_those_of_the_upright_one_do(shared: Path, name: str) -> None:
    """The same picture, stored upright and turned: the faces are at the same place as displayed."""
    metadata = sidecar.read(shared / "data/regions" / name, None)
    assert ["Marie Curie", "Pierre Curie"] == [region.name for region in metadata.regions]
    assert overlap(CURIES["Marie Curie"], metadata.regions[0].region) > 0.99


def test_windows_and_digikam_are_read(shared: Path, tmp_path: Path) -> None:
    """Windows Photo Gallery's nested descriptions, and digiKam's sidecar, which hides what the photo embeds."""
    windows = sidecar.read(shared / "data/regions/windows-photo-gallery.jpg", None)
    assert [("Bill Murray", AnnotationSource.MP)] == [(each.name, each.source) for each in windows.regions]
    photo = copied(shared / "data/regions/windows-photo-gallery.jpg", tmp_path)
    path = beside(photo, shared / "data/regions/written-by-digikam-8.6.xmp")
    metadata = sidecar.read(photo, None)
    assert ["P01"] == [each.name for each in metadata.regions]
    assert (path, ()) == (metadata.file, metadata.problems)


@pytest.mark.parametrize("name", ORIENTED)
def test_suggestions_stand_in_the_stored_frame(shared: Path, tmp_path: Path, name: str) -> None:
    """In every orientation, ExifTool reads the place in the stored picture, and the orientation itself."""
    photo = copied(shared / "data/orientation" / name, tmp_path)
    orientation = sidecar.read(photo, None).orientation
    assert max(1, int(name[-5])) == orientation
    edit = plan(photo, ADA, orientation=orientation, as_regions=[ADA])
    sidecar.apply(edit)
    seen = tags(edit.path)
    at = stored(ADA.region, orientation)
    for area in (
        seen["XMP-facedaemon:Suggestions"][0]["Area"],
        seen["XMP-mwg-rs:RegionInfo"]["RegionList"][0]["Area"],
    ):
        expected = (at.x + at.w / 2, at.y + at.h / 2, at.w, at.h)
        assert pytest.approx(expected, abs=1e-6) == tuple(area[side] for side in "XYWH")
    rectangle = seen["XMP-MP:RegionInfoMP"]["Regions"][0]["Rectangle"]
    assert pytest.approx((at.x, at.y, at.w, at.h), abs=1e-6) == tuple(map(float, rectangle.split(", ")))
    assert (seen["XMP-tiff:Orientation"] or 1) == orientation  # 0, which is invalid, stays 0
    assert sidecar.read(photo, None).orientation == orientation


@pytest.mark.slow
def test_a_new_sidecar_shows_every_tag_that_was_seen_before(shared: Path, tmp_path: Path) -> None:
    """The photo's XMP stands in the sidecar whole, and what EXIF and IPTC said is there as XMP."""
    sources = [
        *sorted((shared / "data/regions").glob("*.jpg")),
        *sorted((shared / "data/camera").iterdir())[:8],
        *sorted((shared / "data/formats").iterdir()),
    ]
    for source in sources:
        photo = copied(source, tmp_path)
        embedded = tags(photo, "-XMP:all")
        edit = plan(photo, ADA)
        sidecar.apply(edit)
        seen = tags(edit.path)
        lost = {name for name, value in embedded.items() if seen.get(name) != value}
        assert lost <= {"XMP-tiff:Orientation", "XMP-xmpNote:HasExtendedXMP"}, source.name
        camera = tags(photo, "-EXIF:Make", "-EXIF:Model", "-EXIF:Orientation", "-EXIF:FNumber")
        for name, value in camera.items():
            mapped = {each.partition(":")[2]: seen[each] for each in seen}[name.partition(":")[2]]
            assert (mapped.strip() if isinstance(mapped, str) else mapped) == value, (source.name, name)


def test_iptc_keywords_and_captions_are_carried_over(shared: Path, tmp_path: Path) -> None:
    """Keywords and caption that stand only in IPTC are not hidden by the new sidecar."""
    photo = copied(shared / "data/orientation/Portrait_6.jpg", tmp_path)
    exiftool(
        "-q", "-overwrite_original", "-IPTC:Keywords=sea", "-IPTC:Keywords=sun", "-IPTC:Caption-Abstract=Us", photo
    )
    edit = plan(photo, ADA)
    sidecar.apply(edit)
    seen = tags(edit.path)
    assert (["sea", "sun"], "Us") == (seen["XMP-dc:Subject"], seen["XMP-dc:Description"])


CAPTIONS = {
    "EXIF and IPTC": (("-EXIF:ImageDescription=E", "-IPTC:Caption-Abstract=I"), "E"),
    "IPTC alone": (("-IPTC:Caption-Abstract=I",), "I"),
    "a blank one in EXIF": (("-EXIF:ImageDescription=     ", "-IPTC:Caption-Abstract=I"), "I"),
    "all three": (("-XMP-dc:Description=X", "-EXIF:ImageDescription=E", "-IPTC:Caption-Abstract=I"), "X"),
}


@pytest.mark.parametrize(("written", "shown"), CAPTIONS.values(), ids=CAPTIONS)
def test_of_captions_that_differ_the_seed_takes_that_which_programs_show(
    shared: Path, tmp_path: Path, written: tuple[str, ...], shown: str
) -> None:
    """XMP's before EXIF's before IPTC's, as digiKam shows them and the Metadata Working Group wants it."""
    photo = copied(shared / "data/orientation/Portrait_6.jpg", tmp_path)
    exiftool("-q", "-overwrite_original", "-EXIF:ImageDescription=", *written, "-IPTC:City=Bern", photo)
    edit = plan(photo, ADA)
    sidecar.apply(edit)
    seen = tags(edit.path)
    assert (shown, "Bern") == (seen["XMP-dc:Description"], seen["XMP-photoshop:City"])


PREFIXES = ["aux", "dc", "exif", "exifEX", "iptc", "Iptc4xmpCore", "photoshop", "tiff", "xmp", "xmpRights"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_hostile_photo_does_not_spoil_the_sidecars_of_others(shared: Path, tmp_path: Path, prefix: str) -> None:
    """A well-known prefix bound to another namespace, which Exiv2 would remember for all later photos, is refused."""
    photo = copied(shared / "data/orientation/Portrait_6.jpg", tmp_path)
    exiftool(
        "-q", "-overwrite_original", "-IPTC:Keywords=a", "-IPTC:Keywords=b", "-IPTC:City=C", "-EXIF:Artist=A", photo
    )
    before = plan(photo, ADA).after
    hostile = copied(shared / "data/orientation/Portrait_5.jpg", tmp_path)
    bound = f'xmlns:{prefix}="http://evil.example/{prefix}/" {prefix}:City="x"'
    _embed(hostile, f"<rdf:RDF xmlns:rdf='{RDF.strip()}'><rdf:Description rdf:about='' {bound}/></rdf:RDF>")
    for _ in range(2):
        with pytest.raises(PhotoError, match=f"prefix {prefix}"):
            plan(hostile, ADA)
        assert before == plan(photo, ADA).after
    assert () == sidecar.read(hostile, None).problems


def _embed(photo: Path, rdf: str) -> None:
    """Put an XMP packet into a JPEG, right behind its first two bytes."""
    body = b"http://ns.adobe.com/xap/1.0/\x00" + f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{rdf}</x:xmpmeta>'.encode()
    data = photo.read_bytes()
    photo.write_bytes(data[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + data[2:])


def test_a_stale_orientation_does_not_turn_the_photo(shared: Path, tmp_path: Path) -> None:
    """Where the embedded XMP contradicts EXIF about orientation, the new sidecar says what EXIF says."""
    photo = copied(shared / "data/orientation/Portrait_6.jpg", tmp_path)
    exiftool("-q", "-overwrite_original", "-n", "-XMP-tiff:Orientation=3", "-XMP-dc:Title=kept", photo)
    edit = plan(photo, ADA, orientation=6)
    sidecar.apply(edit)
    assert (6, "kept") == (tags(edit.path)["XMP-tiff:Orientation"], tags(edit.path)["XMP-dc:Title"])
    assert 6 == sidecar.read(photo, None).orientation


def test_the_sidecars_orientation_goes_before_exif(shared: Path, tmp_path: Path) -> None:
    """A photo turned in a program that writes sidecars is turned for us too."""
    photo = copied(shared / "data/orientation/Portrait_6.jpg", tmp_path)
    sidecar.sidecar_path(photo, sidecar.Naming.FULL).write_text(packet("", ' tiff:Orientation="8"'))
    assert 8 == sidecar.read(photo, None).orientation
    assert 6 == sidecar.read(photo, None, orientation=6).orientation


def test_heic_is_turned_by_its_own_properties(shared: Path) -> None:
    """An iPhone's photo held upright, and one that was edited: what `irot` says counts."""
    for name, turn in (("iphone_13_pro_max.HEIC", 6), ("IMG_5195.HEIC", 1)):
        assert turn == sidecar.read(shared / "data/formats" / name, None).orientation


@pytest.mark.parametrize(
    "name",
    [
        "APhotoManager-exmaple.xmp",
        "XMP5.xmp",
        "jPhotoTagger-example.xmp",
        "written-by-digikam-8.6.xmp",
    ],
)
def test_real_sidecars_keep_every_foreign_tag(shared: Path, tmp_path: Path, name: str) -> None:
    """ExifTool sees the same before and after; taken out again, the bytes are the former ones."""
    photo = copied(shared / "data/orientation/Landscape_1.jpg", tmp_path)
    path = beside(photo, shared / "data/regions" / name)
    before, raw = tags(path), path.read_bytes()
    sidecar.apply(plan(photo, ADA, BOB))
    seen = tags(path)
    assert 2 == len(seen.pop("XMP-facedaemon:Suggestions"))
    assert before == seen
    sidecar.apply(plan(photo))
    assert raw == path.read_bytes()


def test_what_exiftool_writes_is_read(tmp_path: Path) -> None:
    """A region list made by ExifTool's structures means what it says."""
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xd9")
    path = tmp_path / "a.jpg.xmp"
    region = "{Area={X=0.3,Y=0.4,W=0.2,H=0.1,Unit=normalized},Name=Ada|, L.,Type=Face}"
    exiftool("-q", f"-RegionInfo={{AppliedToDimensions={{W=600,H=400,Unit=pixel}},RegionList=[{region}]}}", path)
    [found] = sidecar.read(photo, None).regions
    assert "Ada, L." == found.name
    assert overlap(Region(0.2, 0.35, 0.2, 0.1), found.region) > 0.999


def by_exiftool(path: Path) -> None:
    """ExifTool rewrites the sidecar, with a title."""
    exiftool("-q", "-overwrite_original", "-XMP-dc:Title=theirs", path)


EXIV2 = """
import pyexiv2, sys
with pyexiv2.Image(sys.argv[1]) as image:
    image.modify_xmp({"Xmp.dc.title": {'lang="x-default"': "theirs"}})
"""


def by_exiv2(path: Path) -> None:
    """Exiv2 rewrites the sidecar, as digiKam does, with a title; alone, for it remembers what it has read."""
    subprocess.run([sys.executable, "-c", EXIV2, str(path)], check=True)


@pytest.mark.parametrize("rewrite", [by_exiftool, by_exiv2])
@pytest.mark.parametrize("real", [False, True])
def test_a_sidecar_rewritten_by_another_program_keeps_ours(
    shared: Path, tmp_path: Path, real: bool, rewrite: Callable[[Path], None]
) -> None:
    """Everything is serialised again; ours is still ours, there is nothing to do again, and undo leaves no trace."""
    photo = copied(shared / "data/orientation/Landscape_1.jpg", tmp_path)
    edit = plan(photo, ADA, BOB, as_regions=[ADA, BOB] if real else [])
    sidecar.apply(edit)
    rewrite(edit.path)
    metadata = sidecar.read(photo, None)
    assert ["Ada", BOB.person] == [each.person for each in metadata.suggestions]
    assert [each.origin for each in metadata.regions] == (["auto", "auto"] if real else [])
    again = sidecar.plan(
        photo, orientation=1, size=SIZE, wanted=[ADA, BOB], date=NOW, as_regions=[ADA, BOB] if real else []
    )
    assert again is None
    undo = sidecar.plan_undo(edit.path, None, edit.after_digest, tmp_path)
    assert undo is not None
    sidecar.apply(undo)
    assert {"XMP-dc:Title": "theirs"}.items() <= tags(edit.path).items()
    for trace in (b"facedaemon", b"Ada"):
        assert trace not in edit.path.read_bytes()


def test_other_peoples_regions_and_extensions_survive_ours(tmp_path: Path) -> None:
    """A region with an Extension of another program is the same for ExifTool before, with and after ours."""
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xd9")
    theirs = (
        '<mwg-rs:Name>Eve</mwg-rs:Name><mwg-rs:Area stArea:x="0.5" stArea:y="0.5" stArea:w="0.1" stArea:h="0.1"/>'
        '<mwg-rs:Extensions dc:title="mine"/>'
    )
    path = tmp_path / "a.jpg.xmp"
    path.write_text(packet(mwg(theirs)))
    before = tags(path)
    sidecar.apply(plan(photo, ADA, as_regions=[ADA]))
    [first, second] = tags(path)["XMP-mwg-rs:RegionInfo"]["RegionList"]
    assert before["XMP-mwg-rs:RegionInfo"]["RegionList"] == [first]
    assert "Ada" == second["Name"]
    sidecar.apply(plan(photo))
    assert before == tags(path)


def test_mutated_sidecars_are_edited_rightly_or_left_alone(shared: Path) -> None:
    """Hundreds of damaged copies of real sidecars: each edit can be taken out to the byte, or is refused."""
    chance = random.Random(2026)
    sources = [path.read_bytes() for path in sorted((shared / "data/regions").glob("*.xmp"))]
    outcomes = [survives(mutated(chance, chance.choice(sources))) for _ in range(MUTATIONS)]
    assert MUTATIONS == len(outcomes)
    assert {True, False} == set(outcomes)  # some were edited, some refused


def mutated(chance: random.Random, data: bytes) -> bytes:
    """A few bytes changed, dropped, doubled, or moved."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data))
        end = min(len(data), start + chance.choice([1, 1, 2, 8, 40, 400]))
        piece = chance.choice([b"", bytes([chance.randrange(256)]), data[start:end] * 2, b"<", b"'", b"rdf:", b"&#0;"])
        data = data[:start] + piece + data[end:]
    return data or b" "


def survives(data: bytes) -> bool:
    """Whether the packet could be edited; then adding and taking out are proven to give the same bytes."""
    items = [as_written(ADA, 1, "d")]
    try:
        document = parse(data)
        after = edited(document, items, items, SIZE)
    except NotXmp:
        return False
    assert after is not None
    back = edited(parse(after), [], [], SIZE)
    assert back in (document.encoded(), document.encoded().replace(b"/>", b"></rdf:RDF>", 1))
    return True


def test_damaged_photos_give_no_regions_and_no_crash(shared: Path, tmp_path: Path) -> None:
    """Cut anywhere in its head, a photo is read as far as it goes, or refused by name."""
    whole = (shared / "data/regions/portrait-orientation-6.jpg").read_bytes()
    photo = tmp_path / "cut.jpg"
    chance = random.Random(1)
    for length in [0, 1, 2, 3, 4, 11, *(chance.randrange(12_000) for _ in range(60))]:
        photo.write_bytes(whole[:length])
        assert len(sidecar.read(photo, None).regions) <= 4
        with suppress(PhotoError):  # any other error fails the test
            assert plan(photo, ADA).before is None
