import hashlib
import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.errors import ExitCode, Fatal, Unavailable
from facedaemon.library import DigikamLibrary, Machine, Wanted, newer_schema, open_library
from facedaemon.library.sqlite import SqliteDatabase
from facedaemon.values import Region
from tests.deadlines import joined
from tests.library.samples import BILL, UNKNOWN, Sample, sqlite_sample

RECT = '<rect x="30" y="45" width="60" height="75"/>'
WANTED = Wanted(Region(0.2, 0.3, 0.4, 0.5), "Bill Frist")
NOBODY = 65534


def digest(path: Path) -> str:
    """The file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refused(path: Path) -> Fatal:
    """The error that opening the library raises."""
    with pytest.raises(Fatal) as caught:
        open_library(path)
    assert ExitCode.LIBRARY == caught.value.exit_code
    assert str(path) in str(caught.value)
    return caught.value


def impatient(sample: Sample) -> DigikamLibrary:
    """The library, waiting for locks next to no time."""
    return DigikamLibrary(SqliteDatabase(Path(sample.location), busy_seconds=0.05), Machine())


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_reading_leaves_the_database_byte_for_byte(sqlite_library: Sample, journal: str) -> None:
    """Opening, reading and asking for changes writes nothing into digikam4.db."""
    sqlite_library.query(f"PRAGMA journal_mode = {journal}")
    before = digest(Path(sqlite_library.location))
    library = open_library(sqlite_library.location)
    assert 426 == len(library.snapshot().annotations)
    library.change_token()
    assert before == digest(Path(sqlite_library.location))


def test_what_digikam_left_in_its_log_is_read_and_left_there(sqlite_library: Sample, tmp_path: Path) -> None:
    """After a crash of digiKam the newest names stand in the log only."""
    image, photo = sqlite_library.photo_without_faces()
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    with closing(sqlite_library.connect()) as digikam:
        digikam.execute("INSERT INTO ImageTagProperties VALUES (?, ?, 'autodetectedFace', ?)", (image, UNKNOWN, RECT))
        digikam.commit()
        for name in ("digikam4.db", "digikam4.db-wal"):
            shutil.copy(tmp_path / name, crashed / name)
    before = digest(crashed / "digikam4.db"), digest(crashed / "digikam4.db-wal")
    assert photo in {annotation.photo for annotation in open_library(crashed).snapshot().annotations}
    assert before == (digest(crashed / "digikam4.db"), digest(crashed / "digikam4.db-wal"))


def test_a_change_that_digikam_never_finished_is_not_read(sqlite_library: Sample, tmp_path: Path) -> None:
    """A crash in the older journal mode leaves half a change in the database and the journal that takes it back."""
    sqlite_library.query("PRAGMA journal_mode = delete")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    with closing(sqlite_library.connect()) as digikam:
        digikam.execute("PRAGMA cache_size = 1")
        digikam.execute("DELETE FROM ImageTagProperties")
        digikam.execute("UPDATE Images SET name = 'gone' || id")
        for name in ("digikam4.db", "digikam4.db-journal"):
            shutil.copy(tmp_path / name, crashed / name)
        digikam.rollback()
    before = digest(crashed / "digikam4.db")
    assert open_library(sqlite_library.location).snapshot().annotations == open_library(crashed).snapshot().annotations
    assert before == digest(crashed / "digikam4.db") != digest(tmp_path / "digikam4.db")
    assert (crashed / "digikam4.db-journal").exists()


def test_digikams_log_is_folded_in_when_digikam_quits(sqlite_library: Sample) -> None:
    """An open library holds nothing open: a backup of digikam4.db alone still has the newest names."""
    library = open_library(sqlite_library.location)
    library.snapshot()
    library.change_token()
    sqlite_library.execute("INSERT INTO Settings VALUES ('newest', 'name')")
    assert not Path(f"{sqlite_library.location}-wal").exists()
    assert b"newest" in Path(sqlite_library.location).read_bytes()


@pytest.fixture
def foreign_folder(shared: Path) -> Iterator[Path]:
    """A folder that this process may read but not write, root or not."""
    folder = Path(tempfile.mkdtemp())
    sqlite_sample(shared, folder)
    folder.chmod(0o555)
    (folder / "digikam4.db").chmod(0o444)
    was = os.geteuid()
    try:
        if was == 0:
            os.seteuid(NOBODY)
        yield folder
    finally:
        os.seteuid(was)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_library_in_a_read_only_folder_is_read(foreign_folder: Path) -> None:
    """SQLite cannot open a write-ahead database there, so a private copy is read; nothing appears in the folder."""
    assert 426 == len(open_library(foreign_folder).snapshot().annotations)
    assert ["digikam4.db"] == [path.name for path in foreign_folder.iterdir()]


def test_a_library_that_cannot_be_written_says_so(foreign_folder: Path) -> None:
    """The message names the setting."""
    library = open_library(foreign_folder)
    with pytest.raises(Fatal, match="write_suggestions"):
        library.write(library.snapshot().annotations[0].photo, [WANTED])


def test_a_missing_database(tmp_path: Path) -> None:
    """The message names the setting."""
    assert "library.digikam.database" in str(refused(tmp_path / "digikam4.db"))


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """A photo, a text, or one of another program."""
    text, empty, other = tmp_path / "text.db", tmp_path / "empty.db", tmp_path / "other.db"
    text.write_text("no database " * 1000)
    empty.touch()
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE things (id)")
    assert "not an SQLite database" in str(refused(text))
    assert "not a database of digiKam" in str(refused(empty))
    assert "not a database of digiKam" in str(refused(other))


@pytest.mark.parametrize("unknown", ["9", "0", "sixteen", ""])
def test_an_unknown_schema_is_refused(sqlite_library: Sample, unknown: str) -> None:
    """Tables of another shape would be misread."""
    sqlite_library.execute("UPDATE Settings SET value = ? WHERE keyword = 'DBVersion'", unknown)
    assert "version" in str(refused(Path(sqlite_library.location)))


@pytest.mark.parametrize("number", [10, 11, 12, 13, 14, 15, 16, 17, 18, 99])
def test_schemas_since_digikam_6_are_read(sqlite_library: Sample, number: int) -> None:
    """Their tables for faces are the same; one of years to come is read as long as it has them."""
    sqlite_library.execute("UPDATE Settings SET value = ? WHERE keyword = 'DBVersion'", str(number))
    found = open_library(sqlite_library.location).snapshot()
    assert (number, 426) == (found.version, len(found.annotations))
    assert (number > 17) == (newer_schema(number) is not None)


def test_a_damaged_database_is_refused(sqlite_library: Sample) -> None:
    """The message names the backup."""
    library = open_library(sqlite_library.location)
    with Path(sqlite_library.location).open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 400_000)
    with pytest.raises(Fatal, match="restore a backup"):
        library.snapshot()


def test_a_database_that_is_gone_is_waited_for(sqlite_library: Sample) -> None:
    """A drive unplugged while we run is no reason to stop."""
    library = open_library(sqlite_library.location)
    before = library.change_token()
    Path(sqlite_library.location).rename(f"{sqlite_library.location}.away")
    assert before != library.change_token()
    with pytest.raises(Unavailable, match=r"digikam4\.db"):
        library.snapshot()


def test_a_locked_database_is_tried_later(sqlite_library: Sample) -> None:
    """In the older journal mode a writer keeps readers out as well."""
    sqlite_library.query("PRAGMA journal_mode = delete")
    with closing(sqlite_library.connect()) as digikam:
        digikam.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable, match="locked"):
            impatient(sqlite_library).snapshot()


def test_a_writer_does_not_keep_readers_out(sqlite_library: Sample) -> None:
    """In digiKam's own journal mode the library is read as of the last commit."""
    with closing(sqlite_library.connect()) as digikam:
        digikam.execute("BEGIN IMMEDIATE")
        digikam.execute("DELETE FROM ImageTagProperties")
        assert 426 == len(impatient(sqlite_library).snapshot().annotations)


