"""Logging as journald expects it: a level before each line, and no repetition of the same message."""

import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import TextIO

from facedaemon.logs import LogFormatter, for_log

REPEAT_SECONDS = 3600.0

# syslog's numbers (sd-daemon(3))
_LEVELS = ((logging.ERROR, "<3>"), (logging.WARNING, "<4>"), (logging.INFO, "<6>"))


class JournalFormatter(LogFormatter):
    """Puts `<N>` before every line, those of a traceback too: journald reads each line by itself."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's lines."""
        prefix = next((mark for level, mark in _LEVELS if record.levelno >= level), "<7>")
        return "\n".join(prefix + line for line in super().format(record).split("\n"))


class OncePerCause(logging.Filter):
    """Lets the same message through once an hour: an unplugged drive is reported once, not at every visit."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, remembered: int = 1000) -> None:
        """At most `remembered` messages are kept; the oldest is dropped first."""
        super().__init__()
        self._clock = clock
        self._remembered = remembered
        self._reported: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged: it was not logged within the last hour."""
        if record.levelno < logging.WARNING:
            return True
        cause = record.exc_info[1] if record.exc_info else None
        message, now = f"{for_log(record)} {cause!r}", self._clock()
        reported = self._reported.pop(message, None)
        news = reported is None or now - reported >= REPEAT_SECONDS
        self._reported[message] = now if news or reported is None else reported
        if len(self._reported) > self._remembered:
            del self._reported[next(iter(self._reported))]
        return news


def set_up(stream: TextIO = sys.stderr, environment: Mapping[str, str] = os.environ) -> None:
    """Have the root logger write to `stream`: in journald's format where that leads to it, else for a person.

    The level stays as it is, but under journald it is at least INFO: the journal has its own filters.
    """
    handler = logging.StreamHandler(stream)
    journal = leads_to_journal(stream, environment)
    handler.setFormatter(JournalFormatter("%(message)s") if journal else LogFormatter("%(levelname)s: %(message)s"))
    handler.addFilter(OncePerCause())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    if journal:
        root.setLevel(min(root.level, logging.INFO))


def leads_to_journal(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether `stream` is the very socket that systemd named in JOURNAL_STREAM (systemd.exec(5)), not a redirection."""
    try:
        seen = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{seen.st_dev}:{seen.st_ino}"
