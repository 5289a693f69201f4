"""The daemon's main loop: start, wait, reload, stop."""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator

from facedaemon.answers import FileState, file_state
from facedaemon.config import Config
from facedaemon.daemon import logging_setup, signals
from facedaemon.daemon.desktop_notification import DesktopNotifications
from facedaemon.daemon.job_queue import JobQueue
from facedaemon.daemon.port import OpenWork
from facedaemon.daemon.scheduler import Scheduler
from facedaemon.daemon.systemd import Systemd
from facedaemon.daemon.throttle import Throttle
from facedaemon.daemon.worker import Worker
from facedaemon.errors import ExitCode, Fatal
from facedaemon.jobs import (
    CarryOut,
    CarryOutAlone,
    CarryOutTraining,
    Job,
    ReadAnswers,
    Rescan,
    ScanFolders,
    ScanPhotos,
)
from facedaemon.pipeline import RequestKind, Requests
from facedaemon.watch import Hints, RootState, Watcher, WatchMode

log = logging.getLogger(__name__)

_JOB_FOR = {
    RequestKind.REBUILD: CarryOutTraining,
    RequestKind.ROLLBACK: CarryOutTraining,
    RequestKind.FORGET_MISSING: CarryOutAlone,  # a pass under way holds the numbers of photos
}
TICK_SECONDS = 0.5
NICENESS = 10  # of a daemon started by hand; systemd's units ask for more
PATIENCE_SECONDS = 8.0  # from a signal to stop to the end; systemd waits for 15
TIMEOUT_SECONDS = 2.5  # for the present step when it must stop; an interrupted one is done again at the next start


def serve(open_work: OpenWork, load: Callable[[], Config]) -> int:
    """Run the daemon until SIGTERM or SIGINT; returns the exit status.

    `load` reads the settings, now and at SIGHUP; `open_work` opens the work with them, in the thread that will use it.
    Raises Fatal where either does at the start, or a job later.
    """
    signals.block_signals()
    logging_setup.set_up()
    above = NICENESS - os.getpriority(os.PRIO_PROCESS, 0)
    if above > 0:
        os.nice(above)  # never by 0: the systemd units set it themselves, and forbid even that call
    return _Service(open_work, load).run()


class _Service:
    """The threads and what they share."""

    def __init__(self, open_work: OpenWork, load: Callable[[], Config]) -> None:
        self._load = load
        self._has_terminal = sys.stderr.isatty()
        self._signals = signals.Arrivals(PATIENCE_SECONDS)
        self._systemd = Systemd()
        self._job_queue = JobQueue(time.monotonic)
        config = load()
        self._notifications: DesktopNotifications | None = None
        self._set_notifications(_notifications(config))
        self._scheduler = Scheduler(config.schedule, self._job_queue.put)
        self._watcher: Watcher | None = None
        self._openings = 0
        self._answers = FileState()
        self._worker = Worker(open_work, config, self._job_queue, self._systemd, _throttle)

    def run(self) -> int:
        """Start, wait, stop."""
        self._systemd.status("Starting", at_once=True)
        self._worker.start()
        try:
            while self._worker.is_alive() and not self._must_stop():
                if self._worker.settings is not None and self._worker.openings != self._openings:
                    self._begin(self._worker.settings)
                if self._watcher is not None:
                    for job in _jobs(self._watcher.pop_ready()):
                        self._job_queue.put(job)
                    self._worker.away = _away(self._watcher.states())
                    self._look_at_answers()
                    self._look_at_requests()
                    self._scheduler.tick()
        finally:
            self._end()
        failure = self._worker.failure
        if failure is not None:
            if isinstance(failure, Fatal) and self._notifications is not None:
                self._notifications.notify(f"It stopped: {failure}")
            self._set_notifications(None)
            raise failure
        return ExitCode.DONE

    def _look_at_answers(self) -> None:
        """Whether somebody answered something: two looks at files, twice a second."""
        settings = self._worker.settings
        if settings is not None and (seen := file_state(settings.state())) != self._answers:
            self._answers = seen
            self._job_queue.put(ReadAnswers())

    def _look_at_requests(self) -> None:
        """Whether a command asks for something."""
        settings = self._worker.settings
        if settings is None:
            return
        requests = Requests(settings.state())
        for name in requests.waiting():
            if (request := requests.take(name)) is not None:
                self._job_queue.put(_JOB_FOR.get(request.kind, CarryOut)((name,)))

    def _must_stop(self) -> bool:
        # the tick is short until READY, so that a start with little to do is quick
        arrived = self._signals.next(TICK_SECONDS if self._openings else 0.02)
        if arrived in signals.RELOADING:
            if self._has_terminal and not os.isatty(sys.stderr.fileno()):
                return True  # the terminal in which it ran was closed
            self._reload()
        return arrived in signals.STOPPING

    def _begin(self, settings: Config) -> None:
        """The work was opened, at the start or after a reload: start watching and scheduling, report READY."""
        self._openings = self._worker.openings
        self._close_outside()
        self._set_notifications(_notifications(settings))
        self._watcher = Watcher(self._worker.roots, settings.photos.exclude)
        self._watcher.start()
        self._scheduler = Scheduler(settings.schedule, self._job_queue.put)
        self._scheduler.start()
        self._job_queue.put(Rescan())
        self._systemd.ready()

    def _reload(self) -> None:
        self._systemd.reloading()
        try:
            settings = self._load()
            Scheduler(settings.schedule, self._job_queue.put)
        except Exception as error:  # whatever is wrong with the config, the running service goes on
            trace = not isinstance(error, Fatal)  # a Fatal error needs no traceback
            log.error("the former settings stay in use: %s", error, exc_info=trace)  # noqa: TRY400
            self._systemd.ready()
            return
        self._worker.reload(settings)

    def _set_notifications(self, notifications: DesktopNotifications | None) -> None:
        if self._notifications is not None:
            logging.getLogger().removeHandler(self._notifications)
            self._notifications.close()
        self._notifications = notifications
        if notifications is not None:
            logging.getLogger().addHandler(notifications)

    def _close_outside(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
            self._scheduler.close()
            self._watcher = None

    def _end(self) -> None:
        self._systemd.stopping()
        self._systemd.status("Stopping after the present photo", at_once=True)
        self._worker.stop()
        self._close_outside()
        if not self._worker.join(TIMEOUT_SECONDS):
            log.warning("stopped in the middle of a photo; it is done again at the next start")
            logging.shutdown()
            # a thread inside a codec or a network cannot be interrupted; ending the process there does no harm
            os._exit(ExitCode.DONE)


def _away(states: Iterable[RootState]) -> str:
    """Which roots are away, and why; empty where none is."""
    return "; ".join(f"{state.root}: {state.reason}" for state in states if state.how == WatchMode.AWAY)


def _jobs(hints: Hints) -> Iterator[Job]:
    if hints.paths:
        yield ScanPhotos(hints.paths, hints.beside)
    if hints.folders:
        yield ScanFolders(hints.folders)


def _notifications(settings: Config) -> DesktopNotifications | None:
    # a person who started it at a terminal reads the messages there
    wanted = settings.notifications.desktop and not sys.stderr.isatty()
    return DesktopNotifications(settings.state()) if wanted else None


def _throttle(settings: Config) -> Throttle:
    return Throttle(pause_on_battery=settings.resources.pause_on_battery)
