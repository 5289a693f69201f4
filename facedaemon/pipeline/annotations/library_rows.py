"""Names in digiKam's own database: suggestions as unconfirmed faces, answered ones as confirmed; each in the ledger."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from facedaemon import library
from facedaemon.errors import ExitCode, Unavailable
from facedaemon.geometry import overlap
from facedaemon.pipeline.annotations import match_annotations
from facedaemon.pipeline.annotations.decide import SAME_FACE
from facedaemon.pipeline.annotations.turns import as_seen, as_the_library_sees
from facedaemon.pipeline.library_problem import asking_the_library
from facedaemon.pipeline.session import Session
from facedaemon.store import Entry, KnownAnnotation, LedgerKind, PhotoRecord, WithdrawnName
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation, Region, Suggestion

log = logging.getLogger(__name__)

BACKUP_NOTE = "digikam backup"
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class ToShow:
    """What digiKam is to show of a photo: names that are suggested, and faces that were confirmed by an answer.

    Without `adds_confirmed` those that stand there stay as long as the answer counts, and none is added.
    """

    suggested: Sequence[Suggestion] = ()
    confirmed: Sequence[Suggestion] = ()
    adds_confirmed: bool = True


def write(session: Session, digikam: library.DigikamLibrary, photo: PhotoRecord, wanted: ToShow) -> bool:
    """Show `wanted` there and nothing else of ours; False where the database has a version that is only read.

    What digiKam refuses (another face there, no person of that name) is tried again when its annotations change; a
    suggestion that vanished from its view without an answer, as after a restored backup, is shown again. A confirmed
    face that somebody changed there since is theirs: it is not written again. Raises LibraryProblem where it cannot be
    used now.
    """
    last = session.store.ledger.last_of(photo.path, LedgerKind.DIGIKAM)
    active = library.from_json(last.rows) if last is not None else ()
    seen = [known.annotation for known in session.store.annotations.of(photo.id)]
    kept: list[library.RowChange] = []
    new: list[library.Wanted] = []
    for items, is_confirmed in ((wanted.suggested, False), (wanted.confirmed, True)):
        places = [(item.person, as_the_library_sees(photo, item.region)) for item in items]
        standing = [
            change
            for change in active
            if change.is_confirmed == is_confirmed and (change.person, change.region) in places
            if is_confirmed or any(_shows(annotation, change) for annotation in seen)
        ]
        shown = {(change.person, change.region) for change in standing}
        kept += standing
        if not is_confirmed or wanted.adds_confirmed:
            new += [
                library.Wanted(region, person, is_confirmed)
                for person, region in places
                if (person, region) not in shown
            ]
    withdraw = [change for change in active if change not in kept]
    if not new and not withdraw:
        return True
    with asking_the_library():
        planned = digikam.plan(photo.path, new, withdraw)
    for refused in planned.refused:
        log.info("%s: %s is not shown in digiKam: %s", photo.path, refused.person, refused.reason)
    if planned.is_read_only:
        return False
    if not planned.steps and not withdraw:
        return True
    for unsettled in session.store.ledger.interrupted(Path(digikam.name)):
        if unsettled.photo == photo.path:
            settle(session, digikam, unsettled)  # an unsettled write stays one entry, however many passes follow
            return False  # its other rows may have been undone with it: the next pass writes what is wanted
    with asking_the_library():
        _back_up_once(session, digikam)
    everything = library.to_json([*kept, *withdraw, *planned.changes])
    entry = session.store.ledger.intend(
        LedgerKind.DIGIKAM,
        photo.path,
        Path(digikam.name),
        None,
        None,
        wanted.suggested,
        session.now(),
        rows=everything,
    )
    with asking_the_library():
        done = digikam.write(photo.path, new, withdraw)
    staying = library.with_tags_of(kept, done.withdrawn)
    with session.store.transaction():
        if last is not None:
            session.store.ledger.undone([last.id], session.now())  # the new entry contains all active rows
        session.store.ledger.done(entry, session.now(), library.to_json([*staying, *done.kept, *done.changes]))
        see(session, photo.id, done)
    return True


def settle(session: Session, digikam: library.DigikamLibrary, entry: Entry) -> None:
    """Undo all rows of the interrupted write; the photo is published again.

    Raises LibraryProblem where that cannot be done now.
    """
    changes = library.from_json(entry.rows)
    with asking_the_library():
        done = digikam.take_back(entry.photo, changes)
    if done.is_read_only:
        return
    photo = session.store.photos.get(entry.photo)
    with session.store.transaction():
        if photo is not None:
            see(session, photo.id, done)
            session.store.sidecars.put_unsure(photo.id)
        last = session.store.ledger.last_of(entry.photo, LedgerKind.DIGIKAM)
        if last is not None:
            session.store.ledger.undone([last.id], session.now())
        session.store.ledger.abandon(entry.id)


def see(session: Session, photo: int, done: library.RowPlan) -> None:
    """Store what we wrote as if it had been read; changes by others in the meantime are not included.

    So a human's click right after the write is noticed, and what we withdrew is not taken for a human's decision.
    """
    known = session.store.annotations.of(photo)
    faces = session.store.faces.of(photo)
    record = session.store.photos.by_id(photo)
    for step in done.seen:
        for gone in step.removed:
            same = next((each for each in known if _is_same(each, gone)), None)
            if same is not None:
                known.remove(same)
        # one by one: annotations of one source never share a face, but removed and added ones may
        known += [
            # a human's word stands in the answers; here it is ours, and confirms nobody by itself
            KnownAnnotation(annotation, item.face, own=annotation.state == AnnotationState.CONFIRMED)
            for annotation in step.added
            for item in match_annotations.match([as_seen(record, annotation)], faces)
        ]
    session.store.annotations.replace(photo, known)
    come = [
        as_seen(record, annotation)
        for step in done.seen
        for annotation in step.added
        if annotation.state == AnnotationState.SUGGESTED
    ]
    gone_names = [
        WithdrawnName(annotation.person, annotation.region)
        for step in done.seen
        for annotation in (as_seen(record, gone) for gone in step.removed)
        if annotation.state == AnnotationState.SUGGESTED
        and annotation.person
        and annotation.region
        and annotation not in come
    ]
    session.store.row_versions.forget_withdrawn(photo, {annotation.person for annotation in come if annotation.person})
    session.store.row_versions.add_withdrawn(photo, gone_names)


def ours_among(session: Session, photo: Path, annotations: Sequence[FaceAnnotation]) -> list[FaceAnnotation]:
    """Those of digiKam's confirmed faces that facedaemon wrote for an answer, and that stand as they were written."""
    confirmed = [each for each in annotations if each.state == AnnotationState.CONFIRMED and each.by_hand]
    last = session.store.ledger.last_of(photo, LedgerKind.DIGIKAM) if confirmed else None
    changes = [change for change in library.from_json(last.rows) if change.is_confirmed] if last is not None else []
    return [
        each
        for each in confirmed
        if any(change.person == each.person and _is_at(change.place, each.region) for change in changes)
    ]


