"""All that the library says, read in one short transaction and then worked out at leisure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection

from facedaemon.errors import ExitCode, Fatal
from facedaemon.geometry import ORIENTATIONS, area, displayed_size, intersection
from facedaemon.library import schema
from facedaemon.library.faces import faces_of
from facedaemon.library.rect import region_of
from facedaemon.library.roots import Machine, Root, RootRow, resolve
from facedaemon.library.rows import TAG_REGION, Row
from facedaemon.library.tags import Problem, Tags, tags_of
from facedaemon.values import Mark, MarkSource, MarkState, Region, Size

_NONE: frozenset[int] = frozenset()
_WHOLE = Region(0, 0, 1, 1)
_ABSURD_AREA = (
    4.0  # of the photo's: a region in pixels that digiKam took for shares becomes thousands of times as large
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The library at one moment.

    `people` maps the names that belong to exactly one tag to its id, `ambiguous` the others to all of theirs.
    `scanned` are the photos over which digiKam's own face detection went. `problems` are rows that were left out.

    A database put back from a backup has forgotten what humans did since, which must not be taken for their will.
    It shows by another `database_id` or `file_id`, or by a `last_scan` (the end of digiKam's last complete scan, ISO
    local time, "" before the first) that is earlier than before.
    """

    marks: tuple[Mark, ...]
    roots: tuple[Root, ...]
    people: Mapping[str, int]
    ambiguous: Mapping[str, tuple[int, ...]]
    scanned: frozenset[Path]
    version: int
    database_id: str
    file_id: str
    last_scan: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """Which database this is, and how its tables look."""

    version: int
    database_id: str
    last_scan: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A row of Images with its folder. `size` is that of the photo as displayed, None where digiKam has none."""

    id: int
    root: int
    folder: str
    name: str
    size: Size | None


@dataclass(frozen=True, slots=True)
class Contents:
    """The rows as they stood, before anything is made of them."""

    identity: Identity
    roots: tuple[RootRow, ...]
    tags: Tags
    photos: tuple[Photo, ...]
    rows: tuple[Row, ...]
    tagged: tuple[tuple[int, int], ...]


def read_identity(connection: Connection, name: str) -> Identity:
    """The database's version and UUID. Raises Fatal (exit status 5) for a version that facedaemon does not know."""
    found = {str(key): str(value) for key, value in connection.execute(schema.SETTINGS)}
    version = _integer(found.get("DBVersion"))
    if version is None:
        raise Fatal(f"{name}: no digiKam has set this database up: it names no schema version", ExitCode.LIBRARY)
    if not schema.OLDEST_VERSION <= version <= schema.NEWEST_VERSION:
        mend = (
            "open it once with digiKam 8"
            if version < schema.OLDEST_VERSION
            else "a newer facedaemon may know it; nothing was read"
        )
        raise Fatal(
            f"{name}: schema version {version} is not supported, only {schema.OLDEST_VERSION} to "
            f"{schema.NEWEST_VERSION} (digiKam 6 to 8.6); {mend}",
            ExitCode.LIBRARY,
        )
    return Identity(version, found.get("databaseUUID", ""), found.get("Scanned", ""))


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
    image, root, folder, name, orientation, width, height = row
    size = Size(_integer(width) or 0, _integer(height) or 0)
    turned = _integer(orientation) or 1
    if size.width <= 0 or size.height <= 0:
        return Photo(image, root, str(folder), str(name), None)
    shown = displayed_size(size, turned if turned in ORIENTATIONS else 1)
    return Photo(image, root, str(folder), str(name), shown)


def face_rows(found: Sequence[Sequence[Any]]) -> tuple[Row, ...]:
    """Rows of `schema.FACE_ROWS` as values."""
    return tuple(Row(image, tag, str(name), str(value or "")) for image, tag, name, value in found)


def read_contents(connection: Connection, name: str) -> Contents:
    """Everything a snapshot is made of; the only part that needs the database."""
    identity = read_identity(connection, name)
    return Contents(
        identity=identity,
        roots=read_roots(connection),
        tags=read_tags(connection),
        photos=tuple(photo_of(row) for row in connection.execute(schema.PHOTOS)),
        rows=face_rows(connection.execute(schema.FACE_ROWS).all()),
        tagged=tuple((image, tag) for image, tag in connection.execute(schema.TAGGED)),
    )


def snapshot_of(contents: Contents, machine: Machine, file_id: str) -> Snapshot:
    """What the rows mean on this machine. Photos of roots that cannot be reached are left out."""
    tags = contents.tags
    roots = resolve(contents.roots, machine)
    places = {root.id: root.path for root in roots}
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in contents.rows:
        rows[row.image_id].append(row)
    tagged: dict[int, set[int]] = defaultdict(set)
    for image, tag in contents.tagged:
        tagged[image].add(tag)
    marks: list[Mark] = []
    scanned: set[Path] = set()
    problems = list(tags.problems)
    folder_below = cache(folder_of)  # a library has a hundred photos in each folder
    for photo in contents.photos:
        root = places.get(photo.root)
        if root is None or (photo.id not in rows and photo.id not in tagged):
            continue
        folder = folder_below(root, photo.folder)
        if folder is None or not _is_file_name(photo.name):
            problems.append(Problem(f"image {photo.id}", f"no file name: {photo.folder!r}, {photo.name!r}"))
            continue
        path = folder / photo.name
        found, reasons = _marks(photo, path, rows.get(photo.id, ()), tagged.get(photo.id, _NONE), tags)
        marks += found
        problems += [Problem(str(path), reason) for reason in reasons]
        if not tags.scanned.isdisjoint(tagged.get(photo.id, _NONE)):
            scanned.add(path)
    return Snapshot(
        marks=tuple(marks),
        roots=roots,
        people=tags.people,
        ambiguous=tags.ambiguous,
        scanned=frozenset(scanned),
        version=contents.identity.version,
        database_id=contents.identity.database_id,
        file_id=file_id,
        last_scan=contents.identity.last_scan,
        problems=tuple(problems),
    )


def folder_of(root: Path, relative: str) -> Path | None:
    """The folder of an album, whose `relative` path begins with "/"; None where it would lead out of `root`."""
    below = PurePosixPath(relative)
    if not below.is_absolute() or ".." in below.parts or "\0" in relative:
        return None
    return root / below.relative_to(below.anchor)


def _is_file_name(name: str) -> bool:
    return name not in {"", ".", ".."} and "/" not in name and "\0" not in name


def _marks(photo: Photo, path: Path, rows: Sequence[Row], tagged: Set[int], tags: Tags) -> tuple[list[Mark], list[str]]:
    faces, problems = faces_of(rows, tagged, tags)
    marks = []
    for face in faces:
        region = None if photo.size is None else region_of(face.rect, photo.size)
        if region is None:
            problems.append(f"{face.state} face without a place: digiKam does not know the photo's size")
        elif intersection(region, _WHOLE) <= 0 or area(region) > _ABSURD_AREA:
            problems.append(f"{face.state} face outside the photo: {face.rect}")
        else:
            marks.append(Mark(path, MarkSource.DIGIKAM, face.state, face.person, region, face.by_hand))
    with_region = {row.tag_id for row in rows if row.property == TAG_REGION}
    marks += [
        Mark(path, MarkSource.DIGIKAM, MarkState.CONFIRMED, tags.names[tag], None)
        for tag in sorted(tagged - with_region)
        if tag in tags.names
    ]
    return marks, problems


def _integer(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None
