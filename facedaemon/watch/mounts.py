"""Which file system a folder lies on, and whether the kernel tells of changes there."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

MOUNTINFO = Path("/proc/self/mountinfo")

REMOTE_TYPES = frozenset(
    # inotify sees only what this machine changes; others' changes arrive without an event (inotify(7), "Limitations")
    "9p afs ceph cifs coda davfs fuse gfs2 glusterfs lustre ncpfs nfs nfs4 ocfs2 "  # noqa: SIM905  as in names.py
    "prl_fs smb3 smbfs sshfs vboxsf virtiofs vmhgfs".split()
)


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of mountinfo (proc_pid_mountinfo(5)): where, of which type, and the kernel's number for it."""

    point: Path
    type: str
    number: int


def mounts(mountinfo: Path = MOUNTINFO) -> list[Mount]:
    """All mounts of this process, in the kernel's order: of two on one place the later one is visible.

    None where the kernel does not tell: every folder counts as local then.
    """
    try:
        text = mountinfo.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return []
    found = []
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        found.append(Mount(Path(_unescaped(fields[4])), after.split(" ")[0], int(fields[0])))
    return found


def mount_of(folder: Path, among: list[Mount]) -> Mount | None:
    """The mount that `folder` (real, absolute) lies on."""
    holding = [mount for mount in among if mount.point == folder or mount.point in folder.parents]
    deepest = max((len(mount.point.parts) for mount in holding), default=0)
    return next((mount for mount in reversed(holding) if len(mount.point.parts) == deepest), None)


def mounts_inside(folder: Path, among: list[Mount]) -> frozenset[Mount]:
    """The mounts below `folder` (real, absolute)."""
    return frozenset(mount for mount in among if folder in mount.point.parents)


def is_remote(mount: Mount) -> bool:
    """Whether changes may happen there without any event; `fuseblk` is a local drive behind FUSE (NTFS)."""
    return mount.type in REMOTE_TYPES or mount.type.startswith("fuse.")


def _unescaped(text: str) -> str:
    # the kernel writes space, tab, newline and backslash as three octal digits
    return os.fsdecode(
        re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), text.encode("utf-8", "surrogateescape"))
    )
