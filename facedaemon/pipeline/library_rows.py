"""Suggestions in digiKam's own Unconfirmed view: rows of its database, each in the ledger, seen as we wrote them."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from facedaemon import library
from facedaemon.errors import ExitCode, Unavailable
from facedaemon.geometry import overlap
from facedaemon.pipeline import confirm
from facedaemon.pipeline.decide import SAME_FACE
from facedaemon.pipeline.following import asking_the_library
from facedaemon.pipeline.turns import as_seen, as_the_library_sees
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import UNSURE, Entry, KnownMark, LedgerKind, PhotoRecord, WithdrawnName
from facedaemon.values import Mark, MarkSource, MarkState, Suggestion

log = logging.getLogger(__name__)

BACKUP_NOTE = "digikam backup"


def write(shop: Workshop, digikam: library.DigikamLibrary, photo: PhotoRecord, wanted: Sequence[Suggestion]) -> bool:
    """Show `wanted` there and nothing else of ours; False where the database is of a version that is only read.

    What digiKam refuses (another face there, nobody of that name) is tried again when its marks change; what vanished
    from its view without anybody's answer, as after a backup was put back, is shown again. Raises LibraryTrouble where
    it cannot be used now.
    """
    last = shop.store.ledger.last_of(photo.path, LedgerKind.DIGIKAM)
    standing = library.from_json(last.rows) if last is not None else ()
    wanted = [replace(item, region=as_the_library_sees(photo, item.region)) for item in wanted]
    names = {(item.person, item.region) for item in wanted}
    seen = [known.mark for known in shop.store.marks.of(photo.id)]
    withdraw = [
        change
        for change in standing
        if (change.person, change.region) not in names or not any(_shows(mark, change) for mark in seen)
    ]
    kept = [change for change in standing if change not in withdraw]
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
    for unsettled in shop.store.ledger.interrupted(Path(digikam.name)):
        if unsettled.photo == photo.path:
            settle(shop, digikam, unsettled)  # what nobody can settle stays one entry, however many passes follow
            return False  # its other rows may have been taken back with it: the next pass writes what is wanted
    with asking_the_library():
        _back_up_once(shop, digikam)
    everything = library.to_json([*kept, *withdraw, *planned.changes])
    entry = shop.store.ledger.intend(
        LedgerKind.DIGIKAM, photo.path, Path(digikam.name), None, None, wanted, shop.now(), rows=everything
    )
    with asking_the_library():
        done = digikam.write(photo.path, new, withdraw)
    with shop.store.transaction():
        if last is not None:
            shop.store.ledger.undone([last.id], shop.now())  # the new entry says all that stands now
        shop.store.ledger.done(entry, shop.now(), library.to_json([*kept, *done.kept, *done.changes]))
        see(shop, photo.id, done)
    return True


def settle(shop: Workshop, digikam: library.DigikamLibrary, entry: Entry) -> None:
    """Take everything back that the interrupted write knew of; the photo is published again.

    Raises LibraryTrouble where that cannot be done now.
    """
    changes = library.from_json(entry.rows)
    with asking_the_library():
        done = digikam.take_back(entry.photo, changes)
    if done.is_read_only:
        return
    photo = shop.store.photos.get(entry.photo)
    with shop.store.transaction():
        if photo is not None:
            see(shop, photo.id, done)
            shop.store.photos.put_published(photo.id, UNSURE)
        last = shop.store.ledger.last_of(entry.photo, LedgerKind.DIGIKAM)
        if last is not None:
            shop.store.ledger.undone([last.id], shop.now())
        shop.store.ledger.abandon(entry.id)


def see(shop: Workshop, photo: int, done: library.RowPlan) -> None:
    """What we wrote counts as read from the moment it was written; what others did meanwhile does not.

    So a human's click that follows at once is seen as one, and what we took away is nobody's decision.
    """
    known = shop.store.marks.of(photo)
    faces = shop.store.faces.of(photo)
    record = shop.store.photos.by_id(photo)
    for step in done.seen:
        for gone in step.gone:
            same = next((each for each in known if _is_same(each, gone)), None)
            if same is not None:
                known.remove(same)
        # one by one: marks of one source never share a face, but what goes and comes in turn may
        known += [
            KnownMark(mark, item.face) for mark in step.come for item in confirm.match([as_seen(record, mark)], faces)
        ]
    shop.store.marks.replace(photo, known)
    come = [as_seen(record, mark) for step in done.seen for mark in step.come if mark.state == MarkState.SUGGESTED]
    gone_names = [
        WithdrawnName(mark.person, mark.region)
        for step in done.seen
        for mark in (as_seen(record, gone) for gone in step.gone)
        if mark.state == MarkState.SUGGESTED and mark.person and mark.region and mark not in come
    ]
    shop.store.traces.forget_withdrawn(photo, {mark.person for mark in come if mark.person})
    shop.store.traces.add_withdrawn(photo, gone_names)


def _shows(mark: Mark, change: library.RowChange) -> bool:
    """Whether a mark of the library is that suggestion; its place may be that of an Unknown face that it replaced."""
    if mark.source != MarkSource.DIGIKAM or mark.state != MarkState.SUGGESTED or mark.region is None:
        return False
    return mark.person == change.person and overlap(mark.region, change.region) >= SAME_FACE


def _is_same(known: KnownMark, gone: Mark) -> bool:
    mark = known.mark
    return mark.source == MarkSource.DIGIKAM and (mark.state, mark.person, mark.region) == (
        gone.state,
        gone.person,
        gone.region,
    )


def _back_up_once(shop: Workshop, digikam: library.DigikamLibrary) -> None:
    """A copy of digiKam's database as it was before facedaemon ever wrote to it, kept beside the state."""
    key = f"{BACKUP_NOTE} {digikam.name}"
    if shop.store.note(key) is not None:
        return
    moment = datetime.fromtimestamp(shop.now(), UTC).strftime("%Y%m%dT%H%M%S")
    to = shop.config.state() / f"digikam-before-facedaemon-{moment}.backup"
    if not to.exists():  # else it was made in this very second, and a crash kept it from being noted
        digikam.backup(to)
    try:
        for leftover in to.parent.glob(".digikam-before-facedaemon-*.part*"):
            leftover.unlink()  # of this backup, or of one that a crash interrupted
    except OSError as error:
        raise Unavailable(f"{error.filename}: cannot be removed: {error.strerror}", ExitCode.USAGE) from error
    shop.store.put_note(key, str(to))
    log.info("digiKam's database was copied to %s before the first suggestion was written into it", to)
