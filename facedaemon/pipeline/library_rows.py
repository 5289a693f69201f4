"""Suggestions in digiKam's own Unconfirmed view: writes rows of its database, each recorded in the ledger."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from facedaemon import library
from facedaemon.errors import ExitCode, Unavailable
from facedaemon.geometry import overlap
from facedaemon.pipeline import match_annotations
from facedaemon.pipeline.decide import SAME_FACE
from facedaemon.pipeline.library_finder import asking_the_library
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.turns import as_seen, as_the_library_sees
from facedaemon.store import Entry, KnownAnnotation, LedgerKind, PhotoRecord, WithdrawnName
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation, Suggestion

log = logging.getLogger(__name__)

BACKUP_NOTE = "digikam backup"


def write(session: Session, digikam: library.DigikamLibrary, photo: PhotoRecord, wanted: Sequence[Suggestion]) -> bool:
    """Show `wanted` there and nothing else of ours; False where the database has a version that is only read.

    What digiKam refuses (another face there, no person of that name) is tried again when its annotations change; what
    vanished from its view without an answer, as after a restored backup, is shown again. Raises LibraryProblem where
    it cannot be used now.
    """
    last = session.store.ledger.last_of(photo.path, LedgerKind.DIGIKAM)
    active = library.from_json(last.rows) if last is not None else ()
    wanted = [replace(item, region=as_the_library_sees(photo, item.region)) for item in wanted]
    names = {(item.person, item.region) for item in wanted}
    seen = [known.annotation for known in session.store.annotations.of(photo.id)]
    withdraw = [
        change
        for change in active
        if (change.person, change.region) not in names or not any(_shows(annotation, change) for annotation in seen)
    ]
    kept = [change for change in active if change not in withdraw]
    shown = {(change.person, change.region) for change in kept}
    new = [library.Wanted(item.region, item.person) for item in wanted if (item.person, item.region) not in shown]
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
        LedgerKind.DIGIKAM, photo.path, Path(digikam.name), None, None, wanted, session.now(), rows=everything
    )
    with asking_the_library():
        done = digikam.write(photo.path, new, withdraw)
    with session.store.transaction():
        if last is not None:
            session.store.ledger.undone([last.id], session.now())  # the new entry contains all active rows
        session.store.ledger.done(entry, session.now(), library.to_json([*kept, *done.kept, *done.changes]))
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
            session.store.photos.put_unsure(photo.id)
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
            KnownAnnotation(annotation, item.face)
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
    session.store.traces.forget_withdrawn(photo, {annotation.person for annotation in come if annotation.person})
    session.store.traces.add_withdrawn(photo, gone_names)


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
    key = f"{BACKUP_NOTE} {digikam.name}"
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
    log.info("digiKam's database was copied to %s before the first suggestion was written into it", to)
