"""Dates as cameras, scanners, programs and people write them."""

from calendar import timegm
from datetime import date
from itertools import starmap

import pytest

from facedaemon.dates import DAY, DateSource, Taken, first_day, moment_of, taken

NOON = timegm((2010, 5, 6, 12, 0, 0))
NOW = timegm((2026, 1, 1, 0, 0, 0))
EXIF, SIDECAR, DIGIKAM = DateSource.EXIF, DateSource.SIDECAR, DateSource.DIGIKAM


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2010:05:06 12:00:00", "2010-05-06"),
        ("2010:05:06 12:00:00\0", ""),
        ("2010-05-06T12:00:00.123+02:00", "2010-05-06"),
        ("2010-05-06T23:59:59Z", "2010-05-06"),
        ("2010-05-06 12:00:00", "2010-05-06"),
        ("2010-05-06", "2010-05-06"),
        ("20100506", "2010-05-06"),
        (" 2010:05:06 ", "2010-05-06"),
        ("2010:05:06 24:00:00", "2010-05-06"),
        ("1985", "1985-07-01"),
        ("1985-06", "1985-06-15"),
        ("1985:00:00 00:00:00", "1985-07-01"),
        ("1985:06:00 00:00:00", "1985-06-15"),
        ("1985:  :     :  :  ", "1985-07-01"),
        ("1850:05:06 12:00:00", "1850-05-06"),
    ],
)
def test_a_date_names_its_day(text: str, day: str) -> None:
    """In every spelling, with or without a time and its zone; what is unknown of it is taken for the middle."""
    moment = moment_of(text.rstrip("\0"), NOW)
    assert moment is not None
    assert (day or "2010-05-06") == Taken(moment, EXIF).day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "1970:01:01 00:00:00",
        "1970-01-01T01:00:00+01:00",
        "1969:12:31 19:00:00",
        "1904:01:01 00:00:00",
        "1980:01:01 00:00:00",
        "2000:01:01 00:07:13",
        "0001-01-01T00:00:00",
        "1825:12:31",
        "2010:13:06 12:00:00",
        "2010:02:31 12:00:00",
        "2026:01:03 00:00:00",
        "9999:12:31 23:59:59",
        "20101",
        "1273147200",
        "yesterday",
        "NaN",
        "\u0662\u0660\u0661\u0660:\u0660\u0665:\u0660\u0666",
        "2010:05:06 12:00:00" + " " * 100 + "x",
    ],
)
def test_what_cannot_be_right_is_no_date(text: str) -> None:
    """Neither where clocks begin, nor what lies in the future, before photography, or in no calendar."""
    assert moment_of(text, NOW) is None


def test_a_photo_of_today_in_a_zone_ahead_is_no_photo_of_the_future() -> None:
    """The clock of a traveller may be a day ahead of this machine's."""
    assert moment_of("2026:01:01 14:00:00", NOW) == NOW + 14 * 3600


def _stated(source: DateSource, years: float) -> Taken:
    return Taken(NOON + round(years * 365 * DAY), source)


@pytest.mark.parametrize(
    ("own", "library", "years", "source"),
    [
        (None, None, 5, DateSource.FILE),
        (None, -30, -30, DIGIKAM),
        ((EXIF, 0), None, 0, EXIF),
        ((EXIF, 0), 0.001, 0, EXIF),
        ((EXIF, 0), -30, -30, DIGIKAM),
        ((SIDECAR, -30), 0, -30, SIDECAR),
        ((SIDECAR, -30), -31, -30, SIDECAR),
        ((SIDECAR, -30), None, -30, SIDECAR),
    ],
)
def test_a_correction_goes_before_what_it_corrects(
    own: tuple[DateSource, float] | None, library: float | None, years: float, source: DateSource
) -> None:
    """A sidecar's date differs from the photo's because somebody changed it; so does digiKam's. The file comes last."""
    moment = None if library is None else _stated(DIGIKAM, library).moment
    stated = next(starmap(_stated, [own] if own else []), None)
    found = taken(stated, moment, _stated(DateSource.FILE, 5).moment * 10**9)
    assert _stated(source, years) == found


@pytest.mark.parametrize("nanoseconds", [-(2**63), 0, 2**63 - 1])
def test_the_time_of_a_file_may_be_any(nanoseconds: int) -> None:
    """The file's time is never stated, and has a day or none."""
    found = taken(None, None, nanoseconds)
    assert not found.is_stated
    assert len(found.day) in (0, 10)


@pytest.mark.parametrize(
    ("stated", "source", "born", "is_before"),
    [
        ("2015:05:15 18:00:00", DateSource.EXIF, "2015-05-17", True),
        ("2015:05:16 18:00:00", DateSource.EXIF, "2015-05-17", False),  # another time zone
        ("2015:05:17 00:10:00", DateSource.EXIF, "2015-05-17", False),
        ("2015:05:15 18:00:00", DateSource.FILE, "2015-05-17", False),
        ("2015:05:20 10:00:00", DateSource.DIGIKAM, "2015-05", False),
        ("2015:04:20 10:00:00", DateSource.DIGIKAM, "2015-05", True),
        ("2015:04:20 10:00:00", DateSource.SIDECAR, "2015", False),
        ("2014:12:20 10:00:00", DateSource.SIDECAR, "2015", True),
        ("2015", DateSource.XMP, "2015-09-01", False),
        ("2015", DateSource.XMP, "2016-01-02", True),
        ("2015-09", DateSource.XMP, "2015-09-28", False),
        ("2015:01:01 00:00:00", DateSource.EXIF, "2015-09-28", False),
        ("2015:09:01 12:00:00", DateSource.EXIF, "2015-09-28", False),
        ("2015:09:01 12:00:01", DateSource.EXIF, "2015-09-28", True),
        ("1890-05-03", DateSource.XMP, "2015", True),
        ("2015:05:15 18:00:00", DateSource.EXIF, "no date", False),
    ],
)
def test_a_photo_is_from_before_a_birth_only_where_that_is_sure(
    stated: str, source: DateSource, born: str, is_before: bool
) -> None:
    """As stated; a year or a month may mean any day of it, time zones a day more, and a file's time says nothing."""
    moment = moment_of(stated)
    assert moment is not None
    assert Taken(moment, source).is_before(born) is is_before


@pytest.mark.parametrize(
    ("born", "first"),
    [
        ("2015", date(2015, 1, 1)),
        ("2016-02", date(2016, 2, 1)),
        ("2016-02-29", date(2016, 2, 29)),
        ("2015-02-29", None),
        ("20150517", None),
        ("2015-W20", None),
        ("2015-13", None),
        ("15.5.2015", None),
        ("0000", None),
        ("\uff12\uff10\uff11\uff15", None),
        ("", None),
    ],
)
def test_a_birth_date_is_a_day_a_month_or_a_year(born: str, first: date | None) -> None:
    """In ISO 8601, and of the calendar."""
    assert first_day(born) == first
