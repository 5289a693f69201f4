"""What humans said of photos: those of which it changed since it was read last are synced, one after the other."""

from collections.abc import Callable, Collection, Generator
from dataclasses import replace
from pathlib import Path

from facedaemon.errors import PhotoError
from facedaemon.pipeline.annotations.answered import annotations_of
from facedaemon.pipeline.annotations.comparison import Comparison, known_version
from facedaemon.pipeline.annotations.row_versions import renew_row_version
from facedaemon.pipeline.annotations.sync_annotations import AnnotationChanges, needs_sync, sync_annotations
from facedaemon.pipeline.annotations.turns import is_restated, settle
from facedaemon.pipeline.library_snapshot import LibrarySnapshot, is_doubled
from facedaemon.pipeline.photo_errors import concerning
from facedaemon.pipeline.record_batches import Records
from facedaemon.pipeline.reports import ScanReport, Step
from facedaemon.pipeline.session import Session
from facedaemon.store import PhotoRecord
from facedaemon.values import AnnotationSource, FaceAnnotation

OFTEN = 500  # photos in which nothing changed between two steps: each costs a look at its sidecar, far away perhaps


class LibraryReading:
    """The library as it is now, compared with what was read before.

    Each reading is compared once: whether much changed at once (decision 023) is a question to the whole of it.
    """

    def __init__(
        self, session: Session, library_reader: Callable[[], LibrarySnapshot], *, is_baseline: bool = False
    ) -> None:
        """`library_reader` reads the library where it changed; with `is_baseline` no former reading counts."""
        self._session, self._library_reader, self._is_baseline = session, library_reader, is_baseline
        self._read: LibrarySnapshot | None = None
        self.snapshot, self.comparison = self._compared(library_reader())

    def refresh(self) -> bool:
        """Read it again where it changed; whether it did."""
        if (now := self._library_reader()) is self._read:
            return False
        self.snapshot, self.comparison = self._compared(now)
        return True

    def as_baseline(self) -> "LibraryReading":
        """The same for photos of which nothing was read before."""
        return LibraryReading(self._session, self._library_reader, is_baseline=True)

    def _compared(self, read: LibrarySnapshot) -> tuple[LibrarySnapshot, Comparison]:
        self._read = read
        said = replace(read, is_baseline=True) if self._is_baseline else read
        return said, Comparison(self._session.store, said)


def sync(
    session: Session,
    photos: Records,
    scope: Collection[int] | None,
    touched: Collection[int],
    library: LibraryReading,
    report: ScanReport,
) -> Generator[Step, None, AnnotationChanges]:
    """Sync those of `photos` that were `touched`, or of which something else is said than before.

    `scope` are their numbers; None for all that are known.
    """
    changes = AnnotationChanges()
    known = _known(session, scope)
    answers = session.answers.read()
    row_versions = (
        session.store.row_versions.all()
        if scope is None
        else {each: session.store.row_versions.of(each) for each in scope}
    )

    def synced(photo: PhotoRecord) -> bool:
        """Sync the photo if anything changed; whether it did."""
        said = library.snapshot.about(photo.path)
        was, version = row_versions.get(photo.id), library.snapshot.row_versions.get(photo.path)
        is_news = photo.id in touched or is_restated(photo, library.snapshot) or is_doubled(was, version)
        if is_news or needs_sync(
            session, photo, known.get(photo.path, ()), library=said, answers=annotations_of(answers, photo)
        ):
            # other jobs had their turn since: neither the record nor the reading need be the latest
            library.refresh()
            record = settle(session, session.store.photos.by_id(photo.id), library.snapshot)
            sync_annotations(session, record, library.snapshot, changes, library.comparison)
            return True
        if said is not None and known_version(version) != was:
            renew_row_version(session, photo, library.snapshot)
        return False

    for done, photo in enumerate(photos, 1):
        if done % OFTEN == 0:
            yield Step("reading confirmations", None, done, len(photos))
        if photo.size is None:
            continue
        try:
            with concerning(photo.path):
                is_step = synced(photo)
        except PhotoError as error:
            changes.name(error)
            is_step = True
        for problem in changes.problems:  # thousands of bad sidecars are not kept
            report.fail_once(problem.path, problem.reason)
        changes.problems.clear()
        if is_step:
            yield Step("reading confirmations", photo.path)
    return changes


def _known(session: Session, scope: Collection[int] | None) -> dict[Path, list[FaceAnnotation]]:
    """What the library and the answers said when they were read last, by photo."""
    known = session.store.annotations.by_path(AnnotationSource.DIGIKAM, scope)
    for path, annotations in session.store.annotations.by_path(AnnotationSource.ANSWER, scope).items():
        known.setdefault(path, []).extend(annotations)
    return known
