"""Formats log records so that names chosen by strangers cannot begin a line of their own."""

import copy
import logging
from collections.abc import Mapping
from numbers import Number
from typing import Any

from facedaemon.errors import FacedaemonError
from facedaemon.text import one_line


def for_log(record: logging.LogRecord) -> str:
    """A record's message in which no argument, such as a photo's path, begins a line of its own."""
    arguments = record.args
    if isinstance(arguments, Mapping):
        return one_line(record.msg) % {key: _argument(value) for key, value in arguments.items()}
    if arguments:
        return one_line(record.msg) % tuple(map(_argument, arguments))
    return str(_argument(record.msg))


def _argument(value: object) -> object:
    # numbers are formatted as such; our errors are safe since they were made, and may have lines
    if isinstance(value, Number):
        return value
    return str(value) if isinstance(value, FacedaemonError) else one_line(value)


class LogFormatter(logging.Formatter):
    """Formats records whose arguments may hold anything; the lines of a traceback are indented."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's lines."""
        safe = copy.copy(record)
        safe.msg, safe.args, safe.exc_text = for_log(record), (), None
        return super().format(safe)

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802 - as in logging
        """The traceback's lines."""
        return "\n".join(f"  {one_line(line)}" for line in super().formatException(ei).split("\n"))
