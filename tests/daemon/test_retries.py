"""What cannot be done at the moment is tried less and less often, and at once again after it worked."""

import pytest

from facedaemon.config import Config
from facedaemon.daemon.job_queue import JobQueue
from facedaemon.daemon.port import Steps
from facedaemon.daemon.systemd import Systemd
from facedaemon.daemon.throttle import Throttle
from facedaemon.daemon.worker import Worker
from facedaemon.errors import Unavailable
from facedaemon.jobs import Job, ReadLibrary, Rescan
from tests.daemon.idle_work import IdleWork


class Library(IdleWork):
    """One whose drive is away until somebody plugs it in."""

    def __init__(self) -> None:
        self.is_away = True

    def handle(self, job: Job) -> Steps:
        """Nothing but the question whether the drive is there."""
        yield from ()
        if self.is_away:
            raise Unavailable(f"{type(job).__name__}: the drive is away")


class Clock:
    """Monotonic seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The present time."""
        return self.now


def _seconds_until_it_is_tried(worker: Worker, work: Library, queue: JobQueue, clock: Clock, job: Job) -> float:
    """The job is done once; gives after how many seconds it comes out of the queue again."""
    worker._do(work, job)
    started = clock.now
    while queue.take(0) is None:
        clock.now += 0.5
        assert clock.now - started < 1000, "it is never tried again"
    return clock.now - started


def test_what_is_away_is_tried_less_and_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """After 2, 4, 8 ... seconds, at most every five minutes; each kind of job by itself; reset by a success."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    clock, work = Clock(), Library()
    queue = JobQueue(clock)
    throttle = Throttle(pause_on_battery=False, clock=clock)
    worker = Worker(lambda *_: work, Config(), queue, Systemd({}, clock), lambda _: throttle, clock)
    waits = [_seconds_until_it_is_tried(worker, work, queue, clock, Rescan()) for _ in range(10)]
    assert [2, 4, 8, 16, 32, 64, 128, 256, 300, 300] == waits
    assert 2 == _seconds_until_it_is_tried(worker, work, queue, clock, ReadLibrary())
    work.is_away = False
    worker._do(work, Rescan())
    assert queue.take(0) is None
    work.is_away = True
    assert 2 == _seconds_until_it_is_tried(worker, work, queue, clock, Rescan())
