"""Takes back what facedaemon wrote: byte for byte where nobody wrote since, else only what is its own."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from facedaemon import library, sidecar
from facedaemon.errors import PhotoError
from facedaemon.geometry import overlap
from facedaemon.names import clean_name
from facedaemon.pipeline import library_rows
from facedaemon.pipeline.following import LibraryTrouble, asking_the_library
from facedaemon.pipeline.harm import REASON, REMEDY, Harmed, harmed
from facedaemon.pipeline.hearsay import Ear
from facedaemon.pipeline.own_marks import SAME_REGION_OVERLAP
from facedaemon.pipeline.publish import finish_interrupted
from facedaemon.pipeline.reports import Step, UndoReport
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import Entry, LedgerKind
from facedaemon.values import MarkState, Region, Suggestion


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
    ear = Ear(shop)
    harm = harmed(shop, ear)
    for done, entries in enumerate(targets, 1):
        yield Step("taking back", entries[0].photo, done, len(targets))
        try:
            if entries[0].kind == LedgerKind.SIDECAR:
                _restore_sidecar(shop, entries, report, harm)
                if left := _taken_over(shop, entries, ear):
                    report.left.append((entries[0].target, left))
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
    known = shop.store.photos.get(entries[0].photo)
    written = shop.store.ledger.regions_written_for(entries[0].photo, None if known is None else known.content)
    target, before = entries[0].target, _before(entries, written)
    root = shop.root_written_below(entries[-1])
    sidecar.remove_leftover(target, root)
    edit = sidecar.plan_undo(target, before, entries[-1].after_digest, root, written)
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


def _taken_over(shop: Workshop, entries: Sequence[Entry], ear: Ear) -> tuple[str, ...]:
    """Names that we wrote as real regions and that another program has made its own since: nobody else's can we remove.

    digiKam does so with every named region that it reads: it stands in its database as confirmed then, and in the
    sidecar, or the photo, as soon as digiKam writes its metadata.
    """
    regions = [region for entry in entries for region in entry.regions]
    if not regions:
        return ()
    photo = entries[-1].photo
    known = shop.store.photos.get(photo)
    marks = [mark for mark in ear().about(photo) or () if mark.state == MarkState.CONFIRMED]
    said = [(mark.person, mark.region) for mark in marks]
    with suppress(PhotoError):  # the photo is gone, or what stands beside it cannot be read
        metadata = sidecar.read(photo, shop.naming, shop.root_of(photo), known.orientation if known else None)
        said += [(region.name, region.region) for region in metadata.regions if region.origin is None]
    by_hand = [(mark.person, mark.region) for mark in marks if mark.by_hand]  # a human's own by now
    left = [ours for ours in regions if _is_among(said, ours) and not _is_among(by_hand, ours)]
    return tuple(dict.fromkeys(ours.person for ours in left))


def _is_among(said: Iterable[tuple[str | None, Region | None]], ours: Suggestion) -> bool:
    return any(
        person is not None
        and place is not None
        and clean_name(ours.person) == clean_name(person)
        and overlap(ours.region, place) >= SAME_REGION_OVERLAP
        for person, place in said
    )


def _before(entries: Sequence[Entry], written: Sequence[Suggestion]) -> bytes | None:
    """What stood in a file before these writes, oldest first; without ours, what somebody wrote between two of them."""
    for earlier, later in zip(reversed(entries[:-1]), reversed(entries), strict=False):
        if later.before is None or sidecar.digest(later.before) != earlier.after_digest:
            return None if later.before is None else sidecar.without_own(later.before, written)
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
