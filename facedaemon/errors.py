"""Errors by what follows from them: go on with the next photo, try later, or stop."""

from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path

from facedaemon.text import one_line


class ExitCode(IntEnum):
    """Exit statuses of the `facedaemon` command (README, "Exit codes")."""

    DONE = 0
    SOME_PHOTOS_FAILED = 1
    USAGE = 2
    MODELS = 3
    LOCKED = 4
    LIBRARY = 5
    UNEXPECTED = 70
    """A fault of facedaemon itself (EX_SOFTWARE of sysexits.h)."""
    INTERRUPTED = 130
    """Ctrl+C: 128 and the number of the signal, as shells have it."""


def why(error: OSError) -> str:
    """What the system says, and what to do where a right is missing."""
    said = error.strerror or str(error)
    if isinstance(error, PermissionError):
        return f"{said}; give this user the right to use it (owner, mode), or call the command as its owner"
    return said


class FacedaemonError(Exception):
    """An error whose message a person can act on: what happened, to what, and what to do.

    Each of its lines is safe to be shown, whatever the names of files in it contain.
    """

    def __init__(self, message: str, details: Iterable[str] = ()) -> None:
        """`message` is one line; `details` are further ones, such as the problems of a config."""
        super().__init__("\n".join(map(one_line, (message, *details))))


class PhotoError(FacedaemonError):
    """One photo or sidecar cannot be used: note the reason, go on with the next one."""

    def __init__(self, path: Path, reason: str, *, transient: bool = False) -> None:
        """`reason` is a clause without the path, such as "the file is empty".

        `transient`: it may vanish without a change of the file, as when a permission is restored.
        """
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
        self.transient = transient


class Unavailable(FacedaemonError):
    """Something is not there at the moment (drive unplugged, database locked): keep the job, try later."""

    def __init__(self, message: str, exit_code: ExitCode = ExitCode.LIBRARY) -> None:
        """`exit_code` is for a command that does not try later; by default the library's, which is away most often."""
        super().__init__(message)
        self.exit_code = exit_code


class Fatal(FacedaemonError):
    """The program cannot go on: stop with `exit_code`."""

    def __init__(self, message: str, exit_code: ExitCode, details: Iterable[str] = ()) -> None:
        """`message` names the cause and what to do; it is printed unchanged, then `details`, a line each."""
        super().__init__(message, details)
        self.exit_code = exit_code


class NothingYet(Fatal):
    """There is nothing to show or to do yet, which is no error: the message says what comes first."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.DONE)
