"""What the gallery in use says of the confirmed faces, as it was found when the gallery was trained."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from facedaemon.figures import AtThreshold, Figures, LookAlikes


@dataclass(frozen=True, slots=True)
class DoubtRecord:
    """A confirmed face that is probably mislabelled, by the numbers of the faces.

    `looks_like` is None where it looks like nobody, `nearest_own` and `nearest_other` (the most similar faces under its
    own and under another name) where there is none.
    """

    face: int
    person: str
    looks_like: str | None
    score: float
    nearest_own: int | None
    nearest_other: int | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """All of it, for the gallery that `gallery` names (`pipeline.train.Trained.key`)."""

    gallery: str
    figures: Figures
    thresholds: Sequence[AtThreshold] = ()
    doubts: Sequence[DoubtRecord] = ()
    look_alikes: Sequence[LookAlikes] = ()


_TABLES = ("assessment", "assessed_threshold", "doubt", "look_alike")
_DOUBTS = (
    "SELECT doubt.* FROM doubt JOIN face ON face.id = doubt.face JOIN photo ON photo.id = face.photo"
    " WHERE face.person = doubt.person AND photo.missing = 0 AND photo.absent_since IS NULL"
    " ORDER BY doubt.score DESC, doubt.face"
)


class Assessments:
    """The tables of the assessment; there is one, that of the gallery in use."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` belongs to the store."""
        self._connection = connection

    def of(self) -> str | None:
        """The gallery that the assessment is about; None where there is none."""
        row = self._connection.execute("SELECT gallery FROM assessment").fetchone()
        return row["gallery"] if row else None

    def forget(self) -> None:
        """Delete it."""
        for table in _TABLES:
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names

    def put(self, found: Assessment, now: float) -> None:
        """Replace the assessment; to be called in a transaction."""
        self.forget()
        self._insert("assessment", [(1, found.gallery, now, *astuple(found.figures))])
        self._insert("assessed_threshold", map(astuple, found.thresholds))
        self._insert("doubt", map(astuple, found.doubts))
        self._insert("look_alike", map(astuple, found.look_alikes))

    def figures(self) -> tuple[float, Figures] | None:
        """When it was made, and the figures at the threshold in use; None where there is none."""
        row = self._connection.execute("SELECT * FROM assessment").fetchone()
        return None if row is None else (row["made"], Figures(*(row[name] for name in Figures.__slots__)))

    def thresholds(self) -> list[AtThreshold]:
        """The figures at other thresholds, the lowest first."""
        rows = self._connection.execute("SELECT * FROM assessed_threshold ORDER BY threshold")
        return [AtThreshold(*row) for row in rows]

    def doubts(self) -> list[DoubtRecord]:
        """The faces that are confirmed as the same person still, worst first, in photos that are there."""
        rows = self._connection.execute(_DOUBTS)
        return [DoubtRecord(*row) for row in rows]

    def look_alikes(self, person: str | None = None) -> list[LookAlikes]:
        """The pairs, of one person or all, those mixed up most first."""
        rows = self._connection.execute(
            "SELECT * FROM look_alike WHERE ? IS NULL OR ? IN (one, other)"
            " ORDER BY mixed_up DESC, likeness DESC, one, other",
            (person, person),
        )
        return [LookAlikes(*row) for row in rows]

    def _insert(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Rows with all columns of the table, in their order."""
        for row in rows:
            self._connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
