"""Photos: paths, fingerprints, and the results of their analysis; what their sidecars show is in `sidecars`."""

import os
import sqlite3
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from facedaemon.dates import Taken
from facedaemon.store.connection import among
from facedaemon.store.faces import Faces
from facedaemon.store.photo_record import PhotoRecord, photo_of
from facedaemon.values import Fingerprint, PhotoAnalysis

THERE = "missing = 0 AND absent_since IS NULL"
_ABSENT = "UPDATE photo SET absent_since = coalesce(absent_since, ?) WHERE missing = 0"


class Photos:
    """The photo table."""

    def __init__(self, connection: sqlite3.Connection, faces: Faces) -> None:
        """`connection` belongs to the store."""
        self._connection = connection
        self._faces = faces

    def all(self) -> Iterator[PhotoRecord]:
        """Every photo, in the order of the paths."""
        for row in self._connection.execute("SELECT * FROM photo ORDER BY path"):
            yield photo_of(row)

    def there(self) -> Sequence[int]:
        """The numbers of all photos that are there, in the order of their paths."""
        return self._numbers(f"SELECT id FROM photo WHERE {THERE} ORDER BY path")  # noqa: S608 - ours

    def in_order(self, photos: Collection[int]) -> Sequence[int]:
        """Those of the numbers that are photos' numbers, in the order of the photos' paths."""
        condition, wanted = among("id", photos)
        return self._numbers(f"SELECT id FROM photo WHERE TRUE{condition} ORDER BY path", wanted)  # noqa: S608 - ours

    def numbered(self, photos: Collection[int]) -> list[PhotoRecord]:
        """The photos with these numbers, as far as they exist, in the order of their paths; read in one query."""
        condition, wanted = among("id", photos)
        rows = self._connection.execute(f"SELECT * FROM photo WHERE TRUE{condition} ORDER BY path", wanted)  # noqa: S608
        return [photo_of(row) for row in rows]

    def _numbers(self, statement: str, parameters: tuple[str, ...] = ()) -> Sequence[int]:
        return array("q", (row[0] for row in self._connection.execute(statement, parameters)))

    def places(self, folder: Path | None = None) -> Iterator[tuple[Path, int]]:
        """The paths of all photos that are not known to be away, in their order, with the photos' numbers.

        With a folder, those in it and below it.
        """
        first = b"" if folder is None else os.fsencode(folder).rstrip(b"/") + b"/"
        last = b"\xff" if folder is None else first[:-1] + b"0"  # the byte after "/"; no path begins with 0xff
        rows = self._connection.execute(
            "SELECT path, id FROM photo WHERE missing = 0 AND path > ? AND path < ? ORDER BY path", (first, last)
        )
        return ((Path(os.fsdecode(row["path"])), row["id"]) for row in rows)

    def get(self, path: Path) -> PhotoRecord | None:
        """The photo at `path`, or None."""
        row = self._connection.execute("SELECT * FROM photo WHERE path = ?", (os.fsencode(path),)).fetchone()
        return photo_of(row, path) if row else None

    def by_id(self, photo: int) -> PhotoRecord:
        """The photo with this number, which must exist."""
        return photo_of(self._connection.execute("SELECT * FROM photo WHERE id = ?", (photo,)).fetchone())

    def with_content(self, content: str, model: str, besides: int | None = None) -> PhotoRecord | None:
        """A photo other than `besides` that shows this picture and was analysed by `model`; or None."""
        row = self._connection.execute(
            "SELECT * FROM photo WHERE content = ? AND model = ? AND failure IS NULL AND id IS NOT ?"
            " ORDER BY id LIMIT 1",
            (content, model, besides),
        ).fetchone()
        return photo_of(row) if row else None

    def showing(self, contents: Collection[str]) -> list[PhotoRecord]:
        """The photos that show these pictures, copies included, also those that are known to be away."""
        condition, wanted = among("content", contents)
        rows = self._connection.execute(f"SELECT * FROM photo WHERE TRUE{condition} ORDER BY path", wanted)  # noqa: S608
        return [photo_of(row) for row in rows]

    def with_names(self, names: Collection[bytes]) -> dict[bytes, list[int]]:
        """The numbers of the photos that are there and whose files have one of these names, in whatever folder."""
        found: dict[bytes, list[int]] = {}
        rows = self._connection.execute(
            "SELECT id, path FROM photo WHERE missing = 0 AND absent_since IS NULL AND replaced = 0 AND failure IS NULL"
            " AND content IS NOT NULL ORDER BY path"
        )
        for row in rows:
            name = row["path"].rpartition(b"/")[2]
            if name in names:
                found.setdefault(name, []).append(row["id"])
        return found

    def with_fingerprint(self, fingerprint: Fingerprint) -> list[PhotoRecord]:
        """Photos whose file had this size, time and inode when it was analysed."""
        rows = self._connection.execute(
            "SELECT * FROM photo WHERE inode = ? AND mtime_ns = ? AND size = ? AND failure IS NULL",
            (fingerprint.inode, fingerprint.mtime_ns, fingerprint.size),
        )
        return [photo_of(row) for row in rows]

    def any_of_size(self, size: int, model: str) -> bool:
        """Whether a photo that `model` analysed has a file of `size` bytes, as a copy would."""
        row = self._connection.execute(
            "SELECT 1 FROM photo WHERE size = ? AND model = ? AND failure IS NULL LIMIT 1", (size, model)
        ).fetchone()
        return row is not None

    def put_fingerprint(self, photo: int, fingerprint: Fingerprint) -> PhotoRecord:
        """The file changed, but not its picture: only its metadata must be read again."""
        self._connection.execute(
            "UPDATE photo SET size = ?, mtime_ns = ?, inode = ?, ctime_ns = ?, failure = NULL, may_pass = 0,"
            " missing = 0, absent_since = NULL, metadata = NULL WHERE id = ?",
            (fingerprint.size, fingerprint.mtime_ns, fingerprint.inode, fingerprint.ctime_ns, photo),
        )
        return self.by_id(photo)

    def put_change_time(self, photo: int, ctime_ns: int | None) -> None:
        """Store the change time (ctime) of an unchanged file, which was not known before."""
        self._connection.execute("UPDATE photo SET ctime_ns = ? WHERE id = ?", (ctime_ns, photo))

    def put_copy(self, path: Path, fingerprint: Fingerprint, original: PhotoRecord) -> PhotoRecord:
        """Store a copy of `original`: the photo at `path` has the same faces, without humans' decisions about them."""
        self._keep_replaced(path, original.content)
        photo = self._put_photo(
            path,
            fingerprint,
            {
                "content": original.content,
                "width": original.size.width if original.size else None,
                "height": original.size.height if original.size else None,
                "orientation": original.orientation,
                "stated": original.display.stated,
                "turn": original.display.turn,
                "model": original.model,
                "failure": None,
                "metadata": None,
            },
        )
        self._faces.copy(original.id, photo)
        return self.by_id(photo)

    def set_aside(self, photo: PhotoRecord) -> Path:
        """Keep a photo whose path was taken by another one, until it is found elsewhere.

        Returns the path it is kept under: below the name of a file, where no photo can be.
        """
        aside = photo.path / str(photo.id)
        self._connection.execute(
            "UPDATE photo SET path = ?, missing = 1, replaced = 1, published = NULL,"
            " unsure = unsure OR published IS NOT NULL WHERE id = ?",
            (os.fsencode(aside), photo.id),
        )
        return aside

    def move(self, photo: int, to: Path, fingerprint: Fingerprint) -> None:
        """The photo moved to a path where no other is known; its faces and all decisions move with it."""
        self._connection.execute(
            "UPDATE photo SET path = ?, size = ?, mtime_ns = ?, inode = ?, ctime_ns = ?, missing = 0, replaced = 0,"
            " absent_since = NULL, metadata = NULL WHERE id = ?",
            (
                os.fsencode(to),
                fingerprint.size,
                fingerprint.mtime_ns,
                fingerprint.inode,
                fingerprint.ctime_ns,
                photo,
            ),
        )

    def put_analysis(self, path: Path, fingerprint: Fingerprint, analysis: PhotoAnalysis) -> PhotoRecord:
        """Store the analysis of a photo; faces found again at the same place keep their numbers."""
        before = self._keep_replaced(path, analysis.content)
        photo = self._put_photo(
            path,
            fingerprint,
            {
                "content": analysis.content,
                "width": analysis.size.width,
                "height": analysis.size.height,
                "orientation": analysis.orientation,
                "stated": analysis.stated,
                "turn": analysis.turn,
                "model": analysis.model_id,
                "failure": None,
                "metadata": None,
            },
        )
        self._faces.put(photo, analysis.faces, is_same_picture=before in {None, analysis.content})
        return self.by_id(photo)

    def put_stated(self, photo: int, stated: int | None) -> None:
        """Another source now states the orientation in which the photo is already displayed."""
        self._connection.execute("UPDATE photo SET stated = ? WHERE id = ?", (stated, photo))

    def put_failure(self, path: Path, fingerprint: Fingerprint, reason: str, *, is_transient: bool = False) -> int:
        """Store that the photo, as it is now, cannot be read; gives its number. Faces found earlier stay."""
        return self._put_photo(path, fingerprint, {"failure": reason, "may_pass": is_transient})

    def put_metadata(self, photo: int, fingerprint: str | None) -> None:
        """The named regions of photo and sidecar (`fingerprint`) were read; with None they are read again next time."""
        self._connection.execute("UPDATE photo SET metadata = ? WHERE id = ?", (fingerprint, photo))

    def put_dates(self, photo: int, stated: Taken | None, library: int | None) -> None:
        """When the photo was taken: by its own metadata and sidecar, and by the library."""
        moment, source = (None, None) if stated is None else (stated.moment, stated.source)
        self._connection.execute(
            "UPDATE photo SET own_date = ?, own_date_source = ?, library_date = ? WHERE id = ?",
            (moment, source, library, photo),
        )

    def put_library_dates(self, dates: Mapping[Path, int]) -> bool:
        """Store the dates of the library; where it has none any more, the last one stays. Whether any is new."""
        if not dates:
            return False
        named = {os.fsencode(path): moment for path, moment in dates.items()}
        rows = self._connection.execute("SELECT path, id, library_date FROM photo")
        changed = [
            (now, row["id"]) for row in rows if (now := named.get(row["path"])) not in (None, row["library_date"])
        ]
        self._connection.executemany("UPDATE photo SET library_date = ? WHERE id = ?", changed)
        return bool(changed)

    def forget_metadata(self) -> None:
        """Have the metadata of every photo read again."""
        self._connection.execute("UPDATE photo SET metadata = NULL")

    def put_missing(self, photos: Iterable[int], missing: bool) -> None:
        """Mark files as missing, or as found again. All other data stay."""
        self._connection.executemany(
            "UPDATE photo SET missing = ?, absent_since = NULL WHERE id = ?", ((missing, photo) for photo in photos)
        )

    def put_absent(self, photos: Collection[int], now: float) -> None:
        """These files were not found, and nobody confirmed yet that they were deleted."""
        condition, wanted = among("id", photos)
        self._connection.execute(_ABSENT + condition, (now, *wanted))

    def absent(self) -> dict[Path, float]:
        """Files that were not found and whose deletion nobody confirmed yet, and since when."""
        rows = self._connection.execute("SELECT path, absent_since FROM photo WHERE absent_since IS NOT NULL")
        return {Path(os.fsdecode(row["path"])): row["absent_since"] for row in rows}

    def known_below(self, place: Path) -> Iterator[PhotoRecord]:
        """The photo at `place` and those below it, also those that are known to be away."""
        path = os.fsencode(place)
        first, last = path.rstrip(b"/") + b"/", path.rstrip(b"/") + b"0"  # the byte after "/"
        rows = self._connection.execute(
            "SELECT * FROM photo WHERE path = ? OR (path > ? AND path < ?) ORDER BY path", (path, first, last)
        ).fetchall()
        return map(photo_of, rows)

    def forget(self, photos: Iterable[int]) -> None:
        """Delete photos with faces, embeddings, decisions and suggestions. Rejections and the ledger stay."""
        self._connection.executemany("DELETE FROM photo WHERE id = ?", ((photo,) for photo in photos))
        self._faces.forgot()

    def with_confirmed(self) -> list[PhotoRecord]:
        """The photos in which somebody is confirmed, in the order of their paths."""
        rows = self._connection.execute(
            "SELECT * FROM photo WHERE id IN (SELECT photo FROM face WHERE person IS NOT NULL) ORDER BY path"
        )
        return [photo_of(row) for row in rows]

    def counts(self) -> tuple[int, int, int]:
        """How many photos, faces and unreadable photos there are, without those known to be away."""
        row = self._connection.execute(
            "WITH there AS (SELECT id, failure FROM photo WHERE missing = 0 AND absent_since IS NULL)"
            " SELECT (SELECT count(*) FROM there),"
            " (SELECT count(*) FROM face JOIN there ON there.id = face.photo WHERE is_face = 1),"
            " (SELECT count(*) FROM there WHERE failure IS NOT NULL)"
        ).fetchone()
        return int(row[0]), int(row[1]), int(row[2])

    def failures(self) -> list[tuple[Path, str]]:
        """The photos that cannot be read, each with the reason."""
        rows = self._connection.execute(
            "SELECT path, failure FROM photo WHERE failure IS NOT NULL AND missing = 0 ORDER BY path"
        )
        return [(Path(os.fsdecode(row["path"])), row["failure"]) for row in rows]

    def _keep_replaced(self, path: Path, content: str | None) -> str | None:
        """Keep the faces of a picture that another one replaces at `path`, in case it comes back.

        It is kept as a missing photo, below the name of the file, where no photo can be. Returns the former content's
        digest, None where nothing is known.
        """
        old = self.get(path)
        if old is None or old.model is None or old.content is None or old.content == content:
            return None if old is None else old.content
        if self.with_content(old.content, old.model, besides=old.id) is None:
            kept = self.put_copy(path / old.content, old.fingerprint, old)
            self._connection.execute("UPDATE photo SET missing = 1, replaced = 1 WHERE id = ?", (kept.id,))
        return old.content

    def _put_photo(self, path: Path, fingerprint: Fingerprint, values: dict[str, object]) -> int:
        columns = {
            "path": os.fsencode(path),
            "size": fingerprint.size,
            "mtime_ns": fingerprint.mtime_ns,
            "inode": fingerprint.inode,
            "ctime_ns": fingerprint.ctime_ns,
            "missing": 0,
            "absent_since": None,
            "may_pass": False,
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
