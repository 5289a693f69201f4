"""The library is found where it is now: a service goes on without it, and takes it up when it can be used."""

import logging
import shutil
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from facedaemon.config import Config, load
from facedaemon.daemon.work import PhotoWork
from facedaemon.errors import Fatal, Unavailable
from facedaemon.jobs import ReadLibrary, Rescan
from facedaemon.pipeline import library_finder
from facedaemon.pipeline.library_finder import LibraryFinder
from facedaemon.pipeline.library_snapshot import change_token
from facedaemon.pipeline.reports import UndoReport
from facedaemon.pipeline.service.status import read_status
from facedaemon.pipeline.session import Session, open_session
from facedaemon.pipeline.setup.check import check_setup
from facedaemon.pipeline.undo import undo_writes
from facedaemon.values import SuggestionState
from tests.pipeline.conftest import SmallLibrary
from tests.pipeline.digikam import Digikam, unconfirm_half


def _config(library: SmallLibrary, database: str, *, write_suggestions: bool = True) -> Config:
    settings = {
        "photos": {"roots": [str(library.root)]},
        "library": {"digikam": {"database": database, "write_suggestions": write_suggestions}},
        "state_directory": str(library.state),
    }
    return load(library.state.parent / "empty.yaml", settings)


def _digikamrc(library: SmallLibrary, database: Path) -> None:
    file = library.state.parent / ".config" / "digikamrc"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"[Database Settings]\nDatabase Type=QSQLITE\nDatabase Name={database}\n")


def _opened(library: SmallLibrary, database: str) -> Session:
    return open_session(_config(library, database), library.state.parent, {}, needs_library=False)


def _done(work: PhotoWork, job: Rescan | ReadLibrary) -> None:
    for _ in work.handle(job):
        pass


@pytest.fixture
def digikam(library: SmallLibrary, monkeypatch: pytest.MonkeyPatch) -> Digikam:
    """DigiKam with half of the faces confirmed; the service looks for its database at every turn."""
    monkeypatch.setattr(library_finder, "CHECK_SECONDS", 0.0)
    unconfirm_half(library.database)
    return Digikam(library.database)


def _make_newer(database: Path) -> None:
    """A digiKam of years to come upgraded it, and nothing that is read is missing."""
    _set_version(database, 99)


def _make_unreadable(database: Path) -> None:
    """The same, and the table of faces is another one."""
    _set_version(database, 99)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("ALTER TABLE ImageTagProperties RENAME TO Faces")


def _set_version(database: Path, version: int) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE Settings SET value = ? WHERE keyword = 'DBVersion'", (str(version),))


def test_settings_that_appear_move_and_go_are_followed(library: SmallLibrary, digikam: Digikam) -> None:
    """With `auto`: first there is no digiKam, then its settings, then its database, then it lies elsewhere."""
    session = _opened(library, "auto")
    work = PhotoWork(session)
    assert "no library" == work.change_token()
    elsewhere = library.database.with_name("elsewhere") / "digikam4.db"
    _digikamrc(library, elsewhere)
    assert "no library" == work.change_token()
    elsewhere.parent.mkdir()
    shutil.copyfile(library.database, elsewhere)
    first = work.change_token()
    assert session.library is not None
    assert str(elsewhere) == session.library.name
    _done(work, ReadLibrary())
    assert read_status(_config(library, "auto")).library == {}
    _digikamrc(library, library.database)
    assert first != work.change_token()
    assert str(digikam.database) == session.library.name
    _digikamrc(library, library.database.with_name("nowhere.db"))
    assert "no library" == work.change_token()
    work.close()


@pytest.mark.parametrize("database", ["auto", "named"])
def test_a_service_starts_without_a_library_that_cannot_be_read(
    library: SmallLibrary, digikam: Digikam, database: str
) -> None:
    """Sidecars are written, what is wrong is said, and a suggestion confirmed meanwhile counts as accepted later."""
    _digikamrc(library, library.database)
    named = database if database == "auto" else str(library.database)
    first = PhotoWork(_opened(library, named))
    _done(first, Rescan())
    first.close()
    confirmed = digikam.shown()[0]
    kept = library.database.with_name("kept.db")
    digikam.confirm(confirmed)
    shutil.copyfile(library.database, kept)
    _make_unreadable(library.database)
    with pytest.raises(Fatal, match="99 is newer"):  # a command that makes one pass ends
        open_session(_config(library, named), library.state.parent, {})
    work = PhotoWork(_opened(library, named))
    with pytest.raises(Unavailable, match="99 is newer"):
        work.change_token()
    for sidecar in library.root.rglob("*.xmp"):
        sidecar.unlink()
    _done(work, Rescan())
    assert list(library.root.rglob("*.xmp"))
    assert "99 is newer" in read_status(_config(library, named)).library["reason"]
    shutil.copyfile(kept, library.database)
    work.change_token()
    _done(work, ReadLibrary())
    now = read_status(_config(library, named))
    assert {} == now.library
    assert 1 == now.suggestions[SuggestionState.ACCEPTED]
    assert SuggestionState.REJECTED not in now.suggestions
    work.close()


