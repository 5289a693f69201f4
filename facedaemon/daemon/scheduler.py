"""Schedules rebuilds and rescans; jobs that are due are only put into the queue."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from facedaemon.config import Schedule
from facedaemon.daemon.cron import CronTrigger
from facedaemon.jobs import Job, Rebuild, Rescan

JUMP_SECONDS = 60.0  # ntp slews smaller differences
WAKE_SECONDS = 30.0


class Scheduler:
    """Puts jobs when they are due. Several missed ones (while the machine slept or was off) become one.

    `wall_clock` is the time of day, `running_clock` the seconds since boot, sleep included.
    """

    def __init__(
        self,
        schedule: Schedule,
        put: Callable[[Job], None],
        wall_clock: Callable[[], float] = time.time,
        running_clock: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
    ) -> None:
        """The scheduler's own clock is UTC: else it would look up the zone in TZ in Python's database."""
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._wall_clock = wall_clock
        self._running_clock = running_clock
        self._offset = wall_clock() - running_clock()
        self._woken = running_clock()
        self._zone = _zone()
        self._schedule = schedule
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        jobs = {"rebuild": Rebuild(), "rescan": Rescan()}
        for name, trigger in _triggers(schedule).items():
            self._scheduler.add_job(put, trigger, (jobs[name],), id=name)

    def start(self) -> None:
        """Start putting jobs."""
        self._scheduler.start()

    def tick(self) -> None:
        """Correct the schedule after sleep and changes of clock or time zone; to be called every few seconds."""
        offset = self._wall_clock() - self._running_clock()
        if offset < self._offset - JUMP_SECONDS:
            # set back: jobs planned by the wrong clock would come too late, if ever
            for name, trigger in _triggers(self._schedule).items():
                self._scheduler.reschedule_job(name, trigger=trigger)
        self._offset = offset
        if (zone := _zone()) != self._zone:
            self._zone = zone
            self._scheduler.reschedule_job("rebuild", trigger=_triggers(self._schedule)["rebuild"])
        if self._running_clock() - self._woken >= WAKE_SECONDS:
            # the scheduler sleeps by a clock that stands still while the machine does
            self._woken = self._running_clock()
            self._scheduler.wakeup()

    def next_rebuild(self) -> datetime:
        """When the next rebuild is due, once `start` was called."""
        found: datetime = self._scheduler.get_job("rebuild").next_run_time
        return found

    def close(self) -> None:
        """Stop putting jobs."""
        self._scheduler.shutdown(wait=False)


def _zone() -> tuple[object, ...]:
    """The local time zone as it is now: a traveller changes it while the daemon runs."""
    time.tzset()  # /etc/localtime is looked at again
    return time.tzname, time.timezone


def _triggers(schedule: Schedule) -> dict[str, BaseTrigger]:
    """New triggers; needed whenever the clock was set, since an interval stores when it began."""
    return {
        "rebuild": CronTrigger(schedule.rebuild),
        "rescan": IntervalTrigger(seconds=schedule.rescan, timezone=UTC),
    }
