"""digiKam's database as an SQLite file: opened for one reading or one writing at a time, never held open.

A connection that stayed open, even a read-only one, would keep digiKam from folding its write-ahead log into
digikam4.db when it quits: whoever then copies digikam4.db as a backup would miss the newest names.
"""

import errno
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from facedaemon.errors import ExitCode, Fatal, Unavailable

# digiKam itself gives up after 10 s; an outside writer must be at least as patient (digikam.md §7 D)
BUSY_SECONDS = 15.0

# Kernels before 6.13 stamp files with a clock that ticks every 1 to 10 ms: two commits within one tick look alike.
RIPE_NANOSECONDS = 50_000_000

_COPY_TRIES = 3


@dataclass(frozen=True, slots=True)
class SqliteToken:
    """What `stat` says of the database and its log: equal tokens mean that nothing was committed in between.

    `ripe` is False while the newest change is so fresh that a second one could hide behind the same time stamp; the
    token changes once more when it has ripened, so that nobody has to wait for the second look.
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
        self._reader = _engine(lambda: self._connect(path, "ro"), "BEGIN")
        self._writer = _engine(lambda: self._connect(path, "rw"), "BEGIN IMMEDIATE")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in one read transaction; digikam4.db stays byte for byte as it is.

        SQLite may leave an empty `-wal` and a `-shm` file beside it, as it does for digiKam. Where it cannot read
        without writing, a private copy is read. Raises Unavailable where the database is locked or away, Fatal (exit
        status 5) where it is damaged or no database.
        """
        with self._translated():
            if self._readable_in_place():
                with self._reader.begin() as connection:
                    yield connection
            else:
                with self._copied() as copy, _engine(lambda: self._connect(copy, "rw"), "BEGIN").begin() as connection:
                    yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in one write transaction, rolled back when the block raises.

        Raises Unavailable where another program holds the database for longer than `BUSY_SECONDS`.
        """
        with self._translated(), self._writer.begin() as connection:
            yield connection

    def token(self) -> SqliteToken:
        """What changes whenever somebody commits, from `stat` alone: nothing is opened."""
        files = tuple(_stat(path) for path in self.watched_files())
        newest = max((stat[-1] for stat in files if stat is not None), default=0)
        return SqliteToken(files, ripe=abs(self._now_ns() - newest) > RIPE_NANOSECONDS)

    def file_id(self) -> str:
        """The file's inode, which VACUUM keeps and a backup moved into its place changes. Raises Unavailable."""
        with self._translated():
            return str(self.path.stat().st_ino)

    def watched_files(self) -> tuple[Path, ...]:
        """The files whose change says that somebody committed; the log is not always there."""
        file = self.path.resolve()  # SQLite keeps the log beside the file that a link leads to
        return file, file.with_name(f"{file.name}-wal")

    def backup(self, to: Path) -> None:
        """A whole, consistent copy of the database at `to`, which must not exist. Raises as `reading` does."""
        partial = to.with_name(f".{to.name}.part")
        with self._translated():
            try:
                with closing(self._connect(self.path, "ro")) as source, closing(sqlite3.connect(partial)) as copy:
                    source.backup(copy)
                    copy.execute("PRAGMA journal_mode = DELETE")  # one file, whole without a log beside it
                _publish(partial, to)
            finally:
                partial.unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is held open between two uses."""

    def _readable_in_place(self) -> bool:
        """Whether SQLite can read without writing.

        It cannot where it would have to make a `-shm` file in a folder it may not write, nor where digiKam crashed
        without a write-ahead log and left a journal that must first be rolled back.
        """
        try:
            with self._reader.begin() as connection:
                connection.exec_driver_sql("SELECT 1 FROM sqlite_master").first()  # BEGIN alone reads nothing
        except DBAPIError as error:
            code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
            if code not in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}:
                raise
            return False
        return True

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
        return connection

    @contextmanager
    def _copied(self) -> Iterator[Path]:
        """A copy of the database and its log or journal in a private folder, taken while none of them changed."""
        # closing a file drops the POSIX locks that this process holds on it; no connection of ours is open now
        database, log = self.watched_files()
        files = (database, log, database.with_name(f"{database.name}-journal"))
        with tempfile.TemporaryDirectory(prefix="facedaemon-") as folder:
            for _ in range(_COPY_TRIES):
                before = [_stat(path) for path in files]
                for path in files:
                    target = Path(folder, path.name)
                    target.unlink(missing_ok=True)
                    if path.exists() or path == database:
                        shutil.copyfile(path, target)
                if before == [_stat(path) for path in files]:
                    yield Path(folder, database.name)
                    return
        raise Unavailable(f"{self.path}: digiKam is writing to it; it is read again later")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Errors of SQLite as what to do about them."""
        try:
            yield
        except DBAPIError as error:
            if not isinstance(error.orig, sqlite3.Error):
                raise
            raise _meaning(self.path, error.orig) from error
        except sqlite3.Error as error:
            raise _meaning(self.path, error) from error
        except OSError as error:
            raise Unavailable(f"{error.filename or self.path}: {error.strerror}") from error


def _engine(connect: Callable[[], sqlite3.Connection], begin: str) -> Engine:
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    # the driver's own BEGIN would come late and deferred: an IMMEDIATE one takes the lock before anything is read
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


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
    """Give the finished file its name, durably. Raises FileExistsError: a backup is never replaced."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    if to.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(to))
    partial.rename(to)
    folder = os.open(to.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _meaning(path: Path, error: sqlite3.Error) -> Fatal | Unavailable:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return Fatal(
            f"{path}: not an SQLite database; set library.digikam.database to the digikam4.db that digiKam shows "
            "under Settings > Configure digiKam > Database, or to 'none'",
            ExitCode.LIBRARY,
        )
    if code == sqlite3.SQLITE_CORRUPT:
        return Fatal(
            f"{path}: the database is damaged ({error}); quit digiKam and restore a backup, or mend it with "
            f"sqlite3 '{path}' '.recover'",
            ExitCode.LIBRARY,
        )
    if code == sqlite3.SQLITE_BUSY:
        return Unavailable(f"{path}: another program has locked the database; it is tried again later")
    if code == sqlite3.SQLITE_ERROR and "no such" in str(error):
        return Fatal(f"{path}: not a database of digiKam ({error})", ExitCode.LIBRARY)
    if code == sqlite3.SQLITE_READONLY:
        return Fatal(
            f"{path}: cannot be written ({error}); make file and folder writable for facedaemon, or set "
            "library.digikam.write_suggestions: false",
            ExitCode.LIBRARY,
        )
    return Unavailable(f"{path}: {error}; it is tried again later")
