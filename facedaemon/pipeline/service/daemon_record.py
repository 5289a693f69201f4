"""What the daemon says of itself, in a file beside the state: `status` reads it, and panels may watch it.

It is replaced whenever something in it changes, at most every few seconds, and every few minutes while nothing does.
Used by `status`: no heavy imports here.
"""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from facedaemon import private

FILE_NAME = "daemon.json"
BEAT_SECONDS = 300.0  # between two writes while nothing changes: more would keep a disk from its sleep
STUCK_SECONDS = 3 * BEAT_SECONDS  # the watchdog allows a single step five minutes
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_MOST_BYTES = 1 << 20


class DaemonState(StrEnum):
    """What a daemon does. It notes the states down to `STOPPED` itself; the others show from outside."""

    STARTING = "starting"
    WORKING = "working"
    WATCHING = "watching"
    PAUSED = "paused"
    WAITING = "waiting"
    STOPPED = "stopped"
    STUCK = "stuck"
    CRASHED = "crashed"
    NOT_RUNNING = "not_running"


@dataclass(frozen=True, slots=True)
class DaemonRecord:
    """One moment of a daemon; times are ISO 8601 with the zone.

    `since` when it is in this `state`; `reason` why it is paused or waits. `waiting` jobs are still to be done.
    `last_pass` is when it last compared all folders with the state. `beat` is the time in seconds since the machine was
    started as `boot`, without the time it slept.
    """

    pid: int
    version: str
    started: str
    state: DaemonState
    activity: str
    since: str
    reason: str | None = None
    waiting: int = 0
    done: int = 0
    total: int = 0
    per_minute: float | None = None
    seconds_left: float | None = None
    names: int = 0
    roots: tuple[str, ...] = ()
    open_suggestions: int | None = None
    last_pass: str | None = None
    last_error: str | None = None
    last_error_time: str | None = None
    written: str = ""
    beat: float = 0.0
    boot: str = ""

    def is_silent(self) -> bool:
        """Whether the daemon, if it lives, wrote nothing for so long that it must hang."""
        return self.boot == _boot() and time.monotonic() - self.beat > STUCK_SECONDS


def iso_time(seconds: float) -> str:
    """A moment, in seconds since 1970, in ISO 8601: local time with the zone."""
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")


def write_record(directory: Path, record: DaemonRecord) -> None:
    """Replace the record in the state's folder. Raises OSError."""
    stamped = replace(record, written=iso_time(time.time()), beat=round(time.monotonic(), 3), boot=_boot())
    new = directory / f"{FILE_NAME}.new"
    new.unlink(missing_ok=True)
    with open(private.open_new(new), "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
        json.dump({field.name: getattr(stamped, field.name) for field in fields(DaemonRecord)}, file)
    new.replace(directory / FILE_NAME)


def read_record(directory: Path) -> DaemonRecord | None:
    """The record that was written last; None where there is none, or none that can be read."""
    try:
        opened = os.open(directory / FILE_NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(opened, "rb") as file:  # noqa: PTH123
            return _record(json.loads(file.read(_MOST_BYTES)))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _record(values: Mapping[str, Any]) -> DaemonRecord:
    """Raises ValueError, TypeError, KeyError or AttributeError for what another version wrote."""
    known = {field.name: values[field.name] for field in fields(DaemonRecord) if field.name in values}
    known["state"] = DaemonState(known["state"])
    known["roots"] = tuple(map(str, known.get("roots", ())))
    for name in ("pid", "waiting", "done", "total", "names"):
        known[name] = int(known.get(name, 0))
    known["beat"] = float(known.get("beat", 0))
    return DaemonRecord(**known)


def _boot() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""
