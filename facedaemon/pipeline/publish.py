"""Suggestions to where users see them: sidecars, and digiKam's own view where the config allows it.

Effects come last and in this order: intent into the ledger, file replaced, ledger done, photo marked as published. A
crash between any two is mended by doing the photo again: the same edit plans to nothing.
"""

import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from facedaemon import library, sidecar
from facedaemon.errors import ExitCode, Fatal, PhotoError, Unavailable
from facedaemon.geometry import displayed_size
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import UNSURE, Entry, LedgerKind, PhotoRecord
from facedaemon.values import Suggestion

log = logging.getLogger(__name__)

BACKUP_NOTE = "digikam backup"


@dataclass(slots=True)
class Published:
    """What a pass wrote. `problems` names each sidecar that was left alone, and why.

    `held` counts photos whose sidecars are left alone for the sake of digiKam's database, `awaiting` those whose
    sidecars wait until digiKam has read the photos.
    """

    written: int = 0
    unchanged: int = 0
    refused: int = 0
    held: int = 0
    awaiting: int = 0
    problems: list[PhotoError] = field(default_factory=list)


def is_published(shop: Workshop, photo: PhotoRecord, held: bool = False) -> bool:
    """Whether everything the photo should show of ours was written, as far as facedaemon knows."""
    return _digest(shop, _wanted(shop, photo), held) == photo.published


def publish(shop: Workshop, photo: PhotoRecord, result: Published, held: bool = False) -> None:
    """Make the photo's sidecar, and digiKam's view, show its open suggestions and nothing else of ours.

    Where `held`, the sidecar is left as it is, or absent (see `pipeline.harm`).
    Raises Unavailable where the disk is full or the library is locked; what was not written is tried again later.
    """
    wanted = _wanted(shop, photo)
    shown = _as_spelled(shop, wanted) if shop.config.sidecar.policy != "none" else []
    try:
        written = not held and _write_sidecar(shop, photo, shown)
    except PhotoError as error:
        if shop.root_trouble(photo.path) is not None:
            return  # the drive was pulled out at this very moment; it is written when it is back
        result.refused += 1
        result.problems.append(error)
        shop.store.photos.put_trouble(photo.id, error.reason)
        return
    result.written += written
    result.unchanged += not written
    if shop.library is not None:
        _write_rows(shop, shop.library, photo, wanted if shop.config.library.digikam.write_suggestions else [])
    with shop.store.transaction():
        shop.store.photos.put_metadata(photo.id, shop.sidecar_state(photo.path))
        shop.store.photos.put_trouble(photo.id, None)
        shop.store.photos.put_published(photo.id, _digest(shop, wanted, held))


def finish_interrupted(shop: Workshop) -> None:
    """Bring writes to their end, or back, of which a crash left nobody knowing whether they were done."""
    for entry in shop.store.ledger.interrupted():
        if entry.kind == LedgerKind.SIDECAR:
            try:
                _settle_sidecar(shop, entry)
            except PhotoError as error:  # a drive that is away, a disk that fails: it is settled by a later pass
                log.warning("%s; what was being written there is looked at again later", error)
        elif shop.library is not None:
            try:
                _settle_rows(shop, shop.library, entry)
            except (Unavailable, Fatal) as error:  # photos are looked at and listened to without it
                log.warning("%s; what was being written there is looked at again later", error)


def _wanted(shop: Workshop, photo: PhotoRecord) -> list[Suggestion]:
    return [
        Suggestion(item.region, item.person, item.confidence, item.generation)
        for item in shop.store.suggestions.open_in(photo.id)
    ]


def _as_spelled(shop: Workshop, wanted: Sequence[Suggestion]) -> list[Suggestion]:
    """With the names as the library, or most metadata, spells them: programs that compare byte by byte find theirs."""
    return [replace(item, person=shop.store.marks.spelling(item.person)) for item in wanted]


def _digest(shop: Workshop, wanted: Sequence[Suggestion], held: bool) -> str | None:
    """Tells what was wanted from what is; None for nothing, so that a photo never written to needs no writing.

    What is held counts as written until digiKam's settings allow it, also where nothing is wanted any more.
    """
    if not wanted and not held:
        return None
    how = (shop.config.sidecar, shop.config.library.digikam.write_suggestions, *(["held"] if held else []))
    return hashlib.blake2b(repr((how, wanted)).encode(), digest_size=16).hexdigest()


def _write_sidecar(shop: Workshop, photo: PhotoRecord, wanted: Sequence[Suggestion]) -> bool:
    if photo.size is None or photo.orientation is None:
        return False  # nobody has seen it yet
    root = shop.root_of(photo.path)
    regions = _as_regions(shop, wanted)
    edit = sidecar.plan(
        photo.path,
        orientation=photo.orientation,
        size=displayed_size(photo.size, photo.orientation),
        wanted=wanted,
        date=datetime.fromtimestamp(shop.now(), UTC),
        naming=shop.naming,
        as_regions=regions,
        root=root,
    )
    if edit is None:
        _adopt(shop, photo, wanted, regions)
        return False
    for unsettled in shop.store.ledger.interrupted(edit.path):
        _settle_sidecar(shop, unsettled)  # what nobody can settle stays one entry, however many passes follow
    stray = _stray(shop, photo, edit.path)
    before = edit.before if stray is None else stray.after
    entry = shop.store.ledger.intend(
        LedgerKind.SIDECAR, photo.path, edit.path, before, edit.after_digest, wanted, shop.now(), regions
    )
    try:
        sidecar.apply(edit)
    except BaseException:
        with suppress(PhotoError):  # the first error tells more; the next pass settles it
            _settle_sidecar(shop, shop.store.ledger.get(entry))
        raise
    shop.store.ledger.done(entry, shop.now())
    return True


