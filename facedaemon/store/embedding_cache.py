"""The vectors of all faces, held in memory between two confirmations: reading them is most of what one would cost."""

import sqlite3
from collections.abc import Iterator

from facedaemon.store.vectors import halves, numbers
from facedaemon.values import Halves, Numbers

HALF = 2  # bytes of a number in a stored vector
MOST_HELD = 200_000  # faces: 100 MB of 256 numbers each; more are read anew each time
_BLOCK = 20_000  # faces at once: 10 MB
# in the order of the tables, and without the photos: twice as fast
_VECTORS = (
    "SELECT face.id, face.photo, vector FROM face CROSS JOIN embedding ON embedding.face = face.id"
    " WHERE face.id > ? AND face.is_face = 1 AND length(vector) = ? ORDER BY face.id"
)


class EmbeddingCache:
    """Every face's photo and vector, whatever humans say of it and whichever network of that width saw it."""

    def __init__(self, connection: sqlite3.Connection, most: int = MOST_HELD, block: int = _BLOCK) -> None:
        """`connection` belongs to the store; at `most` so many faces are held, read `block` at once."""
        self._connection = connection
        self._most, self._block = most, block
        self._width = 0
        self.forget()

    def forget(self) -> None:
        """Vectors changed or went; to be called whenever that happens. New faces are noticed without it."""
        self._last = 0
        self._parts: list[tuple[Numbers, Halves]] = []

    def blocks(self, width: int) -> Iterator[tuple[Numbers, Halves]]:
        """Photo numbers, (n,), and vectors, float16 (n, `width`), of all faces with vectors of that width."""
        if width != self._width:
            self.forget()
            self._width = width
        yield from self._parts
        held = sum(len(photos) for photos, _ in self._parts)
        for last, photos, vectors in self._read(self._last, width):
            held += len(photos)  # beyond the limit nothing more is held, or what lies between would be missed
            if held <= self._most:
                self._parts.append((photos, vectors))
                self._last = last
            yield photos, vectors

    def hold(self, width: int) -> None:
        """Read what is not held yet, so that the next `blocks` need not."""
        for _ in self.blocks(width):
            pass

    def _read(self, last: int, width: int) -> Iterator[tuple[int, Numbers, Halves]]:
        cursor = self._connection.execute(_VECTORS, (last, width * HALF))
        cursor.row_factory = None
        while rows := cursor.fetchmany(self._block):
            faces, photos, vectors = zip(*rows, strict=True)
            yield faces[-1], numbers(photos), halves(vectors)
