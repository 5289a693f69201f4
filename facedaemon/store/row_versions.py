"""What else is read from the library beside annotations, to distinguish a human's click from a mass change."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from facedaemon.values import Region


@dataclass(frozen=True, slots=True)
class KnownRowVersion:
    """A photo's number in the library, and when digiKam last detected faces in it (None: never).

    `doubled` is the number of regions that stand twice.
    """

    image: int
    detection: int | None
    doubled: int = 0


@dataclass(frozen=True, slots=True)
class WithdrawnName:
    """A suggestion that digiKam showed until facedaemon withdrew it."""

    person: str
    region: Region


class RowVersions:
    """The library_trace and withdrawn_name tables."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` belongs to the store."""
        self._connection = connection

    def all(self) -> dict[int, KnownRowVersion]:
        """The row versions of all photos, by the photo's number."""
        rows = self._connection.execute("SELECT photo, image, detection, doubled FROM library_trace")
        return {row[0]: KnownRowVersion(row[1], row[2], row[3]) for row in rows}

    def of(self, photo: int) -> KnownRowVersion | None:
        """The photo's row version; None where the library never had rows for it."""
        row = self._connection.execute(
            "SELECT image, detection, doubled FROM library_trace WHERE photo = ?", (photo,)
        ).fetchone()
        return None if row is None else KnownRowVersion(*row)

    def put(self, photo: int, version: KnownRowVersion | None) -> None:
        """Store what was last read of the photo."""
        self._connection.execute("DELETE FROM library_trace WHERE photo = ?", (photo,))
        if version is not None:
            self._connection.execute(
                "INSERT INTO library_trace (photo, image, detection, doubled) VALUES (?, ?, ?, ?)",
                (photo, version.image, version.detection, version.doubled),
            )

    def withdrawn(self, photo: int) -> list[WithdrawnName]:
        """Suggestions withdrawn from the library's view that no human answered since."""
        rows = self._connection.execute(
            "SELECT person, x, y, w, h FROM withdrawn_name WHERE photo = ? ORDER BY rowid", (photo,)
        )
        return [WithdrawnName(row[0], Region(*row[1:])) for row in rows]

    def add_withdrawn(self, photo: int, names: Iterable[WithdrawnName]) -> None:
        """Store suggestions that were withdrawn from the library's view."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO withdrawn_name (photo, person, x, y, w, h) VALUES (?, ?, ?, ?, ?, ?)",
            ((photo, n.person, n.region.x, n.region.y, n.region.w, n.region.h) for n in names),
        )

    def forget_withdrawn(self, photo: int, people: Iterable[str] | None = None) -> None:
        """Delete those that no window can show any more or that somebody answered (None: all of the photo)."""
        if people is None:
            self._connection.execute("DELETE FROM withdrawn_name WHERE photo = ?", (photo,))
        else:
            self._connection.executemany(
                "DELETE FROM withdrawn_name WHERE photo = ? AND person = ?", ((photo, person) for person in people)
            )