def test_undo_of_sidecars_does_not_need_the_library(library: SmallLibrary, digikam: Digikam) -> None:
    """What stands in digiKam is named as not taken back, once for each photo; later it is."""
    named = str(library.database)
    work = PhotoWork(_opened(library, named))
    _done(work, Rescan())
    work.close()
    shown, sidecars = digikam.shown(), list(library.root.rglob("*.xmp"))
    kept = library.database.with_name("kept.db")
    shutil.copyfile(library.database, kept)
    _make_unreadable(library.database)
    report = _undone(library, named)
    assert [] == [path for path in sidecars if path.exists() and "Suggestions" in path.read_text()]
    assert len(shown) == len(report.refused)
    shutil.copyfile(kept, library.database)
    assert [] == _undone(library, named).refused
    assert [] == digikam.shown()


def _undone(library: SmallLibrary, named: str) -> UndoReport:
    session = _opened(library, named)
    steps = undo_writes(session)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        report: UndoReport = end.value
        return report
    finally:
        session.close()


def test_a_newer_schema_is_read_and_said_so(
    library: SmallLibrary, digikam: Digikam, caplog: pytest.LogCaptureFixture
) -> None:
    """`check`, `status` and the log's errors, which the desktop shows, name the cause; nothing is written there."""
    named = str(library.database)
    _make_newer(library.database)
    before = digikam.query("SELECT * FROM ImageTagProperties")
    work = PhotoWork(_opened(library, named))
    for _ in range(2):
        _done(work, Rescan())
    work.close()
    assert before == digikam.query("SELECT * FROM ImageTagProperties")
    assert "99 is newer" in read_status(_config(library, named)).library["reason"]
    assert 1 == sum("99 is newer" in record.message for record in caplog.records if record.levelname == "ERROR")
    found = [
        each for each in check_setup(_config(library, named), library.state.parent, {}) if "99 is newer" in each.message
    ]
    assert ["note"] == [each.state for each in found]
    _set_version(library.database, 17)
    work = PhotoWork(_opened(library, named))
    _done(work, Rescan())
    work.close()
    assert digikam.shown()


def test_a_look_costs_nothing_between_two(library: SmallLibrary) -> None:
    """However often it is asked, digiKam's settings are looked at every few seconds only."""
    now = [0.0]
    finder = LibraryFinder(_config(library, "auto"), library.state.parent, {}, lambda: now[0])
    finder.refresh()
    _digikamrc(library, library.database)
    now[0] += library_finder.CHECK_SECONDS - 1
    finder.refresh()
    assert finder.library is None
    now[0] += 1
    finder.refresh()
    assert finder.library is not None
    assert library_finder.CHECK_SECONDS < 60
    finder.close()


def test_a_library_that_stays_away_is_reported_once_a_day(
    library: SmallLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    """It is asked every two seconds: neither the log nor the disk of the state hears of it each time."""
    session = _opened(library, "mysql://nobody@127.0.0.1:1/digikam")
    began, errors, writes = session.now(), list[float](), list[float]()
    with closing(sqlite3.connect(library.state / "state.db")) as state:
        version = state.execute("PRAGMA data_version").fetchone()
        for hours in (0, 0.01, 0.99, 1, 1.01, 24.9, 25.1, 48):
            session.now = partial(float, began + hours * 3600)
            caplog.clear()
            with pytest.raises(Unavailable):
                change_token(session)
            errors += [hours for record in caplog.records if record.levelno == logging.ERROR]
            if version != (version := state.execute("PRAGMA data_version").fetchone()):
                writes.append(hours)
    session.close()
    assert ([1, 25.1], [0, 1, 25.1]) == (errors, writes)
