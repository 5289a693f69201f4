"""What falls due comes into the queue, whatever happens to the clocks."""

import os
import time
from collections.abc import Iterator
from datetime import UTC
from queue import Queue

import pytest

from facedaemon.config import Schedule
from facedaemon.daemon.scheduler import Scheduler
from facedaemon.jobs import Job, Rescan

DAY = 86_400.0


class Clocks:
    """A wall clock that can be set and a running clock that cannot."""

    def __init__(self) -> None:
        self.wall = 1_800_000_000.0
        self.running = 1000.0


@pytest.fixture
def clocks() -> Clocks:
    """Both clocks, standing."""
    return Clocks()


@pytest.fixture
def due() -> Queue[Job]:
    """What fell due."""
    return Queue()


@pytest.fixture
def scheduler(clocks: Clocks, due: Queue[Job]) -> Iterator[Scheduler]:
    """A timetable that rescans every second and rebuilds once a year."""
    schedule = Schedule.model_validate({"rebuild": "0 0 1 1 *", "rescan": "1s"})
    scheduler = Scheduler(schedule, due.put, lambda: clocks.wall, lambda: clocks.running)
    scheduler.start()
    yield scheduler
    scheduler.close()


def test_a_rescan_comes_by_itself(scheduler: Scheduler, due: Queue[Job]) -> None:
    """The interval of the config is kept."""
    scheduler.tick()
    assert Rescan() == due.get(timeout=120)


def test_a_clock_set_back_does_not_stop_it(scheduler: Scheduler, clocks: Clocks, due: Queue[Job]) -> None:
    """After the wall clock was set back by a day the rescans come as before."""
    clocks.wall -= DAY
    scheduler.tick()
    assert [Rescan(), Rescan()] == [due.get(timeout=120), due.get(timeout=120)]


@pytest.fixture
def _home() -> Iterator[None]:
    """The time zone is put back afterwards."""
    before = os.environ.get("TZ")
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("_home")
def test_a_traveller_has_the_rebuild_in_the_night_of_the_new_place(due: Queue[Job]) -> None:
    """Where the time zone changes while the daemon runs, the line of the config means the new local time."""
    os.environ["TZ"] = "HERE-2"
    time.tzset()
    scheduler = Scheduler(Schedule.model_validate({"rebuild": "0 3 * * *", "rescan": "1d"}), due.put)
    scheduler.start()
    os.environ["TZ"] = "THERE+7"
    assert 1 == scheduler.next_rebuild().astimezone(UTC).hour
    scheduler.tick()
    assert 10 == scheduler.next_rebuild().astimezone(UTC).hour
    scheduler.close()
