"""People as the confirmed faces show them: how many, from which years, which are the best. Without embeddings."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from facedaemon.dates import Taken, taken
from facedaemon.store.connection import among
from facedaemon.store.photo_record import stated_by
from facedaemon.values import AnnotationState

_DAY = 86_400  # seconds; a correction of a date differs by more (dates.corrected)

# When a photo was taken, as `dates.taken` finds it; NULL where only the file has a time.
_STATED = (
    "CASE WHEN photo.own_date_source = 'sidecar' OR photo.library_date IS NULL THEN photo.own_date"
    f" WHEN photo.own_date IS NULL OR abs(photo.library_date - photo.own_date) > {_DAY} THEN photo.library_date"
    " ELSE photo.own_date END"
)
_FROM = " FROM face JOIN photo ON photo.id = face.photo WHERE face.state = ? AND face.person IS NOT NULL"
_COUNTS = "SELECT person, count(*) AS faces FROM face WHERE person IS NOT NULL GROUP BY person"  # reads an index alone
_MISSING = (
    "SELECT face.person, count(*) AS faces FROM photo CROSS JOIN face ON face.photo = photo.id"
    " WHERE photo.missing = 1 AND face.person IS NOT NULL GROUP BY face.person"
)
_YEARS = (
    f"SELECT face.person, CAST(strftime('%Y', {_STATED}, 'unixepoch') AS INTEGER) AS year, count(*) AS faces{_FROM}"
    " AND photo.missing = 0"
)
_BEST = (
    "SELECT person, short_id FROM (SELECT face.person, face.short_id, row_number() OVER"  # noqa: S608 - ours
    f" (PARTITION BY face.person ORDER BY face.quality DESC, face.id) AS place{_FROM}"
    " AND photo.missing = 0 AND photo.absent_since IS NULL"
)
_NEWEST = (
    "SELECT photo.id AS photo, photo.path, face.short_id, coalesce(face.person, suggestion.person) AS person,"  # noqa: S608
    " face.person IS NULL AS is_suggested FROM"
    " (SELECT id FROM photo WHERE missing = 0 AND absent_since IS NULL AND failure IS NULL"
    f" ORDER BY coalesce({_STATED}, mtime_ns / 1000000000) DESC LIMIT ?) AS newest"
    " JOIN photo ON photo.id = newest.id JOIN face ON face.photo = photo.id"
    " LEFT JOIN suggestion ON suggestion.face = face.id AND suggestion.state = 'open'"
    " WHERE coalesce(face.person, suggestion.person) IS NOT NULL"
    f" ORDER BY coalesce({_STATED}, photo.mtime_ns / 1000000000) DESC, photo.id DESC, face.x LIMIT ?"
)


_DATED = (
    "SELECT face.id AS face, person, own_date, own_date_source, library_date, mtime_ns"
    + _FROM
    + " AND photo.missing = 0"
    " AND photo.absent_since IS NULL"
)


@dataclass(frozen=True, slots=True)
class DatedFace:
    """A confirmed face, by its number, and when its photo was taken."""

    face: int
    person: str
    taken: Taken


@dataclass(frozen=True, slots=True)
class YearCount:
    """So many confirmed faces from photos of a year; the year is None for those without a date."""

    year: int | None
    faces: int


@dataclass(frozen=True, slots=True)
class NamedFace:
    """A face with a name, confirmed or suggested, in the photo of this number."""

    photo: int
    path: bytes
    short_id: str
    person: str
    is_suggested: bool


class People:
    """Questions about people that the state answers by its indexes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` belongs to the store."""
        self._connection = connection

    def counts(self) -> dict[str, int]:
        """How many confirmed faces each person has, without missing photos."""
        missing = {row["person"]: row["faces"] for row in self._connection.execute(_MISSING)}
        rows = self._connection.execute(_COUNTS)
        there = ((row["person"], row["faces"] - missing.get(row["person"], 0)) for row in rows)
        return {person: faces for person, faces in there if faces}

    def years(self, people: Iterable[str]) -> dict[str, list[YearCount]]:
        """From which years the confirmed faces of these people are, the earliest first, those without a date last."""
        condition, names = among("face.person", people)
        rows = self._connection.execute(
            _YEARS + condition + " GROUP BY face.person, year ORDER BY year IS NULL, year",
            (AnnotationState.CONFIRMED, *names),
        )
        found: dict[str, list[YearCount]] = {}
        for row in rows:
            found.setdefault(row["person"], []).append(YearCount(row["year"], row["faces"]))
        return found

    def dated(self, people: Iterable[str]) -> list[DatedFace]:
        """The confirmed faces of these people in photos that are there."""
        condition, names = among("face.person", people)
        rows = self._connection.execute(f"{_DATED}{condition} ORDER BY face.id", (AnnotationState.CONFIRMED, *names))
        return [
            DatedFace(row["face"], row["person"], taken(stated_by(row), row["library_date"], row["mtime_ns"]))
            for row in rows
        ]

    def best(self, people: Iterable[str], most: int = 1) -> dict[str, list[str]]:
        """The short ids of the best confirmed faces of each of these people, at most `most` of each."""
        condition, names = among("face.person", people)
        rows = self._connection.execute(
            f"{_BEST}{condition}) WHERE place <= ? ORDER BY person, place", (AnnotationState.CONFIRMED, *names, most)
        )
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row["person"], []).append(row["short_id"])
        return found

    def newest(self, most: int, photos: int) -> list[NamedFace]:
        """The named faces of the `photos` photos that were taken last, at most `most`, newest first."""
        rows = self._connection.execute(_NEWEST, (photos, most))
        return [
            NamedFace(row["photo"], row["path"], row["short_id"], row["person"], bool(row["is_suggested"]))
            for row in rows
        ]
