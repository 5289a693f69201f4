"""Writes suggestions where users see them: into sidecars and, where the config allows it, digiKam's database.

Effects come last and in this order: intent into the ledger, file replaced, ledger done, photo marked as published.
After a crash between any two the photo is done again: for an edit that was made already there is nothing to do.
"""

import hashlib
import logging
from collections.abc import Collection, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from facedaemon import sidecar
from facedaemon.errors import Fatal, PhotoError, Unavailable
from facedaemon.geometry import displayed_size
from facedaemon.pipeline import sidecar_ledger
from facedaemon.pipeline.annotations import library_rows
from facedaemon.pipeline.annotations.confirmed_regions import answered_faces, confirmed_regions, regions_answered
from facedaemon.pipeline.held_sidecars import HeldSidecars
from facedaemon.pipeline.library_problem import LibraryProblem
from facedaemon.pipeline.photo_errors import concerning
from facedaemon.pipeline.record_batches import Records
from facedaemon.pipeline.reports import ScanReport, Step
from facedaemon.pipeline.session import Session
from facedaemon.store import LedgerKind, PhotoRecord
from facedaemon.values import AnnotationSource, Suggestion

log = logging.getLogger(__name__)

OFTEN = 500  # photos of which nothing is written between two steps


@dataclass(slots=True)
class Published:
    """What a pass wrote, as the numbers of photos. `problems` names each sidecar that was left alone, and why.

    `held` are photos whose sidecars are left alone for the sake of digiKam's database, `awaiting` those whose sidecars
    wait until digiKam has read the photos.
    `library_error` is why suggestions could not be written into digiKam's database.
    """

    written: set[int] = field(default_factory=set)
    unchanged: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    held: set[int] = field(default_factory=set)
    awaiting: set[int] = field(default_factory=set)
    problems: list[PhotoError] = field(default_factory=list)
    library_error: Fatal | Unavailable | None = None


def publish_photos(
    session: Session,
    photos: Records,
    named: Collection[int],
    holds: HeldSidecars,
    result: Published,
    report: ScanReport,
) -> Generator[Step, None, None]:
    """Make the sidecars of these photos show what they should; `named` are all photos that have suggestions.

    What was refused once in a pass is not tried again.
    """
    for done, photo in enumerate(photos, 1):
        if done % OFTEN == 0:
            yield Step("writing sidecars", None, done, len(photos))
        if photo.size is None or photo.failure is not None or not (photo.may_show or photo.id in named):
            continue
        try:
            with concerning(photo.path):
                is_step = _publish_one(session, photo, holds, result)
        except PhotoError as error:
            result.refused.add(photo.id)
            result.problems.append(error)
            is_step = True
        for problem in result.problems:  # thousands of bad sidecars are not kept
            report.fail_once(problem.path, problem.reason)
        result.problems.clear()
        if is_step:
            yield Step("writing sidecars", photo.path)


def _publish_one(session: Session, photo: PhotoRecord, holds: HeldSidecars, result: Published) -> bool:
    """Whether anything was to be written."""
    held = photo.path in holds
    result.awaiting.discard(photo.id)
    if held:
        result.held.add(photo.id)
    if is_published(session, photo, held):
        if photo.published is not None and not held and photo.id not in result.written:
            result.unchanged.add(photo.id)
        return False
    if holds.awaits_reading(session, photo.path):
        result.awaiting.add(photo.id)
        return False
    if photo.id in result.refused:
        return False
    publish(session, photo, result, held)
    return True


def is_published(session: Session, photo: PhotoRecord, held: bool = False) -> bool:
    """Whether everything the photo should show of ours was written, as far as facedaemon knows."""
    wanted = _digest(session, photo, _wanted(session, photo), confirmed_regions(session, photo), held)
    return wanted == photo.published and not photo.is_unsure


def unpublished(session: Session) -> set[int]:
    """The photos that should show something else of ours than they do."""
    named = photos_to_show(session)
    return {
        photo.id
        for photo in session.store.photos.all()
        if not photo.missing
        and (photo.may_show or photo.id in named)
        and not any(is_published(session, photo, held) for held in (False, True))
    }


def photos_to_show(session: Session) -> set[int]:
    """The photos that are to show something of ours: a suggestion, or a face confirmed by an answer."""
    return session.store.suggestions.photos_with_open() | set(
        session.store.annotations.photos_of(AnnotationSource.ANSWER)
    )


def publish(session: Session, photo: PhotoRecord, result: Published, held: bool = False) -> None:
    """Make sidecar and digiKam's view show the photo's suggestions and answered faces, and nothing else of ours.

    Where `held`, the sidecar is left as it is, or absent (see `pipeline.held_sidecars`).
    Raises Unavailable where the disk is full; what was not written is tried again later. A library that cannot be
    written to now is noted in `result`, and the sidecar is written all the same.
    """
    wanted = _wanted(session, photo)
    shown = _as_spelled(session, wanted) if session.config.sidecar.policy != "none" else []
    confirmed = confirmed_regions(session, photo)
    try:
        written = not held and _write_sidecar(session, photo, shown, confirmed)
    except PhotoError as error:
        if session.root_problem(photo.path) is not None:
            return  # the drive was pulled out at this very moment; it is written when it is back
        result.refused.add(photo.id)
        result.problems.append(error)
        session.store.sidecars.put_error(photo.id, error.reason)
        return
    if written:
        result.written.add(photo.id)
        result.unchanged.discard(photo.id)
    elif photo.id not in result.written:
        result.unchanged.add(photo.id)
    is_shown = _show_in_library(session, photo, wanted, result)
    with session.store.transaction():
        session.store.photos.put_metadata(photo.id, session.sidecar_state(photo.path))
        session.store.sidecars.put_error(photo.id, None)
        if is_shown:
            session.store.sidecars.put_published(photo.id, _digest(session, photo, wanted, confirmed, held))


