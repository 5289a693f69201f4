"""facedaemon's own SQLite file: photos, faces, annotations, samples, suggestions, rejections, the ledger of writes."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection

from facedaemon import own_database
from facedaemon.private import open_to_others
from facedaemon.store.annotations import Annotations, KnownAnnotation, NumberedAnnotation
from facedaemon.store.assessments import (
    Assessment,
    Assessments,
    DoubtRecord,
)
from facedaemon.store.connection import as_text
from facedaemon.store.database import FILE_NAME, connect_read_only, open_state
from facedaemon.store.embedding_cache import EmbeddingCache
from facedaemon.store.faces import FaceRecord, Faces, Verdict
from facedaemon.store.groups import NO_GROUP, GroupChanges, Groups, Place, UnnamedFaces
from facedaemon.store.ledger import Entry, Ledger, LedgerKind
from facedaemon.store.lock import Holder, Locked, StateLock, holder
from facedaemon.store.people import NamedFace, People, YearCount
from facedaemon.store.photo_record import PhotoRecord
from facedaemon.store.photos import Photos
from facedaemon.store.recovery import GROUPED_NOTE
from facedaemon.store.rejections import SAME_REGION_OVERLAP, Rejection, RejectionRecord, Rejections
from facedaemon.store.row_versions import KnownRowVersion, RowVersions, WithdrawnName
from facedaemon.store.sidecars import Sidecars
from facedaemon.store.suggestions import SuggestionRecord, Suggestions
from facedaemon.store.training import FaceBlock, FaceCounts, Generation, Provisional, SampleRecord, Training
from facedaemon.store.vectors import packed, unpacked
from facedaemon.store.writes import WriteRecord, Writes

__all__ = [
    "GROUPED_NOTE",
    "NO_GROUP",
    "SAME_REGION_OVERLAP",
    "Assessment",
    "DoubtRecord",
    "Entry",
    "FaceBlock",
    "FaceCounts",
    "FaceRecord",
    "Generation",
    "GroupChanges",
    "Holder",
    "KnownAnnotation",
    "KnownRowVersion",
    "LedgerKind",
    "Locked",
    "NamedFace",
    "NumberedAnnotation",
    "PhotoRecord",
    "Place",
    "Provisional",
    "Rejection",
    "RejectionRecord",
    "SampleRecord",
    "StateLock",
    "Store",
    "SuggestionRecord",
    "UnnamedFaces",
    "Verdict",
    "WithdrawnName",
    "WriteRecord",
    "YearCount",
    "holder",
    "packed",
    "unpacked",
]

_IDENTITY_NOTE = "state id"


class Store:
    """The state of one facedaemon. One process owns it; others may look (`open_read_only`)."""

    def __init__(self, connection: Connection, lock: StateLock | None) -> None:
        """Use `open` or `open_read_only`."""
        self._connection = connection
        self._lock = lock
        self.embedding_cache = EmbeddingCache(connection)
        self.faces = Faces(connection, self.embedding_cache)
        self.photos = Photos(connection, self.faces)
        self.sidecars = Sidecars(connection, self.photos)
        self.annotations = Annotations(connection)
        self.training = Training(connection)
        self.suggestions = Suggestions(connection)
        self.rejections = Rejections(connection)
        self.groups = Groups(connection, self.embedding_cache)
        self.row_versions = RowVersions(connection)
        self.ledger = Ledger(connection)
        self.assessments = Assessments(connection)
        self.people = People(connection)
        self.writes = Writes(connection)

    @classmethod
    def open(cls, directory: Path) -> "Store":
        """Own the state in `directory`: created or migrated where needed, replaced by a new one where it is damaged.

        Raises Fatal: exit status 4 where another process owns it, 2 where it is of a newer version or cannot be used.
        """
        lock = StateLock(directory)
        try:
            return cls(open_state(directory), lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open_read_only(cls, directory: Path) -> "Store | None":
        """The state for reading only, also while another process owns it; None where there is none yet."""
        connection = connect_read_only(directory / FILE_NAME)
        return None if connection is None else cls(connection, None)

    @staticmethod
    def problem(directory: Path) -> str | None:
        """What is wrong with the rights of the state's folder; None where only its owner may look into it."""
        return open_to_others(directory)

    def close(self) -> None:
        """Close the file and release the lock."""
        self._connection.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes made in the block are kept, or none; a nested block is part of the outermost one."""
        with own_database.transaction(self._connection):
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read in the block is of one moment, whatever the owner of the state writes meanwhile."""
        with own_database.snapshot(self._connection):
            yield

    def identity(self) -> str:
        """A random id of this state, made on first use; in sidecars it marks the lists that this state wrote."""
        known = self.note(_IDENTITY_NOTE)
        if known is None:
            known = secrets.token_hex(8)
            self.put_note(_IDENTITY_NOTE, known)
        return known

    def known_identity(self) -> str | None:
        """The same where it was made already; for reading only."""
        return self.note(_IDENTITY_NOTE)

    def version(self) -> int:
        """Another number after another connection changed the state (SQLite, "PRAGMA data_version")."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def note(self, key: str) -> str | None:
        """The fact stored under `key`, such as the library's state when it was last read; None where there is none."""
        row = self._connection.execute("SELECT value FROM note WHERE key = ?", (as_text(key),)).fetchone()
        return row["value"] if row else None

    def put_note(self, key: str, value: str) -> None:
        """Store a fact under `key`."""
        self._connection.execute(
            "INSERT INTO note (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (as_text(key), as_text(value)),
        )

    def forget_note(self, key: str) -> None:
        """Delete the fact stored under `key`."""
        self._connection.execute("DELETE FROM note WHERE key = ?", (as_text(key),))
