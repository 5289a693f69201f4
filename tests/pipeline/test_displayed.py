"""Photos on their side: what the file does not say of its orientation, the database or a sidecar may, or a region."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from facedaemon.config import load
from facedaemon.geometry import overlap, stored
from facedaemon.pipeline.reports import ScanReport
from facedaemon.pipeline.session import Session, open_session
from facedaemon.store import Rejection
from facedaemon.values import AnnotationState, Evidence, Region, Size, SuggestionState
from facedaemon.vision import read_picture
from facedaemon.vision.codecs import Pixels
from tests.pipeline.conftest import finished
from tests.sidecar.packets import mwg, packet
from tests.vision.pictures import jpeg
from tests.vision.pictures import stored as as_stored

PEOPLE = ("Gray_Davis", "Tom_Daschle")
NAMED, OTHERS = 5, 3
WIDTH, HEIGHT = 240, 170  # as displayed; the portrait of 150 by 150 lies at the upper right
FACE = Region(0.554, 0.218, 0.267, 0.447)


@dataclass
class Sideways:
    """Portraits of two people below `photos`: five of each are named, three are not."""

    folder: Path
    lfw: Path

    @property
    def photos(self) -> Path:
        """The photos' folder."""
        return self.folder / "photos"

    @property
    def database(self) -> Path:
        """DigiKam's database, where there is one."""
        return self.folder / "digikam4.db"

    def files(self, person: str) -> list[Path]:
        """Eight photos of the person, in the order of their names."""
        originals = sorted((self.lfw / person).iterdir())[: NAMED + OTHERS]
        return [self.photos / original.name for original in originals]

    def make(self, orientation: int, *, with_exif: bool) -> None:
        """The photos, stored as a camera that is held so stores them; EXIF says so, or nothing does."""
        self.photos.mkdir(exist_ok=True)
        for person in PEOPLE:
            for original, photo in zip(sorted((self.lfw / person).iterdir()), self.files(person), strict=False):
                pixels = as_stored(self.displayed(original), orientation)
                photo.write_bytes(jpeg(pixels, orientation if with_exif else None, 95))

    def displayed(self, original: Path) -> Pixels:
        """A portrait in a wider picture."""
        canvas = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
        portrait = read_picture(original).pixels
        canvas[: portrait.shape[0], -portrait.shape[1] :] = portrait
        return canvas

    def write_sidecars(self, orientation: int, stated: int | None) -> None:
        """Named regions in the stored frame, as MWG has it, beside those named; the orientation beside all."""
        place = stored(FACE, orientation)
        area = (
            f'<mwg-rs:Area stArea:x="{place.x + place.w / 2}" stArea:y="{place.y + place.h / 2}"'
            f' stArea:w="{place.w}" stArea:h="{place.h}" stArea:unit="normalized"/>'
        )
        for person in PEOPLE:
            for number, photo in enumerate(self.files(person)):
                name = f"<mwg-rs:Name>{person}</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>{area}"
                said = mwg(name) if number < NAMED else ""
                said += f"<tiff:Orientation>{stated}</tiff:Orientation>" if stated else ""
                if said:
                    photo.with_name(f"{photo.name}.xmp").write_text(packet(said))

    def make_database(self, empty: Path, orientation: int, pixels: int) -> None:
        """A digiKam's, whose photos are displayed in `orientation` and stored as for `pixels`; people are confirmed."""
        self.database.write_bytes(empty.read_bytes())
        size = Size(WIDTH, HEIGHT) if pixels < 5 else Size(HEIGHT, WIDTH)
        with closing(sqlite3.connect(self.database)) as db, db:
            db.execute("DELETE FROM AlbumRoots")
            db.execute(
                "INSERT INTO AlbumRoots (id, label, status, type, identifier, specificPath, caseSensitivity)"
                " VALUES (1, 'p', 0, 1, ?, '/', 2)",
                (f"volumeid:?path={self.photos}",),
            )
            db.execute("INSERT INTO Albums (id, albumRoot, relativePath) VALUES (1, 1, '/')")
            for tag, person in enumerate(PEOPLE, 1000):
                db.execute("INSERT INTO Tags (id, pid, name) VALUES (?, 0, ?)", (tag, person))
                db.execute("INSERT INTO TagProperties VALUES (?, 'person', ?)", (tag, person))
                for number, photo in enumerate(self.files(person)):
                    image = 10 * tag + number
                    db.execute(
                        "INSERT INTO Images (id, album, name, status, category) VALUES (?, 1, ?, 1, 1)",
                        (image, photo.name),
                    )
                    db.execute(
                        "INSERT INTO ImageInformation (imageid, orientation, width, height) VALUES (?, ?, ?, ?)",
                        (image, orientation, size.width, size.height),
                    )
                    if number < NAMED:
                        x, y = round(FACE.x * WIDTH), round(FACE.y * HEIGHT)
                        w, h = round(FACE.w * WIDTH), round(FACE.h * HEIGHT)
                        rect = f'<rect x="{x}" y="{y}" width="{w}" height="{h}"/>'
                        db.execute("INSERT INTO ImageTags VALUES (?, ?)", (image, tag))
                        db.execute("INSERT INTO ImageTagProperties VALUES (?, ?, 'tagRegion', ?)", (image, tag, rect))
                        db.execute("INSERT INTO ImageTagProperties VALUES (?, ?, 'faceToTrain', ?)", (image, tag, rect))

    def session(self, *, write_suggestions: bool = False) -> Session:
        """A session on these photos, with the database where there is one; the caller closes it."""
        empty = self.folder / "empty.yaml"
        empty.write_text("")
        database = str(self.database) if self.database.exists() else "none"
        settings = {
            "photos": {"roots": [str(self.photos)]},
            "library": {"digikam": {"database": database, "write_suggestions": write_suggestions}},
            "state_directory": str(self.folder / "state"),
        }
        return open_session(load(empty, settings), home=self.folder)

    def scan(self) -> ScanReport:
        """One pass."""
        session = self.session()
        try:
            return finished(session)
        finally:
            session.close()

    def assert_all_are_right(self) -> None:
        """All that are named train, all others have the right suggestion, on the face."""
        report = self.scan()
        assert (NAMED * len(PEOPLE), 0) == (report.used, report.left_out), report
        session = self.session()
        for person in PEOPLE:
            for photo in self.files(person)[NAMED:]:
                known = session.store.photos.get(photo)
                assert known is not None
                [suggestion] = session.store.suggestions.open_in(known.id)
                assert person == suggestion.person
                assert overlap(FACE, suggestion.region) > 0.5
        session.close()


