"""What a human's clicks, and digiKam itself, leave in its database; the rows were seen in a running digiKam."""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

Shown = tuple[int, int, str]
"""A suggestion in digiKam's Unconfirmed view: image, tag of the person, rectangle."""


@dataclass(frozen=True)
class Digikam:
    """digiKam at work on a database; `remembers` is what 9.1 does with rejected names."""

    database: Path
    remembers: bool = False

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One commit of digiKam's."""
        with closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            yield connection

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """The rows of a query."""
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(statement, values).fetchall()

    def shown(self) -> list[Shown]:
        """What the Unconfirmed view shows."""
        with closing(sqlite3.connect(self.database)) as connection:
            rows = connection.execute(
                "SELECT imageid, value FROM ImageTagProperties WHERE property = 'autodetectedPerson' ORDER BY rowid"
            ).fetchall()
        parts = [(image, *value.split(",", 2)) for image, value in rows]
        return [(image, int(tag), rect) for image, tag, _, rect in parts]

    def remove(self, shown: Shown) -> None:
        """*Remove*, also in a view that still shows what is not there any more: the face becomes an unknown one."""
        image, tag, rect = shown
        with self.writing() as connection:
            _forget(connection, shown)
            unknown = _special(connection, "unknownPerson")
            _insert(connection, image, unknown, "autodetectedFace", rect)
            if self.remembers:
                _insert(connection, image, unknown, "faceTagExtendedData", f"{rect},{tag}")

    def ignore(self, shown: Shown) -> None:
        """*Ignore*."""
        image, _, rect = shown
        with self.writing() as connection:
            _forget(connection, shown)
            _insert(connection, image, _special(connection, "ignoredPerson"), "ignoredFace", rect)

    def confirm(self, shown: Shown) -> None:
        """*Confirm*."""
        image, tag, rect = shown
        with self.writing() as connection:
            _forget(connection, shown)
            connection.execute("INSERT OR IGNORE INTO ImageTags VALUES (?, ?)", (image, tag))
            for name in ("tagRegion", "faceToTrain"):
                _insert(connection, image, tag, name, rect)

    def clear_memory(self) -> None:
        """The menu's "Clear rejected face matches"."""
        with self.writing() as connection:
            connection.execute("DELETE FROM ImageTagProperties WHERE property = 'faceTagExtendedData'")

    def note_scanned(self, images: Sequence[int]) -> None:
        """DigiKam's detection went over these photos: the tag's row is replaced each time."""
        with self.writing() as connection:
            if not connection.execute("SELECT 1 FROM Tags WHERE name = 'Scanned for Faces'").fetchone():
                connection.execute("INSERT INTO Tags (id, pid, name) VALUES (1000, 1, 'Scanned for Faces')")
                connection.execute("INSERT INTO TagProperties VALUES (1000, 'internalTag', NULL)")
            connection.executemany("REPLACE INTO ImageTags VALUES (?, 1000)", ((image,) for image in images))

    def detect_again(self, images: Sequence[int], at: str | None = None, noting: bool = True) -> None:
        """Unconfirmed results of these photos are cleared, and the faces detected again, `at` a place of their own."""
        with self.writing() as connection:
            unknown = _special(connection, "unknownPerson")
            for image in images:
                faces = connection.execute(
                    "SELECT DISTINCT value FROM ImageTagProperties WHERE imageid = ? AND property = 'autodetectedFace'",
                    (image,),
                ).fetchall()
                connection.execute(
                    "DELETE FROM ImageTagProperties WHERE imageid = ? AND property LIKE 'autodetected%'", (image,)
                )
                for (rect,) in faces:
                    _insert(connection, image, unknown, "autodetectedFace", at or rect)
        if noting:
            self.note_scanned(images)

    def delete_person(self, tag: int) -> None:
        """The tag is deleted; digiKam's trigger deletes all rows with it, digiKam itself the others."""
        with self.writing() as connection:
            connection.execute("DELETE FROM ImageTagProperties WHERE value LIKE ?", (f"{tag},autodetectedFace,%",))
            connection.execute("DELETE FROM Tags WHERE id = ?", (tag,))
            for table in ("ImageTags", "TagProperties", "ImageTagProperties"):
                connection.execute(f"DELETE FROM {table} WHERE tagid = ?", (tag,))

    def make_person(self, tag: int, name: str) -> None:
        """A tag for a person, nowhere used yet."""
        with self.writing() as connection:
            connection.execute("INSERT INTO Tags (id, pid, name) VALUES (?, 0, ?)", (tag, name))
            connection.execute("INSERT INTO TagProperties VALUES (?, 'person', ?)", (tag, name))

    def name(self, tag: int) -> str:
        """The person's name."""
        [(name,)] = self.query("SELECT value FROM TagProperties WHERE tagid = ? AND property = 'person'", tag)
        return str(name)

    def rename_person(self, tag: int, name: str) -> None:
        """The person's tag gets another name."""
        with self.writing() as connection:
            connection.execute("UPDATE Tags SET name = ? WHERE id = ?", (name, tag))
            connection.execute(
                "UPDATE TagProperties SET value = ? WHERE tagid = ? AND property IN ('person', 'faceEngineId')",
                (name, tag),
            )

    def merge_person(self, tag: int, into: int) -> None:
        """One tag is merged into another: photos and faces follow, the tag is deleted."""
        with self.writing() as connection:
            connection.execute("UPDATE OR IGNORE ImageTags SET tagid = ? WHERE tagid = ?", (into, tag))
            connection.execute(
                "UPDATE ImageTagProperties SET tagid = ? WHERE tagid = ? AND property <> 'autodetectedFace'",
                (into, tag),
            )
        self.delete_person(tag)

    def add_again(self, images: Sequence[int]) -> None:
        """The photos were removed from the collection, and added once more: they have other numbers and no faces."""
        with self.writing() as connection:
            for image in images:
                row = connection.execute("SELECT * FROM Images WHERE id = ?", (image,)).fetchone()
                size = connection.execute("SELECT * FROM ImageInformation WHERE imageid = ?", (image,)).fetchone()
                connection.execute("DELETE FROM Images WHERE id = ?", (image,))
                new = (image + 10_000, *row[1:])
                connection.execute(f"INSERT INTO Images VALUES ({', '.join('?' * len(new))})", new)
                new = (image + 10_000, *size[1:])
                connection.execute(f"INSERT INTO ImageInformation VALUES ({', '.join('?' * len(new))})", new)

    def move_album(self, image: int, to: str) -> None:
        """The photo's album is moved or renamed."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE Albums SET relativePath = ? WHERE id = (SELECT album FROM Images WHERE id = ?)", (to, image)
            )

    def put_back(self, backup: Path) -> None:
        """A backup takes the database's place."""
        for name in ("-wal", "-shm"):
            self.database.with_name(self.database.name + name).unlink(missing_ok=True)
        shutil.copyfile(backup, self.database)


