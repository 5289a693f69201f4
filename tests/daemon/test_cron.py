"""Cron lines mean what crontab(5) says, in the local time of the C library."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from facedaemon import cron
from facedaemon.config import load
from facedaemon.daemon.cron import CronTrigger
from facedaemon.errors import ExitCode, Fatal

SUNDAY = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The C library's local time is that of the parameter, and afterwards what it was."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def _due(line: str, begin: datetime, times: int) -> list[str]:
    """When a line is due next, and so many times more, as local times with their offset."""
    trigger, found, last = CronTrigger(line), [], None
    for _ in range(times):
        last = trigger.get_next_fire_time(last, begin)
        found.append(f"{last.astimezone():%Y-%m-%d %H:%M %z}")
    return found


def _days(line: str, days: int = 7) -> list[int]:
    """On which of the next days, counted from a Sunday, a line falls due."""
    due, found = SUNDAY - timedelta(minutes=1), []
    while (due := cron.parse(line).after(due)) < SUNDAY + timedelta(days=days):
        found.append((due - SUNDAY).days)
    return found


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("zone", ["UTC0"], indirect=True)
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
        ("MON", [1]),
        ("Saturday", [6]),
    ],
)
def test_weekdays_count_from_sunday(weekday: str, days: list[int]) -> None:
    """0 and 7 are Sunday, whatever the scheduler's own numbers are; names have any case."""
    assert days == _days(f"0 3 * * {weekday}")


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("zone", ["UTC0"], indirect=True)
@pytest.mark.parametrize(
    ("line", "days"), [("0 3 24 * mon", [1, 2]), ("0 3 24 * *", [2]), ("0 3 */2 * mon", [1]), ("@weekly", [0])]
)
def test_day_of_month_or_weekday_is_enough(line: str, days: list[int]) -> None:
    """Where both are restricted, a day that fits either is enough; a field that begins with * is not restricted."""
    assert days == _days(line)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("99 25 * * *", "'99' is no minute"),
        ("0 25 * * *", "'25' is no hour"),
        ("60 3 * * *", "'60' is no minute"),
        ("0 3 0 * *", "'0' is no day of the month"),
        ("0 3 * 13 *", "'13' is no month"),
        ("0 3 * foo *", "'foo' is no month: expected a number from 1 to 12 or a name such as jan"),
        ("0 3 * * 8", "'8' is no weekday"),
        ("0 3 * * some", "'some' is no weekday"),
        ("0 3 * * monkey", "'monkey' is no weekday"),
        ("0 3 * * 5-2", "'5-2' .weekday. runs backwards"),
        ("0 3 * * 1/0", "the step in '1/0'"),
        ("*/x 3 * * *", "the step in"),
        ("*/ 3 * * *", "the step in"),
        ("1, 3 * * *", "'' is no minute"),
        ("-1 3 * * *", "'' is no minute"),
        ("٣ 3 * * *", "is no minute"),
        ("0 3 * * L", "'l' is no weekday"),
        ("0 3 ? * *", "is no day"),
        ("0 3 * *", "4 of the five fields"),
        ("0 0 3 * * *", "6 of the five fields"),
        ("", "0 of the five fields"),
        ("@reboot", "is none of @yearly"),
        ("0 3 31 2 *", "never due"),
        ("0 3 31 apr,jun *", "never due"),
    ],
)
def test_a_wrong_line_is_an_error_of_the_config(line: str, wrong: str) -> None:
    """Every command, `check` included, refuses such a line with key, value, what is wrong and an example."""
    with pytest.raises(Fatal, match=rf"schedule\.rebuild: expected .*such as .*{wrong}") as caught:
        load(None, {"schedule": {"rebuild": line}})
    assert ExitCode.USAGE == caught.value.exit_code


@pytest.mark.parametrize(
    "line", ["0 3 29 2 *", "0 3 31 2 mon", "5/20 */2 1-7,15 JAN-Mar 1-5", "@daily", " 0  3 * * * "]
)
def test_an_odd_line_is_due_some_day(line: str) -> None:
    """What cron takes is taken, and has a next time."""
    assert load(None, {"schedule": {"rebuild": line}}).schedule.rebuild == line
    assert cron.parse(line).after(SUNDAY) > SUNDAY


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("CET-1CEST", "+0100"),
        ("UTC0", "+0000"),
        ("UTC", "+0000"),
        (":Europe/Vienna", "+0100"),
        ("Europe/Vienna", "+0100"),
        ("", "+0000"),
        ("Mars/Olympus", "+0000"),
        ("<+0530>-5:30", "+0530"),
        ("EST5EDT,M3.2.0,M11.1.0", "-0500"),
        ("/no/such/file", "+0000"),
    ],
    indirect=["zone"],
)
def test_whatever_the_c_library_takes_for_a_time_zone_is_one(hour: str) -> None:
    """Local time is what every other program on the machine shows; a zone that nobody knows is UTC, as there."""
    assert [f"2026-11-22 03:00 {hour}"] == _due("0 3 * * *", SUNDAY - timedelta(hours=6), 1)


def test_a_clock_that_jumps_over_years_makes_it_due_once() -> None:
    """A computer without a battery for its clock starts in 1970: what would have been due since is one rebuild."""
    begin, now = datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
    assert now + timedelta(seconds=30) == CronTrigger("* * * * *").get_next_fire_time(begin, now)


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("zone", ["CET-1CEST,M3.5.0,M10.5.0/3"], indirect=True)
@pytest.mark.parametrize(
    ("line", "begin", "due"),
    [
        # 2026-03-29: 02:00 is 03:00
        ("30 2 * * *", datetime(2026, 3, 28, 12, tzinfo=UTC), ["2026-03-29 03:30 +0200", "2026-03-30 02:30 +0200"]),
        ("0 3 * * *", datetime(2026, 3, 28, 12, tzinfo=UTC), ["2026-03-29 03:00 +0200", "2026-03-30 03:00 +0200"]),
        # 2026-10-25: 03:00 is 02:00
        ("30 2 * * *", datetime(2026, 10, 24, 12, tzinfo=UTC), ["2026-10-25 02:30 +0200", "2026-10-26 02:30 +0100"]),
        ("30 2 * * *", datetime(2026, 10, 25, 0, 45, tzinfo=UTC), ["2026-10-26 02:30 +0100"]),
        ("30 * * * *", datetime(2026, 10, 25, 0, 0, tzinfo=UTC), ["2026-10-25 02:30 +0200", "2026-10-25 02:30 +0100"]),
    ],
)
def test_the_day_on_which_clocks_change(line: str, begin: datetime, due: list[str]) -> None:
    """A nightly rebuild is made once in each night, also in the two in which an hour is missing or comes twice."""
    assert due == _due(line, begin, len(due))
