"""Faces that nobody named, and the groups that they are in."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from facedaemon.store.connection import among
from facedaemon.store.embedding_cache import EmbeddingCache
from facedaemon.store.vectors import listed, numbers, rows_of, with_new
from facedaemon.values import AnnotationState, Halves, Numbers

_BLOCK = 5000  # faces read at once
MOST = 200_000  # faces: the time that grouping takes grows with the square of their number
NO_GROUP = -1  # numbers of groups begin with 1


@dataclass(frozen=True, slots=True, eq=False)
class UnnamedFaces:
    """Faces that nobody named, row by row: their numbers, (n,), ascending, and vectors, (n, d).

    `groups` (n,) are the numbers of the groups that they are in, or NO_GROUP. `guesses` (n,) is 1 for those whose
    quality is too poor for certainty, `looked_at` (n,) is 1 for those that were looked at for groups.
    """

    faces: Numbers
    groups: Numbers
    guesses: Numbers
    looked_at: Numbers
    vectors: Halves


@dataclass(frozen=True, slots=True)
class GroupChanges:
    """What changed since the groups were last brought up to date; up to the change with the number `upto`.

    `new` are the numbers of unnamed faces that were not looked at yet, ascending; `gone` those of faces that were
    looked at and are not unnamed any more; `thinned` the groups that lost a face which was no guess.
    """

    upto: int = 0
    new: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    thinned: frozenset[int] = frozenset()

    @property
    def is_any(self) -> bool:
        """Whether a group may be another now."""
        return bool(self.new or self.gone or self.thinned)


@dataclass(frozen=True, slots=True, eq=False)
class FaceDetails:
    """Of some faces, row by row: their photos, qualities, and the photos' folders.

    `times` are when the photos were taken, or else written, in seconds.
    """

    photos: Sequence[int]
    qualities: Sequence[float]
    folders: Sequence[bytes]
    times: Sequence[int]


@dataclass(frozen=True, slots=True)
class Place:
    """The number of a face's group, None for a face alone; `guess`: its quality is too poor for certainty."""

    number: int | None
    guess: bool = False


_DETAILS = (
    "SELECT face.photo, face.quality, photo.path, coalesce(photo.own_date, photo.mtime_ns / 1000000000)"
    " FROM face JOIN photo ON photo.id = face.photo WHERE TRUE"
)
_COLUMNS = (
    "SELECT face.id, coalesce(grouped_face.number, -1), coalesce(grouped_face.guess, 0), grouped_face.face IS NOT NULL"
)
# in the order of the faces: SQLite would otherwise read all photos first
_UNNAMED = (
    " FROM face CROSS JOIN photo ON photo.id = face.photo LEFT JOIN grouped_face ON grouped_face.face = face.id"
    " WHERE face.state = ? AND face.is_face = 1 AND photo.model = ? AND photo.missing = 0 AND photo.failure IS NULL"
)
_CHANGED = "face.id IN (SELECT face FROM grouping_change WHERE id <= ?)"
_NEW = "SELECT face.id" + _UNNAMED + f" AND grouped_face.face IS NULL AND {_CHANGED} ORDER BY face.id"
_STILL_UNNAMED = "SELECT face.id" + _UNNAMED + f" AND {_CHANGED}"
_GONE = (
    "SELECT face FROM grouped_face WHERE face IN (SELECT face FROM grouping_change WHERE id <= ?)"  # noqa: S608 - ours
    f" AND face NOT IN ({_STILL_UNNAMED}) ORDER BY face"
)
_THINNED = (
    "SELECT number FROM grouping_change WHERE id <= ? AND number IS NOT NULL UNION SELECT number FROM grouped_face"
    " WHERE face IN (SELECT value FROM json_each(?)) AND guess = 0 AND number IS NOT NULL"
)
_WITH_GROUPS = (
    "SELECT face, coalesce(number, -1), guess, 1 FROM grouped_face WHERE face IN (SELECT value FROM json_each(?1))"
    " UNION SELECT face, number, guess, 1 FROM grouped_face WHERE number IN (SELECT value FROM json_each(?2)"
    " UNION SELECT number FROM grouped_face WHERE face IN (SELECT value FROM json_each(?1)))"
)


