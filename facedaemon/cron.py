"""Parses lines of crontab(5) and computes when they are next due in local time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

_MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905
_DAYS = "sunday monday tuesday wednesday thursday friday saturday".split()  # noqa: SIM905

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}

_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS_AHEAD = 366 * 9  # 29 February comes every four years, around 2100 after eight


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five fields; `names` are names of its values, from `first` on."""

    name: str
    first: int
    last: int
    names: tuple[str, ...] = ()

    def values(self, text: str) -> frozenset[int]:
        """The values that a field's text stands for. Raises ValueError that says what is allowed."""
        found: set[int] = set()
        for part in text.split(","):
            span, slash, step = part.partition("/")
            start, end = self._span(span, has_step=bool(slash))
            if slash and (not re.fullmatch("[0-9]+", step) or int(step) == 0):
                raise ValueError(f"the step in '{part}' ({self.name}) is no number above 0")
            found.update(range(start, end + 1, int(step or 1)))
        return frozenset(found)

    def _span(self, text: str, *, has_step: bool) -> tuple[int, int]:
        if text == "*":
            return self.first, self.last
        first, dash, last = text.partition("-")
        start = self._value(first)
        end = self._value(last) if dash else (self.last if has_step else start)
        if self.name == "weekday" and dash and end == 0 < start:
            end = 7  # fri-sun
        if end < start:
            raise ValueError(f"'{text}' ({self.name}) runs backwards")
        return start, end

    def _value(self, text: str) -> int:
        if re.fullmatch("[0-9]{1,4}", text) and self.first <= int(text) <= self.last:
            return int(text)
        for number, name in enumerate(self.names):
            if text in {name, name[:3]}:
                return number + self.first
        words = f" or a name such as {self.names[0][:3]}" if self.names else ""
        raise ValueError(f"'{text}' is no {self.name}: expected a number from {self.first} to {self.last}{words}")


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, tuple(_MONTHS)),
    _Field("weekday", 0, 7, tuple(_DAYS)),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """A valid line; `weekdays` count from Sunday, 0. `is_either`: a day that fits one of the two is enough."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    is_either: bool

    def after(self, moment: datetime) -> datetime:
        """The first time after `moment` (aware) that the line is due, in the local time that the C library knows.

        A time that the clocks skip in spring is taken by the clock before the change; one that comes twice in autumn
        counts once, unless the line is due in every hour.
        """
        day = moment.astimezone().replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0, fold=0)
        for _ in range(_DAYS_AHEAD):
            due = min((time for time in self._times(day) if time > moment), default=None)
            if due is not None:
                return due
            day += timedelta(days=1)
        raise AssertionError("parse() lets no line pass that is never due")

    def _times(self, day: datetime) -> Iterator[datetime]:
        if not self._is_due_on(day):
            return
        for hour in self.hours:
            for minute in self.minutes:
                time = day.replace(hour=hour, minute=minute)
                moments = sorted({time.timestamp(), time.replace(fold=1).timestamp()})
                if datetime.fromtimestamp(moments[0]) != time:  # noqa: DTZ006 - skipped by the clocks
                    moments = moments[1:]
                yield from (
                    datetime.fromtimestamp(moment).astimezone()
                    for moment in (moments if len(self.hours) == 24 else moments[:1])
                )

    def _is_due_on(self, day: datetime) -> bool:
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        fits = (by_day or by_weekday) if self.is_either else (by_day and by_weekday)
        return day.month in self.months and fits


def parse(line: str) -> Cron:
    """A line of five fields (minute, hour, day of the month, month, weekday), or `@daily` and its like.

    As with cron, 0 and 7 are Sunday, names have three letters (the whole name is understood, too), and a day that fits
    either the day of the month or the weekday is enough where neither begins with `*`. Raises ValueError.
    """
    lowered = line.strip().lower()
    if lowered.startswith("@") and lowered not in _MACROS:
        raise ValueError(f"'{lowered}' is none of {', '.join(_MACROS)}")
    texts = _MACROS.get(lowered, lowered).split()
    if len(texts) != len(_FIELDS):
        raise ValueError(f"it has {len(texts)} of the five fields")
    minutes, hours, days, months, weekdays = (field.values(text) for field, text in zip(_FIELDS, texts, strict=True))
    is_either = not (texts[2].startswith("*") or texts[4].startswith("*"))
    if not is_either and min(days) > max(_LONGEST_MONTH[month - 1] for month in months):
        raise ValueError("no such day is in any of its months: it is never due")
    return Cron(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), is_either)
