"""Rejections: a human said that this face is not this person. They outlive faces, generations and a lost state."""

import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from facedaemon.geometry import displayed, overlap, stored
from facedaemon.store.connection import among
from facedaemon.store.vectors import unpacked_rows
from facedaemon.values import Evidence, Region, Vectors

SAME_REGION_OVERLAP = 0.4  # a rejection holds for a face at the same place, also when another detector drew the box


@dataclass(frozen=True, slots=True)
class Rejection:
    """A human rejected this name at this place; the photo is recognised by its content or by its path.

    `library_id` is the library's own id of the person, None where it has none: with it the rejection follows a rename.
    `owner` is the number of the user whose file the photo was (None: not known).
    """

    content: str | None
    path: Path
    region: Region
    person: str
    evidence: Evidence
    library_id: str | None = None
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class RejectionRecord:
    """A rejection with its number, when it was read, and when its photo was last changed (None: not known)."""

    id: int
    rejection: Rejection
    decided: float
    mtime_ns: int | None


# of two for one face the clearer counts: Ignore does not concern the name; digiKam's memory can be cleared only there
_WEIGHT = {Evidence.IGNORED: 0, Evidence.LIBRARY_MEMORY: 2}

_ALL = "SELECT * FROM rejection"
_AT = "SELECT * FROM rejection WHERE (content = ? OR path = ?)"
_WITH_VECTORS = "SELECT * FROM rejection WHERE model = ? AND vector IS NOT NULL"
_INSERT = (
    "INSERT INTO rejection (content, path, x, y, w, h, person, evidence, library_id, owner, decided)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_REPEAT = (
    "INSERT INTO rejection (content, path, x, y, w, h, person, evidence, owner, decided, mtime_ns, model, vector)"
    " SELECT content, path, x, y, w, h, ?1, evidence, owner, decided, mtime_ns, model, vector FROM rejection AS known"
    " WHERE person = ?2 AND NOT EXISTS (SELECT 1 FROM rejection WHERE person = ?1 AND path = known.path"
    " AND (x, y, w, h) = (known.x, known.y, known.w, known.h)) ORDER BY id"
)
_FACES_AT = (
    "SELECT face.x, face.y, face.w, face.h, vector, photo.mtime_ns FROM photo JOIN face ON face.photo = photo.id"
    " JOIN embedding ON embedding.face = face.id WHERE (photo.content = ? OR photo.path = ?) AND photo.model = ?"
    " ORDER BY photo.path = ? DESC, photo.id, face.id"
)


