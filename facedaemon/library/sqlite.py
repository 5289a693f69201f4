"""digiKam's database as an SQLite file: opened for one reading or one writing at a time, never held open.

A connection that stays open, even a read-only one, keeps digiKam from writing its write-ahead log into digikam4.db when
it quits: a copy of digikam4.db made as a backup would then lack the newest names.
"""

import errno
import os
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from facedaemon.errors import ExitCode, Fatal, Unavailable
from facedaemon.library import schema
from facedaemon.library.durable import secure_names
from facedaemon.library.guard import Guard, guarded
from facedaemon.library.versions import unreadable

# digiKam itself gives up after 10 s; another writer should wait at least as long (digikam-database.md 6)
BUSY_SECONDS = 15.0

# Kernels before 6.13 stamp files with a clock that ticks every 1 to 10 ms: two commits in one tick have equal times.
RIPE_NANOSECONDS = 50_000_000

QUERY_SECONDS = 60.0  # a library of a million photos is read in ten
_COPY_TRIES = 3
_STEPS = 10_000  # of SQLite's virtual machine between two checks of the clock: less than a millisecond
_MOST_BYTES_OF_A_ROW = 16 << 20

_ANYTHING = "SELECT 1 FROM sqlite_master"
_NO_CHANGE = "DELETE FROM ImageTagProperties WHERE 0"  # takes the lock that a change would need
_TABLES = "SELECT name, rootpage, sql FROM sqlite_master"
_PLAIN = re.compile(r"CREATE TABLE\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SqliteToken:
    """The `stat` of the database and its log: equal tokens mean that nothing was committed in between.

    `ripe` is False while the newest change is so recent that a second one could have the same time stamp. It becomes
    True a moment later, so the token changes once more and the library is read again.
    """

    files: tuple[tuple[int, ...] | None, ...]
    ripe: bool


class SqliteDatabase:
    """One digikam4.db."""

    def __init__(
        self, path: Path, busy_seconds: float = BUSY_SECONDS, now_ns: Callable[[], int] = time.time_ns
    ) -> None:
        """`path` is absolute; nothing is opened yet."""
        self.path = path
        self.name = str(path)
        self._busy_seconds = busy_seconds
        self._now_ns = now_ns
        self._opened: sqlite3.Connection | None = None
        self._engine = create_engine("sqlite://", creator=lambda: self._opened, poolclass=NullPool)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in one read transaction; digikam4.db stays byte for byte as it is.

        SQLite may leave an empty `-wal` and a `-shm` file beside it, as it does for digiKam. Where it cannot read
        without writing, a private copy is read. Raises Unavailable where the database is locked or away, or where a
        file beside it is not its owner's, Fatal (exit status 5) where it is damaged or no database.
        """
        with self._translated(), guarded(self.path) as guard:
            opened = None if guard.was_left_unfinished() else self._read_in_place(guard)
            if opened is not None:
                with self._used(opened) as connection:
                    yield connection
                return
            with self._copied(guard) as copy, closing(self._connect(copy, "rw")) as raw:
                raw.execute("BEGIN")
                with self._used(raw) as connection:
                    yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in one write transaction, rolled back when the block raises.

        Raises Unavailable where another program holds the database for longer than `BUSY_SECONDS`, or where a file
        beside it is not its owner's.
        """
        with (
            self._translated(),
            guarded(self.path) as guard,
            self._used(self._write_in_place(guard)) as connection,
        ):
            yield connection

    def token(self) -> SqliteToken:
        """A value that changes with every commit, from `stat` alone: nothing is opened."""
        files = tuple(_stat(path) for path in self.watched_files())
        newest = max((stat[-1] for stat in files if stat is not None), default=0)
        return SqliteToken(files, ripe=abs(self._now_ns() - newest) > RIPE_NANOSECONDS)

    def file_id(self) -> str:
        """The file's inode, which VACUUM keeps and a backup moved into its place changes. Raises Unavailable."""
        with self._translated():
            return str(self.path.stat().st_ino)

    def watched_files(self) -> tuple[Path, ...]:
        """The files that change with a commit; the log does not always exist."""
        file = self.path.resolve()  # SQLite keeps the log beside the file that a link leads to
        return file, file.with_name(f"{file.name}-wal")

    def backup(self, to: Path) -> None:
        """Write a complete, consistent copy of the database to `to`, which must not exist. Raises as `reading` does."""
        partial = to.with_name(f".{to.name}.part")
        with self._translated():
            try:
                with self.reading() as source, closing(sqlite3.connect(partial)) as copy:
                    raw = source.connection.driver_connection
                    assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - ours
                    raw.set_authorizer(None)
                    raw.backup(copy)
                    copy.execute("PRAGMA journal_mode = DELETE")  # one file, whole without a log beside it
                _publish(partial, to)
            finally:
                partial.unlink(missing_ok=True)

    def close(self) -> None:
        """Does nothing: no connection stays open between two uses."""

    @contextmanager
    def _used(self, opened: sqlite3.Connection) -> Iterator[Connection]:
        """The open connection, which is in a transaction, for SQLAlchemy; closed afterwards."""
        try:
            _refuse_unless_tables(opened, self.path)
            opened.set_authorizer(_authorized)
            self._opened = opened
            with self._engine.begin() as connection:
                yield connection
        finally:
            opened.close()

    def _read_in_place(self, guard: Guard) -> sqlite3.Connection | None:
        """A connection in a read transaction; None where SQLite cannot read without writing.

        It cannot where it would have to make a `-shm` file in a folder it may not write, nor where digiKam crashed
        without a write-ahead log and left a journal that must first be rolled back.
        """
        opened = self._connect(guard.path, "ro")
        try:
            with guard.reading():
                opened.execute("BEGIN")
                opened.execute(_ANYTHING).fetchone()  # BEGIN alone reads nothing
            guard.check_opened()
        except BaseException as error:
            opened.close()
            if isinstance(error, sqlite3.Error) and _code(error) in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}:
                return None
            raise
        return opened

    def _write_in_place(self, guard: Guard) -> sqlite3.Connection:
        """The only connection that may write. The lock is taken in two steps, so that no journal is rolled back."""
        until = time.monotonic() + self._busy_seconds
        while True:
            if guard.was_left_unfinished():
                raise Unavailable(f"{self.path}: digiKam did not finish its last change; start it once, so that it can")
            opened = self._connect(guard.path, "rw")
            try:
                with guard.writing(self._busy_seconds):
                    opened.execute("BEGIN")
                    opened.execute(_ANYTHING).fetchone()
                guard.check_opened()
                opened.execute(_NO_CHANGE)
                guard.trust()
            except BaseException as error:
                opened.close()
                is_busy = isinstance(error, sqlite3.Error) and _code(error) == sqlite3.SQLITE_BUSY
                if not is_busy or time.monotonic() >= until:
                    raise
                time.sleep(0.02)  # somebody wrote between the two steps
                continue
            return opened

    def _connect(self, path: Path, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}",
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
        # a name that is no UTF-8 must not make all other rows unreadable
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        connection.execute("PRAGMA trusted_schema = OFF")  # the schema is as foreign as the rows
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_BYTES_OF_A_ROW)
        until = time.monotonic() + QUERY_SECONDS
        connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        return connection

    @contextmanager
    def _copied(self, guard: Guard) -> Iterator[Path]:
        """A copy of the database and its log or journal in a private folder, taken while none of them changed."""
        # closing a file drops the POSIX locks that this process holds on it; no connection of ours is open now
        for _ in range(_COPY_TRIES):
            with tempfile.TemporaryDirectory(prefix="facedaemon-") as folder:
                copy = guard.copy_to(Path(folder))
                if copy is not None:
                    yield copy
                    return
        raise Unavailable(f"{self.path}: digiKam is writing to it; it is read again later")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Translates SQLite's errors into ours, with what to do."""
        try:
            yield
        except DBAPIError as error:
            if not isinstance(error.orig, sqlite3.Error):
                raise
            raise _meaning(self.path, error.orig) from error
        except sqlite3.Error as error:
            raise _meaning(self.path, error) from error
        except OSError as error:
            # files beside the database are opened by their name in its folder, which would name no file to a reader
            name = str(error.filename or "")
            is_whole = name.startswith("/") and not name.startswith("/proc/")
            raise Unavailable(f"{name if is_whole else self.path}: {error.strerror}") from error


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _refuse_unless_tables(connection: sqlite3.Connection, path: Path) -> None:
    """Raises Fatal (exit status 5) where what is read is no table: a view may never end, a virtual table runs code.

    The type in sqlite_master can be forged, so the statement is checked.
    """
    found = {str(name).lower() for name, root, sql in connection.execute(_TABLES) if root and _PLAIN.match(str(sql))}
    for table in sorted(schema.TABLES):
        if table.lower() not in found:
            version = _version(connection) if "settings" in found else None
            raise unreadable(str(path), version, f"no such table: {table}")


