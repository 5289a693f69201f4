"""What else was read of the library beside its marks: what tells a human's click from a change of everything."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from facedaemon.values import Region


@dataclass(frozen=True, slots=True)
class KnownTrace:
    """A photo's number in the library, when detection went over it (None: never), how many places are doubled."""

    image: int
    detection: int | None
    doubled: int = 0


@dataclass(frozen=True, slots=True)
class WithdrawnName:
    """A suggestion that stood in the library's view until it was taken back."""

    person: str
    region: Region


class Traces:
    """The library_trace and withdrawn_name tables."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` belongs to the store."""
        self._connection = connection

    def all(self) -> dict[int, KnownTrace]:
        """The traces of all photos, by the photo's number."""
        rows = self._connection.execute("SELECT photo, image, detection, doubled FROM library_trace")
        return {row[0]: KnownTrace(row[1], row[2], row[3]) for row in rows}

    def of(self, photo: int) -> KnownTrace | None:
        """The photo's trace; None where the library never said anything of it."""
        row = self._connection.execute(
            "SELECT image, detection, doubled FROM library_trace WHERE photo = ?", (photo,)
        ).fetchone()
        return None if row is None else KnownTrace(*row)

    def put(self, photo: int, trace: KnownTrace | None) -> None:
        """Note what was read of the photo last."""
        self._connection.execute("DELETE FROM library_trace WHERE photo = ?", (photo,))
        if trace is not None:
            self._connection.execute(
                "INSERT INTO library_trace (photo, image, detection, doubled) VALUES (?, ?, ?, ?)",
                (photo, trace.image, trace.detection, trace.doubled),
            )

    def withdrawn(self, photo: int) -> list[WithdrawnName]:
        """The suggestions that were taken out of the library's view, and of which nobody said anything since."""
        rows = self._connection.execute(
            "SELECT person, x, y, w, h FROM withdrawn_name WHERE photo = ? ORDER BY rowid", (photo,)
        )
        return [WithdrawnName(row[0], Region(*row[1:])) for row in rows]

    def add_withdrawn(self, photo: int, names: Iterable[WithdrawnName]) -> None:
        """These were taken out of the view."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO withdrawn_name (photo, person, x, y, w, h) VALUES (?, ?, ?, ?, ?, ?)",
            ((photo, n.person, n.region.x, n.region.y, n.region.w, n.region.h) for n in names),
        )

    def forget_withdrawn(self, photo: int, people: Iterable[str] | None = None) -> None:
        """No window can show these any more, or somebody answered (None: all of the photo)."""
        if people is None:
            self._connection.execute("DELETE FROM withdrawn_name WHERE photo = ?", (photo,))
        else:
            self._connection.executemany(
                "DELETE FROM withdrawn_name WHERE photo = ? AND person = ?", ((photo, person) for person in people)
            )