def _is_at(place: Region | None, region: Region | None) -> bool:
    """Whether both are the same but for rounding, by less than a pixel of any photo."""
    if place is None or region is None:
        return False
    return all(abs(getattr(place, side) - getattr(region, side)) < _ROUNDING for side in "xywh")


def _shows(annotation: FaceAnnotation, change: library.RowChange) -> bool:
    """Whether an annotation is that suggestion; its region may be that of an Unknown face that it replaced."""
    if (
        annotation.source != AnnotationSource.DIGIKAM
        or annotation.state != AnnotationState.SUGGESTED
        or annotation.region is None
    ):
        return False
    return annotation.person == change.person and overlap(annotation.region, change.region) >= SAME_FACE


def _is_same(known: KnownAnnotation, gone: FaceAnnotation) -> bool:
    annotation = known.annotation
    return annotation.source == AnnotationSource.DIGIKAM and (
        annotation.state,
        annotation.person,
        annotation.region,
    ) == (
        gone.state,
        gone.person,
        gone.region,
    )


def _back_up_once(session: Session, digikam: library.DigikamLibrary) -> None:
    """Copy digiKam's database, before facedaemon first writes to it, into the state's directory."""
    key = f"{BACKUP_NOTE} {digikam.name}{digikam.written_tables}"
    if session.store.note(key) is not None:
        return
    moment = datetime.fromtimestamp(session.now(), UTC).strftime("%Y%m%dT%H%M%S")
    to = session.config.state() / f"digikam-before-facedaemon-{moment}.backup"
    if not to.exists():  # else a backup of the same second exists whose note was lost in a crash
        digikam.backup(to)
    try:
        for leftover in to.parent.glob(".digikam-before-facedaemon-*.part*"):
            leftover.unlink()  # of this backup, or of one that a crash interrupted
    except OSError as error:
        raise Unavailable(f"{error.filename}: cannot be removed: {error.strerror}", ExitCode.USAGE) from error
    session.store.put_note(key, str(to))
    log.info("digiKam's database was copied to %s before the first name was written into it", to)
