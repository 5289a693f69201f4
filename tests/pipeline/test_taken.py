"""When photos were taken: read at the next pass without a new look, and followed when somebody corrects it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.dates import DateSource
from facedaemon.pipeline.session import Session
from facedaemon.store import SampleRecord
from facedaemon.store.database import migrations
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.digikam import Digikam
from tests.sidecar.packets import exiftool

BEFORE = 11  # migrations, before dates were read


def _samples(session: Session) -> dict[Path, SampleRecord]:
    return {record.photo: record for record in session.store.training.samples(session.model_id)[0]}


def _date(session: Session, photo: Path) -> tuple[str, DateSource]:
    taken = _samples(session)[photo].taken
    return taken.day, taken.source


def _as_before_dates(state: Path) -> None:
    """The state as an older facedaemon left it."""
    with closing(sqlite3.connect(state / "state.db")) as connection, connection:
        connection.execute("DROP TRIGGER photo_dated")
        for column in ("own_date", "own_date_source", "library_date"):
            connection.execute(f"ALTER TABLE photo DROP COLUMN {column}")
        connection.execute(f"PRAGMA user_version = {BEFORE}")


def test_a_state_without_dates_gets_them_without_a_look_at_the_photos(library: SmallLibrary) -> None:
    """The first pass after the update reads the metadata of all photos, and analyses none."""
    session = library.session()
    photo = next(iter(_samples(session)))
    session.close()
    exiftool("-q", "-overwrite_original", "-P", "-EXIF:DateTimeOriginal=1987:06:05 04:03:02", photo)
    session = library.session()
    finished(session)
    session.close()
    assert len(migrations()) > BEFORE
    _as_before_dates(library.state)
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
    """By the next pass, over all or over that photo alone, wherever it was corrected; its person is learned anew."""
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
