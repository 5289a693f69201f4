"""Writes what the daemon does, and its last error, where `status` and panels find it."""

import logging
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from facedaemon import __version__
from facedaemon.daemon.port import Activity
from facedaemon.logs import for_log
from facedaemon.pipeline import DaemonRecord, DaemonState, iso_time, read_record, write_record

log = logging.getLogger(__name__)

_STARTED = time.time()


def is_own(record: DaemonRecord) -> bool:
    """Whether this process wrote it; in a container every daemon may have the same number."""
    return (record.pid, record.started) == (os.getpid(), iso_time(_STARTED))


class Recorder(logging.Handler):
    """The record in `directory`. It receives errors as a handler of the log, from `__init__` to `close`."""

    def __init__(self, directory: Path, roots: Sequence[Path], wall_clock: Callable[[], float] = time.time) -> None:
        super().__init__(logging.ERROR)
        self._directory = directory
        self._roots = tuple(map(str, roots))
        self._wall_clock = wall_clock
        self._state: DaemonState | None = None
        self._since = ""
        self._problem: str | None = None
        before = read_record(directory)
        self._last_pass = None if before is None else before.last_pass
        self._error = (None, None) if before is None else (before.last_error, before.last_error_time)
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message of an error."""
        self.failed(for_log(record))

    def failed(self, message: str) -> None:
        """The last error is this one."""
        self._error = message, iso_time(self._wall_clock())

    def note(self, activity: Activity, open_suggestions: int) -> None:
        """Replace the record. A disk that is full is no reason to stop: the next note tries again."""
        if activity.state != self._state:
            self._state, self._since = activity.state, iso_time(self._wall_clock())
        if activity.last_pass is not None:
            self._last_pass = iso_time(activity.last_pass)
        record = DaemonRecord(
            pid=os.getpid(),
            version=__version__,
            started=iso_time(_STARTED),
            state=activity.state,
            activity=activity.words,
            since=self._since,
            reason=activity.reason,
            waiting=activity.waiting,
            done=activity.done,
            total=activity.total,
            per_minute=activity.per_minute,
            seconds_left=activity.seconds_left,
            names=activity.names,
            roots=self._roots,
            open_suggestions=open_suggestions,
            last_pass=self._last_pass,
            last_error=self._error[0],
            last_error_time=self._error[1],
        )
        problem = None
        try:
            write_record(self._directory, record)
        except OSError as error:
            problem = error.strerror
            if problem != self._problem:
                log.warning("%s: what 'status' shows cannot be written: %s", self._directory, problem)
        self._problem = problem

    def close(self) -> None:
        """Errors are not received any more."""
        logging.getLogger().removeHandler(self)
        super().close()
