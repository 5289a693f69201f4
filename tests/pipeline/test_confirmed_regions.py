"""A face confirmed by an answer is a real named region in the sidecar, for as long as the answer counts."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from facedaemon.answers import AnswerKind, AnswerLog, FacePlace, Saying
from facedaemon.geometry import overlap
from facedaemon.pipeline.undo import undo_writes
from facedaemon.values import Region
from tests.orientations import ORIENTATIONS, as_stored
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.named_photos import SIDECAR
from tests.pipeline.test_answered import BLAIR, UNSAY, YES, Desk
from tests.pipeline.test_unharmed import opened, set_up
from tests.sidecar.packets import tags


@pytest.fixture
def desk(shared: Path, model_files: Path, tmp_path: Path) -> Desk:
    """A desk without photos."""
    assert model_files.is_dir()
    return Desk(tmp_path, shared / "data/faces/lfw")


def _regions(photo: Path) -> dict[str, list[Region]]:
    """Each name with its places in the stored picture, as ExifTool reads MWG's list and Microsoft's."""
    found: dict[str, list[Region]] = {}
    read = {key.split(":")[-1]: value for key, value in tags(photo.with_name(photo.name + ".xmp")).items()}
    for item in read.get("RegionInfo", {}).get("RegionList", []):
        area = {side: float(item["Area"][side.upper()]) for side in "xywh"}
        place = Region(area["x"] - area["w"] / 2, area["y"] - area["h"] / 2, area["w"], area["h"])
        found.setdefault(item["Name"], []).append(place)
    for item in read.get("RegionInfoMP", {}).get("Regions", []):
        place = Region(*(float(part) for part in item["Rectangle"].split(",")))
        found.setdefault(item["PersonDisplayName"], []).append(place)
    return found


def test_exiftool_reads_the_region_at_the_face_in_all_orientations(desk: Desk) -> None:
    """MWG's list and Microsoft's, of a photo stored in all eight ways, show the face where its pixels are."""
    original = desk.photos.add(BLAIR, 1)
    with Image.open(original) as opened:
        picture = opened.convert("RGB").resize((400, 560))
    original.unlink()
    photos = {}
    for orientation in ORIENTATIONS:
        photos[orientation] = desk.photos.root / f"{orientation}.jpg"
        exif = Image.Exif()
        exif[0x0112] = orientation
        as_stored(picture, orientation).save(photos[orientation], exif=exif, quality=97)
    desk.scan()
    for photo in photos.values():
        desk.answer(YES, photo, "Tony")
    desk.scan()
    for orientation, photo in photos.items():
        face = desk.face(photo)[1].region
        mask = Image.new("L", picture.size)
        box = (face.x * 400, face.y * 560, (face.x + face.w) * 400, (face.y + face.h) * 560)
        mask.paste(255, (round(box[0]), round(box[1]), round(box[2]), round(box[3])))
        stored = as_stored(mask, orientation)
        left, top, right, bottom = stored.getbbox() or (0, 0, 0, 0)
        w, h = stored.size
        expected = Region(left / w, top / h, (right - left) / w, (bottom - top) / h)
        places = _regions(photo)["Tony"]
        assert len(places) == 2
        assert all(overlap(place, expected) > 0.95 for place in places), orientation


def test_what_is_taken_back_goes_from_the_sidecar(desk: Desk) -> None:
    """The region goes with the answer, also in a new state; with nothing else in it the sidecar goes too."""
    photo, other = desk.photos.add(BLAIR, 1), desk.photos.add(BLAIR, 2)
    desk.scan()
    answer = desk.answer(YES, photo, "Tony")
    again = desk.answer(YES, other, "Tony")
    desk.scan()
    assert _regions(photo).keys() == {"Tony"}
    desk.say(Saying(UNSAY, takes_back=answer))
    desk.scan()
    assert _regions(photo) == {}  # the name may be suggested again
    desk.lose_the_state()
    desk.say(Saying(UNSAY, takes_back=again))
    desk.scan()
    assert desk.verdict(other) == ("unknown", None)
    assert not other.with_name(other.name + ".xmp").exists()


def test_undo_takes_the_regions_back(desk: Desk) -> None:
    """`undo` gives back what was there, byte for byte; the answer counts on, and is not written again."""
    photo = desk.photos.add(BLAIR, 1)
    sidecar = photo.with_name(photo.name + ".xmp")
    sidecar.write_text(SIDECAR.format("Somebody else").replace('stArea:x="0.5"', 'stArea:x="0.1"'))
    before = sidecar.read_bytes()
    desk.scan()
    desk.answer(YES, photo, "Tony")
    desk.scan()
    assert _regions(photo).keys() == {"Somebody else", "Tony"}
    with desk.session() as session:
        for _ in undo_writes(session):
            pass
    assert sidecar.read_bytes() == before
    desk.scan()
    assert sidecar.read_bytes() == before
    assert desk.verdict(photo) == ("confirmed", "Tony")


@pytest.mark.parametrize("name", ["Tony", "Somebody else"])
def test_where_another_program_names_the_face_no_region_is_added(desk: Desk, name: str) -> None:
    """Two regions of one face would be two people to digiKam; a sidecar of others stays byte for byte."""
    photo = desk.photos.add(BLAIR, 1, name)
    sidecar = photo.with_name(photo.name + ".xmp")
    before = sidecar.read_bytes()
    desk.scan()
    desk.answer(YES, photo, "Tony")
    desk.scan()
    assert desk.verdict(photo) == ("confirmed", "Tony")
    assert sidecar.read_bytes() == before


def test_a_region_confirmed_on_another_computer_counts_there_as_here(desk: Desk, tmp_path: Path) -> None:
    """Copied with its sidecar to somebody without these answers, it is a human's word; here it is our own writing."""
    photo = desk.photos.add(BLAIR, 1)
    desk.scan()
    desk.answer(YES, photo, "Tony")
    desk.scan()
    other = Desk(tmp_path / "other", desk.photos.lfw)
    shutil.copytree(desk.photos.root, other.photos.root)
    other.scan()
    assert other.verdict(other.photos.root / photo.name) == ("confirmed", "Tony")
    with desk.session() as session:
        record = session.store.photos.get(photo)
        assert record is not None
        known = session.store.annotations.of(record.id)
        assert [each.own for each in known] == [False] * len(known)


