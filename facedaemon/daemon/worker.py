"""The worker thread: it owns the work, does one job after the other, and lets urgent ones in between two steps."""

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from facedaemon.config import Config
from facedaemon.daemon.job_queue import JobQueue
from facedaemon.daemon.port import Activity, OpenWork, Work
from facedaemon.daemon.progress import Progress
from facedaemon.daemon.reloads import Reloads
from facedaemon.daemon.systemd import Systemd
from facedaemon.daemon.throttle import Throttle
from facedaemon.errors import FacedaemonError, PhotoError, Unavailable
from facedaemon.jobs import CarryOut, Job, ReadLibrary, Rescan, ScanFolders
from facedaemon.pipeline import BEAT_SECONDS, DaemonState

log = logging.getLogger(__name__)

LIBRARY_SECONDS = 2.0  # between two checks whether a human confirmed something
PAUSE_SECONDS = 2.0
NOTE_SECONDS = 2.0
FIRST_RETRY_SECONDS = 2.0
LAST_RETRY_SECONDS = 300.0
UNLOAD_SECONDS = 120.0  # without a job; a card full of photos comes with shorter pauses


class Worker:
    """Does the jobs in the queue, with the work that `open_work` opens for a config.

    The work is opened, used and closed in the worker's thread. `settings` is the config in use, `roots` the folders to
    watch; both are set each time the work is opened, before `openings` counts it. `away` is set from outside: which
    folders are away, and why. `failure` is why the thread ended, if not asked to.
    """

    def __init__(
        self,
        open_work: OpenWork,
        config: Config,
        job_queue: JobQueue,
        systemd: Systemd,
        throttle: Callable[[Config], Throttle],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reloads = Reloads(open_work, config, systemd)
        self._job_queue = job_queue
        self._systemd = systemd
        self._throttle_for = throttle
        self._clock = clock
        self._retry: dict[type[Job], float] = {}
        self._token: Hashable = None
        self._token_asked = 0.0
        self._library_problem = ""
        self._worked = 0.0
        self._rests = False
        self._noted: tuple[str, str | None] = ("", None)
        self._noted_at = 0.0
        self._work: Work | None = None
        self._activity = Activity("Starting", DaemonState.STARTING)
        self._put_off_for = ""
        self._last_pass: float | None = None
        self._is_requested = False  # a person waits for the job under way, or for the one that it came before
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self.settings: Config | None = None
        self.roots: tuple[Path, ...] = ()
        self.away = ""
        self.openings = 0
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Start the thread, which opens the work."""
        self._thread.start()

    def reload(self, settings: Config) -> None:
        """Close the work after the present step and open it with `settings`; on failure with the former ones."""
        self._reloads.put(settings)
        self._job_queue.wake()

    def stop(self) -> None:
        """Have the thread end after the present step."""
        self._reloads.stop()
        self._job_queue.wake()

    def is_alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    def join(self, seconds: float) -> bool:
        """Whether the thread has ended, after waiting at most `seconds` for it."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while (work := self._reloads.opened(self._beat)) is not None:
                with closing(work):
                    self._work = work
                    try:
                        self._begin(work)
                        self._live(work)
                    finally:
                        self._work = None
                        with _surviving("the last note"):
                            _note(work, self._ending())
        except BaseException as error:  # noqa: BLE001  it is raised again in the main thread
            self.failure = error

    def _begin(self, work: Work) -> None:
        """The work was opened."""
        settings = self._reloads.in_use
        assert settings is not None  # noqa: S101 - with them it was opened
        self._throttle = self._throttle_for(settings)
        self._token = self._asked_token(work)
        self.roots = work.roots()
        self.settings = settings
        self.openings += 1
        with _surviving("the first note"):
            self._say(work, Activity("Starting", DaemonState.STARTING))

    def _live(self, work: Work) -> None:
        while not self._reloads.are_waiting():
            self._systemd.beat()
            reason = self._throttle.why_wait()
            job = self._job_queue.take_requested() if reason else self._job_queue.take(LIBRARY_SECONDS)
            if job is not None:
                self._do(work, job)
                self._worked, self._rests = self._clock(), False
            elif not self._rests and self._clock() - self._worked >= UNLOAD_SECONDS:
                self._rests = True
                with _surviving("unloading the networks"):
                    work.unload()
            if reason:
                self._reloads.wait(PAUSE_SECONDS)
            with _surviving("the look at library and state"):
                self._watch_library(work)
                self._say(work, _paused(reason) if reason else self._idle())

    def _do(self, work: Work, job: Job) -> None:
        """Do the job, or put it off, or give it up and log the reason."""
        progress = Progress(self._clock)
        was_requested, self._is_requested = self._is_requested, self._is_requested or isinstance(job, CarryOut)
        try:
            with _surviving(type(job).__name__), closing(work.handle(job)) as steps:
                for step in steps:
                    if not self._pause(work, job, progress.activity(step) if step is not None else None):
                        # it begins again: what is done already takes no time
                        self._job_queue.put(job)
                        return
            if isinstance(job, Rescan):
                self._last_pass = time.time()
            if (left := work.left_over()) is not None:
                self._put_off(left, _missing(left))
            else:
                self._retry.pop(type(job), None)
        except Unavailable as error:
            wait = self._put_off(job, str(error))
            # an error that lasted ten minutes will hardly vanish by itself
            level = logging.ERROR if wait >= LAST_RETRY_SECONDS else logging.WARNING
            log.log(level, "%s; tried again until it works", error)
        except PhotoError as error:
            log.warning("%s", error)
        finally:
            self._is_requested = was_requested

    def _put_off(self, job: Job, reason: str) -> float:
        """Put the job off, twice as long as the last time for its kind; returns the seconds."""
        self._put_off_for = reason
        wait = min(self._retry.get(type(job), FIRST_RETRY_SECONDS / 2) * 2, LAST_RETRY_SECONDS)
        self._retry[type(job)] = wait
        self._job_queue.put_later(job, wait)
        return wait

    def _pause(self, work: Work, job: Job, activity: Activity | None) -> bool:
        """Called between two steps: does more urgent jobs, then returns whether the job may go on.

        Where it may not, it is closed, and begins again after a reload, or after what must be done alone.
        """
        self._systemd.beat()
        if activity is not None:
            self._say(work, activity)
        while not self._is_requested and (reason := self._throttle.why_wait()) and not self._must_end():
            self._say(work, _paused(reason))
            if (requested := self._job_queue.take_requested_inside()) is not None:
                self._do(work, requested)
            self._reloads.wait(PAUSE_SECONDS)
            self._systemd.beat()
        with _surviving("the look at the library"):
            self._watch_library(work)
        while not self._must_end() and (fresher := self._fresher(job)) is not None:
            self._do(work, fresher)
        return not self._must_end()

    def _must_end(self) -> bool:
        """Whether the job under way is to be closed."""
        return self._reloads.are_waiting() or self._job_queue.has_alone()

    def _fresher(self, job: Job) -> Job | None:
        """A more urgent job; on battery only one for which a person waits."""
        if self._throttle.why_wait():
            return self._job_queue.take_requested_inside(job)
        return self._job_queue.take_before(job)

    def _watch_library(self, work: Work) -> None:
        if self._clock() - self._token_asked < LIBRARY_SECONDS:
            return
        token = self._asked_token(work)
        if token != self._token:
            self._token = token
            if token is not None:  # also where it could not be read for a while and did not change
                self._job_queue.put(ReadLibrary())

    def _asked_token(self, work: Work) -> Hashable:
        """The library's token; None while it cannot be read."""
        try:
            token = work.change_token()
        except Unavailable as error:
            if str(error) != self._library_problem:
                log.warning("%s; it is asked again until it answers", error)
            self._library_problem = str(error)
            return None
        finally:
            self._token_asked = self._clock()
        self._library_problem = ""
        return token

    def _idle(self) -> Activity:
        folders = f"{len(self.roots)} folder{'s' if len(self.roots) != 1 else ''}"
        reason = self.away or self._library_problem or (self._put_off_for if self._job_queue.has_put_off() else "")
        state = DaemonState.WAITING if reason else DaemonState.WATCHING
        return Activity(f"Watching {folders}", state, reason or None)

    def _ending(self) -> Activity:
        """What is noted last: a reload goes on at once."""
        if self._reloads.are_waiting() and not self._reloads.is_stopping:
            return Activity("Starting again", DaemonState.STARTING, last_pass=self._last_pass)
        return Activity("Stopped", DaemonState.STOPPED, last_pass=self._last_pass)

    def _say(self, work: Work, activity: Activity) -> None:
        waiting = len(self._job_queue.waiting())
        text = activity.words + (f"; {waiting} more to do" if waiting else "")
        self._systemd.status(text)
        self._activity = replace(activity, words=text, waiting=waiting, last_pass=self._last_pass)
        is_new = (text, activity.reason) != self._noted
        if self._clock() - self._noted_at >= (NOTE_SECONDS if is_new else BEAT_SECONDS):
            self._noted, self._noted_at = (text, activity.reason), self._clock()
            _note(work, self._activity)

    def _beat(self) -> None:
        """A long calculation makes progress: for systemd, and for `status`."""
        self._systemd.beat()
        if self._work is not None and self._clock() - self._noted_at >= BEAT_SECONDS:
            self._noted_at = self._clock()
            _note(self._work, self._activity)


def _paused(reason: str) -> Activity:
    return Activity(f"Paused: {reason}", DaemonState.PAUSED, reason)


def _missing(left: Job) -> str:
    """Why a job was left over: roots that are away, what was taken back or forgotten, or digiKam's database."""
    if isinstance(left, ScanFolders):
        return f"{', '.join(map(str, left.folders))}: not there"
    if isinstance(left, Rescan):
        return "rejections were taken back, or photos forgotten: all photos are looked at again soon"
    return "suggestions could not be written into digiKam's database"


def _note(work: Work, activity: Activity) -> None:
    """Store what `status` shows; skipped where the state's disk is full."""
    try:
        work.note(activity)
    except Unavailable as error:
        log.warning("%s", error)


@contextmanager
def _surviving(what: str) -> Iterator[None]:
    """Logs any other error (a mistake of ours, a full disk) with its traceback; the service goes on."""
    try:
        yield
    except FacedaemonError:
        raise
    except Exception:  # an error in one job must not stop the next one
        log.exception("%s failed; the next rescan tries again", what)
