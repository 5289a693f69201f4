"""What the ledger knows of a sidecar: writes that a crash interrupted, and what is ours without an entry."""

import logging
from collections.abc import Sequence
from pathlib import Path

from facedaemon import sidecar
from facedaemon.errors import PhotoError
from facedaemon.pipeline.annotations import library_rows
from facedaemon.pipeline.library_problem import LibraryProblem
from facedaemon.pipeline.photo_errors import concerning
from facedaemon.pipeline.session import Session
from facedaemon.store import Entry, LedgerKind, PhotoRecord
from facedaemon.values import Suggestion

log = logging.getLogger(__name__)


def finish_interrupted(session: Session) -> None:
    """Settle writes that a crash interrupted: find out whether they were done."""
    for entry in session.store.ledger.interrupted():
        if entry.kind == LedgerKind.SIDECAR:
            try:
                with concerning(entry.target):
                    settle(session, entry)
            except PhotoError as error:  # a drive that is away, a disk that fails: it is settled by a later pass
                log.warning("%s; what was being written there is looked at again later", error)
        elif session.library is not None:
            try:
                library_rows.settle(session, session.library, entry)
            except LibraryProblem as problem:
                log.warning("%s; what was being written there is looked at again later", problem)
                return


def adopt(session: Session, photo: PhotoRecord, wanted: Sequence[Suggestion], regions: Sequence[Suggestion]) -> None:
    """What stands in the sidecar of ours without an entry of the ledger can be taken back from now on."""
    target = sidecar.target_path(photo.path, session.naming, session.root_of(photo.path))
    found = without_entry(session, photo, target, regions) if wanted or regions else None
    if found is not None:
        with session.store.transaction():
            entry = session.store.ledger.intend(
                LedgerKind.SIDECAR,
                photo.path,
                target,
                found.after,
                found.before_digest,
                wanted,
                session.now(),
                regions,
                root=session.root_of(target),
            )
            session.store.ledger.done(entry, session.now())


def without_entry(
    session: Session, photo: PhotoRecord, target: Path, regions: Sequence[Suggestion]
) -> sidecar.Edit | None:
    """The edit that takes out what is ours in a sidecar to which the ledger knows no write; None where all is known.

    Such a sidecar came with a copy of the photo, or is left from a state that was lost. `regions` are to be written as
    real ones now: where they stand already with our mark, they are ours from now on.
    """
    if session.store.ledger.last_of(photo.path, LedgerKind.SIDECAR) is not None:
        return None
    written = [*session.store.ledger.regions_written_for(photo.path, photo.content), *regions]
    return sidecar.plan_undo(target, None, None, session.root_of(target), written)


def settle(session: Session, entry: Entry) -> None:
    """The ledger says what became of the write. Raises PhotoError where nobody can say: then it stays as it is."""
    root = session.root_written_below(entry)
    sidecar.remove_leftover(entry.target, root)
    there = sidecar.current(entry.target, root)
    if there is None or there == entry.before or not sidecar.holds_own(there):
        session.store.ledger.abandon(entry.id)
    else:  # also where another program has written since: `undo` must know that ours may be in it
        session.store.ledger.done(entry.id, session.now())
