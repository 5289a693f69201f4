"""What a neighbour puts beside digiKam's database, or into it."""

import os
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from facedaemon.errors import FacedaemonError, Fatal, Unavailable
from facedaemon.library import DigikamLibrary, Machine, open_library
from facedaemon.library.roots import RootRow, resolve
from facedaemon.library.sqlite import SqliteDatabase
from tests.attacks.conftest import User
from tests.deadlines import next_line
from tests.library.samples import Sample

MAGIC = bytes.fromhex("d9d505f920a163d7")
TIMEOUT = 20  # seconds after which something hangs


@contextmanager
def within(seconds: int = TIMEOUT) -> Iterator[None]:
    """Raises TimeoutError where the block waits for ever."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    former = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


def forged_journal(sample: Sample, person: str, super_journal: Path | None = None) -> bytes:
    """A rollback journal that SQLite would take for a crash's: it sets the database back to forged pages."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "digikam4.db")
        shutil.copyfile(sample.location, copy)
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("PRAGMA journal_mode = delete")
            connection.execute("UPDATE TagProperties SET value = ? WHERE property = 'person'", (person,))
            connection.commit()
        forged = copy.read_bytes()
    size = struct.unpack(">H", forged[16:18])[0]
    pages = len(forged) // size
    records = []
    for number in range(pages):
        page = forged[number * size : (number + 1) * size]
        checksum = sum(page[at] for at in range(size - 200, 0, -200)) & 0xFFFFFFFF
        records.append(struct.pack(">I", number + 1) + page + struct.pack(">I", checksum))
    head = MAGIC + struct.pack(">IIIII", pages, 0, pages, 512, size)
    journal = head.ljust(512, b"\0") + b"".join(records)
    if super_journal is not None:
        name = os.fsencode(super_journal)
        lock_page = struct.pack(">I", (1 << 30) // size + 1)
        journal += lock_page + name + struct.pack(">II", len(name), sum(name)) + MAGIC
    return journal


def forged_log(sample: Sample, person: str) -> bytes:
    """A write-ahead log with a forged change."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "digikam4.db")
        shutil.copyfile(sample.location, copy)
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("PRAGMA journal_mode = wal")
            connection.execute("UPDATE TagProperties SET value = ? WHERE property = 'person'", (person,))
            connection.commit()
            return Path(f"{copy}-wal").read_bytes()


def people(library: DigikamLibrary) -> set[str]:
    """The names in the library."""
    snapshot = library.snapshot()
    return set(snapshot.people) | set(snapshot.ambiguous)


def uses(library: DigikamLibrary, photo: Path, to: Path) -> list[tuple[str, Callable[[], object]]]:
    """Everything that opens the database."""
    return [
        ("snapshot", library.snapshot),
        ("plan", lambda: library.plan(photo, ())),
        ("write", lambda: library.write(photo, ())),
        ("backup", lambda: library.backup(to)),
    ]


def plant(kind: str, at: Path, sample: Sample, secret: Path) -> None:
    """What Bert puts at `at`."""
    if kind == "journal":
        at.write_bytes(forged_journal(sample, "Forged"))
    elif kind == "super-journal":
        at.write_bytes(forged_journal(sample, "Forged", secret))
    elif kind == "log":
        at.write_bytes(forged_log(sample, "Forged"))
    elif kind == "empty":
        at.touch()
    elif kind == "pipe":
        os.mkfifo(at)
    elif kind == "folder":
        at.mkdir()
    elif kind == "endless":
        at.symlink_to("/dev/zero")
    elif kind == "link":
        at.symlink_to(secret)
    else:
        raise AssertionError(kind)


@pytest.mark.parametrize("suffix", ["-journal", "-wal", "-shm"])
@pytest.mark.parametrize("kind", ["journal", "super-journal", "log", "empty", "pipe", "folder", "endless", "link"])
@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_nothing_of_a_neighbour_beside_the_database_is_used(
    kind: str, suffix: str, mode: str, common_library: Sample, home: Path, anna: User, bert: User
) -> None:
    """Whatever bears the name of a journal or log: the library is unavailable, and every file is as it was."""
    common_library.query(f"PRAGMA journal_mode = {mode}")
    os.chown(common_library.location, anna.number, anna.number)
    _, photo = common_library.photo_without_faces()
    with anna.acting():
        secret = home / "private.txt"
        secret.write_text("private")
        library = DigikamLibrary(SqliteDatabase(Path(common_library.location), busy_seconds=0.2), Machine())
        library.snapshot()
    before = Path(common_library.location).read_bytes()
    for name in ("-journal", "-wal", "-shm"):
        Path(common_library.location + name).unlink(missing_ok=True)
    with bert.acting():
        plant(kind, Path(common_library.location + suffix), common_library, secret)
    with anna.acting(), within():
        for _, use in uses(library, photo, home / "backup.db"):
            with pytest.raises(Unavailable, match=f"digikam4.db{suffix}"):
                use()
    assert before == Path(common_library.location).read_bytes()
    assert "private" == secret.read_text()
    assert not (home / "backup.db").exists()


def test_a_private_file_under_the_journals_name_is_not_used(common_library: Sample, commons: Path, anna: User) -> None:
    """A second name for a file of Anna's own: neither read nor written over."""
    with anna.acting():
        private = commons / "letter.txt"
        private.write_bytes(b"x" * 600)
        os.link(private, f"{common_library.location}-journal")
        with pytest.raises(Unavailable, match="second name"):
            open_library(common_library.location)
    assert b"x" * 600 == private.read_bytes()


def test_the_owners_journal_that_names_another_deletes_nothing(common_library: Sample, home: Path, anna: User) -> None:
    """DigiKam's own journal never does; one that does is left alone, whoever made it."""
    with anna.acting():
        secret = home / "private.txt"
        secret.write_bytes(b"\0" * 2000)
        Path(f"{common_library.location}-journal").write_bytes(forged_journal(common_library, "Forged", secret))
        with pytest.raises(Unavailable, match="names another journal"):
            open_library(common_library.location)
    assert secret.exists()


def test_a_crash_of_digikam_is_still_read(common_library: Sample, anna: User) -> None:
    """The owner's own journal, of the right form: what digiKam did not finish is not read, and left to digiKam."""
    _, photo = common_library.photo_without_faces()
    with anna.acting():
        Path(f"{common_library.location}-journal").write_bytes(forged_journal(common_library, "Before The Crash"))
        library = open_library(common_library.location)
        assert {"Before The Crash"} == people(library)
        with pytest.raises(Unavailable, match="did not finish"):
            library.write(photo, ())
    assert Path(f"{common_library.location}-journal").exists()


def test_a_database_that_digikam_is_writing_to_is_read(common_library: Sample, anna: User) -> None:
    """A journal that belongs to a change under way is neither rolled back nor a reason to wait."""
    writer = """
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("PRAGMA journal_mode = delete"); c.execute("PRAGMA cache_size = 1"); c.execute("BEGIN IMMEDIATE")
c.execute("UPDATE TagProperties SET value = 'Unfinished' WHERE tagid = 10 AND property = 'person'")
print("writing", flush=True); sys.stdin.read()
"""
    command = [sys.executable, "-c", writer, common_library.location]
    names = people(open_library(common_library.location))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as digikam:
        assert next_line(digikam.stdout)
        journal = Path(f"{common_library.location}-journal")
        assert journal.stat().st_size > 0
        os.chown(journal, anna.number, anna.number)
        with anna.acting():
            assert names == people(open_library(common_library.location))
        assert digikam.stdin is not None
        digikam.stdin.close()


def test_a_journal_that_appears_between_the_look_and_the_use_is_not_run(
    common_library: Sample, home: Path, anna: User, bert: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bert is as quick as can be: his journal stands there in the moment before SQLite looks for one."""
    with anna.acting():
        secret = home / "private.txt"
        secret.write_text("private")
    before = Path(common_library.location).read_bytes()
    real = sqlite3.connect
    forged = forged_journal(common_library, "Forged", secret)

    def planting(*arguments: object, **named: object) -> sqlite3.Connection:
        opened: sqlite3.Connection = real(*arguments, **named)  # type: ignore[call-overload]
        os.seteuid(0)
        with bert.acting():
            Path(f"{common_library.location}-journal").write_bytes(forged)
        os.setegid(anna.number)
        os.seteuid(anna.number)
        return opened

    library = DigikamLibrary(SqliteDatabase(Path(common_library.location), busy_seconds=0.2), Machine())
    _, photo = common_library.photo_without_faces()
    for use in (library.snapshot, lambda: library.write(photo, ())):
        Path(f"{common_library.location}-journal").unlink(missing_ok=True)
        with anna.acting(), monkeypatch.context() as patch:
            patch.setattr("facedaemon.library.sqlite.sqlite3.connect", planting)
            with pytest.raises(Unavailable, match="another user"):
                use()
    assert before == Path(common_library.location).read_bytes()
    assert "private" == secret.read_text()


def test_a_neighbours_link_to_a_database_is_not_followed(
    common_library: Sample, commons: Path, anna: User, bert: User
) -> None:
    """Anna's own link is (decision 005); one that Bert put in its place might lead to any database of hers."""
    with bert.acting():
        link = commons / "other.db"
        link.symlink_to(common_library.location)
    with anna.acting():
        with pytest.raises(Unavailable, match="link that another user"):
            open_library(link)
        own = commons / "own.db"
        own.symlink_to(common_library.location)
        open_library(own).snapshot()


@pytest.mark.parametrize("kind", ["pipe", "folder", "endless"])
def test_a_database_that_is_none_is_not_waited_for(kind: str, commons: Path, anna: User, bert: User) -> None:
    """A pipe, a device behind a link: an answer at once."""
    with bert.acting():
        plant(kind, commons / "digikam4.db", Sample("", commons, lambda: None, "?"), commons)
    with anna.acting(), within(), pytest.raises(FacedaemonError, match=r"digikam4\.db"):
        open_library(commons / "digikam4.db")


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, i AS pid, 'x' AS name FROM n"


@pytest.mark.parametrize(
    "statements",
    [
        ["DROP TABLE Tags", f"CREATE VIEW Tags AS {ENDLESS}"],
        ["DROP TABLE Tags", f"CREATE VIEW tags AS {ENDLESS}"],
        ["ALTER TABLE Tags RENAME TO t", "CREATE VIEW Tags AS SELECT a.id, a.pid, a.name FROM t a, t b, t c, t d, t e"],
        ["DROP TABLE Settings", "CREATE VIEW Settings AS SELECT 'DBVersion' keyword, '16' value"],
        ["DROP TABLE Tags", "CREATE VIRTUAL TABLE Tags USING fts5(id, pid, name)"],
        [
            "PRAGMA writable_schema = on",
            f"UPDATE sqlite_master SET sql = 'CREATE VIEW Tags AS {ENDLESS.replace(chr(39), chr(39) * 2)}'"
            " WHERE name = 'Tags'",
        ],
    ],
)
def test_only_tables_are_read(statements: list[str], common_library: Sample, anna: User) -> None:
    """A view without end, a virtual table, whatever sqlite_master calls them: the library is refused at once."""
    for statement in statements:
        with closing(sqlite3.connect(common_library.location, isolation_level=None)) as connection:
            connection.execute("PRAGMA writable_schema = on")
            connection.execute(statement)
    with anna.acting(), within(), pytest.raises(Fatal, match=r"not a database of digiKam|damaged"):
        open_library(common_library.location).snapshot()


def test_a_query_has_a_deadline(common_library: Sample, anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database made to be slow costs no more than the deadline."""
    monkeypatch.setattr("facedaemon.library.sqlite.QUERY_SECONDS", -1.0)
    with anna.acting(), within(), pytest.raises(Unavailable, match="takes longer"):
        open_library(common_library.location).snapshot()


@pytest.mark.parametrize("kind", ["pipe", "endless", "folder", "large"])
def test_nothing_waits_for_a_collections_uuid(kind: str, commons: Path, anna: User, bert: User) -> None:
    """A pipe or an endless file in digiKam's waste basket: the collection is found as if there were none."""
    with bert.acting():
        (commons / ".dtrash").mkdir()
        at = commons / ".dtrash/digikam.uuid"
        if kind == "large":
            with at.open("wb") as file:
                file.truncate(1 << 40)
        else:
            plant(kind, at, Sample("", commons, lambda: None, "?"), commons)
    row = RootRow(1, "photos", 0, f"volumeid:?path={commons}&fileuuid=93423040-aaaa-bbbb-cccc-1234567890ab", "/")
    with anna.acting(), within():
        (root,) = resolve([row], Machine(mounts=commons / "none"))
    assert commons == root.path