class Rejections:
    """The rejection table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` belongs to the store."""
        self._connection = connection

    def add(self, rejection: Rejection, now: float) -> None:
        """Store a rejection; a second one for the same name and place changes nothing but the evidence."""
        region, evidence = rejection.region, rejection.evidence
        for old in self._at(rejection.content, rejection.path):
            is_same = (old.rejection.person, old.rejection.region) == (rejection.person, region)
            if is_same and (old.rejection.path == rejection.path or old.rejection.owner in (None, rejection.owner)):
                if _WEIGHT.get(evidence, 1) > _WEIGHT.get(old.rejection.evidence, 1):
                    self._connection.execute("UPDATE rejection SET evidence = ? WHERE id = ?", (evidence, old.id))
                return
        place = (rejection.content, os.fsencode(rejection.path), region.x, region.y, region.w, region.h)
        said = (rejection.person, evidence, rejection.library_id, rejection.owner, now)
        self._connection.execute(_INSERT, (*place, *said))

    def all(self) -> list[RejectionRecord]:
        """All of them, oldest first."""
        return [_record(row) for row in self._connection.execute("SELECT * FROM rejection ORDER BY id")]

    def names_at(self, content: str | None, path: Path, region: Region) -> frozenset[str]:
        """The names that were rejected at this place."""
        return frozenset(item.rejection.person for item in self.at(content, path, region))

    def at(self, content: str | None, path: Path, region: Region) -> list[RejectionRecord]:
        """The rejections at this place."""
        near = self._at(content, path)
        return [item for item in near if overlap(item.rejection.region, region) >= SAME_REGION_OVERLAP]

    def people(self) -> list[tuple[str | None, str]]:
        """The library's id (None where not known) and the name of each person with rejections."""
        rows = self._connection.execute("SELECT DISTINCT library_id, person FROM rejection ORDER BY 1, 2")
        return [(row[0], row[1]) for row in rows]

    def identify(self, person: str, former_id: str | None, library_id: str) -> None:
        """Store the library's id of a person for whom only `former_id`, or none, was known."""
        self._connection.execute(
            "UPDATE rejection SET library_id = ? WHERE person = ? AND library_id IS ?", (library_id, person, former_id)
        )

    def rename(self, library_id: str, person: str) -> None:
        """The person has another name in the library now."""
        self._connection.execute("UPDATE rejection SET person = ? WHERE library_id = ?", (person, library_id))

    def rename_person(self, person: str, to: str) -> None:
        """The user calls this person otherwise now."""
        if person != to:
            self._connection.execute("UPDATE rejection SET person = ? WHERE person = ?", (to, person))

    def repeat(self, person: str, to: str) -> None:
        """What was rejected as `person` is not `to`, either: they were one person when it was rejected."""
        self._connection.execute(_REPEAT, (to, person))

    def give(self, numbers: Iterable[int], person: str, library_id: str | None) -> None:
        """These rejections are about somebody who is called so now; `library_id` as in `Rejection`."""
        self._connection.executemany(
            "UPDATE rejection SET person = ?, library_id = ? WHERE id = ?",
            ((person, library_id, number) for number in numbers),
        )

    def in_photo(self, path: Path) -> list[RejectionRecord]:
        """The rejections made in this very photo, not in a copy of it."""
        return [_record(row) for row in self._connection.execute(f"{_ALL} WHERE path = ?", (os.fsencode(path),))]

    def turn(self, content: str | None, path: Path, orientation: int, to: int) -> None:
        """Turn the regions of a photo that was displayed in EXIF `orientation` and is now displayed in `to`."""
        for item in self._at(content, path):
            region = displayed(stored(item.rejection.region, orientation), to)
            self._connection.execute(
                "UPDATE rejection SET x = ?, y = ?, w = ?, h = ? WHERE id = ?",
                (region.x, region.y, region.w, region.h, item.id),
            )

    def forget(self, numbers: Iterable[int]) -> None:
        """Delete these rejections: the names may be suggested again."""
        self._connection.executemany("DELETE FROM rejection WHERE id = ?", ((number,) for number in numbers))

    def with_vectors(self, model: str, people: Iterable[str] | None = None) -> tuple[list[RejectionRecord], Vectors]:
        """Rejections of some people, or of all, whose face `model` embedded, with the vectors; oldest first."""
        condition, names = among("person", people)
        rows = self._connection.execute(f"{_WITH_VECTORS}{condition} ORDER BY id", (model, *names)).fetchall()
        return [_record(row) for row in rows], unpacked_rows([row["vector"] for row in rows])

    def look_up_faces(self, model: str) -> None:
        """Give rejections without a vector of `model` that of the face at their place, where one is known."""
        rows = self._connection.execute("SELECT * FROM rejection WHERE model IS NOT ?", (model,)).fetchall()
        for row in rows:
            item = _record(row).rejection
            asked = (item.content, row["path"], model, row["path"])
            faces = self._connection.execute(_FACES_AT, asked).fetchall()
            best = max(faces, key=lambda face: overlap(_region(face), item.region), default=None)
            if best is not None and overlap(_region(best), item.region) >= SAME_REGION_OVERLAP:
                self._connection.execute(
                    "UPDATE rejection SET model = ?, vector = ?, mtime_ns = coalesce(mtime_ns, ?) WHERE id = ?",
                    (model, best["vector"], best["mtime_ns"], row["id"]),
                )

    def _at(self, content: str | None, path: Path) -> list[RejectionRecord]:
        return [_record(row) for row in self._connection.execute(_AT, (content, os.fsencode(path)))]


def _record(row: sqlite3.Row) -> RejectionRecord:
    try:
        evidence = Evidence(row["evidence"])
    except ValueError:  # worded by another version
        evidence = Evidence.SET_TO_UNKNOWN
    rejection = Rejection(
        content=row["content"],
        path=Path(os.fsdecode(row["path"])),
        region=_region(row),
        person=row["person"],
        evidence=evidence,
        library_id=row["library_id"],
        owner=row["owner"],
    )
    return RejectionRecord(row["id"], rejection, row["decided"], row["mtime_ns"])


def _region(row: sqlite3.Row) -> Region:
    return Region(row["x"], row["y"], row["w"], row["h"])
