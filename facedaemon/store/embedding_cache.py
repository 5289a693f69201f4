"""The vectors of all faces, kept in memory between confirmations: reading them takes most of the time of a match."""

import sqlite3
from collections.abc import Iterator

from facedaemon.store.vectors import gathered, halves, joined, numbers
from facedaemon.values import Halves, Numbers

HALF = 2  # bytes of a number in a stored vector
MOST_HELD = 200_000  # faces: 100 MB of 256 numbers each; more are read again each time
_BLOCK = 20_000  # faces at once: 10 MB
# in the order of the tables, and without the photos: twice as fast
_VECTORS = (
    "SELECT face.id, face.photo, vector FROM face CROSS JOIN embedding ON embedding.face = face.id"
    " WHERE face.id > ? AND face.is_face = 1 AND length(vector) = ? ORDER BY face.id"
)
_WIDTH = "SELECT length(vector) FROM embedding WHERE face = ?"


class EmbeddingCache:
    """Photo and vector of every face, named or not, of every network whose vectors have the asked width."""

    def __init__(self, connection: sqlite3.Connection, most: int = MOST_HELD, block: int = _BLOCK) -> None:
        """`connection` belongs to the store. At most `most` faces are kept in memory; `block` are read at a time."""
        self._connection = connection
        self._most, self._block = most, block
        self._width = 0
        self.forget()

    def forget(self) -> None:
        """Empty the cache. To be called when vectors changed or were deleted; new faces are found without it."""
        self._last = 0
        self._parts: list[tuple[Numbers, Numbers, Halves]] = []

    def blocks(self, width: int) -> Iterator[tuple[Numbers, Halves]]:
        """Photo numbers, (n,), and vectors, float16 (n, `width`), of all faces with vectors of that width."""
        for _, photos, vectors in self._all(width):
            yield photos, vectors

    def by_face(self, width: int) -> Iterator[tuple[Numbers, Halves]]:
        """Numbers, (n,), and vectors, float16 (n, `width`), of all faces with vectors of that width; by number."""
        for faces, _, vectors in self._all(width):
            yield faces, vectors

    def of(self, faces: Numbers) -> tuple[Numbers, Halves]:
        """The places in `faces`, (n,), ascending, of those with a vector, and these vectors, float16 (m, d)."""
        width = self._width_of(faces)
        return gathered(faces, ((held, vectors) for held, _, vectors in self._all(width)) if width else (), width)

    def _width_of(self, faces: Numbers) -> int:
        """How many numbers the vector of the first of these faces has; 0 where none has one."""
        found = (self._connection.execute(_WIDTH, (int(face),)).fetchone() for face in faces)
        return next((int(row[0]) // HALF for row in found if row is not None), 0)

    def _all(self, width: int) -> Iterator[tuple[Numbers, Numbers, Halves]]:
        """Numbers of faces and of their photos, (n,), and vectors, ascending by face."""
        if width != self._width:
            self.forget()
            self._width = width
        yield from self._parts
        held = sum(len(photos) for _, photos, _ in self._parts)
        for part in self._read(self._last, width):
            held += len(part[0])  # beyond the limit nothing more is held, or what lies between would be missed
            if held <= self._most:
                self._hold(part)
                self._last = int(part[0][-1])
            yield part

    def _hold(self, part: tuple[Numbers, Numbers, Halves]) -> None:
        """Keep the part: a small one with the last, so that there are few."""
        if self._parts and len(self._parts[-1][0]) + len(part[0]) <= self._block:
            part = joined(self._parts.pop(), part)
        self._parts.append(part)

    def hold(self, width: int) -> None:
        """Read the vectors that are not in memory yet, so that the next `blocks` has them."""
        for _ in self.blocks(width):
            pass

    def _read(self, last: int, width: int) -> Iterator[tuple[Numbers, Numbers, Halves]]:
        cursor = self._connection.execute(_VECTORS, (last, width * HALF))
        cursor.row_factory = None
        while rows := cursor.fetchmany(self._block):
            faces, photos, vectors = zip(*rows, strict=True)
            yield numbers(faces), numbers(photos), halves(vectors)
