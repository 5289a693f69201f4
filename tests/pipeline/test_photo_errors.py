"""An error that nobody foresaw costs the photo at which it happens, and nothing else."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.errors import ExitCode, Fatal, PhotoError, Unavailable
from facedaemon.own_database import Damaged
from facedaemon.pipeline.photo_errors import concerning
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.undo import undo_writes
from tests.pipeline.conftest import SmallLibrary, finished, image_of
from tests.pipeline.test_scan import confirmed

# the state refuses one photo at one step: an error that no code expects there
SYNC = "BEFORE UPDATE OF metadata ON photo WHEN NEW.id = {id} AND NEW.metadata IS NOT NULL"
MATCH = "BEFORE INSERT ON suggestion WHEN NEW.face IN (SELECT id FROM face WHERE photo = {id})"
LEDGER = "BEFORE INSERT ON ledger WHEN NEW.photo = x'{path}'"
PUBLISHED = "BEFORE UPDATE OF published ON photo WHEN NEW.id = {id} AND NEW.published IS NOT NULL"
UNDONE = "BEFORE UPDATE OF undone ON ledger WHEN NEW.photo = x'{path}'"
ANALYSIS = "BEFORE INSERT ON photo WHEN NEW.path = x'{path}'"
MOVE = "BEFORE UPDATE OF path ON photo WHEN NEW.path = x'{path}'"


def refuse(library: SmallLibrary, event: str, photo: Path, number: int = 0) -> None:
    """From now on the state refuses this event of one photo."""
    when = event.format(id=number, path=os.fsencode(photo).hex())
    with closing(sqlite3.connect(library.state / "state.db")) as connection, connection:
        connection.execute(f"CREATE TRIGGER refusing {when} BEGIN SELECT RAISE(ABORT, 'spoilt'); END")


def accept(library: SmallLibrary) -> None:
    """Nothing is refused any more."""
    with closing(sqlite3.connect(library.state / "state.db")) as connection, connection:
        connection.execute("DROP TRIGGER refusing")


def unnamed(library: SmallLibrary, session: Session) -> list[Path]:
    """Two photos of two people whose only confirmations were taken away in digiKam."""
    people = {person: photo for photo, person in sorted(confirmed(session).items(), reverse=True)}
    photos = sorted(people.values())[:2]
    with closing(sqlite3.connect(library.database)) as connection, connection:
        for photo in photos:
            image = image_of(connection, library, photo)
            connection.execute("DELETE FROM ImageTags WHERE imageid = ?", (image,))
            connection.execute("DELETE FROM ImageTagProperties WHERE imageid = ?", (image,))
    return photos


@pytest.mark.parametrize("event", [SYNC, MATCH, LEDGER, PUBLISHED])
def test_an_unexpected_error_costs_one_photo(
    library: SmallLibrary, session: Session, event: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The other photo is suggested and written; the one is named, logged with its path, and done by the next pass."""
    spoilt, other = unnamed(library, session)
    record = session.store.photos.get(spoilt)
    assert record is not None
    refuse(library, event, spoilt, record.id)
    report = finished(session)
    assert [spoilt] == [path for path, _ in report.failures]
    assert "IntegrityError" in report.failures[0][1]
    assert any(str(spoilt) in line.message and line.exc_info for line in caplog.records)
    assert other in {item.photo for item in session.store.suggestions.all()}
    assert other.with_name(other.name + ".xmp").is_file()
    accept(library)
    assert [] == finished(session).failures
    assert {spoilt, other} == {item.photo for item in session.store.suggestions.all()}
    assert spoilt.with_name(spoilt.name + ".xmp").is_file()
    assert 0 == finished(session).written


@pytest.mark.parametrize("event", [ANALYSIS, MOVE])
def test_a_photo_that_cannot_be_stored_costs_no_other(library: SmallLibrary, session: Session, event: str) -> None:
    """Neither a new photo nor one that moved; the next pass stores it."""
    photo = min(confirmed(session))
    spoilt, other = library.root / "a.jpg", library.root / "b.jpg"
    refuse(library, event, spoilt)
    other.write_bytes(photo.read_bytes() + b"\0")
    if event == MOVE:
        photo.rename(spoilt)
    else:
        spoilt.write_bytes(photo.read_bytes() + b"\0\0")
    report = finished(session)
    assert [spoilt] == [path for path, _ in report.failures]
    assert session.store.photos.get(other) is not None
    accept(library)
    assert [] == finished(session).failures
    assert session.store.photos.get(spoilt) is not None


def test_undo_goes_on_after_an_unexpected_error(library: SmallLibrary, session: Session) -> None:
    """The other sidecar is taken back; the one is named, and taken back the next time."""
    spoilt, other = (photo.with_name(photo.name + ".xmp") for photo in unnamed(library, session))
    finished(session)
    assert spoilt.is_file()
    refuse(library, UNDONE, spoilt.with_suffix(""))
    list(undo_writes(session))
    assert not other.exists()
    accept(library)
    list(undo_writes(session))
    assert not spoilt.exists()
    assert [] == list(session.store.ledger.active(None))


@pytest.mark.parametrize(
    "error",
    [
        Fatal("stop", ExitCode.LIBRARY),
        Unavailable("later"),
        PhotoError(Path("/other.jpg"), "it is empty"),
        MemoryError(),
        KeyboardInterrupt(),
        SystemExit(1),
        Damaged("the state is damaged"),
    ],
)
def test_what_concerns_all_photos_passes_unchanged(error: BaseException) -> None:
    """Errors that say what follows from them, no memory, a damaged state and an interruption end the pass as before."""
    with pytest.raises(type(error)) as raised, concerning(Path("/a.jpg")):
        raise error
    assert raised.value is error
