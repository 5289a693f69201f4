"""Copies of a library that a real digiKam made, and the rows a human's clicks in digiKam leave in it."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql

SCHEMA = Path(__file__).with_name("mariadb_schema.sql")
SCHEMA_17 = Path(__file__).with_name("mariadb_schema_17.sql")
FILES = {16: "digikam4.db", 17: "digikam4-v17.db"}  # the same library, the second migrated by digiKam 9.1
TABLES = (
    "Settings",
    "AlbumRoots",
    "Albums",
    "Images",
    "ImageInformation",
    "Tags",
    "TagProperties",
    "ImageTags",
    "ImageTagProperties",
)

# ids in the sample library
UNKNOWN, IGNORED, UNCONFIRMED = 5, 6, 7
BILL, GRAY = 10, 15

Faces = list[tuple[int, int, str, str]]


@dataclass(frozen=True)
class Sample:
    """A copy of the sample library; `photos` is its only root. `connect` opens it the way another program would."""

    location: str
    photos: Path
    connect: Callable[[], Any]
    placeholder: str
    version: int = 16

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            yield cursor
            connection.commit()

    def execute(self, statement: str, *values: object) -> None:
        """One statement of another program, committed."""
        with self._cursor() as cursor:
            cursor.execute(statement.replace("?", self.placeholder), values)

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self._cursor() as cursor:
            cursor.execute(statement.replace("?", self.placeholder), values)
            return [tuple(row) for row in cursor.fetchall()]

    def photo_without_faces(self) -> tuple[int, Path]:
        """Id and path of a photo with no face yet; 150 x 150 pixels."""
        [(image, folder, name)] = self.query(
            "SELECT i.id, a.relativePath, i.name FROM Images i JOIN Albums a ON a.id = i.album WHERE i.id NOT IN"
            " (SELECT imageid FROM ImageTagProperties) ORDER BY i.id LIMIT 1"
        )
        return image, Path(f"{self.photos}{folder}", name)

    def add_face(self, image: int, tag: int, name: str, value: str) -> None:
        """One row of ImageTagProperties."""
        self.execute("INSERT INTO ImageTagProperties VALUES (?, ?, ?, ?)", image, tag, name, value)

    def confirm(self, image: int, tag: int, rect: str) -> None:
        """What "Confirm" in digiKam's face view leaves."""
        self.execute("DELETE FROM ImageTagProperties WHERE imageid = ? AND property LIKE 'autodetected%%'", image)
        self.execute("INSERT INTO ImageTags VALUES (?, ?)", image, tag)
        self.add_face(image, tag, "tagRegion", rect)
        self.add_face(image, tag, "faceToTrain", rect)

    def faces(self, image: int) -> Faces:
        """The photo's rows of ImageTagProperties, sorted."""
        return sorted(
            self.query("SELECT imageid, tagid, property, value FROM ImageTagProperties WHERE imageid = ?", image)
        )

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables."""
        return {table: sorted(self.query(f"SELECT * FROM {table}"), key=repr) for table in TABLES}


def sqlite_sample(shared: Path, folder: Path, version: int = 16) -> Sample:
    """The sample library copied into `folder`, as an SQLite file."""
    database = folder / "digikam4.db"
    shutil.copyfile(shared / "data/library" / FILES[version], database)
    photos = shared / "data/library/photos"
    # "%%" is one percent sign for the server's driver, two harmless ones for SQLite's LIKE
    sample = Sample(str(database), photos, lambda: sqlite3.connect(database, timeout=30), "?", version)
    sample.execute("UPDATE AlbumRoots SET identifier = ?", f"volumeid:?path={photos}")
    return sample


def mariadb_sample(shared: Path, socket: Path, name: str, version: int = 16) -> Sample:
    """The sample library's rows in a new database of the server behind `socket`."""
    photos = shared / "data/library/photos"
    sample = on_server(shared / "data/library" / FILES[version], photos, socket, name, version)
    sample.execute("UPDATE AlbumRoots SET identifier = ?", f"volumeid:?path={photos}")
    return sample


def on_server(file: Path, photos: Path, socket: Path, name: str, version: int) -> Sample:
    """The rows of an SQLite `file` in a new database of the server behind `socket`."""

    def connect() -> Any:
        # without TLS: loading the certificates takes longer than the test
        return pymysql.connect(unix_socket=str(socket), user="root", database=name, ssl_disabled=True)

    with closing(pymysql.connect(unix_socket=str(socket), user="root", ssl_disabled=True)) as connection:
        connection.cursor().execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    source = sqlite3.connect(file.as_uri() + "?immutable=1", uri=True)
    scripts = [SCHEMA, SCHEMA_17] if version == 17 else [SCHEMA]
    with closing(source), closing(connect()) as connection, closing(connection.cursor()) as cursor:
        for statement in [part for script in scripts for part in script.read_text(encoding="utf-8").split(";")[:-1]]:
            cursor.execute(statement)
        for table in TABLES:
            rows: Sequence[tuple[Any, ...]] = source.execute(f"SELECT * FROM {table}").fetchall()
            cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)
        connection.commit()
    return Sample(f"mysql://root@localhost/{name}?unix_socket={socket}", photos, connect, "%s", version)
