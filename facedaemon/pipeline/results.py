"""What a pass did outside sidecars, and what is left to a human, for its report."""

from facedaemon.pipeline.annotations.checked import Checked
from facedaemon.pipeline.reports import ScanReport
from facedaemon.pipeline.session import Session
from facedaemon.store import LedgerKind

BACKUPS = "digikam-before-facedaemon-*.backup"  # as library_rows names them


def note_results(session: Session, report: ScanReport, started: float, *, is_whole: bool) -> None:
    """Count the photos whose rows in digiKam's database were written, and the confirmed names that are doubtful."""
    report.in_digikam = session.store.ledger.count_done(LedgerKind.DIGIKAM, started)
    if report.in_digikam:
        backups = sorted(session.config.state().glob(BACKUPS))
        report.digikam_backup = str(backups[-1]) if backups else None
    if is_whole:
        report.doubtful = _doubtful(session)


def _doubtful(session: Session) -> int:
    checked, count = Checked(session.config.state()), 0
    for doubt in session.store.assessments.doubts():
        face = session.store.faces.get(doubt.face)
        count += not checked.holds(session.store.photos.by_id(face.photo), face.region, doubt.person)
    return count
