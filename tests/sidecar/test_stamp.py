"""A sidecar that facedaemon made follows the photo, whatever happens to either; one that others wrote to is theirs."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from facedaemon import sidecar
from facedaemon.errors import PhotoError
from facedaemon.sidecar.stamp import is_only_ours
from facedaemon.sidecar.tree import parse
from facedaemon.values import Suggestion
from tests.sidecar.packets import ADA, BOB, LATER, NOW, SIZE, exiftool, tags

WRITE = ("-q", "-m", "-overwrite_original")


def region(name: str, x: float, y: float = 0.5) -> str:
    """A named face for ExifTool's RegionInfo."""
    return f"{{Area={{X={x},Y={y},W=0.1,H=0.1,Unit=normalized}},Name={name},Type=Face}}"


def name_faces(file: Path, *regions: str) -> None:
    """Another program names these faces in a photo or a sidecar."""
    size = "AppliedToDimensions={W=600,H=400,Unit=pixel}"
    exiftool(*WRITE, f"-RegionInfo={{{size},RegionList=[{','.join(regions)}]}}", file)


def plan(photo: Path, *wanted: Suggestion, real: bool = False, later: bool = False) -> sidecar.Edit | None:
    """What has the photo's sidecar show these."""
    return sidecar.plan(
        photo,
        orientation=1,
        size=SIZE,
        wanted=wanted,
        date=LATER if later else NOW,
        as_regions=wanted if real else (),
    )


def write(photo: Path, *wanted: Suggestion, real: bool = False, later: bool = False) -> Path:
    """The photo's sidecar after that was done."""
    edit = plan(photo, *wanted, real=real, later=later)
    assert edit is not None
    sidecar.apply(edit)
    return edit.path


@pytest.fixture
def photo(shared: Path, tmp_path: Path) -> Path:
    """A photo with a rating, a keyword and a named face."""
    target = tmp_path / "a.jpg"
    shutil.copyfile(shared / "data/orientation/Landscape_1.jpg", target)
    exiftool(*WRITE, "-XMP-xmp:Rating=2", "-IPTC:Keywords=feast", "-EXIF:Artist=Ann", target)
    name_faces(target, region("Eve", 0.9))
    return target


CHANGES: dict[str, tuple[str, ...]] = {
    "a rating": ("-XMP-xmp:Rating=5",),
    "a keyword in IPTC": ("-IPTC:Keywords+=friends",),
    "an orientation": ("-n", "-EXIF:Orientation=6"),
    "a caption in EXIF": ("-EXIF:ImageDescription=new",),
    "everything taken out": ("-all=",),
}


