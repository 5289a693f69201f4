"""The faces found in photos, what humans decided about them, and their embeddings."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from facedaemon.geometry import displayed, overlap, stored
from facedaemon.store.connection import among
from facedaemon.store.embedding_cache import EmbeddingCache
from facedaemon.store.vectors import packed, unpacked
from facedaemon.values import AnnotationState, EmbeddedFace, Quality, Region, Vector

SAME_FACE_OVERLAP = 0.5  # a face found again at this overlap keeps its number, and with it all that is known about it


@dataclass(frozen=True, slots=True)
class Verdict:
    """What humans decided about a face: CONFIRMED with a person, IGNORED, or UNKNOWN (nothing).

    `trust`, 0 to 1: how certain it is that this face is the one that the human's region names.
    """

    state: AnnotationState = AnnotationState.UNKNOWN
    person: str | None = None
    trust: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class FaceRecord:
    """A face and its number, which stays the same as long as the face is found at the same place.

    `short_id` is the whole of what names it in commands (`facedaemon.face_ids`).
    """

    id: int
    photo: int
    region: Region
    score: float
    quality: Quality
    is_face: bool
    user_drawn: bool
    verdict: Verdict
    short_id: str = ""


_FACE_COLUMNS = "id, photo, x, y, w, h, score, quality, reasons, is_face, drawn, state, person, trust, short_id"

_TRUSTED_SO = (
    "SELECT DISTINCT face.photo FROM face JOIN photo ON photo.id = face.photo"
    " WHERE face.state = ? AND face.trust = ? AND photo.model = ?"
)
_BY_PHOTO = " ORDER BY face.photo"
_PUT_VERDICT = (
    "UPDATE face SET state = ?1, person = ?2, trust = ?3, former_person ="
    " CASE WHEN ?5 AND person IS NOT NULL AND person IS NOT ?2 THEN person ELSE former_person END WHERE id = ?4"
)
_NEW_NAMES = (
    "SELECT former_person, person, count(*) FROM face"
    " WHERE former_person IS NOT NULL AND person IS NOT NULL AND person <> former_person"
    " AND former_person NOT IN (SELECT person FROM face WHERE person IS NOT NULL) GROUP BY 1, 2 ORDER BY 1, 2"
)
_NAMED = "SELECT photo, person FROM face WHERE person IS NOT NULL"

_BEST = (
    f"SELECT {_FACE_COLUMNS} FROM face WHERE person = ? AND state = ?"  # noqa: S608 - ours
    " AND (SELECT missing = 0 AND absent_since IS NULL FROM photo WHERE photo.id = face.photo)"
    " ORDER BY quality DESC, id LIMIT ?"
)
_COPY_FACE = (
    "INSERT INTO face (photo, x, y, w, h, landmarks, score, quality, reasons, is_face, drawn, short_id)"
    " SELECT ?, x, y, w, h, landmarks, score, quality, reasons, is_face, 0, short_id FROM face WHERE id = ?"
    " RETURNING id"
)
_ID = "face_id((SELECT coalesce(content, hex(path)) FROM photo WHERE id = face.photo), x, y, w, h)"
_NAME_FACES = f"UPDATE face SET short_id = {_ID} WHERE "  # noqa: S608 - ours


class Faces:
    """The face and embedding tables."""

    def __init__(self, connection: sqlite3.Connection, embedding_cache: EmbeddingCache) -> None:
        """`connection` belongs to the store; `embedding_cache` is emptied when vectors change or are deleted."""
        self._connection = connection
        self._embedding_cache = embedding_cache

    def get(self, number: int) -> FaceRecord:
        """The face with this number, which must exist."""
        row = self._connection.execute(f"SELECT {_FACE_COLUMNS} FROM face WHERE id = ?", (number,)).fetchone()  # noqa: S608
        return _face(row)

    def with_short_id(self, beginning: str) -> list[FaceRecord]:
        """The faces whose short id begins so, by photo; a photo's copies share theirs."""
        rows = self._connection.execute(
            f"SELECT {_FACE_COLUMNS} FROM face WHERE short_id >= ? AND short_id < ? ORDER BY photo, id",  # noqa: S608
            (beginning, beginning + "~"),
        )
        return [_face(row) for row in rows]

    def with_whole_ids(self, short_ids: Iterable[str]) -> list[FaceRecord]:
        """The faces with these whole short ids, by photo."""
        condition, wanted = among("short_id", short_ids)
        statement = f"SELECT {_FACE_COLUMNS} FROM face WHERE TRUE{condition} ORDER BY photo, id"  # noqa: S608
        return [_face(row) for row in self._connection.execute(statement, wanted)]

    def many(self, numbers: Iterable[int]) -> dict[int, FaceRecord]:
        """The faces with these numbers, as far as there are such."""
        condition, wanted = among("id", numbers)
        rows = self._connection.execute(f"SELECT {_FACE_COLUMNS} FROM face WHERE TRUE{condition} ORDER BY id", wanted)  # noqa: S608
        return {row["id"]: _face(row) for row in rows}

    def best_of(self, person: str, most: int) -> list[FaceRecord]:
        """The best confirmed faces of a person, at most `most`, in photos that are not known to be away."""
        rows = self._connection.execute(_BEST, (person, AnnotationState.CONFIRMED, most))
        return [_face(row) for row in rows]

    def put(self, photo: int, faces: Iterable[EmbeddedFace], *, is_same_picture: bool = True) -> None:
        """Replace the photo's faces by these; faces found again at the same place keep their numbers.

        In another picture than before they get other short ids: what a user has seen of one is not meant for the other.
        """
        known = self.of(photo)
        for face in faces:
            again = max(known, key=lambda old: overlap(old.region, face.region), default=None)
            if again is not None and overlap(again.region, face.region) >= SAME_FACE_OVERLAP:
                known.remove(again)
                self._update_face(again.id, face)
            else:
                self._insert_face(photo, face, user_drawn=False)
        for old in known:
            self.remove(old.id)
        if not is_same_picture:
            self._connection.execute(_NAME_FACES + "photo = ?", (photo,))

    def turn(self, photo: int, orientation: int, to: int) -> None:
        """Turn the regions of a photo that was displayed in EXIF `orientation` and is now displayed in `to`."""
        for face in self.of(photo):
            region = displayed(stored(face.region, orientation), to)
            self._connection.execute(
                "UPDATE face SET x = ?, y = ?, w = ?, h = ? WHERE id = ?",
                (region.x, region.y, region.w, region.h, face.id),
            )

    def copy(self, photo: int, to: int) -> None:
        """Give the photo `to`, which shows the same picture, the same faces, without what humans decided about them."""
        self._forget_faces("DELETE FROM face WHERE photo = ?", to)
        for face in self.of(photo):
            if not face.user_drawn:
                copied = self._connection.execute(_COPY_FACE, (to, face.id)).fetchone()
                self._connection.execute(
                    "INSERT INTO embedding (face, vector) SELECT ?, vector FROM embedding WHERE face = ?",
                    (copied[0], face.id),
                )

    def of(self, photo: int) -> list[FaceRecord]:
        """The faces of a photo, from left to right."""
        rows = self._connection.execute(f"SELECT {_FACE_COLUMNS} FROM face WHERE photo = ? ORDER BY x, id", (photo,))  # noqa: S608
        return [_face(row) for row in rows]

    def add_user_drawn(self, photo: int, face: EmbeddedFace) -> FaceRecord:
        """Add a face that the detector missed and that a human's region shows."""
        return self.get(self._insert_face(photo, face, user_drawn=True))

    def put_verdict(self, face: int, verdict: Verdict, *, is_from_elsewhere: bool = False) -> None:
        """Store what humans decided about the face.

        The name that it had is kept beside a new one of another program (`is_from_elsewhere`).
        """
        put = (verdict.state, verdict.person, verdict.trust, face, is_from_elsewhere)
        self._connection.execute(_PUT_VERDICT, put)

    def new_names(self) -> dict[str, dict[str, int]]:
        """Of people without any confirmed face: the names that their former faces have now, and how many have each."""
        found: dict[str, dict[str, int]] = {}
        for former, person, faces in self._connection.execute(_NEW_NAMES):
            found.setdefault(former, {})[person] = faces
        return found

    def forget_former(self, person: str) -> None:
        """That faces once had this name does not matter any more."""
        self._connection.execute("UPDATE face SET former_person = NULL WHERE former_person = ?", (person,))

    def rename_former(self, person: str, to: str) -> None:
        """Whom faces were confirmed as before is called otherwise now."""
        self._connection.execute("UPDATE face SET former_person = ? WHERE former_person = ?", (to, person))

    def rename(self, face: int, person: str, to: str) -> None:
        """Whom the face is confirmed as is called otherwise now; nothing changes where it is confirmed as another."""
        self._connection.execute("UPDATE face SET person = ? WHERE id = ? AND person = ?", (to, face, person))

    def photos_with_trust(self, model: str, trust: float, people: Iterable[str]) -> list[int]:
        """Photos, in order, analysed by `model`, in which one of these people is confirmed with exactly this trust."""
        condition, names = among("face.person", people)
        asked = (AnnotationState.CONFIRMED, trust, model, *names)
        rows = self._connection.execute(_TRUSTED_SO + condition + _BY_PHOTO, asked)
        return [row["photo"] for row in rows]

    def remove(self, face: int) -> None:
        """Delete a face that is not found any more, or whose region a human removed."""
        self._forget_faces("DELETE FROM face WHERE id = ?", face)

    def vectors(self, faces: Iterable[int]) -> dict[int, Vector]:
        """The embeddings of these faces."""
        found: dict[int, Vector] = {}
        for face in faces:
            row = self._connection.execute("SELECT vector FROM embedding WHERE face = ?", (face,)).fetchone()
            if row:
                found[face] = unpacked(row[0])
        return found

    def named_in(self, photos: Iterable[int] | None = None) -> dict[int, set[str]]:
        """The people confirmed in each of these photos, or of all."""
        found: dict[int, set[str]] = {}
        condition, wanted = among("photo", photos)
        for row in self._connection.execute(_NAMED + condition, wanted):
            found.setdefault(row["photo"], set()).add(row["person"])
        return found

    def forgot(self) -> None:
        """Photos were deleted, and their faces with them: empty the cache."""
        self._embedding_cache.forget()

    def _forget_faces(self, statement: str, number: int) -> None:
        if self._connection.execute(statement, (number,)).rowcount:
            self._embedding_cache.forget()

    def _insert_face(self, photo: int, face: EmbeddedFace, user_drawn: bool) -> int:
        row = self._connection.execute(
            "INSERT INTO face (photo, x, y, w, h, landmarks, score, quality, reasons, is_face, drawn)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (photo, *_columns(face), user_drawn),
        ).fetchone()
        self._connection.execute(_NAME_FACES + "id = ?", (row[0],))
        self._put_vector(int(row[0]), face.vector)
        return int(row[0])

    def _update_face(self, number: int, face: EmbeddedFace) -> None:
        self._connection.execute(
            "UPDATE face SET x = ?, y = ?, w = ?, h = ?, landmarks = ?, score = ?, quality = ?, reasons = ?,"
            " is_face = ?, drawn = 0 WHERE id = ?",
            (*_columns(face), number),
        )
        self._embedding_cache.forget()
        self._put_vector(number, face.vector)

    def _put_vector(self, face: int, vector: Vector) -> None:
        self._connection.execute(
            "INSERT INTO embedding (face, vector) VALUES (?, ?)"
            " ON CONFLICT (face) DO UPDATE SET vector = excluded.vector",
            (face, packed(vector)),
        )


def _columns(face: EmbeddedFace) -> tuple[object, ...]:
    region = face.region
    return (
        *(float(number) for number in (region.x, region.y, region.w, region.h)),
        face.landmarks.astype("<f4").tobytes(),
        float(face.score),
        float(face.quality.value),
        ",".join(face.quality.reasons),
        int(face.is_face),
    )


def _face(row: sqlite3.Row) -> FaceRecord:
    return FaceRecord(
        id=row["id"],
        photo=row["photo"],
        region=Region(row["x"], row["y"], row["w"], row["h"]),
        score=row["score"],
        quality=Quality(row["quality"], tuple(filter(None, row["reasons"].split(",")))),
        is_face=bool(row["is_face"]),
        user_drawn=bool(row["drawn"]),
        verdict=Verdict(AnnotationState(row["state"]), row["person"], row["trust"]),
        short_id=row["short_id"],
    )
