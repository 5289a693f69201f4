"""What a pass did, in its report: figures, and what a person should know."""

from facedaemon.answers import FILE_NAME
from facedaemon.pipeline import groups
from facedaemon.pipeline.annotations.conflicts import conflicts
from facedaemon.pipeline.held_sidecars import REASON, REMEDY
from facedaemon.pipeline.library_snapshot import LibrarySnapshot, elsewhere_words
from facedaemon.pipeline.list_photos import PhotoListing
from facedaemon.pipeline.match import SuggestionChanges
from facedaemon.pipeline.publish import Published
from facedaemon.pipeline.reports import ScanReport
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.train import Trained
from facedaemon.text import counted
from facedaemon.values import SuggestionState


def name_unreadable(session: Session, listing: PhotoListing, report: ScanReport) -> None:
    """Put the folders that could not be listed, and those that cannot be trusted, among the failures."""
    for path, reason in listing.unreadable.items():
        if path in session.config.roots():
            report.fail_root(path, reason)
        else:
            report.fail(path, reason)
    for root, reason in listing.doubtful.items():
        report.fail_root(root, reason, is_away=False)


def sum_up(
    session: Session, report: ScanReport, trained: Trained | None, suggested: SuggestionChanges, published: Published
) -> None:
    """Fill in the figures that stand only at the end of a pass."""
    faces, without_face = session.store.annotations.counts()
    report.confirmed = faces + without_face
    if trained is not None:
        report.used = trained.gallery.used
        report.generation = trained.generation
    report.left_out = report.confirmed - report.used
    report.groups = None if report.confirmed else groups.seen_often(session)
    report.open = session.store.suggestions.counts().get(SuggestionState.OPEN, 0)
    report.new, report.changed, report.withdrawn = suggested.new, suggested.changed, suggested.withdrawn
    report.written, report.untouched = len(published.written), len(published.unchanged)
    report.refused = len(published.refused)
    report.held = len(published.held | published.awaiting)
    report.library_error = published.library_error


def add_notices(
    session: Session, report: ScanReport, published: Published, snapshot: LibrarySnapshot, is_whole: bool
) -> None:
    """What a person should know; `is_whole` where the pass covered everything."""
    if (elsewhere := elsewhere_words(session, snapshot)) is not None:
        report.notices.append(elsewhere)
    if published.held and session.config.sidecar.policy != "none":
        report.notices.append(
            f"{counted(len(published.held), 'sidecar is', 'sidecars are')} left alone: {REASON}."
            f" To have them written, {REMEDY}"
        )
    if published.awaiting:
        report.notices.append(
            f"{counted(len(published.awaiting), 'sidecar waits', 'sidecars wait')} until digiKam, which reads sidecars,"
            " has read the photos themselves"
        )
    if session.answers.problem is not None:
        path = session.config.state() / FILE_NAME
        report.failures.append((path, str(session.answers.problem).removeprefix(f"{path}: ")))
    if is_whole and (count := sum(1 for _ in conflicts(session.store))):
        report.notices.append(
            f"{counted(count, 'answer contradicts', 'answers contradict')} what digiKam or metadata say; the"
            " answers count. To see them: facedaemon answers --conflicts"
        )
    _, without_face = session.store.annotations.counts()
    if without_face:
        report.notices.append(
            f"{counted(without_face, 'confirmed region shows', 'confirmed regions show')} no face that can be found"
        )