def test_with_confirmed_none_nothing_is_written(desk: Desk) -> None:
    """`sidecar.confirmed: none`: the answer counts, and no file is made."""
    photo = desk.photos.add(BLAIR, 1)
    desk.scan()
    desk.answer(YES, photo, "Tony")
    with closing(desk.photos.session(sidecar={"confirmed": "none"})) as session:
        finished(session)
    assert desk.verdict(photo) == ("confirmed", "Tony")
    assert [] == list(desk.photos.root.glob("*.xmp"))


def test_a_drawn_box_is_written_as_it_was_drawn(desk: Desk) -> None:
    """The region is the human's own box, not the detector's."""
    photo = desk.photos.add(BLAIR, 1)
    desk.scan()
    place = desk.place(photo)
    box = Region(0.3, 0.25, 0.4, 0.5)
    desk.say(Saying(AnswerKind.DRAW, FacePlace(place.content, photo, box), "Tony"))
    desk.scan()
    assert all(overlap(region, box) > 0.999 for region in _regions(photo)["Tony"])


def test_digikams_settings_hold_back_confirmed_regions_too(library: SmallLibrary) -> None:
    """Where digiKam would drop what only its database knows for a new sidecar, none is made for an answer either."""
    set_up(library, "Rescan File If Modified=true", "Use XMP Sidecar For Reading=true")
    with closing(opened(library)) as session:
        finished(session)
        photos = [photo for photo in session.store.photos.all() if photo.content]
        face = next(face for photo in photos for face in session.store.faces.of(photo.id) if face.verdict.person)
        photo = session.store.photos.by_id(face.photo)
        place = FacePlace(photo.content, photo.path, face.region, photo.orientation or 1)
        with AnswerLog.open(library.state) as log:
            log.append([Saying(YES, place, "Somebody new")], 1e9)
        report = finished(session)
        assert session.store.faces.get(face.id).verdict.person == "Somebody new"
    assert report.held
    assert [] == list(library.root.rglob("*.xmp"))


@pytest.mark.parametrize("how", ["alone", "with its sidecar", "after undo"])
def test_a_photo_that_is_moved_shows_its_names_where_it_lies_now(desk: Desk, how: str) -> None:
    """Also where the sidecar was left behind, as `mv` does; what was undone is not written again by a move."""
    photo = desk.photos.add(BLAIR, 1)
    desk.scan()
    desk.answer(YES, photo, "Tony")
    desk.scan()
    if how == "after undo":
        with desk.session() as session:
            for _ in undo_writes(session):
                pass
    (desk.photos.root / "album").mkdir()
    moved = photo.rename(desk.photos.root / "album" / photo.name)
    if how == "with its sidecar":
        photo.with_name(photo.name + ".xmp").rename(moved.with_name(moved.name + ".xmp"))
    for _ in range(2):
        desk.scan()
        assert desk.verdict(moved) == ("confirmed", "Tony")
        assert moved.with_name(moved.name + ".xmp").exists() == (how != "after undo")
    if how != "after undo":
        assert _regions(moved).keys() == {"Tony"}
