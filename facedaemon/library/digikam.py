"""digiKam's library: reads what humans confirmed there, and writes unconfirmed faces."""

import os
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from sqlalchemy import Connection

from facedaemon.errors import ExitCode, Fatal, Unavailable
from facedaemon.library import schema
from facedaemon.library.contents import Photo, face_rows, photo_of, read_contents, read_identity, read_roots, read_tags
from facedaemon.library.mariadb import MariaDatabase, is_server
from facedaemon.library.plan import plan_rows, refused_whole
from facedaemon.library.plan_values import ImageRows, RowPlan, Seen, Step, Wanted
from facedaemon.library.roots import Machine, Root, resolve
from facedaemon.library.rows import Row, RowChange
from facedaemon.library.snapshot import Snapshot, annotations_of, snapshot_of
from facedaemon.library.sqlite import SqliteDatabase

FILE_NAME = "digikam4.db"


class Database(Protocol):
    """One of the two kinds of database in which digiKam keeps its library."""

    name: str

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection in one read transaction."""

    def writing(self) -> AbstractContextManager[Connection]:
        """A connection in one write transaction that has the lock from its beginning."""

    def token(self) -> Hashable:
        """A value that changes when something may have been committed."""

    def file_id(self) -> str:
        """An id that changes when the file or table is replaced by another one."""

    def watched_files(self) -> tuple[Path, ...]:
        """Files whose change means that the token should be asked for."""

    def backup(self, to: Path) -> None:
        """Copy everything that facedaemon may write to the file `to`."""

    def close(self) -> None:
        """Close connections that are still open."""


class DigikamLibrary:
    """A digiKam library. Every use opens the database again, so one that was replaced or restored is read as it is now.

    All methods raise Unavailable where the database is locked or away for the moment, and Fatal (exit status 5)
    where it is damaged or cannot be read.
    """

    def __init__(self, database: Database, machine: Machine) -> None:
        """Use `open_library`."""
        self._database = database
        self._machine = machine
        self.name = database.name

    @property
    def written_tables(self) -> str:
        """The tables in a backup that is no whole copy, for its name: one with fewer tables is out of date."""
        return " " + " ".join(schema.WRITTEN_TABLES) if not self._database.watched_files() else ""

    def snapshot(self) -> Snapshot:
        """All faces, people and roots, read in one short transaction."""
        file_id = self._database.file_id()
        with self._database.reading() as connection:
            contents = read_contents(connection, self.name)
        return snapshot_of(contents, self._machine, file_id)

    def change_token(self) -> Hashable:
        """A value that changes when the library may have changed; cheap enough to be asked for often.

        It may change without a change of the library, but never stays equal after one.
        """
        return self._database.token()

    def watched_files(self) -> tuple[Path, ...]:
        """Files whose change means that the token should be asked for; none for a server."""
        return self._database.watched_files()

    def plan(self, photo: Path, wanted: Sequence[Wanted], withdraw: Sequence[RowChange] = ()) -> RowPlan:
        """What `write` would do now. Changes nothing."""
        roots = self._roots()
        with self._database.reading() as connection:
            image = self._image(connection, photo, roots, withdraw, for_update=False)
        return _planned(image, wanted, withdraw)

    def write(self, photo: Path, wanted: Sequence[Wanted], withdraw: Sequence[RowChange] = ()) -> RowPlan:
        """Withdraw `withdraw` and show `wanted`; returns the plan that was carried out.

        One transaction: everything in the plan is done, or, when this raises, nothing. Only rows of ImageTagProperties
        that name faces are inserted or deleted, and the tag of a confirmed person in ImageTags; the rows in which
        digiKam keeps rejected names move from one tag to another together with their face.
        """
        roots = self._roots()
        with self._database.writing() as connection:
            image = self._image(connection, photo, roots, withdraw, for_update=True)
            plan = _planned(image, wanted, withdraw)
            for step in plan.steps:
                _carry_out(step, connection, photo, image)
        if image is None:
            return plan
        row = Photo(image.image_id, 0, "", photo.name, image.size)
        seen: list[Seen] = []
        for step in plan.steps:
            after = step.done_to(image)
            sides = ((step.delete, image.tagged), (step.insert, after.tagged))
            seen.append(Seen(*(annotations_of(row, photo, rows, image.tags, tagged) for rows, tagged in sides)))
            image = after
        return replace(plan, seen=tuple(seen))

    def has_read(self, photo: Path) -> bool:
        """Whether digiKam knows the photo and has read the photo's own metadata."""
        roots = self._roots()
        with self._database.reading() as connection:
            found = _find(connection, photo, roots)
        return found is not None and found.size is not None

    def take_back(self, photo: Path, changes: Sequence[RowChange]) -> RowPlan:
        """Undo what `write` did, also after a write that may or may not have been completed."""
        return self.write(photo, (), changes)

    def backup(self, to: Path) -> None:
        """Copy the whole SQLite database, or a server's tables that are written to, to `to`, which must not exist."""
        self._database.backup(to)

    def close(self) -> None:
        """Close the connection to the server."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _roots(self) -> tuple[Root, ...]:
        # before the write begins: finding the disks takes longer than a lock should be held
        with self._database.reading() as connection:
            read_identity(connection, self.name)
            rows = read_roots(connection)
        return resolve(rows, self._machine)

    def _image(
        self,
        connection: Connection,
        photo: Path,
        roots: Sequence[Root],
        withdraw: Sequence[RowChange],
        *,
        for_update: bool,
    ) -> ImageRows | None:
        """The photo's rows; where digiKam does not know its path, those of the image that was written to."""
        identity = read_identity(connection, self.name)
        found = _find(connection, photo, roots)
        written = next((row.image_id for change in withdraw for row in change.inserted), None)
        number = written if found is None else found.id
        if number is None:
            return None
        rows = schema.FACE_ROWS_TO_CHANGE if for_update else schema.FACE_ROWS_OF
        return ImageRows(
            image_id=number,
            size=None if found is None else found.size,
            rows=face_rows(connection.execute(rows, {"image": number}).all()),
            tagged=frozenset(tag for _, tag in connection.execute(schema.TAGGED_OF, {"image": number})),
            tags=read_tags(connection),
            version=identity.version,
            database_id=identity.database_id,
        )


