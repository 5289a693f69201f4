"""A line of crontab(5) as triggers of the scheduler, with cron's meaning of weekdays."""

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from facedaemon.errors import ExitCode, Fatal

# cron counts from Sunday and allows 7 for it too; the scheduler counts from Monday, so days go by name
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


def cron_trigger(line: str) -> BaseTrigger:
    """When a job with this line runs, in local time: minute, hour, day, month, weekday.

    As with cron, a day that fits either the day of the month or the weekday is enough where both are restricted.
    Raises Fatal (exit status 2).
    """
    try:
        minute, hour, day, month, weekday = line.lower().split()
        days = _weekdays(weekday)
        if day.startswith("*") or weekday.startswith("*"):
            return CronTrigger(minute=minute, hour=hour, day=day, month=month, day_of_week=days)
        return OrTrigger(
            [
                CronTrigger(minute=minute, hour=hour, day=day, month=month),
                CronTrigger(minute=minute, hour=hour, month=month, day_of_week=days),
            ]
        )
    except ValueError as error:
        raise Fatal(
            f"schedule.rebuild: '{line}' is not a cron line: {error}. "
            'Expected minute, hour, day, month and weekday, such as "0 3 * * *"',
            ExitCode.USAGE,
        ) from error


def _weekdays(field: str) -> str:
    """The scheduler's names for cron's weekday field."""
    if field == "*":
        return "*"
    days: set[str] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = ("0-6" if span == "*" else span).partition("-")
        start = _day_number(first)
        end = _day_number(last) if last else (6 if step else start)
        if end < start and _DAYS[end] == "sun":
            end = 7  # fri-sun
        if end < start or (step and int(step) < 1):
            raise ValueError(f"weekdays '{part}' run backwards")
        days.update(_DAYS[number] for number in range(start, end + 1, int(step or 1)))
    return ",".join(sorted(days, key=_DAYS.index))


def _day_number(text: str) -> int:
    if text.isdigit() and int(text) < len(_DAYS):
        return int(text)
    if text[:3] in _DAYS:
        return _DAYS.index(text[:3])
    raise ValueError(f"'{text}' is not a weekday")
