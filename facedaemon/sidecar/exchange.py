"""Linux calls that Python's standard library lacks: exchanging two names in one step, and leases against writers.

renameat2(2), RENAME_EXCHANGE; fcntl(2), "Leases".
"""

import ctypes
import errno
import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from facedaemon.safe_open import let_go

_RENAME_EXCHANGE = 2
_NOT_OFFERED = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}  # NFS, FAT, FUSE; an old libc or sandbox

_libc = ctypes.CDLL(None, use_errno=True)


def exchange(one: str, other: str, folder: int) -> bool:
    """Exchange the files of two names in the open folder; False where that is not supported. Raises OSError."""
    renameat2 = getattr(_libc, "renameat2", None)
    if renameat2 is None:
        return False
    if renameat2(folder, os.fsencode(one), folder, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_OFFERED:
        return False
    raise OSError(number, os.strerror(number), other)


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease against other writers; where the file system has none, `descriptor` is None and `was_open` False.

    `was_open` is True where another program had the file open for writing. While a lease is held, opening the file for
    writing waits; reading does not.
    """

    descriptor: int | None
    was_open: bool

    @property
    def is_disputed(self) -> bool:
        """Whether another program writes or waits to write: then the file must not be replaced."""
        if self.descriptor is None:
            return self.was_open
        return fcntl.fcntl(self.descriptor, fcntl.F_GETLEASE) != fcntl.F_RDLCK


@contextmanager
def lease(name: str, folder: int) -> Iterator[Lease]:
    """The file is leased against writers until the block ends. Raises OSError."""
    opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=folder)
    try:
        yield _leased(opened)
    finally:
        let_go(opened)  # and with it the lease


def _leased(opened: int) -> Lease:
    try:
        fcntl.fcntl(opened, fcntl.F_SETSIG, signal.SIGURG)  # the default, SIGIO, would end the process
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return Lease(None, was_open=error.errno == errno.EAGAIN)
    return Lease(opened, was_open=False)
