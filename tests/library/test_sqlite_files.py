import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.errors import Unavailable
from facedaemon.library import DigikamLibrary, Machine, open_library
from facedaemon.library.sqlite import SqliteDatabase
from tests.library.samples import UNKNOWN, Sample, sqlite_sample

RECT = '<rect x="30" y="45" width="60" height="75"/>'


def test_our_own_reading_is_no_change(sqlite_library: Sample) -> None:
    """Else the daemon would read for ever."""
    library = DigikamLibrary(SqliteDatabase(Path(sqlite_library.location), now_ns=lambda: 0), Machine())
    before = library.change_token()
    library.snapshot()
    assert before == library.change_token()


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_every_commit_changes_the_token(sqlite_library: Sample, journal: str) -> None:
    """Also one whose bytes wait in the log."""
    sqlite_library.query(f"PRAGMA journal_mode = {journal}")
    library = open_library(sqlite_library.location)
    tokens = [library.change_token()]
    with closing(sqlite_library.connect()) as digikam:
        for number in range(3):
            digikam.execute("INSERT INTO ImageTagProperties VALUES (?, 5, 'x', 'y')", (number,))
            digikam.commit()
            tokens.append(library.change_token())
    assert len(tokens) == len(set(tokens))


def test_a_fresh_token_ripens(sqlite_library: Sample) -> None:
    """A second commit within one tick of the file system's clock looks like the first: soon after, one looks again."""
    now = Path(sqlite_library.location).stat().st_mtime_ns
    path = Path(sqlite_library.location)
    fresh = SqliteDatabase(path, now_ns=lambda: now + 1_000_000).token()
    ripe = SqliteDatabase(path, now_ns=lambda: now + 1_000_000_000).token()
    assert fresh != ripe
    assert ripe == SqliteDatabase(path, now_ns=lambda: now + 9_000_000_000).token()


def test_a_replaced_database_is_read_as_it_is_now(sqlite_library: Sample, shared: Path, tmp_path: Path) -> None:
    """A backup put in its place, under another identity."""
    library = open_library(sqlite_library.location)
    before = library.change_token(), library.snapshot()
    (tmp_path / "other").mkdir()
    other = sqlite_sample(shared, tmp_path / "other")
    other.execute("UPDATE Settings SET value = '{other}' WHERE keyword = 'databaseUUID'")
    other.execute("DELETE FROM ImageTagProperties")
    Path(other.location).replace(sqlite_library.location)
    after = library.change_token(), library.snapshot()
    assert before[0] != after[0]
    assert "{other}" == after[1].database_id
    assert before[1].file_id != after[1].file_id
    assert {None} == {annotation.region for annotation in after[1].annotations}


def test_a_link_to_the_database_is_followed(sqlite_library: Sample, tmp_path: Path) -> None:
    """SQLite keeps the log beside the file itself, so that is where commits show."""
    (tmp_path / "config").mkdir()
    link = tmp_path / "config/digikam4.db"
    link.symlink_to(sqlite_library.location)
    library = open_library(link)
    before = library.change_token()
    with closing(sqlite_library.connect()) as digikam:
        digikam.execute("DELETE FROM ImageTagProperties")
        digikam.commit()
        assert before != library.change_token()
        assert {None} == {annotation.region for annotation in library.snapshot().annotations}
    assert [link] == list(link.parent.iterdir())


def test_a_backup_is_one_whole_database(sqlite_library: Sample, tmp_path: Path) -> None:
    """With what stands in the log, in one file, and without a trace of the way there."""
    image, _ = sqlite_library.photo_without_faces()
    (tmp_path / "backups").mkdir()
    backup = tmp_path / "backups/digikam4.db"
    with closing(sqlite_library.connect()) as digikam:
        digikam.execute("INSERT INTO ImageTagProperties VALUES (?, ?, 'autodetectedFace', ?)", (image, UNKNOWN, RECT))
        digikam.commit()
        open_library(sqlite_library.location).backup(backup)
    assert [backup] == list(backup.parent.iterdir())
    copy = Sample(str(backup), sqlite_library.photos, lambda: sqlite3.connect(backup), "?")
    assert sqlite_library.dump() == copy.dump()


def test_a_backup_never_replaces_a_file(sqlite_library: Sample, tmp_path: Path) -> None:
    """The first one, made before anything was written, is the one that counts."""
    kept = tmp_path / "kept.db"
    kept.write_text("kept")
    with pytest.raises(Unavailable, match=r"kept\.db"):
        open_library(sqlite_library.location).backup(kept)
    assert "kept" == kept.read_text()
    assert not list(tmp_path.glob(".*"))
