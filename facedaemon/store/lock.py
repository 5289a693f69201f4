"""One process owns a state; others find out which."""

import fcntl
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from facedaemon import private, processes
from facedaemon.errors import ExitCode, Fatal, why

LOCK_NAME = "lock"
# somebody who asks for the holder has the lock for a moment, on a busy machine for a longer one
_TRY_SECONDS, _SECONDS, _SECONDS_WITHOUT_OWNER = 0.05, 0.25, 10.0


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that owns a state; its number is None where it cannot be read."""

    process: int | None

    @property
    def command(self) -> str | None:
        """Its command line, from "facedaemon" on."""
        return None if self.process is None else processes.command_of(self.process)

    def words(self) -> str:
        """Such as "process 4711, facedaemon run --photos /photos"."""
        command = self.command
        return f"process {self.process or 'unknown'}" + (f", {command}" if command else "")


class Locked(Fatal):
    """Another process owns the state."""

    def __init__(self, directory: Path, holder: Holder) -> None:
        stop = "stop it" if holder.process is None else processes.how_to_stop(holder.process)
        super().__init__(
            f"{directory}: another facedaemon is using this state ({holder.words()}). Try again when it has "
            f"ended, or end it: {stop}",
            ExitCode.LOCKED,
        )
        self.holder = holder


class StateLock:
    """Held as long as this process lives: the kernel lets go of it even after kill -9."""

    def __init__(self, directory: Path) -> None:
        """Take the lock in `directory`, made when absent. Raises Locked (exit status 4) where another holds it."""
        private.take_over(directory)
        try:
            self._descriptor = private.open_new(directory / LOCK_NAME)
        except OSError as error:
            raise Fatal(f"{directory}: the state cannot be kept there: {why(error)}", ExitCode.USAGE) from error
        try:
            _take(self._descriptor)
        except BlockingIOError:
            found = Holder(_number(self._descriptor))
            os.close(self._descriptor)
            raise Locked(directory, found) from None
        except OSError as error:
            os.close(self._descriptor)
            raise Fatal(f"{directory}: the state cannot be locked: {why(error)}", ExitCode.USAGE) from error
        with suppress(OSError):  # the number only helps others to find the process
            line = f"{os.getpid()}\n".encode("ascii")
            os.pwrite(self._descriptor, line, 0)  # first: whoever reads meanwhile finds a whole number
            os.ftruncate(self._descriptor, len(line))

    def release(self) -> None:
        """Let another process take over."""
        with suppress(OSError):  # the lock goes with the descriptor, whatever else fails
            os.close(self._descriptor)


def holder(directory: Path) -> Holder | None:
    """The process that owns the state in `directory` now; None where none does. Changes nothing."""
    try:
        descriptor = os.open(directory / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return Holder(_number(descriptor))
    except OSError:
        return None  # a file system without locks: nobody can hold one there
    finally:
        os.close(descriptor)
    return None


def _take(descriptor: int) -> None:
    """Raises BlockingIOError where another process keeps the lock."""
    began = time.monotonic()
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() - began >= (_SECONDS if _has_owner(descriptor) else _SECONDS_WITHOUT_OWNER):
                raise
            time.sleep(_TRY_SECONDS)
        else:
            return


def _has_owner(descriptor: int) -> bool:
    """Whether the last owner may still live, or a new one has not written its number yet; else somebody only asks."""
    number = _number(descriptor)
    return number is None or Path(f"/proc/{number}").exists()


def _number(descriptor: int) -> int | None:
    """What the owner wrote; None where it has not yet."""
    with suppress(OSError, ValueError):
        first, *_ = os.pread(descriptor, 20, 0).decode("ascii").split()
        return int(first)
    return None