def _version(connection: sqlite3.Connection) -> int | None:
    """The version of digiKam's schema; the table Settings is there."""
    try:
        row = connection.execute("SELECT value FROM Settings WHERE keyword = 'DBVersion'").fetchone()
        return int(row[0]) if row else None
    except (sqlite3.Error, ValueError, TypeError):
        return None


def _authorized(action: int, *_: str | None) -> int:
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_RECURSIVE else sqlite3.SQLITE_OK


def _stat(path: Path) -> tuple[int, ...] | None:
    """Device, inode, size and time of a file; None for an absent one and for an empty log, which readers leave."""
    try:
        found = path.stat()
    except OSError:
        return None
    if found.st_size == 0:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _publish(partial: Path, to: Path) -> None:
    """Give the finished file its name, durably. Raises FileExistsError: an existing backup is never replaced."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    if to.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(to))
    partial.rename(to)
    secure_names(to.parent)


def _meaning(path: Path, error: sqlite3.Error) -> Fatal | Unavailable:
    code = _code(error)
    if code == sqlite3.SQLITE_ERROR and "no such" in str(error):
        return Fatal(f"{path}: not a database of digiKam ({error})", ExitCode.LIBRARY)
    if code in _FATAL:
        return Fatal(f"{path}: {_FATAL[code].format(error=error, path=path)}", ExitCode.LIBRARY)
    status = ExitCode.USAGE if code == sqlite3.SQLITE_FULL else ExitCode.LIBRARY
    return Unavailable(f"{path}: {_PASSING.get(code, str(error))}; it is tried again later", status)


_FATAL = {
    sqlite3.SQLITE_NOTADB: "not an SQLite database; set library.digikam.database to the digikam4.db that digiKam shows "
    "under Settings > Configure digiKam > Database, or to 'none'",
    sqlite3.SQLITE_CORRUPT: "the database is damaged ({error}); quit digiKam and restore a backup, or repair it with "
    "sqlite3 '{path}' '.recover'",
    sqlite3.SQLITE_READONLY: "cannot be written ({error}); make file and folder writable for facedaemon, or set "
    "library.digikam.write_suggestions: false",
    sqlite3.SQLITE_AUTH: "not a database of digiKam (a query without end in the place of a table)",
}
_PASSING = {
    sqlite3.SQLITE_BUSY: "another program has locked the database",
    sqlite3.SQLITE_INTERRUPT: f"reading it takes longer than {QUERY_SECONDS:.0f} s",
}
