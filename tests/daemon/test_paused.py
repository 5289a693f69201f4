"""What is done while work pauses: what a person waits for at a command, and nothing that would have it wait too."""

import threading
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest

from facedaemon.config import Config
from facedaemon.daemon.job_queue import JobQueue
from facedaemon.daemon.port import Steps
from facedaemon.daemon.systemd import Systemd
from facedaemon.daemon.throttle import Throttle
from facedaemon.daemon.worker import Worker
from facedaemon.jobs import CarryOut, CarryOutTraining, Job, ReadAnswers, ReadLibrary, Rescan, ScanPhotos
from tests.daemon.idle_work import IdleWork

TIMEOUT = 60.0

SCAN, TRAINING = CarryOut(("a",)), CarryOutTraining(("b",))
PHOTO = ScanPhotos((Path("/a.jpg"),))


class Arrivals(IdleWork):
    """One step for each job, during the first of which other jobs are put into the queue."""

    def __init__(self, queue: JobQueue, arriving: Sequence[Job], wanted: int) -> None:
        self._queue = queue
        self._arriving = list(arriving)
        self._wanted = wanted
        self.done: list[Job] = []
        self.all_done = threading.Event()
        """So many as are wanted."""

    def handle(self, job: Job) -> Steps:
        """The step, then it is done."""
        while self._arriving:
            self._queue.put(self._arriving.pop())
        yield None
        self.done.append(job)
        if len(self.done) == self._wanted:
            self.all_done.set()


@pytest.mark.parametrize(
    ("first", "arriving", "done"),
    [
        (SCAN, [ReadLibrary()], [SCAN]),
        (SCAN, [ReadAnswers(), PHOTO], [SCAN]),
        (SCAN, [TRAINING, Rescan()], [SCAN]),
        (TRAINING, [SCAN, ReadLibrary()], [SCAN, TRAINING]),
        (TRAINING, [Rescan(), PHOTO], [TRAINING]),
    ],
)
def test_what_a_person_waits_for_is_done_while_work_pauses(
    first: Job, arriving: list[Job], done: list[Job], tmp_path: Path
) -> None:
    """Whatever more urgent arrives meanwhile waits until work may go on, and is still in the queue then."""
    pressure = tmp_path / "pressure"
    pressure.write_text("some avg10=99.00 avg60=0.00 avg300=0.00 total=0\n", encoding="ascii")
    queue = JobQueue(time.monotonic)
    queue.put(first)
    work = Arrivals(queue, arriving, wanted=len(done))
    throttle = Throttle(pause_on_battery=False, pressure=pressure)
    worker = Worker(lambda *_: work, Config(), queue, Systemd({}), lambda _: throttle)
    worker.start()
    work.all_done.wait(TIMEOUT)
    worker.stop()
    assert worker.join(TIMEOUT)
    assert worker.failure is None
    assert done == work.done
    assert {job for job in arriving if job not in done} == set(queue.waiting())


def test_a_pause_that_begins_meanwhile_keeps_nobody_waiting(tmp_path: Path) -> None:
    """A more urgent job came between two steps of a command's; it goes on, for the command waits behind it."""
    pressure = tmp_path / "pressure"

    class Shortage(Arrivals):
        def handle(self, job: Job) -> Steps:
            """Memory gets short in the middle of the more urgent job."""
            if isinstance(job, ReadLibrary):
                pressure.write_text("some avg10=99.00 avg60=0.00 avg300=0.00 total=0\n", encoding="ascii")
            yield from super().handle(job)

    queue = JobQueue(time.monotonic)
    queue.put(SCAN)
    work = Shortage(queue, [ReadLibrary()], wanted=2)
    ticks = count(0, 10)  # the reason is looked for each time
    throttle = Throttle(pause_on_battery=False, pressure=pressure, clock=lambda: next(ticks))
    worker = Worker(lambda *_: work, Config(), queue, Systemd({}), lambda _: throttle)
    worker.start()
    work.all_done.wait(TIMEOUT)
    worker.stop()
    assert worker.join(TIMEOUT)
    assert [ReadLibrary(), SCAN] == work.done
