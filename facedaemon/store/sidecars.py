"""What is known of the photos' sidecars: what they show of ours, and why one could not be read or written."""

import os
import sqlite3
from array import array
from collections.abc import Collection, Sequence
from pathlib import Path

from facedaemon.store.connection import among, as_text
from facedaemon.store.photos import THERE, Photos


class Sidecars:
    """The columns of the photo table about sidecars."""

    def __init__(self, connection: sqlite3.Connection, photos: Photos) -> None:
        """`connection` belongs to the store."""
        self._connection = connection
        self._photos = photos

    def to_publish(self, named: Collection[int]) -> Sequence[int]:
        """Numbers of readable photos that show something of ours, or are among `named`; in the order of the paths."""
        condition, wanted = among("id", named)
        shows = condition.removeprefix(" AND ")
        rows = self._connection.execute(
            f"SELECT id FROM photo WHERE {THERE} AND width IS NOT NULL AND failure IS NULL"  # noqa: S608 - ours
            f" AND (published IS NOT NULL OR unsure OR {shows}) ORDER BY path",
            wanted,
        )
        return array("q", (row["id"] for row in rows))

    def put_published(self, photo: int, digest: str | None) -> None:
        """The sidecar now holds the suggestions with this digest (None: it holds none of ours)."""
        self._connection.execute("UPDATE photo SET published = ?, unsure = 0 WHERE id = ?", (digest, photo))

    def put_unsure(self, photo: int) -> None:
        """What the sidecar shows of ours is not known: it is compared with what is wanted."""
        self._connection.execute("UPDATE photo SET published = NULL, unsure = 1 WHERE id = ?", (photo,))

    def put_all_unsure(self, places: Sequence[Path] | None) -> None:
        """The same of every photo that was written to; with `places` of these and those below them."""
        if places is None:
            self._connection.execute("UPDATE photo SET unsure = 1 WHERE published IS NOT NULL")
            return
        for place in places:
            for photo in self._photos.known_below(place):
                if photo.published is not None:
                    self._connection.execute("UPDATE photo SET unsure = 1 WHERE id = ?", (photo.id,))

    def put_error(self, photo: int, reason: str | None) -> None:
        """What is wrong with the photo's sidecar; None where nothing is."""
        words = None if reason is None else as_text(reason)
        self._connection.execute("UPDATE photo SET trouble = ? WHERE id = ?", (words, photo))

    def errors(self) -> list[tuple[Path, str]]:
        """The photos whose sidecars cannot be read or written, each with the reason."""
        rows = self._connection.execute(
            "SELECT path, trouble FROM photo WHERE trouble IS NOT NULL AND missing = 0 ORDER BY path"
        )
        return [(Path(os.fsdecode(row["path"])), row["trouble"]) for row in rows]
