"""Standard output and error, also where they are closed or full, or their reader has ended."""

import faulthandler
import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from facedaemon.errors import ExitCode, Fatal


def prepare() -> None:
    """Replace the standard streams: writing to them succeeds, or ends in one line with the reason.

    Messages of C libraries, such as libjpeg's "Corrupt JPEG data" without the photo's name, are not shown. Where one of
    them crashes the process, Python prints a traceback.
    """
    _open_what_is_closed()
    sys.stdout = _Results(_binary(1), sys.stdout)
    sys.stderr = _Remarks(_binary(os.dup(2)), sys.stderr, line_buffering=True)
    _lead_nowhere(2)
    faulthandler.enable(sys.stderr)


def finish() -> None:
    """Flush standard output. Raises Fatal (exit status 2) where that fails."""
    sys.stdout.flush()


class _Stream(io.TextIOWrapper):
    """A text stream like Python's own that escapes characters which its encoding lacks instead of failing."""

    def __init__(self, binary: io.BufferedWriter, like: TextIO | None, *, line_buffering: bool = False) -> None:
        encoding = getattr(like, "encoding", None) or "utf-8"
        super().__init__(
            binary, encoding, "backslashreplace", line_buffering=line_buffering or os.isatty(binary.fileno())
        )


class _Results(_Stream):
    """Standard output. When its reader ends, as `head` does, the command ends without an error."""

    def write(self, text: str, /) -> int:
        """As in io."""
        try:
            return super().write(text)
        except OSError as error:
            raise self._ended(error) from None

    def flush(self) -> None:
        """As in io."""
        if self.closed:
            return
        try:
            super().flush()
        except OSError as error:
            raise self._ended(error) from None

    def _ended(self, error: OSError) -> BaseException:
        _lead_nowhere(self.fileno())  # the rest of the buffer would fail again at the end of the process
        if isinstance(error, BrokenPipeError):
            return SystemExit(ExitCode.DONE)
        return Fatal(f"standard output cannot be written: {error.strerror}", ExitCode.USAGE)


class _Remarks(_Stream):
    """Standard error: where it cannot be written, the work goes on."""

    def write(self, text: str, /) -> int:
        """As in io."""
        with suppress(OSError):
            return super().write(text)
        _lead_nowhere(self.fileno())
        return len(text)

    def flush(self) -> None:
        """As in io."""
        if self.closed:
            return
        try:
            super().flush()
        except OSError:
            _lead_nowhere(self.fileno())


def _open_what_is_closed() -> None:
    """Open closed standard streams, so that no file opened later gets their numbers and their output."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            _lead_nowhere(number)


def _lead_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)


def _binary(number: int) -> io.BufferedWriter:
    return io.BufferedWriter(io.FileIO(number, "wb", closefd=False))
