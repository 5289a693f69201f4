"""Opens, checks and migrates facedaemon's own SQLite files.

Errors of a full or failing disk say what to do.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from facedaemon import private
from facedaemon.errors import ExitCode, Fatal, Unavailable

_NOT_THE_DISK = {
    sqlite3.SQLITE_ERROR,  # mistakes in our own SQL
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE,
    sqlite3.SQLITE_CORRUPT,  # damage is handled where the state is opened
    sqlite3.SQLITE_NOTADB,
}


class StateConnection(sqlite3.Connection):
    """Raises Unavailable, with the file's name, where the disk is full, fails or refuses to be written."""

    def execute(self, statement: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 - as in sqlite3
        """As in sqlite3."""
        with self._explained():
            return super().execute(statement, parameters)

    def executemany(self, statement: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """As in sqlite3."""
        with self._explained():
            return super().executemany(statement, parameters)

    def executescript(self, script: str, /) -> sqlite3.Cursor:
        """As in sqlite3."""
        with self._explained():
            return super().executescript(script)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code in _NOT_THE_DISK:
                raise
            path = super().execute("PRAGMA database_list").fetchone()["file"]
            raise Unavailable(
                f"{path}: the state cannot be kept: {error}; see to the space and health of its disk", ExitCode.USAGE
            ) from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All changes made in the block are kept, or none; a nested block is part of the outermost one."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # on a full disk SQLite has rolled back by itself
            connection.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is read in the block is of one moment; a nested block, or one in a transaction, is part of that."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")  # nothing was written


def migrations_of(package: str) -> list[str]:
    """The package's numbered SQL scripts, oldest first; the n-th brings a database to version n."""
    folder = resources.files(package) / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(folder / name).read_text(encoding="utf-8") for name in names]


class Damaged(sqlite3.DatabaseError):
    """SQLite can read the file, but it is inconsistent."""


def is_damage(error: Exception) -> bool:
    """Whether the file itself is damaged; a full disk, a missing permission or a lock does not count."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte of an extended code is the primary one
    return isinstance(error, Damaged) or code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def check_pages(connection: sqlite3.Connection) -> None:
    """Raises Damaged where the file is inconsistent."""
    # 0.2 s for the state of 50,000 photos; damage that is found later would stop every job that meets it
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Damaged(str(found).rpartition("\n")[2])  # without the line that names SQLite's own schema


def checked_version(connection: sqlite3.Connection, path: Path, known: int, application: int, what: str) -> int:
    """The version of the file, 0 for an empty one. Raises Fatal (exit status 2): not ours, or of a newer facedaemon.

    `known` is the newest version that this facedaemon knows, `application` the id in our file's header, `what` the file
    is, such as "a state".
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    owner = int(connection.execute("PRAGMA application_id").fetchone()[0])
    is_empty = connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
    if owner != application and not is_empty:
        raise Fatal(f"{path}: this is not {what} of facedaemon; move it away", ExitCode.USAGE)
    if version > known:
        raise Fatal(
            f"{path}: made by a newer facedaemon (version {version}, this one knows up to {known}); update facedaemon",
            ExitCode.USAGE,
        )
    return version


def migrate(connection: sqlite3.Connection, path: Path, scripts: Sequence[str], application: int) -> None:
    """Migrate the file to the newest version; the former file is kept as `NAME.vN.backup`."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if 0 < version < len(scripts):
        _back_up(connection, path.with_suffix(f".v{version}.backup"))
    if version == len(scripts):
        return
    # one transaction for all changes and the number: nobody who only reads meets a file between two versions
    changes = "\n".join(scripts[version:])
    connection.executescript(
        f"BEGIN IMMEDIATE;\n{changes}\n"
        f"PRAGMA application_id = {application};\nPRAGMA user_version = {len(scripts)};\nCOMMIT;"
    )


def _back_up(connection: sqlite3.Connection, to: Path) -> None:
    to.unlink(missing_ok=True)
    private.make(to)
    with closing(sqlite3.connect(to)) as copy:
        connection.backup(copy)
