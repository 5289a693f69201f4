"""The kernel's limits on inotify: tested directly, since watchdog silently skips folders that it cannot watch."""

import ctypes
import errno
import os
from pathlib import Path

SETTINGS = Path("/proc/sys/fs/inotify")

_IN_CREATE = 0x100
_IN_ONLYDIR = 0x01000000


def watch_problem(folder: Path) -> int:
    """The error number that one more watch, on `folder`, gets now; 0 where it is granted.

    A watch belongs to its inotify instance, so this one counts against the user's limit even if `folder` is watched
    already. It is released at once.
    """
    kernel = ctypes.CDLL(None, use_errno=True)
    instance = kernel.inotify_init1(os.O_CLOEXEC)
    if instance < 0:
        return ctypes.get_errno()
    try:
        watch = kernel.inotify_add_watch(instance, os.fsencode(folder), _IN_CREATE | _IN_ONLYDIR)
        return ctypes.get_errno() if watch < 0 else 0
    finally:
        os.close(instance)


def limit_advice(error: int, settings: Path = SETTINGS) -> str:
    """The message for an error number of inotify: the setting, its value, and how to raise it."""
    name = {errno.ENOSPC: "max_user_watches", errno.EMFILE: "max_user_instances"}.get(error)
    if name is None:
        return f"changes are not reported there ({os.strerror(error)})"
    now = inotify_limit(name, settings)
    wanted = max(4 * now, 524288 if error == errno.ENOSPC else 512)
    return (
        f"the limit fs.inotify.{name} ({now}) is used up; raise it: "
        f"echo fs.inotify.{name}={wanted} | sudo tee /etc/sysctl.d/60-facedaemon.conf && sudo sysctl --system"
    )


def inotify_limit(name: str, settings: Path = SETTINGS) -> int:
    """A limit's value; 0 where it cannot be read."""
    try:
        return int((settings / name).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0