class Groups:
    """The table of grouped faces."""

    def __init__(self, connection: sqlite3.Connection, embedding_cache: EmbeddingCache) -> None:
        """`connection` belongs to the store, and so does `embedding_cache`."""
        self._connection = connection
        self._embedding_cache = embedding_cache

    def unnamed(self, model: str, most: int = MOST) -> UnnamedFaces:
        """The faces that nobody named and `model` embedded, of more than `most` the best ones; by their numbers."""
        found = self._rows(" ORDER BY face.id LIMIT ?", model, most + 1)  # the order of the table: nothing is sorted
        if found.shape[1] > most:
            found = self._rows(" ORDER BY face.quality DESC, face.id LIMIT ?", model, most)
            found = found[:, found[0].argsort()]
        return self._with_vectors(found)

    def changes(self, model: str, most: int = MOST, *, is_other: bool = False) -> GroupChanges:
        """What changed since `put` was last called with `upto`, among the faces that `unnamed` gives.

        `is_other`: the groups are of another model's faces.
        """
        upto = self._connection.execute("SELECT coalesce(max(id), 0) FROM grouping_change").fetchone()[0]
        if not (upto or is_other):
            return GroupChanges()
        new = [face for (face,) in self._plain(_NEW, (AnnotationState.UNKNOWN, model, upto))]
        looked_at = self._connection.execute("SELECT count(*) FROM grouped_face").fetchone()[0]
        if is_other or looked_at + len(new) >= most:  # where not all can be looked at, one may put another one out
            best = self.unnamed(model, most)
            new = best.faces[best.looked_at == 0].tolist()
            gone = sorted({face for (face,) in self._plain("SELECT face FROM grouped_face")} - set(best.faces.tolist()))
        else:
            gone = [face for (face,) in self._plain(_GONE, (upto, AnnotationState.UNKNOWN, model, upto))]
        thinned = frozenset(number for (number,) in self._plain(_THINNED, (upto, json.dumps(gone))))
        return GroupChanges(upto, tuple(new), tuple(gone), thinned)

    def vectors_of(self, faces: Sequence[int] | Numbers) -> Halves:
        """The vectors of these faces, ascending, float16 (m, d), of those that have one."""
        return self._embedding_cache.of(numbers(faces))[1]

    def some(self, changes: GroupChanges, near: Sequence[int]) -> UnnamedFaces:
        """The faces that are new, those looked at that are `near` or in a thinned group, and the groups of all."""
        there = rows_of(self._plain(_WITH_GROUPS, (json.dumps([*near]), json.dumps(sorted(changes.thinned)))), 4)
        return self._with_vectors(with_new(there, numbers(changes.gone), numbers(changes.new), (NO_GROUP, 0, 0)))

    def looked_at(self, changes: GroupChanges) -> Numbers:
        """The numbers of all faces that are looked at for groups after these changes, ascending."""
        before = listed(self._connection.execute("SELECT group_concat(face) FROM grouped_face").fetchone()[0])
        return with_new(before[None], numbers(changes.gone), numbers(changes.new)).reshape(-1)

    def _with_vectors(self, found: Numbers) -> UnnamedFaces:
        rows, vectors = self._embedding_cache.of(found[0])
        faces, groups, guesses, looked_at = found[:, rows]
        return UnnamedFaces(faces, groups, guesses, looked_at, vectors)

    def details(self, faces: Sequence[int]) -> FaceDetails:
        """The details of these faces, ascending, in their order."""
        photos, qualities, folders, times = [], [], [], []
        # block by block: the collector of garbage would go through 100,000 rows again and again
        for start in range(0, len(faces), _BLOCK):
            condition, wanted = among("face.id", faces[start : start + _BLOCK])
            for photo, quality, path, time in self._plain(_DETAILS + condition + " ORDER BY face.id", wanted):
                photos.append(photo)
                qualities.append(quality)
                folders.append(path.rpartition(b"/")[0])
                times.append(time)
        return FaceDetails(photos, qualities, folders, times)

    def _rows(self, order: str, model: str, most: int) -> Numbers:
        return rows_of(self._plain(_COLUMNS + _UNNAMED + order, (AnnotationState.UNKNOWN, model, most)), 4)

    def _plain(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """The rows as tuples."""
        cursor = self._connection.execute(statement, values)
        cursor.row_factory = None
        return cursor

    def places(self) -> dict[int, Place]:
        """Where each face that was looked at is."""
        rows = self._plain("SELECT face, number, guess FROM grouped_face")
        return {face: Place(number, bool(guess)) for face, number, guess in rows}

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

    def put(self, places: Mapping[int, Place], changes: GroupChanges) -> None:
        """These faces are there now, and these changes are dealt with."""
        self._connection.executemany("DELETE FROM grouped_face WHERE face = ?", ((face,) for face in changes.gone))
        self._connection.executemany(
            "INSERT INTO grouped_face (face, number, guess) VALUES (?, ?, ?)"
            " ON CONFLICT (face) DO UPDATE SET number = excluded.number, guess = excluded.guess",
            ((face, place.number, place.guess) for face, place in places.items()),
        )
        self._connection.execute("DELETE FROM grouping_change WHERE id <= ?", (changes.upto,))
