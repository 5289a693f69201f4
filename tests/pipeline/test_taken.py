"""When photos were taken: read at the next pass without a new look, and followed when somebody corrects it."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from facedaemon.dates import DateSource
from facedaemon.pipeline.reading.views import Views
from facedaemon.pipeline.rejections import Barred
from facedaemon.pipeline.samples import gather
from facedaemon.pipeline.session import Session
from facedaemon.store import Rejection, SampleRecord
from facedaemon.store.database import migrations
from facedaemon.values import Evidence, Region
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.digikam import Digikam
from tests.pipeline.named_photos import NamedPhotos
from tests.sidecar.packets import exiftool

BEFORE = 11  # migrations before the one that came with dates


def _samples(session: Session) -> dict[Path, SampleRecord]:
    return {record.photo: record for record in session.store.training.samples(session.model_id)[0]}


def _date(session: Session, photo: Path) -> tuple[str, DateSource]:
    taken = _samples(session)[photo].taken
    return taken.day, taken.source


def _migrated_to_dates(state: Path) -> None:
    """The state as it is when the dates' migration has just been made of one without them."""
    with closing(sqlite3.connect(state / "state.db")) as connection, connection:
        connection.execute("DROP TRIGGER photo_dated")
        for column in ("own_date", "own_date_source", "library_date"):
            connection.execute(f"ALTER TABLE photo DROP COLUMN {column}")
        connection.executescript(migrations()[BEFORE])


def test_a_state_without_dates_gets_them_without_a_look_at_the_photos(library: SmallLibrary) -> None:
    """The first pass after the update reads the metadata of all photos, and analyses none."""
    session = library.session()
    photo = next(iter(_samples(session)))
    session.close()
    exiftool("-q", "-overwrite_original", "-P", "-EXIF:DateTimeOriginal=1987:06:05 04:03:02", photo)
    session = library.session()
    finished(session)
    session.close()
    _migrated_to_dates(library.state)
    session = library.session()
    report = finished(session)
    assert (0, report.seen) == (report.indexed, report.unchanged)
    assert "eyes" not in vars(session)
    assert ("1987-06-05", DateSource.EXIF) == _date(session, photo)
    others = {record.taken.source for path, record in _samples(session).items() if path != photo}
    assert {DateSource.FILE} == others  # digiKam found no date in them, and took the time of the file
    session.close()


def _in_digikam(library: SmallLibrary, photo: Path) -> None:
    with Digikam(library.database).writing() as connection:
        connection.execute(
            "UPDATE ImageInformation SET creationDate = '1975-08-09T10:11:12.000' WHERE imageid IN (SELECT i.id"
            " FROM Images i JOIN Albums a ON a.id = i.album WHERE i.name = ? AND a.relativePath = ?)",
            (photo.name, f"/{photo.parent.relative_to(library.root)}"),
        )


def _in_the_sidecar(_library: SmallLibrary, photo: Path) -> None:
    exiftool("-q", "-XMP-photoshop:DateCreated=1975:08:09", photo.with_name(photo.name + ".xmp"))


def _in_the_photo(_library: SmallLibrary, photo: Path) -> None:
    exiftool("-q", "-overwrite_original", "-EXIF:DateTimeOriginal=1975:08:09 10:11:12", photo)


CORRECTIONS: dict[DateSource, Callable[[SmallLibrary, Path], None]] = {
    DateSource.DIGIKAM: _in_digikam,
    DateSource.SIDECAR: _in_the_sidecar,
    DateSource.EXIF: _in_the_photo,
}


@pytest.mark.parametrize("where", CORRECTIONS)
@pytest.mark.parametrize("whole", [True, False])
def test_a_date_that_is_corrected_later_is_followed(library: SmallLibrary, where: DateSource, whole: bool) -> None:
    """By the next pass, over all or over that photo alone, wherever it was corrected; its person is learned again."""
    session = library.session(policy="none")
    finished(session)
    photo, record = next(iter(_samples(session).items()))
    exiftool("-q", "-overwrite_original", "-EXIF:DateTimeOriginal=2015:01:02 12:00:00", photo)
    finished(session)
    assert ("2015-01-02", DateSource.EXIF) == _date(session, photo)
    CORRECTIONS[where](library, photo)
    finished(session, None if whole else [photo])
    assert ("1975-08-09", where) == _date(session, photo)
    assert not session.store.training.unlearned()
    assert record.face == _samples(session)[photo].face
    session.close()


def test_a_date_in_the_future_is_none_wherever_it_stands(library: SmallLibrary) -> None:
    """A clock that runs ahead, or a slip of the hand, dates no photo."""
    session = library.session(policy="none")
    photo = next(iter(_samples(session)))
    exiftool("-q", "-overwrite_original", "-EXIF:DateTimeOriginal=2199:01:02 12:00:00", photo)
    with Digikam(library.database).writing() as connection:
        connection.execute("UPDATE ImageInformation SET creationDate = '2199-01-02T12:00:00.000'")
    finished(session)
    assert {DateSource.FILE} == {record.taken.source for record in _samples(session).values()}
    session.close()


