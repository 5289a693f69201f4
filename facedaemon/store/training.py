"""Samples (confirmed faces with their embeddings) and the generations trained from them."""

import os
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from facedaemon.store.vectors import numbers, unpacked_rows
from facedaemon.values import MarkState, Numbers, SuggestionState, Vectors

KEPT_GENERATIONS = 2  # the one in use and the one before it, for rollback


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """A confirmed face. `trust` says how surely it is the one the human named, 0 to 1."""

    face: int
    photo: Path
    content: str | None
    mtime_ns: int
    person: str
    quality: float
    trust: float


@dataclass(frozen=True, slots=True, eq=False)
class FaceBlock:
    """Some faces and their embeddings, row by row."""

    faces: tuple[int, ...]
    photos: tuple[int, ...]
    qualities: tuple[float, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Generation:
    """One trained model. `gallery` is the gallery's own bytes, `report` JSON."""

    id: int
    created: float
    model: str
    gallery: bytes
    samples: str
    promoted: bool
    report: str


_FACES = (
    "SELECT face.id, face.photo, face.quality, vector FROM face JOIN photo ON photo.id = face.photo"
    " JOIN embedding ON embedding.face = face.id"
    " WHERE face.photo BETWEEN ? AND ? AND face.state = ? AND face.is_face = 1 AND photo.model = ?"
    " ORDER BY face.photo, face.id LIMIT ?"
)
_VECTORS = (
    "SELECT face.photo, vector FROM embedding JOIN face ON face.id = embedding.face JOIN photo ON photo.id = face.photo"
    " WHERE face.state = ? AND face.is_face = 1 AND photo.model = ?"
)


class Training:
    """Samples, unknown faces and the generation table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` belongs to the store."""
        self._connection = connection

    def samples(self, model: str) -> tuple[list[SampleRecord], Vectors]:
        """All confirmed faces that `model` embedded, in the order of photo and face, and their vectors."""
        rows = self._connection.execute(
            "SELECT face.id, face.person, face.quality, face.trust, photo.path, photo.content, photo.mtime_ns, vector"
            " FROM face JOIN photo ON photo.id = face.photo JOIN embedding ON embedding.face = face.id"
            " WHERE face.state = ? AND face.person IS NOT NULL AND photo.model = ? ORDER BY photo.path, face.id",
            (MarkState.CONFIRMED, model),
        ).fetchall()
        records = [
            SampleRecord(
                face=row["id"],
                photo=Path(os.fsdecode(row["path"])),
                content=row["content"],
                mtime_ns=row["mtime_ns"],
                person=row["person"],
                quality=row["quality"],
                trust=row["trust"],
            )
            for row in rows
        ]
        return records, unpacked_rows([row["vector"] for row in rows])

    def rejected(self, model: str) -> tuple[tuple[str, ...], Vectors]:
        """The names that humans took from faces, and those faces' vectors."""
        rows = self._connection.execute(
            "SELECT DISTINCT suggestion.person, suggestion.face, vector FROM suggestion"
            " JOIN face ON face.id = suggestion.face JOIN photo ON photo.id = face.photo"
            " JOIN embedding ON embedding.face = face.id WHERE suggestion.state = ? AND photo.model = ?"
            " ORDER BY suggestion.person, suggestion.face",
            (SuggestionState.REJECTED, model),
        ).fetchall()
        return tuple(row["person"] for row in rows), unpacked_rows([row["vector"] for row in rows])

    def faces_in_state(
        self, model: str, state: MarkState, photos: Collection[int] | None = None, block: int = 20_000
    ) -> Iterator[FaceBlock]:
        """The faces that are in `state` for humans and faces for the second look, of some photos or of all.

        In blocks that fit into memory; the faces of one photo are never split between two blocks.
        """
        if photos is not None:
            for photo in sorted(photos):
                yield from self._blocks(model, state, photo, photo, block)
        else:
            yield from self._blocks(model, state, 0, 1 << 62, block)

    def vectors_in_state(self, model: str, state: MarkState) -> Iterator[tuple[Numbers, Vectors]]:
        """The photo numbers and vectors of the faces that `faces_in_state` gives, as fast as they can be read."""
        cursor = self._connection.execute(_VECTORS, (state, model))
        cursor.row_factory = None
        while rows := cursor.fetchmany(50_000):
            photos, vectors = zip(*rows, strict=True)
            yield numbers(photos), unpacked_rows(list(vectors))

    def _blocks(self, model: str, state: MarkState, first: int, last: int, block: int) -> Iterator[FaceBlock]:
        while True:
            rows = self._connection.execute(_FACES, (first, last, state, model, block)).fetchall()
            if not rows:
                return
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

    def last_built(self) -> tuple[float, str] | None:
        """When a generation was built last, in use or not, and the report on it (JSON)."""
        row = self._connection.execute("SELECT created, report FROM generation ORDER BY id DESC LIMIT 1").fetchone()
        return (row["created"], row["report"]) if row else None

    def next_number(self) -> int:
        """The number that the next generation gets; never used before."""
        return int(self._connection.execute("SELECT coalesce(max(id), 0) + 1 FROM generation").fetchone()[0])

    def add(self, generation: Generation) -> None:
        """Keep a generation, in use from now on if `promoted`; older ones than the former are dropped."""
        self._connection.execute(
            "INSERT INTO generation (id, created, model, gallery, samples, promoted, report)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                generation.id,
                generation.created,
                generation.model,
                generation.gallery,
                generation.samples,
                generation.promoted,
                generation.report,
            ),
        )
        if generation.promoted:
            self._connection.execute(
                "DELETE FROM generation WHERE id NOT IN"
                " (SELECT id FROM generation WHERE promoted = 1 ORDER BY id DESC LIMIT ?)",
                (KEPT_GENERATIONS,),
            )

    def refine(self, number: int, gallery: bytes, samples: str) -> None:
        """The generation has learned single confirmations since it was trained."""
        self._connection.execute(
            "UPDATE generation SET gallery = ?, samples = ? WHERE id = ?", (gallery, samples, number)
        )

    def roll_back(self) -> Generation | None:
        """Take the generation in use out of use; gives the former one, or None (and changes nothing) without one."""
        rows = self._connection.execute(
            "SELECT id FROM generation WHERE promoted = 1 ORDER BY id DESC LIMIT 2"
        ).fetchall()
        if len(rows) < 2:
            return None
        self._connection.execute("UPDATE generation SET promoted = 0 WHERE id = ?", (rows[0]["id"],))
        return self.current()


def _generation(row: sqlite3.Row) -> Generation:
    return Generation(
        id=row["id"],
        created=row["created"],
        model=row["model"],
        gallery=row["gallery"],
        samples=row["samples"],
        promoted=bool(row["promoted"]),
        report=row["report"],
    )
