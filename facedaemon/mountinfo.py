"""The mounts of this process, as the kernel lists them (proc_pid_mountinfo(5))."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

MOUNTINFO = Path("/proc/self/mountinfo")


@dataclass(frozen=True, slots=True)
class Mount:
    """One mount: its folder, the type of its file system, the kernel's number for it, and its device or share."""

    point: Path
    type: str
    number: int
    device: str


def mounts(mountinfo: Path = MOUNTINFO) -> list[Mount]:
    """All mounts in the kernel's order: of two on one folder the later one is visible.

    Empty where they cannot be read; a line that is not understood is left out.
    """
    try:
        lines = os.fsdecode(mountinfo.read_bytes()).split("\n")  # other line ends may be part of a folder's name
    except OSError:
        return []
    found = []
    for line in lines:
        left, _, right = line.partition(" - ")
        before, after = left.split(" "), right.split(" ")
        if len(before) >= 5 and len(after) >= 2 and before[0].isdecimal():
            found.append(Mount(Path(unescaped(before[4])), after[0], int(before[0]), unescaped(after[1])))
    return found


def unescaped(text: str) -> str:
    """A name in mountinfo or fstab(5), where space, tab, newline and backslash are three octal digits."""
    return os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8) & 0xFF]), os.fsencode(text)))
