"""Cron lines mean what crontab(5) says."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from facedaemon.daemon.cron import cron_trigger
from facedaemon.errors import ExitCode, Fatal

ZONE = ZoneInfo("UTC")
SUNDAY = datetime(2026, 11, 22, tzinfo=ZONE)


def _days(line: str, days: int = 7) -> list[int]:
    """On which of the next days, counted from a Sunday, a line falls due."""
    trigger = cron_trigger(line)
    found, now = [], SUNDAY
    while (due := trigger.get_next_fire_time(None, now)) is not None and due < SUNDAY + timedelta(days=days):
        found.append((due.replace(tzinfo=ZONE) - SUNDAY).days)
        now = due + timedelta(minutes=1)
    return found


@pytest.mark.parametrize(
    ("weekday", "days"),
    [
        ("*", [0, 1, 2, 3, 4, 5, 6]),
        ("0", [0]),
        ("7", [0]),
        ("1", [1]),
        ("1-5", [1, 2, 3, 4, 5]),
        ("5-7", [0, 5, 6]),
        ("fri-sun", [0, 5, 6]),
        ("0-2", [0, 1, 2]),
        ("*/2", [0, 2, 4, 6]),
        ("1-5/2", [1, 3, 5]),
        ("sun,Wed", [0, 3]),
        ("6,0", [0, 6]),
    ],
)
def test_weekdays_count_from_sunday(weekday: str, days: list[int]) -> None:
    """0 and 7 are Sunday, whatever the scheduler's own numbers are."""
    assert days == _days(f"0 3 * * {weekday}")


def test_day_of_month_or_weekday_is_enough() -> None:
    """Where both are restricted, a line is due on days that fit either."""
    assert [1, 2] == _days("0 3 24 * mon")


@pytest.mark.parametrize(
    "line", [*(f"0 3 * * {day}" for day in ("8", "some", "5-2", "1/0")), "61 3 * * *", "a b c d e"]
)
def test_a_wrong_line_names_itself_and_the_mend(line: str) -> None:
    """A line that is not cron's stops with status 2, the line, and an example."""
    with pytest.raises(Fatal, match=r"schedule\.rebuild: .*such as") as caught:
        cron_trigger(line)
    assert (ExitCode.USAGE, True) == (caught.value.exit_code, line in str(caught.value))
