"""Dates of photos, as cameras, scanners, other programs and people write them. Pure.

A moment is the number of seconds from 1970-01-01 00:00 to the local time where the photo was taken, without regard to
time zones. Only days and years are compared, so a stated zone does not matter.
"""

import re
from calendar import monthrange, timegm
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

DAY = 86_400
YEAR = 365.25 * DAY
_FIRST_YEAR = 1826  # of the oldest photo that exists
# Where clocks and calendars begin, in any time zone: what a camera with an empty battery, a file without a date and a
# program that knows none give. The beginning of 2000 is the most usual one among cameras.
_BEGINNINGS = {
    date(1899, 12, 30),
    date(1899, 12, 31),
    date(1900, 1, 1),
    date(1903, 12, 31),
    date(1904, 1, 1),
    date(1969, 12, 31),
    date(1970, 1, 1),
    date(1979, 12, 31),
    date(1980, 1, 1),
    date(2000, 1, 1),
}
_DATE = re.compile(
    r"(?P<year>\d{4})(?:[-:/. ]?(?P<month>\d\d|  )(?:[-:/. ]?(?P<day>\d\d|  )"
    r"(?:[T ]*(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d))?)?)?)?(?![\d])",
    re.ASCII,
)
_LONGEST = 64  # characters; no date has more
_BIRTH = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
# Times of day, in seconds, that people and programs write where none is known.
_NO_TIME = (0, 43_200)


class DateSource(StrEnum):
    """Who says when a photo was taken. `FILE` is the time of the file, which a copy or an edit changes."""

    EXIF = "exif"
    XMP = "xmp"
    SIDECAR = "sidecar"
    DIGIKAM = "digikam"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Taken:
    """When a photo was taken, as a moment, and which source says so."""

    moment: int
    source: DateSource

    @property
    def is_stated(self) -> bool:
        """Whether anybody said so; the time of a file says when it was copied or changed."""
        return self.source is not DateSource.FILE

    @property
    def day(self) -> str:
        """The day in ISO 8601; empty where no calendar has it."""
        try:
            return date.fromordinal(self.moment // DAY + _EPOCH).isoformat()
        except (ValueError, OverflowError):
            return ""

    def is_before(self, born: str) -> bool:
        """Whether the photo was surely taken before this birth date: as stated, not by the time of its file.

        `born` is a date, a year and month, or a year, in ISO 8601. A stated time has no zone: a day is allowed for it.
        """
        first = first_day(born)
        return self.is_stated and first is not None and self._last_day() + 1 < first.toordinal()

    def _last_day(self) -> int:
        """The ordinal of the last day that may be meant.

        Where only a year or a month is known, programs write its first day, `moment_of` takes its middle, both without
        a time of day.
        """
        day = self.moment // DAY + _EPOCH
        try:
            named = date.fromordinal(day)
        except (ValueError, OverflowError):
            return day
        if self.moment % DAY not in _NO_TIME or named.day not in (1, 15):
            return day
        month = 12 if named.day == 1 and named.month in (1, 7) else named.month
        return date(named.year, month, monthrange(named.year, month)[1]).toordinal()


_EPOCH = date(1970, 1, 1).toordinal()


def first_day(born: str) -> date | None:
    """The first day that a birth date may mean: a date, a year and month, or a year, in ISO 8601; None for others."""
    found = _BIRTH.fullmatch(born)
    try:
        return None if found is None else date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None


def moment_of(text: str, now: float | None = None) -> int | None:
    """The moment that a date of EXIF, XMP or a database names; None where it names none that can be right.

    Unknown parts (absent, blank or zero) are taken for the middle: 1985 is July of that year. A date that lies after
    tomorrow, counted from `now` (None: not asked), is none, nor is one at which clocks begin.
    """
    found = _DATE.match(text.strip()) if len(text) <= _LONGEST else None
    if found is None:
        return None
    year, month, day, hour, minute, second = (
        int(found[part]) if (found[part] or "").strip() else 0
        for part in ("year", "month", "day", "hour", "minute", "second")
    )
    if not month:
        month, day = 7, 1
    elif not day:
        day = 15
    try:
        named = date(year, month, day)
    except ValueError:
        return None
    if year < _FIRST_YEAR or named in _BEGINNINGS:
        return None
    in_day = 3600 * min(hour, 23) + 60 * min(minute, 59) + min(second, 59)
    moment = timegm((year, month, day, 0, 0, 0)) + in_day
    return None if now is not None and moment > now + DAY else moment


def corrected(known: Taken | None, other: Taken | None) -> Taken | None:
    """The `other` date where it differs from what was `known` first by more than a day, or that is not known.

    A later correction is written elsewhere: into a sidecar, or a database. A date that only repeats the photo's own,
    maybe in another time zone, is no correction.
    """
    if known is None or other is None:
        return other or known
    return other if abs(other.moment - known.moment) > DAY else known


def taken(stated: Taken | None, library: int | None, mtime_ns: int) -> Taken:
    """When a photo was taken: as it is `stated` by its own metadata, corrected by a `library`, else by its file."""
    if stated is not None and stated.source is DateSource.SIDECAR:
        return stated
    found = corrected(stated, None if library is None else Taken(library, DateSource.DIGIKAM))
    return found or Taken(mtime_ns // 10**9, DateSource.FILE)
