"""Annotations as libraries and metadata held them when they were last read; the next reading is compared with them."""

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from facedaemon.names import clean_name
from facedaemon.store.connection import among
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation, Region


@dataclass(frozen=True, slots=True)
class KnownAnnotation:
    """An annotation as last read, and the number of the face it was matched to (None: no face).

    `own` is True where facedaemon wrote it: it is kept only for comparison with the next reading and confirms nobody.
    """

    annotation: FaceAnnotation
    face: int | None
    own: bool = False


@dataclass(frozen=True, slots=True)
class NumberedAnnotation:
    """A known annotation that names somebody, its own number and its photo's."""

    id: int
    photo: int
    known: KnownAnnotation


_SPELLED = (
    "SELECT coalesce(spelling, person) AS spelled FROM mark WHERE person = ?"
    " GROUP BY spelled ORDER BY max(source = ?) DESC, count(*) DESC, min(id)"
)
_NAMED = (
    "SELECT mark.*, photo.path FROM mark JOIN photo ON photo.id = mark.photo WHERE mark.person IS NOT NULL"
    " ORDER BY mark.photo, mark.id"
)
_WITHOUT_FACE = (
    "SELECT count(*) FROM (SELECT DISTINCT photo, person FROM mark WHERE state = ? AND x IS NOT NULL AND face IS NULL"
    " AND own = 0 AND photo IN (SELECT id FROM photo WHERE missing = 0)"
    " AND NOT EXISTS (SELECT 1 FROM face WHERE face.photo = mark.photo AND face.person = mark.person))"
)
_FORGET = "DELETE FROM mark WHERE photo = ? AND state = ?"


class Annotations:
    """The annotations, in the table "mark"."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` belongs to the store."""
        self._connection = connection

    def of(self, photo: int) -> list[KnownAnnotation]:
        """The annotations of a photo, in the order they were read."""
        rows = self._connection.execute(
            "SELECT mark.*, photo.path FROM mark JOIN photo ON photo.id = mark.photo WHERE photo = ? ORDER BY mark.id",
            (photo,),
        )
        return [_known(row) for row in rows]

    def by_path(
        self, source: AnnotationSource, photos: Collection[int] | None = None
    ) -> dict[Path, list[FaceAnnotation]]:
        """The annotations of one source, of some photos or of all, by path: what a new reading is compared with."""
        found: dict[Path, list[FaceAnnotation]] = {}
        if photos is not None:
            for known in (known for photo in photos for known in self.of(photo)):
                if known.annotation.source == source:
                    found.setdefault(known.annotation.photo, []).append(known.annotation)
            return found
        rows = self._connection.execute(
            "SELECT mark.*, photo.path FROM mark JOIN photo ON photo.id = mark.photo WHERE source = ? ORDER BY mark.id",
            (source,),
        )
        for row in rows:
            annotation = _known(row).annotation
            found.setdefault(annotation.photo, []).append(annotation)
        return found

    def named(self) -> Iterator[NumberedAnnotation]:
        """All that name somebody, by photo; read to the end before anything is changed."""
        for row in self._connection.execute(_NAMED):
            yield NumberedAnnotation(row["id"], row["photo"], _known(row))

    def call(self, number: int, person: str, spelling: str | None) -> None:
        """The annotation of this number names the same person by another name."""
        self._connection.execute("UPDATE mark SET person = ?, spelling = ? WHERE id = ?", (person, spelling, number))

    def photos_of(self, source: AnnotationSource) -> list[int]:
        """The numbers of the photos of which this source says anything."""
        rows = self._connection.execute("SELECT DISTINCT photo FROM mark WHERE source = ? ORDER BY photo", (source,))
        return [row[0] for row in rows]

    def replace(self, photo: int, annotations: Iterable[KnownAnnotation]) -> None:
        """Replace the photo's annotations by these."""
        self._connection.execute("DELETE FROM mark WHERE photo = ?", (photo,))
        self._connection.executemany(
            "INSERT INTO mark (photo, source, state, person, x, y, w, h, by_hand, spelling, face, own)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (photo, m.source, m.state, m.person, *_place(m.region), m.by_hand, m.spelling, known.face, known.own)
                for known in annotations
                for m in [known.annotation]
            ),
        )

    def forget_suggested(self, photo: int, people: Iterable[str] | None = None) -> None:
        """Forget suggestions of these people (None: of all) that no human removed: they are not rejected."""
        condition, wanted = among("person", people)
        self._connection.execute(_FORGET + condition, (photo, AnnotationState.SUGGESTED, *wanted))

    def spelling(self, person: str) -> str:
        """The spelling in which the name is written: digiKam's, else the one found most often.

        Of two people who were merged it is that of the name that stays, where any program has it.
        """
        rows = self._connection.execute(_SPELLED, (person, AnnotationSource.DIGIKAM)).fetchall()
        found = [str(row[0]) for row in rows] or [person]
        return next((each for each in found if clean_name(each) == person), found[0])

    def people(self) -> list[str]:
        """All names in the annotations, in order."""
        rows = self._connection.execute("SELECT DISTINCT person FROM mark WHERE person IS NOT NULL ORDER BY person")
        return [row[0] for row in rows]

    def counts(self) -> tuple[int, int]:
        """How many faces are confirmed, and how many confirmed regions show no face that can be found.

        A face counts once, however many sources name it, and so does a region. What facedaemon wrote is not counted,
        nor what photos show that are gone.
        """
        faces = self._connection.execute(
            "SELECT count(*) FROM face JOIN photo ON photo.id = face.photo WHERE state = ? AND missing = 0",
            (AnnotationState.CONFIRMED,),
        ).fetchone()
        regions = self._connection.execute(_WITHOUT_FACE, (AnnotationState.CONFIRMED,)).fetchone()
        return int(faces[0]), int(regions[0])


def _place(region: Region | None) -> tuple[float | None, ...]:
    return (None, None, None, None) if region is None else (region.x, region.y, region.w, region.h)


def _known(row: sqlite3.Row) -> KnownAnnotation:
    region = None if row["x"] is None else Region(row["x"], row["y"], row["w"], row["h"])
    annotation = FaceAnnotation(
        photo=Path(os.fsdecode(row["path"])),
        source=AnnotationSource(row["source"]),
        state=AnnotationState(row["state"]),
        person=row["person"],
        region=region,
        by_hand=bool(row["by_hand"]),
        spelling=row["spelling"],
    )
    return KnownAnnotation(annotation, row["face"], bool(row["own"]))
