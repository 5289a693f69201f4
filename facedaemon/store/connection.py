"""The connection to the state: what a full or failing disk does to it is an error that says what to do."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from facedaemon.errors import ExitCode, Unavailable


def among(column: str, values: Iterable[int] | Iterable[str] | None) -> tuple[str, tuple[str, ...]]:
    """The condition that a column holds one of the values, to follow others, with its parameter; nothing for None."""
    if values is None:
        return "", ()
    return f" AND {column} IN (SELECT value FROM json_each(?))", (json.dumps(sorted(values)),)  # noqa: S608 - ours


def as_text(words: str) -> str:
    """What the database can keep: bytes of a file name that are no UTF-8 are spelled out."""
    return words.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


_NOT_THE_DISK = {
    sqlite3.SQLITE_ERROR,  # mistakes in our own SQL
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE,
    sqlite3.SQLITE_CORRUPT,  # whoever opens the state knows what to do about damage
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
