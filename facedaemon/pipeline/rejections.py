"""Which names a rejection bars, and how it is undone: by a confirmation of the same face, or by `forget`.

A rejection concerns one face: its name is not suggested again for that face, for copies of it and in photos of the same
burst. It does not concern other faces. Ignoring a face does not concern the name: it bars that face and exact copies
only. A rejection in another user's copy holds for that file only, so that a user who copies photos cannot reject names
in ours.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from facedaemon.dates import taken
from facedaemon.gallery import BURST, COPY
from facedaemon.geometry import overlap
from facedaemon.store import SAME_REGION_OVERLAP, PhotoRecord, RejectionRecord, Store
from facedaemon.values import Evidence, Region, Vector

BURST_SECONDS = 60  # photos of one folder within the same minute count as one burst: near copies of each other
SUGGESTED_NOTE = "suggested by"  # the gallery that all faces were matched with
FORGOTTEN = "before rejections were forgotten"  # begins the note instead: all faces are to be matched again


def burst_of(photo: Path, mtime_ns: int) -> str:
    """Photos of one folder and minute stand together."""
    return f"{photo.parent}\0{mtime_ns // (BURST_SECONDS * 10**9)}"


class Barred:
    """Which names are rejected for which faces; read once, used for many faces."""

    def __init__(
        self,
        store: Store,
        model: str,
        hidden: frozenset[str] = frozenset(),
        born: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """The rejections as they are now; faces are compared by the vectors of `model`.

        `hidden` people get no face, and those with a birth date, in `born` by name, get none in photos from before it.
        """
        self._hidden, self._born = hidden, born
        self._by_photo: dict[str | Path, list[RejectionRecord]] = {}
        for record in store.rejections.all():
            for key in {record.rejection.path, record.rejection.content} - {None}:
                self._by_photo.setdefault(key, []).append(record)  # type: ignore[arg-type]
        self._store = store
        self._taken: dict[Path, int | None] = {}
        records, vectors = store.rejections.with_vectors(model)
        about_name = [row for row, item in enumerate(records) if item.rejection.evidence != Evidence.IGNORED]
        self._records = [records[row] for row in about_name]
        self._vectors = vectors[about_name] if about_name else None

    def names(self, photo: PhotoRecord, region: Region, vector: Vector) -> frozenset[str]:
        """The names that are not to be suggested for this face."""
        found = list(self._at(photo, region))
        if self._vectors is not None:
            alike = self._vectors @ vector
            found += [
                self._records[row]
                for row in np.flatnonzero(alike >= BURST).tolist()
                if alike[row] >= COPY or self._is_same_burst(self._records[row], photo)
            ]
        rejected = (item.rejection.person for item in _of_one_owner(found, photo.path))
        return self._hidden.union(self.unborn(photo), rejected)

    def unborn(self, photo: PhotoRecord) -> frozenset[str]:
        """The people who were born after the photo was taken, as far as it is stated when that was."""
        if not self._born:
            return frozenset()
        when = taken(photo.stated, photo.library_date, photo.fingerprint.mtime_ns)
        return frozenset(person for person, born in self._born.items() if when.is_before(born))

    def _at(self, photo: PhotoRecord, region: Region) -> Iterable[RejectionRecord]:
        keys = (photo.path,) if photo.content is None else (photo.path, photo.content)
        near = (item for key in keys for item in self._by_photo.get(key, ()))
        return (item for item in near if overlap(item.rejection.region, region) >= SAME_REGION_OVERLAP)

    def _is_same_burst(self, record: RejectionRecord, photo: PhotoRecord) -> bool:
        """Whether both are of one burst, by when they were taken or by when their files were written."""
        other = record.rejection.path
        if other.parent != photo.path.parent:
            return False
        taken = None if photo.stated is None else self._taken_at(other)
        if photo.stated is not None and taken is not None and abs(photo.stated.moment - taken) <= BURST_SECONDS:
            return True
        return record.mtime_ns is not None and burst_of(other, record.mtime_ns) == burst_of(
            photo.path, photo.fingerprint.mtime_ns
        )

    def _taken_at(self, photo: Path) -> int | None:
        """When the photo was taken by its own metadata; None where that, or the photo, is not known."""
        if photo not in self._taken:
            known = self._store.photos.get(photo)
            self._taken[photo] = None if known is None or known.stated is None else known.stated.moment
        return self._taken[photo]


def owner_of(photo: Path) -> int | None:
    """The number of the user who owns the photo's file; None where it is not known."""
    try:
        return photo.lstat().st_uid
    except OSError:
        return None


def _of_one_owner(records: Sequence[RejectionRecord], photo: Path) -> list[RejectionRecord]:
    """Those made for this file, or for one of the same owner."""
    if not records:
        return []
    owner = owner_of(photo)
    return [
        item
        for item in records
        if item.rejection.path == photo or owner is None or item.rejection.owner in (None, owner)
    ]


def undo_by_confirmation(
    store: Store, photo: PhotoRecord, region: Region, vector: Vector | None, person: str, now: float
) -> bool:
    """A human confirmed this name for this face: delete its earlier rejections, for the face and its copies.

    `vector` is the face's embedding by the photo's model; with None only the place counts. True where there were any.
    """
    here = store.rejections.at(photo.content, photo.path, region)
    undone = [item for item in here if item.rejection.person == person]
    if vector is not None and photo.model is not None:
        records, vectors = store.rejections.with_vectors(photo.model, [person])
        copies = np.flatnonzero(vectors @ vector >= COPY).tolist() if records else []
        undone += [records[row] for row in copies if records[row] not in undone]
    undone = _of_one_owner(undone, photo.path)
    if undone:
        drop(store, undone, now)
    return bool(undone)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of rejections that were to be taken back; those `kept` stand elsewhere: in digiKam, in an answer."""

    forgotten: Sequence[RejectionRecord]
    kept: Sequence[RejectionRecord]


def forget(store: Store, chosen: Iterable[RejectionRecord], now: float) -> Forgotten:
    """Undo these rejections, so that the next pass may suggest the names again.

    Those that digiKam itself stores would be read again by the next pass: they stay until they are cleared there.
    """
    records = list(chosen)
    elsewhere = (Evidence.LIBRARY_MEMORY, Evidence.ANSWERED)
    kept = [item for item in records if item.rejection.evidence in elsewhere]
    gone = [item for item in records if item not in kept]
    with store.transaction():
        drop(store, gone, now)
    return Forgotten(gone, kept)


def drop(store: Store, records: Sequence[RejectionRecord], now: float) -> None:
    """Delete these rejections: the next pass may suggest the names again."""
    store.rejections.forget(item.id for item in records)
    for item in records:
        rejection = item.rejection
        store.suggestions.reopen_rejected(rejection.content, rejection.path, rejection.person, now)
    if records:
        # copies and bursts may be anywhere: the next pass matches all faces; one that is under way sees the difference
        store.put_note(SUGGESTED_NOTE, f"{FORGOTTEN} {secrets.token_hex(8)}")
