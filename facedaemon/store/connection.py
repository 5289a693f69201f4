"""The connection to the state: what a full or failing disk does to it is an error that says what to do."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from facedaemon.errors import Unavailable

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
                f"{path}: the state cannot be kept: {error}; see to the space and health of its disk"
            ) from error
