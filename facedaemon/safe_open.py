"""Opens files below a root without following any link on the way, so that no link there leads out of it.

Linux: openat2(2), "RESOLVE_BENEATH"; where the kernel (before 5.6) or a sandbox has none, each folder in turn.
"""

import ctypes
import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

_OPENAT2 = 437  # on every processor
_NO_MAGICLINKS, _NO_SYMLINKS, _BENEATH = 0x02, 0x04, 0x08
_NOT_OFFERED = {errno.ENOSYS, errno.EPERM, errno.EINVAL, errno.E2BIG}
_ALWAYS = os.O_CLOEXEC | os.O_NOFOLLOW
_MOST_LINKS = 40  # as the kernel

_libc = ctypes.CDLL(None, use_errno=True)


class _How(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


def let_go(opened: int) -> None:
    """Close a file that was only read; an error while closing does no harm."""
    with suppress(OSError):
        os.close(opened)


def open_beneath(path: Path, root: Path | None, flags: int = os.O_RDONLY | os.O_NONBLOCK) -> int:
    """A descriptor of `path`, which is `root` or lies below it; without a root `path` is opened directly.

    Opening a pipe does not wait. Raises OSError: ELOOP for a link on the way, or at the end.
    """
    if root is None:
        return os.open(path, flags | _ALWAYS)
    top = open_root(root)
    try:
        inside = path.relative_to(root).parts
        if ".." in inside:
            raise OSError(errno.EXDEV, "it leads upwards", str(path))
        return os.dup(top) if not inside else _open_below(top, inside, flags | _ALWAYS)
    finally:
        os.close(top)


def open_root(root: Path) -> int:
    """The folder `root`, open. It, and folders above it, may be links that this user or root made; no others are."""
    refuse_foreign_links(root)
    return os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def refuse_foreign_links(path: Path) -> None:
    """Raises OSError (ELOOP) where a link on the way to `path`, or at its end, was made by another user."""
    waiting, at = list(reversed(path.parts)), Path("/")
    links = 0
    while waiting:
        step = waiting.pop()
        at = at.parent if step == ".." else at / step
        try:
            seen = os.lstat(at)
        except OSError:
            return  # opening it will raise the error
        if stat.S_ISLNK(seen.st_mode):
            links += 1
            if seen.st_uid not in {os.geteuid(), 0} or links > _MOST_LINKS:
                raise OSError(errno.ELOOP, f"{at} is a link that another user made", str(path))
            with suppress(OSError):
                waiting += reversed(at.readlink().parts)
            at = at.parent


def _open_below(top: int, inside: tuple[str, ...], flags: int) -> int:
    how = _How(flags, 0, _NO_MAGICLINKS | _NO_SYMLINKS | _BENEATH)
    name = os.fsencode("/".join(inside))
    opened = int(_libc.syscall(_OPENAT2, top, name, ctypes.byref(how), ctypes.sizeof(how)))
    if opened >= 0:
        return opened
    error = ctypes.get_errno()
    if error not in _NOT_OFFERED:
        raise OSError(error, os.strerror(error), os.fsdecode(name))
    return _walk(top, inside, flags)


def _walk(top: int, inside: tuple[str, ...], flags: int) -> int:
    at = os.dup(top)
    try:
        for folder in inside[:-1]:
            try:
                below = os.open(folder, os.O_PATH | os.O_DIRECTORY | _ALWAYS, dir_fd=at)
            except NotADirectoryError as error:  # the error that a link causes here
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), folder) from error
            finally:
                os.close(at)
                at = -1
            at = below
        return os.open(inside[-1], flags, dir_fd=at)
    finally:
        if at >= 0:
            os.close(at)
