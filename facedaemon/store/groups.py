"""Faces that nobody named, and the groups that they are in."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from facedaemon.store.vectors import halves_of
from facedaemon.values import AnnotationState, Halves

_BLOCK = 5000  # faces read at once
MOST = 200_000  # faces: the time that grouping takes grows with the square of their number


@dataclass(frozen=True, slots=True, eq=False)
class UnnamedFaces:
    """Faces that nobody named, row by row: their numbers, photos, qualities, vectors, and the photos' files.

    `folders` are those of the photos, `times` when they were taken, or else written, in seconds.
    """

    faces: Sequence[int]
    photos: Sequence[int]
    qualities: Sequence[float]
    folders: Sequence[bytes]
    times: Sequence[int]
    vectors: Halves | None


@dataclass(frozen=True, slots=True)
class Place:
    """The number of a face's group, None for a face alone; `guess`: its quality is too poor for certainty."""

    number: int | None
    guess: bool = False


_COLUMNS = (
    "SELECT face.id, face.photo, face.quality, photo.path, coalesce(photo.own_date, photo.mtime_ns / 1000000000),"
    " embedding.vector"
)
_COUNTS = (
    "SELECT count(*), count((SELECT face FROM grouped_face WHERE grouped_face.face = face.id)),"
    " (SELECT count(*) FROM grouped_face)"
)
_UNNAMED = (
    " FROM face JOIN photo ON photo.id = face.photo JOIN embedding ON embedding.face = face.id"
    " WHERE face.state = ? AND face.is_face = 1 AND photo.model = ? AND photo.missing = 0 AND photo.failure IS NULL"
)


class Groups:
    """The table of grouped faces."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` belongs to the store."""
        self._connection = connection

    def unnamed(self, model: str, most: int = MOST) -> UnnamedFaces:
        """The faces that nobody named and `model` embedded, of more than `most` the best ones; by their numbers."""
        known: tuple[object, ...] = (AnnotationState.UNKNOWN, model)
        count = self._connection.execute("SELECT count(*)" + _UNNAMED, known).fetchone()[0]
        order = " ORDER BY face.id"  # the order of the table: nothing is sorted
        if count > most:
            order, known = " ORDER BY face.quality DESC, face.id LIMIT ?", (*known, most)
        cursor = self._connection.execute(_COLUMNS + _UNNAMED + order, known)
        cursor.row_factory = None
        # block by block: the collector of garbage would go through 100,000 rows again and again
        blocks = iter(lambda: sorted(cursor) if count > most else cursor.fetchmany(_BLOCK), [])
        columns: tuple[list[Any], ...] = ([], [], [], [], [])
        vectors: list[bytes] = []
        for block in blocks:
            *numbers, paths, times, rows = zip(*block, strict=True)
            for column, part in zip(columns, (*numbers, map(_folder, paths), times), strict=True):
                column.extend(part)
            vectors.append(b"".join(rows))
        faces, photos, qualities, folders, taken = columns
        return UnnamedFaces(
            faces, photos, qualities, folders, taken, halves_of(b"".join(vectors), len(faces)) if faces else None
        )

    def is_current(self, model: str, most: int = MOST) -> bool:
        """Whether the faces that were looked at for groups are just those that nobody named, or `most` of them."""
        row = self._connection.execute(_COUNTS + _UNNAMED, (AnnotationState.UNKNOWN, model)).fetchone()
        return bool(min(row[0], most) == row[1] == row[2])

    def places(self) -> dict[int, Place]:
        """Where each face that was looked at is."""
        numbers, guesses = self.labels()
        return {face: Place(number, face in guesses) for face, number in numbers.items()}

    def labels(self) -> tuple[dict[int, int | None], set[int]]:
        """The number of each face's group, None for a face alone, and which faces are guesses."""
        cursor = self._connection.execute("SELECT face, number, guess FROM grouped_face")
        cursor.row_factory = None
        numbers: dict[int, int | None] = {}
        guesses: set[int] = set()
        for face, number, guess in cursor:
            numbers[face] = number
            if guess:
                guesses.add(face)
        return numbers, guesses

    def members(self, number: int, most: int = -1) -> dict[int, bool]:
        """The unnamed faces of a group, at most `most`, and whether each is a guess."""
        rows = self._connection.execute(
            "SELECT grouped_face.face, guess FROM grouped_face JOIN face ON face.id = grouped_face.face"
            " JOIN photo ON photo.id = face.photo"
            " WHERE number = ? AND face.state = ? AND photo.missing = 0 ORDER BY grouped_face.face LIMIT ?",
            (number, AnnotationState.UNKNOWN, most),
        )
        return {row["face"]: bool(row["guess"]) for row in rows}

    def by_faces(self) -> dict[int, int]:
        """How many faces each group had when it was made, most first; only those with several. Reads an index alone."""
        rows = self._connection.execute(
            "SELECT number, count(*) AS faces FROM grouped_face WHERE number IS NOT NULL GROUP BY number"
            " HAVING faces > 1 ORDER BY faces DESC, number"
        )
        return {row["number"]: row["faces"] for row in rows}

    def is_passer_by(self, number: int) -> bool:
        """Whether the faces of a group are in one photo only, or in photos that were all taken in one minute."""
        row = self._connection.execute(
            "SELECT count(DISTINCT face.photo), count(DISTINCT coalesce(photo.own_date / 60, -photo.id))"
            " FROM grouped_face JOIN face ON face.id = grouped_face.face JOIN photo ON photo.id = face.photo"
            " WHERE number = ? AND face.state = ? AND photo.missing = 0",
            (number, AnnotationState.UNKNOWN),
        ).fetchone()
        return bool(row[0] < 2 or row[1] < 2)

    def sizes(self) -> dict[int, int]:
        """In how many photos each group's faces are, groups that one answer names in most photos first.

        Without those whose photos were all taken in one minute, as far as the photos state it: a stranger passing by.
        """
        rows = self._connection.execute(
            "SELECT number, count(DISTINCT face.photo) AS photos FROM grouped_face"
            " JOIN face ON face.id = grouped_face.face JOIN photo ON photo.id = face.photo"
            " WHERE number IS NOT NULL AND face.state = ? AND photo.missing = 0 GROUP BY number"
            " HAVING photos > 1 AND count(DISTINCT coalesce(photo.own_date / 60, -photo.id)) > 1"
            " ORDER BY photos DESC, number",
            (AnnotationState.UNKNOWN,),
        )
        return {row["number"]: row["photos"] for row in rows}

    def put(self, places: Mapping[int, Place], gone: Iterable[int]) -> None:
        """These faces are there now; those that are `gone` are looked at for groups no more."""
        self._connection.executemany("DELETE FROM grouped_face WHERE face = ?", ((face,) for face in gone))
        self._connection.executemany(
            "INSERT INTO grouped_face (face, number, guess) VALUES (?, ?, ?)"
            " ON CONFLICT (face) DO UPDATE SET number = excluded.number, guess = excluded.guess",
            ((face, place.number, place.guess) for face, place in places.items()),
        )


def _folder(path: bytes) -> bytes:
    return path.rpartition(b"/")[0]
