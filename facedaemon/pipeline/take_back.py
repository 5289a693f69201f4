"""Undo of the writes for one photo, from a process that does not own the state: it owns it as long as that takes."""

from contextlib import closing
from pathlib import Path

from facedaemon.config import Config
from facedaemon.errors import ExitCode, Fatal
from facedaemon.pipeline.progress import Reporter, follow
from facedaemon.pipeline.reports import UndoReport
from facedaemon.pipeline.session import open_session
from facedaemon.pipeline.undo import undo_writes


def take_back_photo(config: Config, photo: Path) -> UndoReport:
    """Undo everything that was written for this photo, into its sidecar and into digiKam's database.

    Raises Fatal: exit status 4 where another facedaemon owns the state; 1 where something is left, with the reason.
    """
    with closing(open_session(config, needs_library=False)) as session:
        report = follow(undo_writes(session, None, [photo]), Reporter())
    if report.refused:
        path, reason = report.refused[0]
        raise Fatal(f"{path}: {reason}", ExitCode.SOME_PHOTOS_FAILED)
    return report
