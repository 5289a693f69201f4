"""The scan that the page starts where no daemon takes answers up: a process of its own, which outlives the page."""

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from facedaemon.errors import ExitCode, Fatal
from facedaemon.review.marked import _
from facedaemon.store import holder

_MOST_WORDS = 2000  # bytes of what a scan printed that are shown


class Phase(StrEnum):
    """Whether the page started a scan, and what became of the last one."""

    NONE = "none"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Scan:
    """The scan that the page started last; `words` is what it printed in the end, a line each."""

    phase: Phase = Phase.NONE
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pass:
    """Whether answers wait for a pass, and who could do one.

    `is_new`: nothing was ever scanned. `has_owner`: a daemon or a command works on the state.
    """

    is_waiting: bool
    is_new: bool
    has_owner: bool
    scan: Scan


class Scans:
    """Starts scans, one at a time; for several threads."""

    def __init__(self, command: Sequence[str], state: Path) -> None:
        """`command` scans the library whose state is in the folder `state`."""
        self._command, self._state = command, state
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._printed: BinaryIO | None = None

    def has_owner(self) -> bool:
        """Whether a daemon or a command works on the state now."""
        return holder(self._state) is not None

    def start(self) -> None:
        """Start a scan where none runs. Raises Fatal where somebody else works on the state."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                return
            if self.has_owner():
                raise Fatal(_("facedaemon is at work already; it takes your answers up."), ExitCode.LOCKED)
            self._printed = tempfile.TemporaryFile()  # noqa: SIM115 - read when the process has ended
            self._process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=self._printed,
                stderr=self._printed,
                start_new_session=True,  # Ctrl+C ends the page, not the scan
            )

    def last_once(self) -> Scan:
        """The scan that was started last; one that has ended is given once."""
        with self._lock:
            if self._process is None or self._printed is None:
                return Scan()
            status = self._process.poll()
            if status is None:
                return Scan(Phase.RUNNING)
            with self._printed as printed:
                printed.seek(0)
                words = printed.read()[-_MOST_WORDS:].decode("utf-8", "replace").splitlines()
            self._process = self._printed = None
            is_done = status in (ExitCode.DONE, ExitCode.SOME_PHOTOS_FAILED)
            return Scan(Phase.DONE if is_done else Phase.FAILED, tuple(words))
