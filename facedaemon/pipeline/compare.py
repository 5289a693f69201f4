"""Photos compared with what is known: unchanged, moved, copied, or to be analysed."""

import os
from array import array
from collections.abc import Collection, Generator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from facedaemon import sidecar, vision, watch
from facedaemon.errors import PhotoError
from facedaemon.pipeline.photo_errors import concerning
from facedaemon.pipeline.session import Session
from facedaemon.store import LedgerKind, PhotoRecord
from facedaemon.values import Fingerprint

OFTEN = 500  # new photos compared with what is known between two steps


class Outcome(StrEnum):
    """What became of a photo in one pass."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Indexed:
    """What became of one photo. `reason` is empty unless it failed.

    `touched` is True where its faces, its place or its being there changed.
    """

    path: Path
    outcome: Outcome
    photo: int | None = None
    faces: int = 0
    reason: str = ""
    touched: bool = False


@dataclass(frozen=True, slots=True)
class Unseen:
    """The photos that are to be analysed: their places among those found, and each one's number, 0 where it is new."""

    places: "array[int]"
    numbers: "array[int]"


def compare(
    session: Session,
    found: watch.FoundPhotos,
    changed: Collection[Path] = frozenset(),
    to_repeat: Collection[Path] = frozenset(),
) -> Generator[Indexed | None, None, Unseen]:
    """Compare all photos with what is known; yields those that need not be analysed, None now and then; gives the rest.

    A photo that moved, or whose metadata alone changed, keeps its faces and counts as unchanged; a copy gets those of
    its original. Of those in `changed` somebody has seen a change: what they show is compared even where `stat` shows
    no difference. Those `to_repeat` are analysed whatever they show. To be done for all before the first is analysed:
    whatever moved must have been found before another photo is analysed where it lay.
    """
    places, numbers = array("I"), array("I")
    for place, (path, fingerprint) in enumerate(found.items()):
        before = session.store.photos.get(path)
        seen = None if path in to_repeat else recognised(session, path, fingerprint, changed, before)
        if seen is not None:
            yield seen
            continue
        places.append(place)
        numbers.append(0 if before is None else before.id)
        if len(places) % OFTEN == 0:
            yield None
    return Unseen(places, numbers)


def recognised(
    session: Session, path: Path, fingerprint: Fingerprint, changed: Collection[Path], known: PhotoRecord | None
) -> Indexed | None:
    """What became of a photo, `known` at its path or not, that need not be analysed; None where it must be."""
    try:
        with concerning(path):
            return _recognised(session, path, fingerprint, changed, known)
    except PhotoError as error:
        return Indexed(path, Outcome.FAILED, reason=error.reason)


def _recognised(
    session: Session, path: Path, fingerprint: Fingerprint, changed: Collection[Path], known: PhotoRecord | None
) -> Indexed | None:
    if known is not None and path not in changed and _as_before(known, fingerprint, session.model_id):
        return _remembered(session, known, fingerprint)
    if (moved := _moved_here(session, path, fingerprint)) is not None:
        return Indexed(path, Outcome.UNCHANGED, moved.id, touched=True)
    if (same := _shown_before(session, known, path, fingerprint)) is not None:
        is_known = known is not None and known.content == same.content
        return Indexed(path, Outcome.UNCHANGED if is_known else Outcome.INDEXED, same.id, touched=True)
    return None


def content_of(session: Session, path: Path) -> str:
    """The digest of what the photo shows; empty where it cannot be read."""
    try:
        with concerning(path):
            return vision.open_source(path, session.root_of(path)).content
    except PhotoError:
        return ""


def _as_before(known: PhotoRecord, fingerprint: Fingerprint, model: str) -> bool:
    if known.is_transient or not same_file(known.fingerprint, fingerprint):
        return False
    return known.model == model or known.failure is not None


def same_file(known: Fingerprint, now: Fingerprint) -> bool:
    """Whether nothing says that the file changed; a time of change that only one of them has says nothing."""
    if None in (known.ctime_ns, now.ctime_ns):
        return replace(known, ctime_ns=now.ctime_ns) == now
    return known == now


def _remembered(session: Session, known: PhotoRecord, fingerprint: Fingerprint) -> Indexed:
    if known.fingerprint.ctime_ns != fingerprint.ctime_ns:
        session.store.photos.put_change_time(known.id, fingerprint.ctime_ns)
    if known.missing or known.absent:
        session.store.photos.put_missing([known.id], missing=False)
    if known.failure is not None:
        return Indexed(known.path, Outcome.FAILED, known.id, reason=known.failure)
    return Indexed(known.path, Outcome.UNCHANGED, known.id, touched=known.missing or known.absent)


def _moved_here(session: Session, path: Path, fingerprint: Fingerprint) -> PhotoRecord | None:
    """The record of a photo that lay elsewhere before: the same inode, size and time, and gone from its old place.

    One that was known here until now waits for being found elsewhere: photos that change places are renamed in turn.
    """
    for known in session.store.photos.with_fingerprint(fingerprint):
        if known.path != path and known.model == session.model_id and not _lies_at(known.path, fingerprint):
            with session.store.transaction():
                if (displaced := session.store.photos.get(path)) is not None:
                    session.store.ledger.share_regions(path, session.store.photos.set_aside(displaced))
                session.store.photos.move(known.id, path, fingerprint)
                # the library may not know the new place yet, and says nothing of it
                session.store.annotations.forget_suggested(known.id)
                if _left_its_sidecar(session, known.path, path):
                    session.store.sidecars.put_unsure(known.id)  # written again at the new place
                session.store.ledger.move(known.path, path, _moved_sidecars(known.path, path))
            return session.store.photos.by_id(known.id)
    return None


def _lies_at(path: Path, fingerprint: Fingerprint) -> bool:
    """Whether the very file lies at `path`, for all that can be known."""
    try:
        seen = watch.fingerprint(path)
        return seen is not None and same_file(seen, fingerprint)
    except OSError:
        return True  # its folder cannot be looked into


def _moved_sidecars(photo: Path, to: Path) -> dict[Path, Path]:
    """The sidecars that moved along with a photo, from where to where; one left behind is not among them."""
    pairs = zip(sidecar.possible_sidecars(photo), sidecar.possible_sidecars(to), strict=True)
    return {old: new for old, new in pairs if not os.path.lexists(old) and os.path.lexists(new)}


def _left_its_sidecar(session: Session, photo: Path, to: Path) -> bool:
    """Whether a photo was moved without the sidecar that shows names of ours; what was undone stays undone."""
    pairs = zip(sidecar.possible_sidecars(photo), sidecar.possible_sidecars(to), strict=True)
    is_left = any(os.path.lexists(old) and not os.path.lexists(new) for old, new in pairs)
    return is_left and session.store.ledger.last_of(photo, LedgerKind.SIDECAR) is not None


def _shown_before(
    session: Session, known: PhotoRecord | None, path: Path, fingerprint: Fingerprint
) -> PhotoRecord | None:
    """The record of a photo whose picture was seen before: at this place with other metadata, or in another file."""
    photos = session.store.photos
    is_same_place = known is not None and known.content is not None and known.model == session.model_id
    if not is_same_place and not photos.any_of_size(fingerprint.size, session.model_id):
        return None
    if not (content := content_of(session, path)):
        return None  # its analysis says what is wrong with it
    with session.store.transaction():
        if known is not None and is_same_place and known.content == content:
            return photos.put_fingerprint(known.id, fingerprint)
        original = photos.with_content(content, session.model_id)
        return None if original is None else photos.put_copy(path, fingerprint, original)
