"""Whether a daemon lives and what it does: by the lock of the state, by its own record, and by the kernel.

Used by `status`: no heavy imports here.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facedaemon import processes
from facedaemon.pipeline.service.daemon_record import DaemonRecord, DaemonState, read_record
from facedaemon.store import Holder, holder
from facedaemon.text import local_time

ALIVE = frozenset(
    {
        DaemonState.STARTING,
        DaemonState.WORKING,
        DaemonState.WATCHING,
        DaemonState.PAUSED,
        DaemonState.WAITING,
        DaemonState.STUCK,
    }
)


@dataclass(frozen=True, slots=True)
class DaemonStatus:
    """`record` is what the daemon wrote last, None where none ever ran here; `holder` the process that owns the state.

    Where no daemon is alive, `holder` may be another command, such as a scan.
    """

    state: DaemonState
    record: DaemonRecord | None = None
    holder: Holder | None = None

    @property
    def is_alive(self) -> bool:
        """Whether a daemon runs, even if it is stuck."""
        return self.state in ALIVE

    @property
    def current(self) -> DaemonRecord | None:
        """What the living daemon says of itself; None where none is alive, or it has only begun."""
        is_its_own = self.record is not None and (self.holder is None or self.holder.process == self.record.pid)
        return self.record if self.is_alive and is_its_own else None

    def values(self) -> dict[str, Any]:
        """As JSON."""
        record, current = self.record, self.current
        pid = current.pid if current else self.holder.process if self.holder else None
        return {
            "state": self.state,
            "pid": pid if self.is_alive else None,
            "command": self.holder.command if self.is_alive and self.holder else None,
            "version": None if current is None else current.version,
            "started": None if current is None else current.started,
            "since": None if current is None else current.since,
            "reason": None if current is None else current.reason,
            "last_pass": None if record is None else record.last_pass,
            "last_error": None if record is None else record.last_error,
            "last_error_time": None if record is None else record.last_error_time,
            "written": None if record is None else record.written,
        }

    def words(self) -> list[str]:
        """For people, a line each: what it does or why not, which process it is, and its last error."""
        record = self.record
        lines = [self._state_words()]
        if self.is_alive and self.holder is not None:
            about = f"{self.holder.words()}"
            if (current := self.current) is not None:
                about += f"; version {current.version}, started {local_time(current.started)}"
            lines.append(f"  {about}")
        elif self.holder is not None:
            lines.append(f"  the state is in use by {self.holder.words()}")
        if record is not None and record.last_pass is not None:
            lines.append(f"  last compared all folders with the state: {local_time(record.last_pass)}")
        if record is not None and record.last_error is not None:
            at = "" if record.last_error_time is None else f", {local_time(record.last_error_time)}"
            lines.append(f"  last error{at}: {record.last_error}")
        return lines

    def _state_words(self) -> str:
        record = self.record
        if self.state == DaemonState.NOT_RUNNING and record is None:
            return "no daemon has run yet"
        if self.state == DaemonState.NOT_RUNNING:
            return "not running"
        if record is not None and self.state == DaemonState.CRASHED:
            last = local_time(record.written)
            return f"not running: process {record.pid} was ended in the middle of its work, after {last}"
        current = self.current
        if current is None:
            return "starting"
        if self.state == DaemonState.STUCK:
            last = local_time(current.written)
            return f"stuck: it does not react any more; the last it did, at {last}: {current.activity}"
        pace = f"; {current.per_minute:.0f} photos a minute" if current.per_minute else ""
        waits = f"; waiting: {current.reason}" if self.state == DaemonState.WAITING and current.reason else ""
        return f"{current.activity}{pace}{waits}, since {local_time(current.since)}"


def read_daemon(directory: Path) -> DaemonStatus:
    """The daemon that uses the state in `directory`."""
    owner, record = holder(directory), read_record(directory)
    if owner is None:
        return DaemonStatus(_without_owner(record), record)
    if record is None or owner.process != record.pid:
        is_daemon = (owner.command or "").startswith("facedaemon run")
        return DaemonStatus(DaemonState.STARTING if is_daemon else DaemonState.NOT_RUNNING, record, owner)
    if record.is_silent() or processes.is_stopped(record.pid):
        return DaemonStatus(DaemonState.STUCK, record, owner)
    return DaemonStatus(record.state, record, owner)


def _without_owner(record: DaemonRecord | None) -> DaemonState:
    if record is None or record.state == DaemonState.STOPPED:
        return DaemonState.NOT_RUNNING
    is_there = (processes.command_of(record.pid) or "").startswith("facedaemon run")
    return DaemonState.STARTING if is_there else DaemonState.CRASHED  # a reload closes the state for a moment
