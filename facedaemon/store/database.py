"""Opens the state database: one owner at a time, migrated, or refused with the reason."""

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from facedaemon import private
from facedaemon.errors import ExitCode, Fatal, why
from facedaemon.face_ids import face_id
from facedaemon.names import clean_name
from facedaemon.own_database import StateConnection, check_pages, checked_version, is_damage, migrate, migrations_of
from facedaemon.store import recovery
from facedaemon.values import Region

log = logging.getLogger(__name__)

FILE_NAME = "state.db"
_APPLICATION_ID = 0x66616365  # "face": distinguishes our file from other SQLite databases


def migrations() -> list[str]:
    """The numbered SQL scripts, oldest first; the n-th brings a database to version n."""
    return migrations_of("facedaemon.store")


def open_state(
    directory: Path, scripts: Sequence[str] | None = None, now: datetime | None = None
) -> sqlite3.Connection:
    """The database of the state in `directory`: created when absent, migrated, replaced by a new one where damaged.

    A damaged one is kept under another name, and what photos and library do not hold is recovered from it. Only the
    owner may call this. Raises Fatal (exit status 2) where the file is not ours, is of a newer facedaemon, or cannot
    be used.
    """
    path = directory / FILE_NAME
    try:
        scripts = migrations() if scripts is None else scripts
        try:
            return _connect(path, scripts)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
        _read_through(path)
        try:
            return _connect(path, scripts)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return _recreated(path, scripts, now or datetime.now().astimezone(), error)
    except OSError as error:
        reason = error.strerror or str(error)
        if error.filename not in {None, str(path)}:  # its folder, or a file of the program
            reason = f"{error.filename}: {reason}"
        raise Fatal(f"{path}: the state cannot be used: {reason}", ExitCode.USAGE) from error
    except sqlite3.Error as error:
        raise Fatal(f"{path}: the state cannot be used: {error}", ExitCode.USAGE) from error


def _unreadable(path: Path, error: sqlite3.DatabaseError) -> Fatal:
    """Why the state cannot be read; only a damaged one is replaced."""
    if is_damage(error):
        fix = "the next 'facedaemon scan' or 'run' makes a new one and saves what it can"
    else:
        fix = "it must be a file that this user may read, on a disk that works"
    return Fatal(f"{path}: the state cannot be read ({error}); {fix}", ExitCode.USAGE)


def _read_through(path: Path) -> None:
    """Read the whole file once. Raises OSError where the disk fails: then the state must not be replaced as damaged.

    SQLite does not distinguish the two: it reports a failed read as a malformed file.
    """
    for file in (path, path.with_name(f"{path.name}-wal")):
        if file.exists():
            with file.open("rb") as opened:
                while opened.read(1 << 20):
                    pass


def connect_read_only(path: Path) -> sqlite3.Connection | None:
    """A connection that cannot change anything, or None where there is no state yet. Needs no lock.

    Threads may pass it on; only one may use it at a time.

    Raises Fatal (exit status 2) where the state is damaged, not ours, or of another version.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Fatal(f"{path}: the state cannot be looked at: {why(error)}", ExitCode.USAGE) from error
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=10, check_same_thread=False)
    except sqlite3.DatabaseError as error:
        raise _unreadable(path, error) from error
    try:
        connection.row_factory = sqlite3.Row
        version = checked_version(connection, path, len(migrations()), _APPLICATION_ID, "a state")
        check_pages(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _unreadable(path, error) from error
    except Fatal:
        connection.close()
        raise
    if version == 0:
        connection.close()
        return None  # its owner is just making it
    if version < len(migrations()):
        connection.close()
        fix = "the next 'facedaemon scan' or 'run' brings it up to date"
        raise Fatal(f"{path}: made by an older facedaemon; {fix}", ExitCode.USAGE)
    return connection


def _connect(path: Path, scripts: Sequence[str]) -> sqlite3.Connection:
    """Raises sqlite3.DatabaseError where the file is damaged, Fatal where it is not ours or too new."""
    if not path.exists():
        private.make(path)  # SQLite gives its other files the mode of this one
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=10, factory=StateConnection
    )
    try:
        connection.row_factory = sqlite3.Row
        connection.create_function("clean_name", 1, _clean_or_none, deterministic=True)
        connection.create_function("face_id", 5, _face_id, deterministic=True)
        checked_version(connection, path, len(scripts), _APPLICATION_ID, "a state")
        check_pages(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        # WAL with NORMAL survives a crash of the process and of the machine; only the last commits may be undone by a
        # power cut, and everything in them is found again by the next scan
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection, path, scripts, _APPLICATION_ID)
    except BaseException:
        connection.close()
        raise
    return connection


def _face_id(content: str, *place: float) -> str:
    return face_id(content, Region(*place))


def _clean_or_none(name: str | None) -> str | None:
    return None if name is None else clean_name(name)


def _recreated(path: Path, scripts: Sequence[str], now: datetime, error: Exception) -> sqlite3.Connection:
    saved = recovery.recover(path)
    new = path.with_name(path.name + ".new")
    for name in (new.name, f"{new.name}-wal", f"{new.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    with closing(_connect(new, scripts)) as connection:
        recovery.put_back(connection, saved)
    kept = recovery.replace(path, new, now)
    log.error(
        "%s was damaged (%s) and is rebuilt from photos and library: %s. The damaged file is kept as %s",
        path,
        str(error).replace("\n", " "),
        saved.words(),
        kept,
    )
    return _connect(path, scripts)