def test_dates_are_read_where_names_in_metadata_do_not_count(library: SmallLibrary) -> None:
    """`library.metadata: false` is about names."""
    session = library.session(policy="none")
    quiet = session.config.library.model_copy(update={"metadata": False})
    session.config = session.config.model_copy(update={"library": quiet})
    photo = next(iter(_samples(session)))
    exiftool("-q", "-overwrite_original", "-EXIF:DateTimeOriginal=2015:01:02 12:00:00", photo)
    finished(session)
    assert ("2015-01-02", DateSource.EXIF) == _date(session, photo)
    session.close()


def _dated(photo: Path, moment: str) -> None:
    exiftool("-q", "-overwrite_original", "-P", f"-EXIF:DateTimeOriginal={moment}", photo)


def test_a_few_childhood_photos_train_beside_many_of_the_adult(shared: Path, model_files: Path, tmp_path: Path) -> None:
    """Two photos that show the person as if somebody else, 25 years before: they train once they have a date."""
    assert model_files.is_dir()
    place = NamedPhotos(tmp_path, shared / "data/faces/lfw")
    adult = [place.add("Tom_Daschle", number, "Anna") for number in range(1, 9)]
    child = [place.add("Hans_Blix", number, "Anna") for number in (1, 2)]
    for number in range(1, 5):
        place.add("Jack_Straw", number, "Bob")
    asked = place.add("Hans_Blix", 3)
    session = place.session()
    finished(session)
    views = Views.open(session.config)
    assert set(child) >= {sample.photo for sample in views.samples("Anna") if not sample.used} != set()
    views.close()
    for photos, year in ((adult, 2015), (child, 1990)):
        for number, photo in enumerate(photos, 1):
            _dated(photo, f"{year}:05:{number:02} 12:00:00")
    report = finished(session)
    assert 0 == report.indexed
    views = Views.open(session.config)
    samples = views.samples("Anna")
    assert [] == [sample.photo for sample in samples if not sample.used]
    assert {1990, 2015} == {int(sample.taken.day[:4]) for sample in samples}
    assert "Anna" in {face.looks_like for face in views.explain(asked)}
    views.close()
    session.close()


def test_the_gallery_gets_years_and_bursts(shared: Path, model_files: Path, tmp_path: Path) -> None:
    """Photos taken a minute apart are one burst, across the turn of a minute, too; a file's time is no year."""
    assert model_files.is_dir()
    place = NamedPhotos(tmp_path, shared / "data/faces/lfw")
    photos = [place.add("Tom_Daschle", number, "Anna") for number in range(1, 5)]
    for photo, moment in zip(photos[1:], ("12:00:59", "12:01:40", "12:30:00"), strict=True):
        _dated(photo, f"1987:06:05 {moment}")
    session = place.session()
    finished(session)
    gathered = gather(session.store, session.model_id)
    row_of = {record.photo: row for row, record in enumerate(gathered.records)}
    groups, years = gathered.samples.groups, gathered.samples.taken
    rows = [row_of[photo] for photo in photos]
    assert groups[rows[1]] == groups[rows[2]]
    assert 3 == len(set(groups[rows].tolist()))
    assert np.isnan(years[rows[0]])
    assert np.allclose(years[rows[1:]], 17.42, atol=0.02)  # since 1970
    session.close()


@pytest.mark.parametrize(("moment", "is_barred"), [("12:00:01", True), ("12:01:29", True), ("13:00:30", False)])
def test_a_rejection_holds_for_the_burst_by_the_time_it_was_taken(
    session: Session, moment: str, is_barred: bool
) -> None:
    """Also where a program that wrote into one of the photos changed the time of its file."""
    [one, other] = list(session.store.photos.all())[:2]
    moved = one.path.with_name("other.jpg")
    other.path.rename(moved)
    _dated(one.path, "1987:06:05 12:00:30")
    _dated(moved, f"1987:06:05 {moment}")
    os.utime(moved, (1, 1))
    finished(session)
    one, other = (found for path in (one.path, moved) if (found := session.store.photos.get(path)))
    face = session.store.faces.of(one.id)[0]
    rejection = Rejection(one.content, one.path, face.region, "Anna", Evidence.REMOVED)
    session.store.rejections.add(rejection, session.now())
    session.store.rejections.look_up_faces(session.model_id)
    stored = session.store.rejections.with_vectors(session.model_id)[1][0]
    aside = np.roll(stored, 1)
    aside -= (aside @ stored) * stored
    probe = 0.93 * stored + np.sqrt(1 - 0.93**2) * aside / np.linalg.norm(aside)
    names = Barred(session.store, session.model_id).names(other, Region(0, 0, 0.01, 0.01), probe.astype(np.float32))
    assert (frozenset({"Anna"}) if is_barred else frozenset()) == names
