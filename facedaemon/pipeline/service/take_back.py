"""Undo of the writes for one photo, for a process that does not own the state."""

from contextlib import closing
from pathlib import Path

from facedaemon.config import Config
from facedaemon.errors import ExitCode, Fatal
from facedaemon.pipeline.progress import Reporter, follow
from facedaemon.pipeline.reports import UndoReport
from facedaemon.pipeline.service.hand_over import hand_request_over
from facedaemon.pipeline.service.requests import Request, RequestKind
from facedaemon.pipeline.session import open_session
from facedaemon.pipeline.undo import undo_writes
from facedaemon.store import Locked


def take_back_photo(config: Config, photo: Path) -> UndoReport:
    """Undo everything that was written for this photo, into its sidecar and into digiKam's database.

    A daemon that owns the state does it; otherwise this process owns the state as long as that takes. Raises Fatal:
    exit status 4 where another command owns the state, 1 where something is left, with the reason.
    """
    try:
        session = open_session(config, needs_library=False)
    except Locked as held:
        done = hand_request_over(config, held, Request(RequestKind.UNDO, (photo,)), None, Reporter(), _silent)
        assert isinstance(done, UndoReport)  # noqa: S101 - the reply to an undo
        report = done
    else:
        with closing(session):
            report = follow(undo_writes(session, None, [photo]), Reporter())
    if report.refused:
        path, reason = report.refused[0]
        raise Fatal(f"{path}: {reason}", ExitCode.SOME_PHOTOS_FAILED)
    if report.away:
        raise Fatal(f"{report.away[0]}: neither it nor its photo is there now", ExitCode.SOME_PHOTOS_FAILED)
    return report


def _silent(_: str) -> None:
    """The page says what was done; who did it does not matter there."""