@pytest.fixture
def sideways(tmp_path: Path, shared: Path, model_files: Path) -> Sideways:
    """The folder, still empty."""
    assert model_files.is_dir()
    return Sideways(tmp_path, shared / "data/faces/lfw")


@pytest.mark.parametrize("orientation", [3, 5, 6, 8])
def test_an_orientation_that_only_the_sidecar_knows(sideways: Sideways, orientation: int) -> None:
    """Faces are found, trained on and suggested as where EXIF says it."""
    sideways.make(orientation, with_exif=False)
    sideways.write_sidecars(orientation, orientation)
    sideways.assert_all_are_right()


@pytest.mark.parametrize("orientation", [6, 8])
def test_an_orientation_that_only_the_database_knows(sideways: Sideways, shared: Path, orientation: int) -> None:
    """The same where digiKam turned the photos in its database alone; regions are in the frame that it shows."""
    sideways.make(orientation, with_exif=False)
    sideways.make_database(shared / "data/library/empty-digikam4.db", orientation, orientation)
    sideways.assert_all_are_right()


def test_the_database_goes_before_the_sidecar_and_that_before_the_file(sideways: Sideways, shared: Path) -> None:
    """Wrong orientations in EXIF and sidecar do no harm where the database has the right one."""
    sideways.make(8, with_exif=False)
    for person in PEOPLE:
        for photo in sideways.files(person):
            photo.write_bytes(jpeg(read_picture(photo).pixels, 6, 95))
            photo.with_name(f"{photo.name}.xmp").write_text(packet("<tiff:Orientation>3</tiff:Orientation>"))
    sideways.make_database(shared / "data/library/empty-digikam4.db", 8, 8)
    sideways.assert_all_are_right()


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_where_nobody_knows_the_orientation_a_region_shows_it(sideways: Sideways, orientation: int) -> None:
    """Nobody states one: the named faces are found in the turn in which they are upright, and train."""
    sideways.make(orientation, with_exif=False)
    sideways.write_sidecars(orientation, None)
    report = sideways.scan()
    assert NAMED * len(PEOPLE) == report.used
    session = sideways.session()
    for person in PEOPLE:
        known = session.store.photos.get(sideways.files(person)[0])
        assert known is not None
        assert orientation == known.orientation
        assert overlap(FACE, next(face.region for face in session.store.faces.of(known.id) if face.is_face)) > 0.5
    session.close()
    assert 0 == sideways.scan().indexed


