"""Photos and the faces seen in them."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from facedaemon.geometry import overlap
from facedaemon.store.crowd import Crowd
from facedaemon.store.vectors import packed, unpacked
from facedaemon.values import EmbeddedFace, Fingerprint, Look, MarkState, Quality, Region, Size, Vector

UNSURE = ""  # as `published`: whatever stands in the sidecar, it is compared with what is wanted anew
_TROUBLE = "sidecar trouble "  # the beginning of a note's key; the photo's number follows
SAME_FACE_OVERLAP = 0.5  # a face found again at this overlap keeps its number, and with it all that is known about it


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """What is remembered of a photo. `look` values are None where it could not be read (`failure` says why)."""

    id: int
    path: Path
    fingerprint: Fingerprint
    content: str | None
    size: Size | None
    orientation: int | None
    model: str | None
    failure: str | None
    missing: bool
    metadata: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What humans say of a face: CONFIRMED with a person, IGNORED, or UNKNOWN (nothing).

    `trust` says how surely this face is the one the human named, 0 to 1.
    """

    state: MarkState = MarkState.UNKNOWN
    person: str | None = None
    trust: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class FaceRecord:
    """A face with the number that stays its own as long as it is found at the same place."""

    id: int
    photo: int
    region: Region
    score: float
    quality: Quality
    is_face: bool
    drawn: bool
    verdict: Verdict


_FACE_COLUMNS = "id, photo, x, y, w, h, score, quality, reasons, is_face, drawn, state, person, trust"

_NAMED = "SELECT photo, person FROM face WHERE person IS NOT NULL"
_NAMED_IN = (
    "SELECT photo, person FROM json_each(?) CROSS JOIN face ON face.photo = json_each.value WHERE person IS NOT NULL"
)

_COPY_FACE = (
    "INSERT INTO face (photo, x, y, w, h, landmarks, score, quality, reasons, is_face, drawn)"
    " SELECT ?, x, y, w, h, landmarks, score, quality, reasons, is_face, 0 FROM face WHERE id = ? RETURNING id"
)