def unconfirm_half(database: Path) -> None:
    """Every second confirmed face loses its name, so that there is something to suggest."""
    with closing(sqlite3.connect(database)) as connection, connection:
        rows = connection.execute("SELECT imageid, tagid FROM ImageTags ORDER BY tagid, imageid").fetchall()
        for table in ("ImageTags", "ImageTagProperties"):
            connection.executemany(f"DELETE FROM {table} WHERE imageid = ? AND tagid = ?", rows[::2])


def _special(connection: sqlite3.Connection, name: str) -> int:
    (tag,) = connection.execute("SELECT tagid FROM TagProperties WHERE property = ?", (name,)).fetchone()
    return int(tag)


def _insert(connection: sqlite3.Connection, image: int, tag: int, name: str, value: str) -> None:
    connection.execute("INSERT INTO ImageTagProperties VALUES (?, ?, ?, ?)", (image, tag, name, value))


def _forget(connection: sqlite3.Connection, shown: Shown) -> None:
    """DigiKam finds the rows of a suggestion by their text."""
    image, tag, rect = shown
    connection.execute(
        "DELETE FROM ImageTagProperties WHERE imageid = ? AND"
        " (tagid = ? AND property = 'autodetectedFace' AND value = ? OR property = 'autodetectedPerson' AND value = ?)",
        (image, tag, rect, f"{tag},autodetectedFace,{rect}"),
    )
