"""Takes back what facedaemon wrote: byte for byte where nobody wrote since, else only what is its own."""

from collections.abc import Generator, Sequence
from pathlib import Path

from facedaemon import library, sidecar
from facedaemon.errors import PhotoError
from facedaemon.pipeline import library_rows
from facedaemon.pipeline.following import LibraryTrouble, asking_the_library
from facedaemon.pipeline.harm import REASON, REMEDY, Harmed, harmed
from facedaemon.pipeline.hearsay import Ear
from facedaemon.pipeline.publish import finish_interrupted
from facedaemon.pipeline.reports import Step, UndoReport
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import Entry, LedgerKind


def undo(
    shop: Workshop, since: float | None = None, paths: Sequence[Path] | None = None
) -> Generator[Step, None, UndoReport]:
    """Take back what was written since `since` (None: ever), for `paths` and what lies below them (None: all).

    `paths` are absolute. The same suggestions are not written again until they change; `sidecar.policy: none` stops
    writing for good.
    """
    finish_interrupted(shop)
    report = UndoReport()
    targets = _by_target(shop, since, paths)
    harm = harmed(shop, Ear(shop))
    for done, entries in enumerate(targets, 1):
        yield Step("taking back", entries[0].photo, done, len(targets))
        try:
            if entries[0].kind == LedgerKind.SIDECAR:
                _restore_sidecar(shop, entries, report, harm)
            else:
                _take_rows_back(shop, entries, report)
        except PhotoError as error:
            report.refused.append((error.path, error.reason))
    return report


def _by_target(shop: Workshop, since: float | None, paths: Sequence[Path] | None) -> list[list[Entry]]:
    """The standing writes of each file or photo, oldest first."""
    wanted = None if paths is None else set(paths)
    groups: dict[tuple[LedgerKind, Path, Path], list[Entry]] = {}
    for entry in shop.store.ledger.standing(since):
        if wanted is None or not wanted.isdisjoint(_places(entry)):
            photo = entry.photo if entry.kind == LedgerKind.DIGIKAM else Path()
            groups.setdefault((entry.kind, entry.target, photo), []).append(entry)
    return list(groups.values())


def is_known(shop: Workshop, path: Path) -> bool:
    """Whether something stands that was written for `path` or below it."""
    return any(path in _places(entry) for entry in shop.store.ledger.standing(None))


def _places(entry: Entry) -> tuple[Path, ...]:
    return entry.photo, entry.target, *entry.photo.parents


def _restore_sidecar(shop: Workshop, entries: Sequence[Entry], report: UndoReport, harm: Harmed) -> None:
    target, before = entries[0].target, _before(entries)
    root = shop.root_of(target)
    sidecar.remove_leftover(target, root)
    edit = sidecar.plan_undo(target, before, entries[-1].after_digest, root)
    if edit is not None and target in harm:
        raise PhotoError(
            target,
            f"{REASON}. To take ours out, {REMEDY}, run 'facedaemon undo' and start digiKam; then it may be on again",
        )
    if edit is not None:
        sidecar.apply(edit)
        report.removed += edit.after is None
        report.restored += edit.after is not None and edit.after == entries[0].before
        report.cleaned += edit.after is not None and edit.after != entries[0].before
    with shop.store.transaction():
        shop.store.ledger.undone([entry.id for entry in entries], shop.now())
        photo = shop.store.photos.get(entries[0].photo)
        if photo is not None:
            shop.store.photos.put_metadata(photo.id, shop.sidecar_state(photo.path))


def _before(entries: Sequence[Entry]) -> bytes | None:
    """What stood in a file before these writes, oldest first; without ours, what somebody wrote between two of them."""
    for earlier, later in zip(reversed(entries[:-1]), reversed(entries), strict=False):
        if later.before is None or sidecar.digest(later.before) != earlier.after_digest:
            return None if later.before is None else sidecar.without_own(later.before)
    return entries[0].before


def _take_rows_back(shop: Workshop, entries: Sequence[Entry], report: UndoReport) -> None:
    if shop.library is None or report.library_trouble is not None:
        trouble = report.library_trouble or shop.library_trouble
        absent = "digiKam's database, where its suggestions stand, is not configured"
        report.refused.append((entries[0].photo, trouble or absent))
        return
    changes = library.from_json(entries[-1].rows)
    try:
        with asking_the_library():
            plan = shop.library.take_back(entries[0].photo, changes)
    except LibraryTrouble as trouble_now:
        report.library_trouble = str(trouble_now)  # the next photos need not wait for it
        report.refused.append((entries[0].photo, report.library_trouble))
        return
    report.rows += len(plan.deleted)
    if plan.kept:
        report.refused.append((entries[0].photo, plan.refused[0].reason))
        return
    with shop.store.transaction():
        shop.store.ledger.undone([entry.id for entry in entries], shop.now())
        photo = shop.store.photos.get(entries[0].photo)
        if photo is not None:
            library_rows.see(shop, photo.id, plan)