class Photos:
    """The photo, face and embedding tables."""

    def __init__(self, connection: sqlite3.Connection, crowd: Crowd) -> None:
        """`connection` belongs to the store; `crowd` is told when vectors change or go."""
        self._connection = connection
        self._crowd = crowd

    def all(self) -> Iterator[PhotoRecord]:
        """Every photo, in the order of the paths."""
        for row in self._connection.execute("SELECT * FROM photo ORDER BY path"):
            yield _photo(row)

    def places(self) -> dict[Path, int]:
        """The numbers of all photos that are not known to be away, by their paths."""
        rows = self._connection.execute("SELECT path, id FROM photo WHERE missing = 0 ORDER BY path")
        return {Path(os.fsdecode(row["path"])): row["id"] for row in rows}

    def get(self, path: Path) -> PhotoRecord | None:
        """The photo at `path`, or None."""
        row = self._connection.execute("SELECT * FROM photo WHERE path = ?", (os.fsencode(path),)).fetchone()
        return _photo(row, path) if row else None

    def below(self, folder: Path) -> Iterator[PhotoRecord]:
        """The photos in a folder and in those below it that are not known to be away."""
        first = os.fsencode(folder) + b"/"
        last = os.fsencode(folder) + b"0"  # the byte after "/"
        rows = self._connection.execute(
            "SELECT * FROM photo WHERE path > ? AND path < ? AND missing = 0 ORDER BY path", (first, last)
        ).fetchall()
        return map(_photo, rows)

    def face(self, number: int) -> FaceRecord:
        """The face of that number, which must exist."""
        row = self._connection.execute(f"SELECT {_FACE_COLUMNS} FROM face WHERE id = ?", (number,)).fetchone()  # noqa: S608
        return _face(row)

    def by_id(self, photo: int) -> PhotoRecord:
        """The photo of that number, which must exist."""
        return _photo(self._connection.execute("SELECT * FROM photo WHERE id = ?", (photo,)).fetchone())

    def with_content(self, content: str, model: str) -> PhotoRecord | None:
        """Another photo that shows the same picture and was looked at by `model`, or None."""
        row = self._connection.execute(
            "SELECT * FROM photo WHERE content = ? AND model = ? AND failure IS NULL ORDER BY id LIMIT 1",
            (content, model),
        ).fetchone()
        return _photo(row) if row else None

    def with_fingerprint(self, fingerprint: Fingerprint) -> list[PhotoRecord]:
        """Photos whose file had this size, time and inode when it was looked at."""
        rows = self._connection.execute(
            "SELECT * FROM photo WHERE inode = ? AND mtime_ns = ? AND size = ? AND failure IS NULL",
            (fingerprint.inode, fingerprint.mtime_ns, fingerprint.size),
        )
        return [_photo(row) for row in rows]

    def any_of_size(self, size: int, model: str) -> bool:
        """Whether a photo that `model` looked at has a file of so many bytes, as a copy would."""
        row = self._connection.execute(
            "SELECT 1 FROM photo WHERE size = ? AND model = ? AND failure IS NULL LIMIT 1", (size, model)
        ).fetchone()
        return row is not None

    def put_fingerprint(self, photo: int, fingerprint: Fingerprint) -> PhotoRecord:
        """The file changed, but not what it shows: only its metadata is to be read again."""
        self._connection.execute(
            "UPDATE photo SET size = ?, mtime_ns = ?, inode = ?, failure = NULL, missing = 0, metadata = NULL"
            " WHERE id = ?",
            (fingerprint.size, fingerprint.mtime_ns, fingerprint.inode, photo),
        )
        return self.by_id(photo)

    def put_copy(self, path: Path, fingerprint: Fingerprint, original: PhotoRecord) -> PhotoRecord:
        """The photo at `path` shows what `original` shows: it has the same faces, without what humans say of them."""
        photo = self._put_photo(
            path,
            fingerprint,
            {
                "content": original.content,
                "width": original.size.width if original.size else None,
                "height": original.size.height if original.size else None,
                "orientation": original.orientation,
                "model": original.model,
                "failure": None,
                "metadata": None,
            },
        )
        self._forget_faces("DELETE FROM face WHERE photo = ?", photo)
        for face in self.faces(original.id):
            if not face.drawn:
                copied = self._connection.execute(_COPY_FACE, (photo, face.id)).fetchone()
                self._connection.execute(
                    "INSERT INTO embedding (face, vector) SELECT ?, vector FROM embedding WHERE face = ?",
                    (copied[0], face.id),
                )
        return self.by_id(photo)

    def move(self, photo: int, to: Path, fingerprint: Fingerprint) -> None:
        """The photo lies somewhere else now; its faces and all that is known of them go with it."""
        self._connection.execute(
            "UPDATE photo SET path = ?, size = ?, mtime_ns = ?, inode = ?, missing = 0, metadata = NULL WHERE id = ?",
            (os.fsencode(to), fingerprint.size, fingerprint.mtime_ns, fingerprint.inode, photo),
        )

    def put_look(self, path: Path, fingerprint: Fingerprint, look: Look) -> PhotoRecord:
        """Remember what was seen; faces found again at the same place keep their numbers."""
        photo = self._put_photo(
            path,
            fingerprint,
            {
                "content": look.content,
                "width": look.size.width,
                "height": look.size.height,
                "orientation": look.orientation,
                "model": look.model_id,
                "failure": None,
                "metadata": None,
            },
        )
        self._put_faces(photo, look.faces)
        return self.by_id(photo)

    def put_failure(self, path: Path, fingerprint: Fingerprint, reason: str) -> None:
        """Remember that the photo, as it is now, cannot be read. What was known of its faces stays."""
        self._put_photo(path, fingerprint, {"failure": reason})

    def put_metadata(self, photo: int, fingerprint: str) -> None:
        """The named regions of the photo and of its sidecar (`fingerprint`) have been read."""
        self._connection.execute("UPDATE photo SET metadata = ? WHERE id = ?", (fingerprint, photo))

    def put_published(self, photo: int, digest: str | None) -> None:
        """The sidecar shows the suggestions of this digest (None: it shows none of ours)."""
        self._connection.execute("UPDATE photo SET published = ? WHERE id = ?", (digest, photo))

    def put_missing(self, photos: Iterable[int], missing: bool) -> None:
        """The files are away, or there again. Nothing else is forgotten."""
        self._connection.executemany(
            "UPDATE photo SET missing = ? WHERE id = ?", ((missing, photo) for photo in photos)
        )

    def faces(self, photo: int) -> list[FaceRecord]:
        """The faces of a photo, from left to right."""
        rows = self._connection.execute(f"SELECT {_FACE_COLUMNS} FROM face WHERE photo = ? ORDER BY x, id", (photo,))  # noqa: S608
        return [_face(row) for row in rows]

    def add_drawn(self, photo: int, face: EmbeddedFace) -> FaceRecord:
        """A face that the detector missed and a human's region shows."""
        return self.face(self._insert_face(photo, face, drawn=True))

    def put_verdict(self, face: int, verdict: Verdict) -> None:
        """Remember what humans say of the face."""
        self._connection.execute(
            "UPDATE face SET state = ?, person = ?, trust = ? WHERE id = ?",
            (verdict.state, verdict.person, verdict.trust, face),
        )

    def remove_face(self, face: int) -> None:
        """Forget a face that is not seen any more, or whose region the human took away."""
        self._forget_faces("DELETE FROM face WHERE id = ?", face)

    def vectors(self, faces: Iterable[int]) -> dict[int, Vector]:
        """The embeddings of these faces."""
        found: dict[int, Vector] = {}
        for face in faces:
            row = self._connection.execute("SELECT vector FROM embedding WHERE face = ?", (face,)).fetchone()
            if row:
                found[face] = unpacked(row[0])
        return found

    def with_confirmed(self) -> list[PhotoRecord]:
        """The photos in which somebody is confirmed, in the order of their paths."""
        rows = self._connection.execute(
            "SELECT * FROM photo WHERE id IN (SELECT photo FROM face WHERE person IS NOT NULL) ORDER BY path"
        )
        return [_photo(row) for row in rows]

    def named_in(self, photos: Iterable[int] | None = None) -> dict[int, set[str]]:
        """The people confirmed in each of these photos, or of all."""
        found: dict[int, set[str]] = {}
        rows = (
            self._connection.execute(_NAMED)
            if photos is None
            else self._connection.execute(_NAMED_IN, (json.dumps(sorted(photos)),))
        )
        for row in rows:
            found.setdefault(row["photo"], set()).add(row["person"])
        return found

    def counts(self) -> tuple[int, int, int]:
        """How many photos, faces and unreadable photos are remembered."""
        row = self._connection.execute(
            "SELECT (SELECT count(*) FROM photo WHERE missing = 0), (SELECT count(*) FROM face WHERE is_face = 1),"
            " (SELECT count(*) FROM photo WHERE failure IS NOT NULL AND missing = 0)"
        ).fetchone()
        return int(row[0]), int(row[1]), int(row[2])

    def failures(self) -> list[tuple[Path, str]]:
        """The photos that cannot be read, each with the reason."""
        rows = self._connection.execute(
            "SELECT path, failure FROM photo WHERE failure IS NOT NULL AND missing = 0 ORDER BY path"
        )
        return [(Path(os.fsdecode(row["path"])), row["failure"]) for row in rows]

    def put_trouble(self, photo: int, reason: str | None) -> None:
        """What is wrong with the photo's sidecar; None where nothing is."""
        if reason is None:
            self._connection.execute("DELETE FROM note WHERE key = ?", (f"{_TROUBLE}{photo}",))
        else:
            self._connection.execute(
                "INSERT INTO note (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (f"{_TROUBLE}{photo}", reason),
            )

    def troubles(self) -> list[tuple[Path, str]]:
        """The photos whose sidecars cannot be read or written, each with the reason."""
        rows = self._connection.execute(
            "SELECT path, value FROM note JOIN photo ON key = ? || photo.id WHERE missing = 0 ORDER BY path",
            (_TROUBLE,),
        )
        return [(Path(os.fsdecode(row["path"])), row["value"]) for row in rows]

    def _put_photo(self, path: Path, fingerprint: Fingerprint, values: dict[str, object]) -> int:
        columns = {
            "path": os.fsencode(path),
            "size": fingerprint.size,
            "mtime_ns": fingerprint.mtime_ns,
            "inode": fingerprint.inode,
            "missing": 0,
            **values,
        }
        names = ", ".join(columns)
        updates = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "path")
        row = self._connection.execute(
            f"INSERT INTO photo ({names}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - names are ours
            f" ON CONFLICT (path) DO UPDATE SET {updates} RETURNING id",
            tuple(columns.values()),
        ).fetchone()
        return int(row[0])

    def _put_faces(self, photo: int, faces: Iterable[EmbeddedFace]) -> None:
        known = self.faces(photo)
        for face in faces:
            again = max(known, key=lambda old: overlap(old.region, face.region), default=None)
            if again is not None and overlap(again.region, face.region) >= SAME_FACE_OVERLAP:
                known.remove(again)
                self._update_face(again.id, face)
            else:
                self._insert_face(photo, face, drawn=False)
        for old in known:
            self.remove_face(old.id)

    def _forget_faces(self, statement: str, number: int) -> None:
        if self._connection.execute(statement, (number,)).rowcount:
            self._crowd.forget()

    def _insert_face(self, photo: int, face: EmbeddedFace, drawn: bool) -> int:
        row = self._connection.execute(
            "INSERT INTO face (photo, x, y, w, h, landmarks, score, quality, reasons, is_face, drawn)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (photo, *_columns(face), drawn),
        ).fetchone()
        self._put_vector(int(row[0]), face.vector)
        return int(row[0])

    def _update_face(self, number: int, face: EmbeddedFace) -> None:
        self._connection.execute(
            "UPDATE face SET x = ?, y = ?, w = ?, h = ?, landmarks = ?, score = ?, quality = ?, reasons = ?,"
            " is_face = ?, drawn = 0 WHERE id = ?",
            (*_columns(face), number),
        )
        self._crowd.forget()
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


def _photo(row: sqlite3.Row, path: Path | None = None) -> PhotoRecord:
    return PhotoRecord(
        id=row["id"],
        path=path or Path(os.fsdecode(row["path"])),  # making one takes longer than all the rest
        fingerprint=Fingerprint(row["size"], row["mtime_ns"], row["inode"]),
        content=row["content"],
        size=Size(row["width"], row["height"]) if row["width"] is not None else None,
        orientation=row["orientation"],
        model=row["model"],
        failure=row["failure"],
        missing=bool(row["missing"]),
        metadata=row["metadata"],
        published=row["published"],
    )


def _face(row: sqlite3.Row) -> FaceRecord:
    return FaceRecord(
        id=row["id"],
        photo=row["photo"],
        region=Region(row["x"], row["y"], row["w"], row["h"]),
        score=row["score"],
        quality=Quality(row["quality"], tuple(filter(None, row["reasons"].split(",")))),
        is_face=bool(row["is_face"]),
        drawn=bool(row["drawn"]),
        verdict=Verdict(MarkState(row["state"]), row["person"], row["trust"]),
    )