def _adopt(shop: Workshop, photo: PhotoRecord, wanted: Sequence[Suggestion], regions: Sequence[Suggestion]) -> None:
    """What stands in the sidecar of ours without an entry of the ledger can be taken back from now on."""
    target = sidecar.target_path(photo.path, shop.naming, shop.root_of(photo.path))
    stray = _stray(shop, photo, target) if wanted else None
    if stray is not None:
        with shop.store.transaction():
            entry = shop.store.ledger.intend(
                LedgerKind.SIDECAR, photo.path, target, stray.after, stray.before_digest, wanted, shop.now(), regions
            )
            shop.store.ledger.done(entry, shop.now())


def _stray(shop: Workshop, photo: PhotoRecord, target: Path) -> sidecar.Edit | None:
    """The edit that takes out what is ours in a sidecar to which the ledger knows no write; None where all is known.

    Such a sidecar came with a copy of the photo, or is left from a state that was lost.
    """
    if shop.store.ledger.last_of(photo.path, LedgerKind.SIDECAR) is not None:
        return None
    return sidecar.plan_undo(target, None, None, shop.root_of(target))


def _as_regions(shop: Workshop, wanted: Sequence[Suggestion]) -> list[Suggestion]:
    """Those that the policy makes real named regions."""
    settings = shop.config.sidecar
    if settings.policy == "regions":
        return list(wanted)
    if settings.policy == "auto":
        return [item for item in wanted if item.confidence >= 1 - settings.auto_max_wrong_per_1000 / 1000]
    return []


def _settle_sidecar(shop: Workshop, entry: Entry) -> None:
    """The ledger says what became of the write. Raises PhotoError where nobody can say: then it stays as it is."""
    root = shop.root_of(entry.target)
    sidecar.remove_leftover(entry.target, root)
    there = sidecar.current(entry.target, root)
    if there is None or there == entry.before or not sidecar.holds_own(there):
        shop.store.ledger.abandon(entry.id)
    else:  # also where another program has written since: `undo` must know that ours may be in it
        shop.store.ledger.done(entry.id, shop.now())


def _write_rows(
    shop: Workshop, digikam: library.DigikamLibrary, photo: PhotoRecord, wanted: Sequence[Suggestion]
) -> None:
    """What digiKam refuses (another face there, nobody of that name) is tried again when its marks change."""
    last = shop.store.ledger.last_of(photo.path, LedgerKind.DIGIKAM)
    standing = library.from_json(last.rows) if last is not None else ()
    names = {(item.person, item.region) for item in wanted}
    withdraw = [change for change in standing if (change.person, change.region) not in names]
    kept = [change for change in standing if change not in withdraw]
    shown = {(change.person, change.region) for change in kept}
    new = [library.Wanted(item.region, item.person) for item in wanted if (item.person, item.region) not in shown]
    if not new and not withdraw:
        return
    planned = digikam.plan(photo.path, new, withdraw)
    for refused in planned.refused:
        log.info("%s: %s is not shown in digiKam: %s", photo.path, refused.person, refused.reason)
    if not planned.steps and not withdraw:
        return
    for unsettled in shop.store.ledger.interrupted(Path(digikam.name)):
        if unsettled.photo == photo.path:
            _settle_rows(shop, digikam, unsettled)  # as above
            return  # its other rows may have been taken back with it: the next pass writes what is wanted
    _back_up_once(shop, digikam)
    everything = library.to_json([*kept, *withdraw, *planned.changes])
    entry = shop.store.ledger.intend(
        LedgerKind.DIGIKAM, photo.path, Path(digikam.name), None, None, wanted, shop.now(), rows=everything
    )
    done = digikam.write(photo.path, new, withdraw)
    with shop.store.transaction():
        if last is not None:
            shop.store.ledger.undone([last.id], shop.now())  # the new entry says all that stands now
        shop.store.ledger.done(entry, shop.now(), library.to_json([*kept, *done.changes]))
        shop.store.marks.forget_suggested(photo.id, [change.person for change in done.withdrawn])


def _settle_rows(shop: Workshop, digikam: library.DigikamLibrary, entry: Entry) -> None:
    """Take everything back that the interrupted write knew of; the photo is published anew."""
    changes = library.from_json(entry.rows)
    digikam.take_back(entry.photo, changes)
    photo = shop.store.photos.get(entry.photo)
    with shop.store.transaction():
        if photo is not None:
            shop.store.marks.forget_suggested(photo.id, [change.person for change in changes])
            shop.store.photos.put_published(photo.id, UNSURE)
        last = shop.store.ledger.last_of(entry.photo, LedgerKind.DIGIKAM)
        if last is not None:
            shop.store.ledger.undone([last.id], shop.now())
        shop.store.ledger.abandon(entry.id)


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
