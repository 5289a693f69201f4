"""The file of answers: opened, brought up to date, and left as it is where it is damaged."""

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from facedaemon import private
from facedaemon.errors import ExitCode, Fatal
from facedaemon.own_database import StateConnection, check_pages, checked_version, is_damage, migrate, migrations_of

FILE_NAME = "answers.db"
_LOCK_NAME = "answers.lock"
_APPLICATION_ID = 0x616E7377  # "answ"
_PATIENCE_SECONDS = 30  # while others write
_RIPE_NANOSECONDS = 50_000_000  # the clock of file times goes in steps of up to 10 ms


def migrations() -> list[str]:
    """The numbered SQL scripts, oldest first; the n-th brings the file to version n."""
    return migrations_of("facedaemon.answers")


def open_file(directory: Path) -> sqlite3.Connection:
    """The file beside the state in `directory`, made when absent, brought up to date where it is older.

    Raises Fatal (exit status 2) where it is damaged, of a newer facedaemon, or cannot be used.
    """
    private.take_over(directory)
    path = directory / FILE_NAME
    with explained(path), _locked(directory / _LOCK_NAME):
        if not path.exists():  # closing a descriptor of the file takes this process's locks from it (fcntl(2))
            private.make(path)  # SQLite gives its other files the mode of this one
        return _connect(path, migrations())


@dataclass(frozen=True, slots=True)
class FileState:
    """What `stat` says of the file of answers and of SQLite's log beside it: sizes and times.

    `ripe` is False while the newest change is so recent that a second one could have the same time: a log that is begun
    again does not grow either. It becomes True by itself, so that who compares looks once more.
    """

    seen: tuple[tuple[int, int], ...] = ()
    ripe: bool = True


def file_state(directory: Path, now_ns: Callable[[], int] = time.time_ns) -> FileState:
    """Differs when somebody may have answered since. Nothing is opened."""
    found = []
    for name in (FILE_NAME, f"{FILE_NAME}-wal"):
        with suppress(OSError):
            seen = (directory / name).stat()
            found.append((seen.st_size, seen.st_mtime_ns))
    newest = max((at for _, at in found), default=0)
    return FileState(tuple(found), ripe=abs(now_ns() - newest) > _RIPE_NANOSECONDS)


def looked_at(directory: Path) -> tuple[int, str | None]:
    """How many answers there are, and what is wrong with the file (None: nothing). Changes nothing."""
    path = directory / FILE_NAME
    try:
        path.stat()
    except OSError:  # none, or in a folder that cannot be looked into
        return 0, None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            check_pages(connection)
            return int(connection.execute("SELECT count(*) FROM answer").fetchone()[0]), None
    except sqlite3.DatabaseError as error:
        return 0, str(error).replace("\n", " ")


def _connect(path: Path, scripts: Sequence[str]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=_PATIENCE_SECONDS, factory=StateConnection
    )
    try:
        connection.row_factory = sqlite3.Row
        checked_version(connection, path, len(scripts), _APPLICATION_ID, "a file of answers")
        _check_once(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # an answer that was acknowledged survives a power cut
        migrate(connection, path, scripts, _APPLICATION_ID)
    except BaseException:
        connection.close()
        raise
    return connection


_checked: dict[Path, tuple[int, int, int]] = {}


def _check_once(connection: sqlite3.Connection, path: Path) -> None:
    """Raises Damaged where the file is inconsistent. One that did not change since is not read through again.

    Whoever answers opens the file for each answer; reading 100,000 of them takes a tenth of a second.
    """
    there = path.stat()
    seen = there.st_ino, there.st_size, there.st_mtime_ns
    if _checked.get(path) != seen:
        check_pages(connection)
        _checked[path] = seen


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time makes the file or brings it up to date."""
    descriptor = private.open_new(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Damage is an error that says what to do, and the damaged file is kept."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise Fatal(f"{path}: the answers cannot be used: {error}", ExitCode.USAGE) from error
        raise Fatal(
            f"{path}: the file of your answers is damaged ({str(error).replace(chr(10), ' ')}). It is left as it is, "
            f"and {_copied(path)}. What to do: 'facedaemon answers export FILE' saves what can be read; then move "
            f"{path.name} away and import that file, or a better backup: 'facedaemon answers import FILE'",
            ExitCode.USAGE,
        ) from error
    except OSError as error:
        raise Fatal(f"{path}: the answers cannot be kept there: {error.strerror}", ExitCode.USAGE) from error


def _copied(path: Path) -> str:
    """A copy of the damaged file and of SQLite's log beside it, made once; gives the words for it."""
    copy = path.with_name(f"{path.name}.damaged")
    try:
        for end in ("", "-wal"):
            to, of = copy.with_name(copy.name + end), path.with_name(path.name + end)
            if of.exists() and not to.exists():
                private.make(to)
                shutil.copyfile(of, to)
    except OSError as error:
        return f"no copy of it could be made: {error.strerror}"
    return f"a copy of it is {copy}"