def open_library(location: str | Path, machine: Machine | None = None) -> DigikamLibrary:
    """The library at a path (the file, or the folder that holds digikam4.db) or `mysql://user:password@host/database`.

    Raises Fatal (exit status 5) where there is none, it is damaged, or of an unknown version; Unavailable where it is
    locked or its server is away.
    """
    database: Database
    if isinstance(location, str) and is_server(location):
        database = MariaDatabase(location)
    else:
        database = SqliteDatabase(_file(Path(location).expanduser()))
    try:
        with database.reading() as connection:
            read_identity(connection, database.name)
    except BaseException:
        database.close()
        raise
    return DigikamLibrary(database, machine or Machine())


def _file(path: Path) -> Path:
    fix = "set library.digikam.database to the right path, or to 'none' to work without digiKam"
    try:
        file = Path(os.path.abspath(path / FILE_NAME if path.is_dir() else path))
        is_there = file.is_file()
    except OSError as error:
        raise Unavailable(f"{path}: digiKam's database cannot be reached: {error.strerror}") from error
    if not is_there:
        raise Fatal(f"{file}: no digiKam database is there; {fix}", ExitCode.LIBRARY)
    if not os.access(file, os.R_OK):
        raise Fatal(f"{file}: permission to read the digiKam database is missing; grant it, or {fix}", ExitCode.LIBRARY)
    return file


def _find(connection: Connection, photo: Path, roots: Sequence[Root]) -> Photo | None:
    if not _is_text(photo):
        return None  # names in digiKam's database are text, so it cannot hold this one
    for root in roots:
        for folder in _folders(photo, root):
            place = {"root": root.id, "folder": folder, "name": photo.name}
            found = [photo_of(row) for row in connection.execute(schema.PHOTO_AT, place)]
            # a server may compare without regard to case
            exact = [it for it in found if (it.folder, it.name) == (folder, photo.name)]
            if exact:
                return exact[0]
    return None


def _is_text(path: Path) -> bool:
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _folders(photo: Path, root: Root) -> Iterator[str]:
    """The photo's folder as Albums.relativePath names it below the root, also where a link leads to the root."""
    if root.path is None:
        return
    for above, folder in ((root.path, photo.parent), (root.path.resolve(), photo.parent.resolve())):
        if above == folder:
            yield "/"
        elif above in folder.parents:
            yield f"/{folder.relative_to(above).as_posix()}"


def _planned(image: ImageRows | None, wanted: Sequence[Wanted], withdraw: Sequence[RowChange]) -> RowPlan:
    if image is None:
        return refused_whole(wanted, withdraw, "digiKam does not know this photo")
    return plan_rows(image, wanted, withdraw)


def _carry_out(step: Step, connection: Connection, photo: Path, image: ImageRows | None) -> None:
    number = None if image is None else image.image_id
    deletions = [
        (schema.DELETE_ROW, {"image": row.image_id, "tag": row.tag_id, "name": row.property, "text": row.value}, count)
        for row, count in Counter(step.delete).items()
    ]
    deletions += [(schema.DELETE_TAG, {"image": number, "tag": tag}, 1) for tag in sorted(step.untag)]
    for statement, values, count in deletions:
        if connection.execute(statement, values).rowcount != count:
            raise Unavailable(f"{photo}: its faces changed in digiKam at this very moment; it is tried again later")
    for row in step.insert:
        connection.execute(schema.INSERT_ROW, _values(row))
    for tag in sorted(step.tag):
        connection.execute(schema.INSERT_TAG, {"imageid": number, "tagid": tag})


def _values(row: Row) -> dict[str, object]:
    return {"imageid": row.image_id, "tagid": row.tag_id, "property": row.property, "value": row.value}