def test_a_write_waits_for_digikam(sqlite_library: Sample) -> None:
    """The lock is taken before anything is read, and waited for."""
    library = open_library(sqlite_library.location)
    image, photo = sqlite_library.photo_without_faces()
    with closing(sqlite_library.connect()) as digikam:
        digikam.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            impatient(sqlite_library).write(photo, [WANTED])
        writing = threading.Thread(target=library.write, args=(photo, [WANTED]))
        writing.start()
        writing.join(0.2)
        assert writing.is_alive()
        digikam.rollback()
    joined(writing)
    assert 2 == len(sqlite_library.faces(image))


def test_a_name_that_is_no_utf8_hides_nothing(sqlite_library: Sample) -> None:
    """The person is left out with the reason, everybody else is read."""
    sqlite_library.execute("UPDATE TagProperties SET value = CAST(x'ff41' AS TEXT) WHERE tagid = ?", BILL)
    found = open_library(sqlite_library.location).snapshot()
    assert 59 == len(found.people)
    assert f"tag {BILL}" in {problem.subject for problem in found.problems}


def test_the_folder_of_the_database_is_enough(sqlite_library: Sample) -> None:
    """DigiKam's own settings name the folder."""
    assert sqlite_library.location == open_library(Path(sqlite_library.location).parent).name


def test_the_log_is_watched_as_well(sqlite_library: Sample) -> None:
    """A commit touches the log, not the database."""
    names = [path.name for path in open_library(sqlite_library.location).watched_files()]
    assert ["digikam4.db", "digikam4.db-wal"] == names
