"""Photos: where they lie, how they looked last, and what was read and written beside them."""

import os
import sqlite3
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from facedaemon.dates import DateSource, Taken
from facedaemon.store.connection import among, as_text
from facedaemon.store.faces import Faces
from facedaemon.values import AS_THE_FILE_SAYS, Display, Fingerprint, PhotoAnalysis, Size

UNSURE = ""  # as `published`: whatever stands in the sidecar, it is compared with what is wanted anew


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """What is remembered of a photo. `analysis` values are None where it could not be read (`failure` says why).

    `is_transient` is True where the reason may vanish without a change of the file: then it is analysed again.
    `missing` is True where the file is known to be away, `absent` where it was not found and nobody confirmed yet that
    it was deleted.
    `stated` is when it was taken by its own metadata and sidecar, `library_date` by the library, as a moment
    (`dates.moment_of`).
    """

    id: int
    path: Path
    fingerprint: Fingerprint
    content: str | None
    size: Size | None
    orientation: int | None
    model: str | None
    failure: str | None
    is_transient: bool
    missing: bool
    absent: bool
    metadata: str | None
    published: str | None
    display: Display = AS_THE_FILE_SAYS
    stated: Taken | None = None
    library_date: int | None = None


_THERE = "missing = 0 AND absent_since IS NULL"
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
            yield _photo(row)

    def there(self) -> Sequence[int]:
        """The numbers of all photos that are there, in the order of their paths."""
        return self._numbers(f"SELECT id FROM photo WHERE {_THERE} ORDER BY path")  # noqa: S608 - ours

    def to_publish(self, named: Collection[int]) -> Sequence[int]:
        """Of those the readable ones that show something of ours, or are `named` and are to; in the same order."""
        condition, wanted = among("id", named)
        shows = condition.removeprefix(" AND ")
        return self._numbers(
            f"SELECT id FROM photo WHERE {_THERE} AND width IS NOT NULL AND failure IS NULL"  # noqa: S608 - ours
            f" AND (published IS NOT NULL OR {shows}) ORDER BY path",
            wanted,
        )

    def in_order(self, photos: Collection[int]) -> Sequence[int]:
        """Those numbers of which there are photos, in the order of their paths."""
        condition, wanted = among("id", photos)
        return self._numbers(f"SELECT id FROM photo WHERE TRUE{condition} ORDER BY path", wanted)  # noqa: S608 - ours

    def numbered(self, photos: Collection[int]) -> list[PhotoRecord]:
        """The photos of these numbers that there are, in the order of their paths; all are read at once."""
        condition, wanted = among("id", photos)
        rows = self._connection.execute(f"SELECT * FROM photo WHERE TRUE{condition} ORDER BY path", wanted)  # noqa: S608
        return [_photo(row) for row in rows]

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
        return _photo(row, path) if row else None

    def by_id(self, photo: int) -> PhotoRecord:
        """The photo of that number, which must exist."""
        return _photo(self._connection.execute("SELECT * FROM photo WHERE id = ?", (photo,)).fetchone())

    def with_content(self, content: str, model: str, besides: int | None = None) -> PhotoRecord | None:
        """A photo, another one than `besides`, that shows this picture and was looked at by `model`; or None."""
        row = self._connection.execute(
            "SELECT * FROM photo WHERE content = ? AND model = ? AND failure IS NULL AND id IS NOT ?"
            " ORDER BY id LIMIT 1",
            (content, model, besides),
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
            "UPDATE photo SET size = ?, mtime_ns = ?, inode = ?, ctime_ns = ?, failure = NULL, may_pass = 0,"
            " missing = 0, absent_since = NULL, metadata = NULL WHERE id = ?",
            (fingerprint.size, fingerprint.mtime_ns, fingerprint.inode, fingerprint.ctime_ns, photo),
        )
        return self.by_id(photo)

    def put_change_time(self, photo: int, ctime_ns: int | None) -> None:
        """The file is as it was, but only now is it known when anything about it changed last."""
        self._connection.execute("UPDATE photo SET ctime_ns = ? WHERE id = ?", (ctime_ns, photo))

    def put_copy(self, path: Path, fingerprint: Fingerprint, original: PhotoRecord) -> PhotoRecord:
        """The photo at `path` shows what `original` shows: it has the same faces, without what humans say of them."""
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
        """Another photo took its place, nobody knows yet where it went: all that is known of it is kept.

        Gives the path under which it waits, below the name of the file, where none can lie.
        """
        aside = photo.path / str(photo.id)
        self._connection.execute(
            "UPDATE photo SET path = ?, missing = 1, published = CASE WHEN published IS NULL THEN NULL ELSE ? END"
            " WHERE id = ?",
            (os.fsencode(aside), UNSURE, photo.id),
        )
        return aside

    def move(self, photo: int, to: Path, fingerprint: Fingerprint) -> None:
        """The photo lies somewhere else now, where no other is known; its faces and what is known of them go along."""
        self._connection.execute(
            "UPDATE photo SET path = ?, size = ?, mtime_ns = ?, inode = ?, ctime_ns = ?, missing = 0,"
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
        """Remember what was seen; faces found again at the same place keep their numbers."""
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
        """Somebody states the very orientation that the photo was displayed in."""
        self._connection.execute("UPDATE photo SET stated = ? WHERE id = ?", (stated, photo))

    def put_failure(self, path: Path, fingerprint: Fingerprint, reason: str, *, is_transient: bool = False) -> None:
        """Remember that the photo, as it is now, cannot be read. What was known of its faces stays."""
        self._put_photo(path, fingerprint, {"failure": reason, "may_pass": is_transient})

    def put_metadata(self, photo: int, fingerprint: str | None) -> None:
        """The named regions of the photo and its sidecar (`fingerprint`) were read; None: they are to be read again."""
        self._connection.execute("UPDATE photo SET metadata = ? WHERE id = ?", (fingerprint, photo))

    def put_dates(self, photo: int, stated: Taken | None, library: int | None) -> None:
        """When the photo was taken: by its own metadata and sidecar, and by the library."""
        moment, source = (None, None) if stated is None else (stated.moment, stated.source)
        self._connection.execute(
            "UPDATE photo SET own_date = ?, own_date_source = ?, library_date = ? WHERE id = ?",
            (moment, source, library, photo),
        )

    def put_library_dates(self, dates: Mapping[Path, int]) -> None:
        """When the library says that photos were taken; of those that it dates no more, what it said last holds."""
        if not dates:
            return
        named = {os.fsencode(path): moment for path, moment in dates.items()}
        rows = self._connection.execute("SELECT path, id, library_date FROM photo")
        self._connection.executemany(
            "UPDATE photo SET library_date = ? WHERE id = ?",
            [(now, row["id"]) for row in rows if (now := named.get(row["path"])) not in (None, row["library_date"])],
        )

    def forget_metadata(self) -> None:
        """What metadata say is read once more, for every photo."""
        self._connection.execute("UPDATE photo SET metadata = NULL")

    def put_published(self, photo: int, digest: str | None) -> None:
        """The sidecar shows the suggestions of this digest (None: it shows none of ours)."""
        self._connection.execute("UPDATE photo SET published = ? WHERE id = ?", (digest, photo))

    def put_missing(self, photos: Iterable[int], missing: bool) -> None:
        """The files are away, or there again. Nothing else is forgotten."""
        self._connection.executemany(
            "UPDATE photo SET missing = ?, absent_since = NULL WHERE id = ?", ((missing, photo) for photo in photos)
        )

    def put_absent(self, photos: Collection[int], now: float) -> None:
        """These files are not there without anybody having said that they are gone."""
        condition, wanted = among("id", photos)
        self._connection.execute(_ABSENT + condition, (now, *wanted))

    def absent(self) -> dict[Path, float]:
        """Which files are not there without anybody having said that they are gone, and since when."""
        rows = self._connection.execute("SELECT path, absent_since FROM photo WHERE absent_since IS NOT NULL")
        return {Path(os.fsdecode(row["path"])): row["absent_since"] for row in rows}

    def known_below(self, place: Path) -> Iterator[PhotoRecord]:
        """The photo at `place` and those below it, also those that are known to be away."""
        path = os.fsencode(place)
        first, last = path.rstrip(b"/") + b"/", path.rstrip(b"/") + b"0"  # the byte after "/"
        rows = self._connection.execute(
            "SELECT * FROM photo WHERE path = ? OR (path > ? AND path < ?) ORDER BY path", (path, first, last)
        ).fetchall()
        return map(_photo, rows)

    def forget(self, photos: Iterable[int]) -> None:
        """Let go of photos: faces, embeddings, what humans said, suggestions. Rejections and the ledger stay."""
        self._connection.executemany("DELETE FROM photo WHERE id = ?", ((photo,) for photo in photos))
        self._faces.forgot()

    def with_confirmed(self) -> list[PhotoRecord]:
        """The photos in which somebody is confirmed, in the order of their paths."""
        rows = self._connection.execute(
            "SELECT * FROM photo WHERE id IN (SELECT photo FROM face WHERE person IS NOT NULL) ORDER BY path"
        )
        return [_photo(row) for row in rows]

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

    def put_sidecar_error(self, photo: int, reason: str | None) -> None:
        """What is wrong with the photo's sidecar; None where nothing is."""
        words = None if reason is None else as_text(reason)
        self._connection.execute("UPDATE photo SET trouble = ? WHERE id = ?", (words, photo))

    def sidecar_errors(self) -> list[tuple[Path, str]]:
        """The photos whose sidecars cannot be read or written, each with the reason."""
        rows = self._connection.execute(
            "SELECT path, trouble FROM photo WHERE trouble IS NOT NULL AND missing = 0 ORDER BY path"
        )
        return [(Path(os.fsdecode(row["path"])), row["trouble"]) for row in rows]

    def _keep_replaced(self, path: Path, content: str | None) -> str | None:
        """Another picture takes the place of the one at `path`: what was seen there waits in case it comes back.

        It is kept as a photo that is away, below the name of the file, where none can lie. Gives the digest of what was
        there before, None where nothing is known.
        """
        old = self.get(path)
        if old is None or old.model is None or old.content is None or old.content == content:
            return None if old is None else old.content
        if self.with_content(old.content, old.model, besides=old.id) is None:
            kept = self.put_copy(path / old.content, old.fingerprint, old)
            self.put_missing([kept.id], missing=True)
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


def stated_by(row: sqlite3.Row) -> Taken | None:
    """The date in a row with `own_date` and `own_date_source`."""
    return None if row["own_date"] is None else Taken(row["own_date"], DateSource(row["own_date_source"]))


def _photo(row: sqlite3.Row, path: Path | None = None) -> PhotoRecord:
    return PhotoRecord(
        id=row["id"],
        path=path or Path(os.fsdecode(row["path"])),  # making one takes longer than all the rest
        fingerprint=Fingerprint(row["size"], row["mtime_ns"], row["inode"], row["ctime_ns"]),
        content=row["content"],
        size=Size(row["width"], row["height"]) if row["width"] is not None else None,
        orientation=row["orientation"],
        model=row["model"],
        failure=row["failure"],
        is_transient=bool(row["may_pass"]),
        missing=bool(row["missing"]),
        absent=row["absent_since"] is not None,
        metadata=row["metadata"],
        published=row["published"],
        display=Display(row["stated"], row["turn"]),
        stated=stated_by(row),
        library_date=row["library_date"],
    )
