"""Reads the rows of the library, in one short transaction; `snapshot` works out what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pymysql.constants import ER
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from facedaemon.dates import moment_of
from facedaemon.errors import ExitCode, Fatal
from facedaemon.geometry import ORIENTATIONS, displayed_size
from facedaemon.library import schema
from facedaemon.library.roots import RootRow
from facedaemon.library.rows import Row
from facedaemon.library.tags import Tags, tags_of
from facedaemon.library.versions import unreadable
from facedaemon.values import Size

_SAME_TIME = 2  # seconds; FAT keeps even ones only


@dataclass(frozen=True, slots=True)
class Identity:
    """Which database this is, and the version of its schema."""

    version: int
    database_id: str
    last_scan: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A row of Images with its folder.

    `size` is that of the photo as displayed, in `orientation`; `taken` the moment (`dates.moment_of`) at which it was
    taken; each None where digiKam has none.
    """

    id: int
    root: int
    folder: str
    name: str
    size: Size | None
    orientation: int | None = None
    taken: int | None = None

    @property
    def is_described(self) -> bool:
        """Whether more is known of it than its faces."""
        return self.orientation is not None or self.taken is not None


@dataclass(frozen=True, slots=True)
class Contents:
    """The rows as they were read."""

    identity: Identity
    roots: tuple[RootRow, ...]
    tags: Tags
    photos: tuple[Photo, ...]
    rows: tuple[Row, ...]
    tagged: tuple[tuple[int, int, int], ...]


def read_identity(connection: Connection, name: str) -> Identity:
    """The database's version and UUID.

    Raises Fatal (exit status 5) for a version that is too old, and for a newer one than facedaemon knows whose tables
    have not all the columns that are read.
    """
    found = {str(key): str(value) for key, value in connection.execute(schema.SETTINGS)}
    version = _integer(found.get("DBVersion"))
    if version is None:
        raise Fatal(f"{name}: no digiKam has set this database up: it names no schema version", ExitCode.LIBRARY)
    if version < schema.OLDEST_VERSION:
        raise Fatal(
            f"{name}: digiKam's schema version {version} is too old, only {schema.OLDEST_VERSION} and newer are read "
            "(digiKam 6 and newer); open it once with a current digiKam",
            ExitCode.LIBRARY,
        )
    if version > schema.NEWEST_VERSION:
        _probe(connection, name, version)
    return Identity(version, found.get("databaseUUID", ""), found.get("Scanned", ""))


def _probe(connection: Connection, name: str, version: int) -> None:
    """Raises Fatal where a table or column that is read is absent."""
    for each in schema.PROBES:
        try:
            connection.execute(each)
        except DBAPIError as error:
            if not _is_absent(error.orig):
                raise
            raise unreadable(name, version, str(error.orig)) from error


def _is_absent(error: BaseException | None) -> bool:
    """Whether a table or column is not there, by SQLite's message or the server's number (1054, 1146)."""
    code = error.args[0] if error is not None and error.args else None
    return code in {ER.BAD_FIELD_ERROR, ER.NO_SUCH_TABLE} or str(code).startswith("no such ")


def read_roots(connection: Connection) -> tuple[RootRow, ...]:
    """The rows of AlbumRoots."""
    return tuple(
        RootRow(root, label or "", status or 0, identifier or "", specific or "/")
        for root, label, status, identifier, specific in connection.execute(schema.ROOTS)
    )


def read_tags(connection: Connection) -> Tags:
    """The tags that matter for faces."""
    return tags_of((tag, str(name), str(key), value) for tag, name, key, value in connection.execute(schema.TAGS))


def photo_of(row: Sequence[Any]) -> Photo:
    """The photo in a row of `schema.PHOTOS`. digiKam keeps the stored size, and 0 where EXIF names no orientation."""
    image, root, folder, name, orientation, width, height, created, modified = row
    size = Size(_integer(width) or 0, _integer(height) or 0)
    turned = _integer(orientation)
    known = turned if turned in ORIENTATIONS else None
    if size.width <= 0 or size.height <= 0:
        return Photo(image, root, str(folder), str(name), None, known, _taken(created, modified))
    shown = displayed_size(size, known or 1)
    return Photo(image, root, str(folder), str(name), shown, known, _taken(created, modified))


def _taken(created: object, modified: object) -> int | None:
    """When a photo was taken; None where digiKam found no date in it and took the time of the file."""
    taken = moment_of(str(created or ""))
    changed = moment_of(str(modified or ""))
    return None if taken is None or (changed is not None and abs(taken - changed) <= _SAME_TIME) else taken


def face_rows(found: Sequence[Sequence[Any]]) -> tuple[Row, ...]:
    """Rows of `schema.FACE_ROWS` as values."""
    return tuple(Row(image, tag, str(name), str(value or "")) for image, tag, name, value in found)


def read_contents(connection: Connection, name: str) -> Contents:
    """Reads all rows of a snapshot; the only part that needs the database."""
    identity = read_identity(connection, name)
    return Contents(
        identity=identity,
        roots=read_roots(connection),
        tags=read_tags(connection),
        photos=tuple(photo_of(row) for row in connection.execute(schema.PHOTOS)),
        rows=face_rows(connection.execute(schema.FACE_ROWS).all()),
        tagged=tuple(
            (image, tag, age) for image, tag, age in connection.execute(schema.tagged_with_age(connection.dialect.name))
        ),
    )


def _integer(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None
