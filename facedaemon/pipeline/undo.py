"""Undoes what facedaemon wrote: byte for byte where no other program wrote since, else only its own part."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from facedaemon import library, sidecar
from facedaemon.errors import PhotoError
from facedaemon.geometry import overlap
from facedaemon.names import clean_name
from facedaemon.pipeline.annotations import library_rows
from facedaemon.pipeline.annotations.own_changes import SAME_REGION_OVERLAP
from facedaemon.pipeline.held_sidecars import REASON, REMEDY, HeldSidecars, held_sidecars
from facedaemon.pipeline.library_problem import LibraryProblem, asking_the_library
from facedaemon.pipeline.library_snapshot import LibraryReader
from facedaemon.pipeline.photo_errors import concerning
from facedaemon.pipeline.reports import Step, UndoReport
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.sidecar_ledger import finish_interrupted
from facedaemon.store import Entry, LedgerKind
from facedaemon.values import AnnotationState, Region, Suggestion


def undo_writes(
    session: Session, since: float | None = None, paths: Sequence[Path] | None = None
) -> Generator[Step, None, UndoReport]:
    """Undo what was written since `since` (None: ever), for `paths` and all below them (None: all).

    `paths` are absolute. The same suggestions are not written again until they change, or `scan --write-again` asks for
    it; `sidecar.policy: none` stops writing for good.
    """
    finish_interrupted(session)
    report = UndoReport()
    targets = _by_target(session, since, paths)
    library_reader = LibraryReader(session)
    holds = held_sidecars(session, library_reader)
    for done, entries in enumerate(targets, 1):
        yield Step("taking back", entries[0].photo, done, len(targets))
        try:
            with concerning(entries[0].target):
                if entries[0].kind == LedgerKind.SIDECAR:
                    if _is_away(session, entries[-1]):
                        report.away.append(entries[0].target)
                        continue
                    _restore_sidecar(session, entries, report, holds)
                    if left := _taken_over(session, entries, library_reader):
                        report.left.append((entries[0].target, left))
                else:
                    _take_rows_back(session, entries, report)
        except PhotoError as error:
            report.refused.append((error.path, error.reason))
    return report


def _by_target(session: Session, since: float | None, paths: Sequence[Path] | None) -> list[list[Entry]]:
    """The active writes of each file or photo, oldest first."""
    wanted = None if paths is None else set(paths)
    groups: dict[tuple[LedgerKind, Path, Path], list[Entry]] = {}
    for entry in session.store.ledger.active(since):
        if wanted is None or not wanted.isdisjoint(_places(entry)):
            photo = entry.photo if entry.kind == LedgerKind.DIGIKAM else Path()
            groups.setdefault((entry.kind, entry.target, photo), []).append(entry)
    return list(groups.values())


def is_known(session: Session, path: Path) -> bool:
    """Whether there is an active write for `path` or below it."""
    return any(path in _places(entry) for entry in session.store.ledger.active(None))


def _places(entry: Entry) -> tuple[Path, ...]:
    return entry.photo, entry.target, *entry.photo.parents


def _is_away(session: Session, last: Entry) -> bool:
    """Whether what was written may lie elsewhere now: the sidecar is not there, and neither is its photo.

    A photo that was forgotten is gone for good, and so is a sidecar that we removed ourselves.
    """
    if last.after_digest is None or _is_there(last.target):
        return False
    problem = session.root_problem(last.target)
    if problem is not None:
        raise PhotoError(last.target, f"{session.root_of(last.target)} {problem}")
    return session.store.photos.get(last.photo) is not None and not _is_there(last.photo)


def _is_there(path: Path) -> bool:
    """Whether there is such a file; also True where nobody can say."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _restore_sidecar(session: Session, entries: Sequence[Entry], report: UndoReport, holds: HeldSidecars) -> None:
    known = session.store.photos.get(entries[0].photo)
    written = session.store.ledger.regions_written_for(entries[0].photo, None if known is None else known.content)
    target, before = entries[0].target, _before(entries, written)
    edit = None
    if _is_there(target):
        root = session.root_written_below(entries[-1])
        sidecar.remove_leftover(target, root)
        edit = sidecar.plan_undo(target, before, entries[-1].after_digest, root, written)
    if edit is not None and target in holds:
        raise PhotoError(
            target,
            f"{REASON}. To take ours out, {REMEDY}, run 'facedaemon undo' and start digiKam; then it may be on again",
        )
    if edit is not None:
        sidecar.apply(edit)
        report.removed += edit.after is None
        report.restored += edit.after is not None and edit.after == entries[0].before
        report.cleaned += edit.after is not None and edit.after != entries[0].before
    with session.store.transaction():
        session.store.ledger.undone([entry.id for entry in entries], session.now())
        photo = session.store.photos.get(entries[0].photo)
        if photo is not None:
            session.store.photos.put_metadata(photo.id, session.sidecar_state(photo.path))


def _taken_over(session: Session, entries: Sequence[Entry], library_reader: LibraryReader) -> tuple[str, ...]:
    """Names that we wrote as real regions and that another program has taken over since: those cannot be removed.

    digiKam does so with every named region that it reads: its database then holds it as confirmed, and so does the
    sidecar or the photo as soon as digiKam writes its metadata.
    """
    regions = [region for entry in entries for region in entry.regions]
    if not regions:
        return ()
    photo = entries[-1].photo
    known = session.store.photos.get(photo)
    annotations = [
        annotation
        for annotation in library_reader().about(photo) or ()
        if annotation.state == AnnotationState.CONFIRMED
    ]
    said = [(annotation.person, annotation.region) for annotation in annotations]
    with suppress(PhotoError):  # the photo does not exist, or its sidecar cannot be read
        metadata = sidecar.read(photo, session.naming, session.root_of(photo), known.orientation if known else None)
        said += [(region.name, region.region) for region in metadata.regions if region.origin is None]
    by_hand = [
        (annotation.person, annotation.region) for annotation in annotations if annotation.by_hand
    ]  # a human's own by now
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
    """The file's bytes before these writes; where another program wrote between two of them, its bytes without ours."""
    for earlier, later in zip(reversed(entries[:-1]), reversed(entries), strict=False):
        if later.before is None or sidecar.digest(later.before) != earlier.after_digest:
            return None if later.before is None else sidecar.without_own(later.before, written)
    return entries[0].before


def _take_rows_back(session: Session, entries: Sequence[Entry], report: UndoReport) -> None:
    if session.library is None or report.library_problem is not None:
        problem = report.library_problem or session.library_problem
        absent = "digiKam's database, where its suggestions stand, is not configured"
        report.refused.append((entries[0].photo, problem or absent))
        return
    changes = library.from_json(entries[-1].rows)
    try:
        with asking_the_library():
            plan = session.library.take_back(entries[0].photo, changes)
    except LibraryProblem as problem_now:
        report.library_problem = str(problem_now)  # the next photos need not wait for it
        report.refused.append((entries[0].photo, report.library_problem))
        return
    report.rows += len(plan.deleted)
    if plan.kept:
        report.refused.append((entries[0].photo, plan.refused[0].reason))
        return
    with session.store.transaction():
        session.store.ledger.undone([entry.id for entry in entries], session.now())
        photo = session.store.photos.get(entries[0].photo)
        if photo is not None:
            library_rows.see(session, photo.id, plan)
