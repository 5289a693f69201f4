"""A line of crontab(5) as a trigger of the scheduler."""

from datetime import datetime

from apscheduler.triggers.base import BaseTrigger

from facedaemon import cron


class CronTrigger(BaseTrigger):  # type: ignore[misc]  # apscheduler has no types
    """Due at the same times as cron, in the local time of the C library.

    The scheduler's own trigger counts weekdays from Monday and knows only the time zones of Python's database, which
    lacks `TZ` values that every other program on the machine takes, such as `CET-1CEST`.
    """

    def __init__(self, line: str) -> None:
        """Raises ValueError for what is no line of cron."""
        self._cron = cron.parse(line)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The next time after both: what a clock skipped when it was set forward by years is due once in all."""
        return self._cron.after(max(previous_fire_time or now, now))