@pytest.mark.parametrize("orientation", [6, 8])
def test_where_the_database_has_no_orientation_its_regions_show_it(
    sideways: Sideways, shared: Path, orientation: int
) -> None:
    """DigiKam shows such photos on their side, its regions too: they are met, and suggestions lie there as well."""
    sideways.make(orientation, with_exif=False)
    sideways.make_database(shared / "data/library/empty-digikam4.db", 0, orientation)
    size = Size(HEIGHT, WIDTH)
    place = stored(FACE, orientation)
    x, y, w, h = (
        round(n) for n in (place.x * size.width, place.y * size.height, place.w * size.width, place.h * size.height)
    )
    with closing(sqlite3.connect(sideways.database)) as db, db:
        rect = f'<rect x="{x}" y="{y}" width="{w}" height="{h}"/>'
        db.execute("UPDATE ImageTagProperties SET value = ?", (rect,))
        # digiKam found an unknown face in the others, and has its tags for them
    report = sideways.scan()
    assert NAMED * len(PEOPLE) == report.used


def test_an_orientation_that_is_stated_later_is_followed(sideways: Sideways, shared: Path) -> None:
    """Turned in digiKam after a scan: seen upright by the next; turned back: seen on its side again, without faces."""
    sideways.make(6, with_exif=False)
    empty = shared / "data/library/empty-digikam4.db"
    sideways.make_database(empty, 1, 6)
    with closing(sqlite3.connect(sideways.database)) as db, db:
        db.execute("DELETE FROM ImageTagProperties")
        db.execute("DELETE FROM ImageTags")
    assert 0 == sideways.scan().used
    sideways.make_database(empty, 6, 6)
    sideways.assert_all_are_right()
    again = sideways.scan()
    assert (0, 0, 0) == (again.indexed, again.new, again.withdrawn)


def test_a_rejection_holds_when_the_photo_is_turned_later(sideways: Sideways) -> None:
    """What a human took from a face stays taken from it, though its place in the frame is another one."""
    sideways.make(1, with_exif=False)
    sideways.write_sidecars(1, None)
    sideways.assert_all_are_right()
    session = sideways.session()
    photo = session.store.photos.get(sideways.files(PEOPLE[0])[-1])
    assert photo is not None
    [item] = session.store.suggestions.open_in(photo.id)
    session.store.suggestions.close(item.face, item.person, SuggestionState.REJECTED, session.now())
    session.store.rejections.add(
        Rejection(photo.content, photo.path, item.region, item.person, Evidence.SET_TO_UNKNOWN), session.now()
    )
    session.close()
    photo.path.with_name(f"{photo.path.name}.xmp").write_text(packet("<tiff:Orientation>3</tiff:Orientation>"))
    sideways.scan()
    session = sideways.session()
    known = session.store.photos.get(photo.path)
    assert known is not None
    assert [] == session.store.suggestions.open_in(known.id)
    assert all(
        state != AnnotationState.CONFIRMED
        for state in [face.verdict.state for face in session.store.faces.of(known.id)]
    )
    session.close()


def test_a_sidecar_of_our_own_states_nothing(sideways: Sideways) -> None:
    """EXIF set to 6 and then to 8 after we made a sidecar that repeats the 6: suggestions follow the file."""
    sideways.make(6, with_exif=True)
    sideways.write_sidecars(6, None)
    sideways.assert_all_are_right()
    for person in PEOPLE:
        for photo in sideways.files(person)[NAMED:]:
            photo.write_bytes(jpeg(as_stored(read_picture(photo).pixels, 8), 8, 95))
    sideways.assert_all_are_right()
