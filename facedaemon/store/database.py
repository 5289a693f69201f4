"""Opens the state database: one owner at a time, migrated, or refused with the reason."""

import fcntl
import os
import sqlite3
from contextlib import suppress
from importlib import resources
from pathlib import Path

from facedaemon.errors import ExitCode, Fatal

FILE_NAME = "state.db"
LOCK_NAME = "lock"
_APPLICATION_ID = 0x66616365  # "face": tells our file from any other SQLite database


class StateLock:
    """Held as long as this process lives: the kernel lets go of it even after kill -9."""

    def __init__(self, directory: Path) -> None:
        """Take the lock in `directory`, made when absent. Raises Fatal (exit status 4) where another holds it."""
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(directory / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Fatal(f"{directory}: the state cannot be kept there: {error.strerror}", ExitCode.USAGE) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._descriptor)
            raise Fatal(
                f"{directory}: another facedaemon (process {holder}) is using this state. "
                "Let it do the work, or stop it first: systemctl --user stop facedaemon",
                ExitCode.LOCKED,
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Let another process take over."""
        os.close(self._descriptor)


def migrations() -> list[str]:
    """The numbered SQL scripts, oldest first; the n-th brings a database to version n."""
    folder = resources.files("facedaemon.store") / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(folder / name).read_text(encoding="utf-8") for name in names]


def connect(path: Path) -> sqlite3.Connection:
    """The database at `path`, made when absent, migrated to the newest version.

    Raises Fatal (exit status 2) where the file is damaged, is not ours, or is of a newer facedaemon.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        connection.row_factory = sqlite3.Row
        _refuse_foreign(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        # WAL with NORMAL survives a crash of the process and of the machine; only the last commits may be undone by a
        # power cut, and everything in them is found again by the next scan
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        _migrate(connection, path)
    except sqlite3.DatabaseError as error:
        raise Fatal(
            f"{path}: the state is damaged ({error}); move it away and facedaemon makes a new one", ExitCode.USAGE
        ) from error
    return connection


def connect_to_look(path: Path) -> sqlite3.Connection | None:
    """A connection that cannot change anything, or None where there is no state yet. Needs no lock."""
    if not path.exists():
        return None
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10)
    connection.row_factory = sqlite3.Row
    _refuse_foreign(connection, path)
    return connection


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(migrations()):
        raise Fatal(
            f"{path}: made by a newer facedaemon (state version {version}, this one knows up to {len(migrations())}); "
            "update facedaemon",
            ExitCode.USAGE,
        )
    owner = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if version > 0 and owner != _APPLICATION_ID:
        raise Fatal(f"{path}: this is not a state of facedaemon; move it away", ExitCode.USAGE)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    scripts = migrations()
    if 0 < version < len(scripts):
        _back_up(connection, path.with_suffix(f".v{version}.backup"))
    for number, script in enumerate(scripts[version:], start=version + 1):
        # one transaction for the change and for its number: both or neither
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script}\n"
            f"PRAGMA application_id = {_APPLICATION_ID};\nPRAGMA user_version = {number};\nCOMMIT;"
        )


def _back_up(connection: sqlite3.Connection, to: Path) -> None:
    with suppress(FileNotFoundError):
        to.unlink()
    copy = sqlite3.connect(to)
    connection.backup(copy)
    copy.close()