@pytest.mark.parametrize("real", [False, True], ids=["suggest", "regions"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("clock", [0, 10**18], ids=["set back", "set forward"])
def test_it_is_made_again_when_the_photo_says_something_else(
    photo: Path, change: tuple[str, ...], clock: int, real: bool
) -> None:
    """Then it is as one made now, with our suggestions and the dates they had; whatever the clocks say."""
    path = write(photo, ADA, real=real)
    assert not sidecar.read(photo, None).is_stale
    exiftool(*WRITE, *change, photo)
    os.utime(photo, ns=(clock, clock))
    assert sidecar.read(photo, None).is_stale
    write(photo, ADA, real=real, later=True)
    seen, fresh = path.read_bytes(), _as_new(photo, real)
    assert fresh == seen
    assert not sidecar.read(photo, None).is_stale
    assert plan(photo, ADA, real=real, later=True) is None


def _as_new(photo: Path, real: bool) -> bytes:
    other = photo.with_name("other")
    other.mkdir()
    shutil.copy2(photo, other / photo.name)
    edit = plan(other / photo.name, ADA, real=real)
    assert edit is not None
    assert edit.after is not None
    return edit.after


@pytest.mark.parametrize("real", [False, True], ids=["suggest", "regions"])
def test_it_goes_when_it_holds_none_of_ours_any_more(photo: Path, real: bool) -> None:
    """Also after the photo changed, and whoever changes or empties our own list."""
    path = write(photo, ADA, BOB, real=real)
    exiftool(*WRITE, "-XMP-xmp:Rating=5", photo)
    edit = plan(photo)
    assert edit is not None
    assert edit.after is None
    path.write_bytes(path.read_bytes().replace(b"0.9700", b"0.9600"))
    assert is_only_ours(parse(path.read_bytes()))
    write(photo)
    assert not path.exists()
    assert plan(photo) is None


EDITS: dict[str, Callable[[Path], object]] = {
    "a title": lambda path: exiftool(*WRITE, "-XMP-dc:Title=theirs", path),
    "a rating": lambda path: exiftool(*WRITE, "-XMP-xmp:Rating=4", path),
    "a face": lambda path: name_faces(path, region("Eve", 0.9), region("Zoe", 0.3, 0.9)),
    "a comment": lambda path: path.write_bytes(path.read_bytes().replace(b"<rdf:RDF", b"<!-- mine --><rdf:RDF", 1)),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_what_another_program_wrote_to_it_is_never_lost(photo: Path, edit: Callable[[Path], object]) -> None:
    """From then on it is theirs: kept when nothing of ours is left, and when the photo changes."""
    path = write(photo, ADA)
    edit(path)
    theirs = {name: value for name, value in tags(path).items() if "facedaemon" not in name}
    exiftool(*WRITE, "-XMP-xmp:Rating=1", photo)
    assert not sidecar.read(photo, None).is_stale
    assert plan(photo, ADA) is None
    write(photo, BOB)
    write(photo)
    assert theirs == tags(path)
    assert b"facedaemon:" not in path.read_bytes()


def test_a_face_named_in_the_photo_after_our_sidecar_counts(photo: Path) -> None:
    """Renamed, taken away or new: our sidecar still has the names of then, and the photo is believed."""
    path = write(photo, ADA)
    name_faces(photo, region("Kim", 0.9), region("Lea", 0.7))
    metadata = sidecar.read(photo, None)
    assert (["Kim", "Lea"], photo) == ([found.name for found in metadata.regions], metadata.file)
    assert ["Ada"] == [each.person for each in metadata.suggestions]
    write(photo, ADA)
    assert b"Eve" not in path.read_bytes()


def test_real_regions_of_ours_stay_known_as_ours(photo: Path) -> None:
    """Whether the photo names faces since or not."""
    write(photo, ADA, real=True)
    assert [("Eve", None), ("Ada", "auto")] == [(each.name, each.origin) for each in sidecar.read(photo, None).regions]
    name_faces(photo, region("Kim", 0.9))
    assert [("Kim", None), ("Ada", "auto")] == [(each.name, each.origin) for each in sidecar.read(photo, None).regions]


def test_names_in_a_photo_count_beside_those_that_others_wrote_into_our_sidecar(photo: Path) -> None:
    """For faces of which the sidecar says nothing; where both name one, the sidecar outdoes the photo as ever."""
    path = write(photo, ADA)
    name_faces(path, region("Eve", 0.9), region("Zoe", 0.3, 0.9))
    assert ["Eve", "Zoe"] == [each.name for each in sidecar.read(photo, None).regions]
    name_faces(photo, region("Kim", 0.9), region("Lea", 0.7))
    metadata = sidecar.read(photo, None)
    assert (["Eve", "Zoe", "Lea"], path) == ([each.name for each in metadata.regions], metadata.file)
    assert any("since the sidecar was made" in problem for problem in metadata.problems)


def test_a_face_taken_out_of_our_sidecar_does_not_come_back_with_a_rating(photo: Path) -> None:
    """The photo still names it, as it did when the sidecar was made: nothing new was said."""
    path = write(photo, ADA)
    name_faces(path, region("Zoe", 0.3, 0.9))
    exiftool(*WRITE, "-XMP-xmp:Rating=5", photo)
    assert ["Zoe"] == [each.name for each in sidecar.read(photo, None).regions]


def test_undo_takes_it_away_without_the_ledger(photo: Path) -> None:
    """Of a copied photo, or after the state was lost, nothing tells but the stamp."""
    copy = photo.with_name("b.jpg")
    path = write(photo, ADA)
    shutil.copyfile(photo, copy)
    shutil.copyfile(path, copy.with_name("b.jpg.xmp"))
    edit = sidecar.plan_undo(copy.with_name("b.jpg.xmp"), None, None)
    assert edit is not None
    assert edit.after is None


def test_a_sidecar_that_was_there_before_is_no_sidecar_of_ours(photo: Path) -> None:
    """Though it says what the photo says, byte for byte: it stays when our suggestions go."""
    path = photo.with_name("a.jpg.xmp")
    path.write_bytes(exiftool("-b", "-XMP", photo).encode())
    before = path.read_bytes()
    write(photo, ADA)
    write(photo)
    assert before == path.read_bytes()


def test_a_photo_whose_metadata_cannot_be_carried_over_any_more_is_named(photo: Path) -> None:
    """Nothing is lost, and the reason is said."""
    path = write(photo, ADA)
    before = path.read_bytes()
    data = photo.read_bytes()
    photo.write_bytes(data.replace(b"<rdf:RDF", b"<rdf:RDX", 1))
    assert sidecar.read(photo, None).is_stale
    with pytest.raises(PhotoError, match="no sidecar is made for it"):
        plan(photo, ADA)
    assert before == path.read_bytes()
