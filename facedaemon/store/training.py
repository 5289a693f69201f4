"""Samples (confirmed faces with their embeddings) and the generations trained from them."""

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from facedaemon.dates import Taken, taken
from facedaemon.store.connection import among
from facedaemon.store.photo_record import stated_by
from facedaemon.store.vectors import unpacked_rows
from facedaemon.values import AnnotationState, Vectors

KEPT_GENERATIONS = 2  # the one in use and the one before it, for rollback


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """A confirmed face. `trust`, 0 to 1: how certain it is that this is the face that the human named."""

    face: int
    photo: Path
    content: str | None
    mtime_ns: int
    person: str
    quality: float
    trust: float
    taken: Taken


@dataclass(frozen=True, slots=True, eq=False)
class FaceBlock:
    """Some faces and their embeddings, row by row."""

    faces: tuple[int, ...]
    photos: tuple[int, ...]
    qualities: tuple[float, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Provisional:
    """A generation was trained while photos were still to be analysed.

    `faces` is how many there were; `expected` how many without a name there will be in the end.
    """

    faces: int
    expected: int


@dataclass(frozen=True, slots=True)
class FaceCounts:
    """Faces that a model embedded, in photos that are there: confirmed ones, others; photos without a confirmed one."""

    confirmed: int
    unnamed: int
    photos: int


@dataclass(frozen=True, slots=True)
class Generation:
    """One trained model. `gallery` is the gallery's own bytes, `signature` a name for it, `report` JSON.

    `provisional` is None unless photos were still to be analysed.
    """

    id: int
    created: float
    model: str
    gallery: bytes
    signature: str
    promoted: bool
    report: str
    provisional: Provisional | None = None


_FACES = (
    "SELECT face.id, face.photo, face.quality, vector FROM face JOIN photo ON photo.id = face.photo"
    " JOIN embedding ON embedding.face = face.id"
    " WHERE face.photo >= ? AND face.state = ? AND face.is_face = 1 AND photo.model = ? AND photo.missing = 0"
)
_BY_PHOTO = " ORDER BY face.photo, face.id LIMIT ?"
_SAMPLES = (
    "SELECT face.id, face.person, face.quality, face.trust, photo.path, photo.content, photo.mtime_ns, photo.own_date,"
    " photo.own_date_source, photo.library_date, vector"
    " FROM face JOIN photo ON photo.id = face.photo JOIN embedding ON embedding.face = face.id"
    " WHERE face.state = ? AND face.person IS NOT NULL AND photo.model = ? AND photo.missing = 0"
)
_BY_PATH = " ORDER BY photo.path, face.id"
_COUNTS = (
    "SELECT coalesce(sum(named), 0), coalesce(sum(unnamed), 0), coalesce(sum(named = 0), 0) FROM"
    " (SELECT coalesce(sum(face.state = ?), 0) AS named, coalesce(sum(face.person IS NULL AND face.is_face), 0)"
    " AS unnamed FROM photo LEFT JOIN face ON face.photo = photo.id"
    " WHERE photo.model = ? AND photo.missing = 0 AND photo.failure IS NULL GROUP BY photo.id)"
)


class Training:
    """Samples, unknown faces and the generation table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` belongs to the store."""
        self._connection = connection

    def samples(self, model: str, people: Iterable[str] | None = None) -> tuple[list[SampleRecord], Vectors]:
        """The confirmed faces of some people, or of all, that `model` embedded, and their vectors.

        In the order of photo and face, without missing photos.
        """
        condition, names = among("face.person", people)
        asked = (AnnotationState.CONFIRMED, model, *names)
        rows = self._connection.execute(_SAMPLES + condition + _BY_PATH, asked).fetchall()
        records = [
            SampleRecord(
                face=row["id"],
                photo=Path(os.fsdecode(row["path"])),
                content=row["content"],
                mtime_ns=row["mtime_ns"],
                person=row["person"],
                quality=row["quality"],
                trust=row["trust"],
                taken=taken(stated_by(row), row["library_date"], row["mtime_ns"]),
            )
            for row in rows
        ]
        return records, unpacked_rows([row["vector"] for row in rows])

    def faces_in_state(
        self, model: str, state: AnnotationState, photos: Collection[int] | None = None, block: int = 20_000
    ) -> Iterator[FaceBlock]:
        """The faces in `state` that are no false positives, of some photos or of all, without missing photos.

        They come in blocks that fit into memory; the faces of one photo are never split between two blocks.
        """
        first, (condition, wanted) = 0, among("face.photo", photos)
        statement = _FACES + condition + _BY_PHOTO
        while rows := self._connection.execute(statement, (first, state, model, *wanted, block)).fetchall():
            if len(rows) == block and rows[0]["photo"] != rows[-1]["photo"]:
                rows = [row for row in rows if row["photo"] != rows[-1]["photo"]]
            first = int(rows[-1]["photo"]) + 1
            yield FaceBlock(
                faces=tuple(row["id"] for row in rows),
                photos=tuple(row["photo"] for row in rows),
                qualities=tuple(row["quality"] for row in rows),
                vectors=unpacked_rows([row["vector"] for row in rows]),
            )

    def current(self) -> Generation | None:
        """The generation in use."""
        row = self._connection.execute(
            "SELECT * FROM generation WHERE promoted = 1 ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return _generation(row) if row else None

    def when(self) -> tuple[int, float] | None:
        """The number of the generation in use and when it was trained; does not load it."""
        row = self._connection.execute(
            "SELECT id, created FROM generation WHERE promoted = 1 ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return (row["id"], row["created"]) if row else None

    def is_provisional(self) -> bool:
        """Whether the generation in use was trained while photos were still to be analysed."""
        row = self._connection.execute(
            "SELECT faces FROM generation WHERE promoted = 1 ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return row is not None and row["faces"] is not None

    def last_built(self) -> tuple[float, str] | None:
        """When a generation was built last, in use or not, and the report on it (JSON)."""
        row = self._connection.execute("SELECT created, report FROM generation ORDER BY id DESC LIMIT 1").fetchone()
        return (row["created"], row["report"]) if row else None

    def next_number(self) -> int:
        """The number of the next generation, which was never used before."""
        return int(self._connection.execute("SELECT coalesce(max(id), 0) + 1 FROM generation").fetchone()[0])

    def add(self, generation: Generation) -> None:
        """Store a generation, in use from now on if `promoted`; those before the former one are deleted."""
        self._connection.execute(
            "INSERT INTO generation (id, created, model, gallery, signature, promoted, report, faces, expected)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                generation.id,
                generation.created,
                generation.model,
                generation.gallery,
                generation.signature,
                generation.promoted,
                generation.report,
                *_progress(generation.provisional),
            ),
        )
        if generation.promoted:
            self._connection.execute(
                "DELETE FROM generation WHERE id NOT IN"
                " (SELECT id FROM generation WHERE promoted = 1 ORDER BY id DESC LIMIT ?)",
                (KEPT_GENERATIONS,),
            )

    def refine(self, number: int, gallery: bytes, signature: str, provisional: Provisional | None = None) -> None:
        """Store the generation's gallery after confirmations or more photos were added to it."""
        self._connection.execute(
            "UPDATE generation SET gallery = ?, signature = ?, faces = ?, expected = ? WHERE id = ?",
            (gallery, signature, *_progress(provisional), number),
        )

    def counts(self, model: str) -> FaceCounts:
        """How much there is to learn from."""
        row = self._connection.execute(_COUNTS, (AnnotationState.CONFIRMED, model)).fetchone()
        return FaceCounts(int(row[0]), int(row[1]), int(row[2]))

    def seen_otherwise(self, model: str) -> tuple[int, int]:
        """How many confirmed faces were last analysed by another model, of how many; without missing photos."""
        row = self._connection.execute(
            "SELECT coalesce(sum(photo.model IS NOT ?), 0), count(*) FROM face JOIN photo ON photo.id = face.photo"
            " WHERE face.person IS NOT NULL AND photo.missing = 0 AND photo.failure IS NULL",
            (model,),
        ).fetchone()
        return int(row[0]), int(row[1])

    def unlearned(self) -> frozenset[str]:
        """The people whose samples or rejections changed since `learned`."""
        return frozenset(row["person"] for row in self._connection.execute("SELECT person FROM unlearned"))

    def learned(self) -> None:
        """The gallery in use now contains all changes of samples and rejections."""
        self._connection.execute("DELETE FROM unlearned")

    def roll_back(self) -> Generation | None:
        """Return to the former generation and return it; None, and nothing changes, where there is none."""
        rows = self._connection.execute(
            "SELECT id FROM generation WHERE promoted = 1 ORDER BY id DESC LIMIT 2"
        ).fetchall()
        if len(rows) < 2:
            return None
        self._connection.execute("UPDATE generation SET promoted = 0 WHERE id = ?", (rows[0]["id"],))
        return self.current()


def _progress(provisional: Provisional | None) -> tuple[int | None, int | None]:
    return (None, None) if provisional is None else (provisional.faces, provisional.expected)


def _generation(row: sqlite3.Row) -> Generation:
    return Generation(
        id=row["id"],
        created=row["created"],
        model=row["model"],
        gallery=row["gallery"],
        signature=row["signature"],
        promoted=bool(row["promoted"]),
        report=row["report"],
        provisional=None if row["faces"] is None else Provisional(row["faces"], row["expected"]),
    )