def _show_in_library(session: Session, photo: PhotoRecord, wanted: Sequence[Suggestion], result: Published) -> bool:
    """The same in digiKam's view, where that is wanted; False where it is to be tried again.

    After a first failure the other photos of the pass are not tried: a locked database would hold up each of them.
    """
    writes = session.config.library.digikam.write_suggestions
    shown = library_rows.ToShow(wanted if writes else (), answered_faces(session, photo), adds_confirmed=writes)
    if session.library is None:
        return session.library_problem is None or not (writes and (wanted or shown.confirmed))
    if result.library_error is not None:
        return False
    try:
        return library_rows.write(session, session.library, photo, shown)
    except LibraryProblem as problem:
        log.warning("%s; suggestions are not written into digiKam's database meanwhile", problem)
        result.library_error = problem.error
        return False


def _wanted(session: Session, photo: PhotoRecord) -> list[Suggestion]:
    return [
        Suggestion(item.region, item.person, item.confidence, item.generation)
        for item in session.store.suggestions.open_in(photo.id)
    ]


def _as_spelled(session: Session, wanted: Sequence[Suggestion]) -> list[Suggestion]:
    """With the names as the library, or most metadata, spells them: programs that compare byte by byte find theirs."""
    return [replace(item, person=session.store.annotations.spelling(item.person)) for item in wanted]


def _digest(
    session: Session, photo: PhotoRecord, wanted: Sequence[Suggestion], confirmed: Sequence[Suggestion], held: bool
) -> str | None:
    """Distinguishes what is wanted from what was; None for nothing, so that a photo never written to needs no writing.

    What is held counts as written until digiKam's settings allow it, also where nothing is wanted any more.
    """
    has_library = session.library is not None or session.library_problem is not None
    writes_rows = session.config.library.digikam.write_suggestions and has_library
    rows = answered_faces(session, photo) if writes_rows else []
    if not wanted and not confirmed and not held and not rows:
        return None
    awaits = session.config.sidecar.policy == "auto" and session.store.training.is_provisional()
    how = (session.config.sidecar, writes_rows, *(["held"] if held else []), *(["provisional"] if awaits else []))
    return hashlib.blake2b(
        repr((how, wanted, *confirmed, *([rows] if rows else []))).encode(), digest_size=16
    ).hexdigest()


def _write_sidecar(
    session: Session, photo: PhotoRecord, wanted: Sequence[Suggestion], confirmed: Sequence[Suggestion]
) -> bool:
    if photo.size is None or photo.orientation is None:
        return False  # it was not analysed yet
    root = session.root_of(photo.path)
    regions = _as_regions(session, wanted)
    written = session.store.ledger.regions_written_for(photo.path, photo.content)
    edit = sidecar.plan(
        photo.path,
        orientation=photo.orientation,
        size=displayed_size(photo.size, photo.orientation),
        wanted=wanted,
        date=datetime.fromtimestamp(session.now(), UTC),
        naming=session.naming,
        as_regions=regions,
        root=root,
        made=session.store.ledger.made_as(photo.path),
        state=session.store.identity(),
        written=[*written, *regions_answered(session.answers.read(), photo)],
        confirmed=confirmed,
    )
    regions += confirmed
    if edit is None:
        sidecar_ledger.adopt(session, photo, wanted, regions)
        return False
    for unsettled in session.store.ledger.interrupted(edit.path):
        sidecar_ledger.settle(session, unsettled)  # what nobody can settle stays one entry, however many passes follow
    stray = sidecar_ledger.without_entry(session, photo, edit.path, regions)
    before = edit.before if stray is None else stray.after
    entry = session.store.ledger.intend(
        LedgerKind.SIDECAR, photo.path, edit.path, before, edit.after_digest, wanted, session.now(), regions, root=root
    )
    try:
        sidecar.apply(edit)
    except BaseException:
        with suppress(PhotoError):  # the first error is the cause; the next pass settles it
            sidecar_ledger.settle(session, session.store.ledger.get(entry))
        raise
    session.store.ledger.done(entry, session.now())
    return True


def _as_regions(session: Session, wanted: Sequence[Suggestion]) -> list[Suggestion]:
    """Those that the policy makes real named regions.

    How sure a name is decides that only once all photos are analysed: other programs take a region for confirmed.
    """
    settings = session.config.sidecar
    if settings.policy == "regions":
        return list(wanted)
    if settings.policy == "auto" and not session.store.training.is_provisional():
        return [item for item in wanted if item.confidence >= 1 - settings.auto_max_wrong_per_1000 / 1000]
    return []
