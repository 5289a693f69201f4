"""Which file system a folder is on, and whether the kernel reports changes there."""

import os
from pathlib import Path

from facedaemon.mountinfo import MOUNTINFO, Mount, mounts, unescaped

FSTAB = Path("/etc/fstab")

REMOTE_TYPES = frozenset(
    # inotify sees only what this machine changes; others' changes arrive without an event (inotify(7), "Limitations")
    "9p afs ceph cifs coda davfs fuse gfs2 glusterfs lustre ncpfs nfs nfs4 ocfs2 "  # noqa: SIM905  as in names.py
    "prl_fs smb3 smbfs sshfs vboxsf virtiofs vmhgfs".split()
)


NO_PHOTOS_TYPES = frozenset(
    # pseudo file systems; in some, reading a folder has an effect (autofs mounts a drive)
    "autofs binder binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs functionfs fusectl "  # noqa: SIM905
    "fuse.gvfsd-fuse fuse.lxcfs fuse.portal fuse.xdg-document-portal hugetlbfs ipathfs mqueue nfsd nsfs proc pstore "
    "resctrl rpc_pipefs securityfs selinuxfs smackfs sysfs tracefs".split()
)

LENT_TYPES = frozenset({"overlay", "aufs", "fuse.fuse-overlayfs"})  # containers: their files lie elsewhere as well

RUNTIME_FOLDERS = (Path("/dev"), Path("/run"), Path("/var/run"))  # memory file systems there hold sockets and locks


def mount_of(folder: Path, among: list[Mount]) -> Mount | None:
    """The mount that `folder` (real, absolute) lies on."""
    holding = [mount for mount in among if mount.point == folder or mount.point in folder.parents]
    deepest = max((len(mount.point.parts) for mount in holding), default=0)
    return next((mount for mount in reversed(holding) if len(mount.point.parts) == deepest), None)


def mounts_inside(folder: Path, among: list[Mount]) -> frozenset[Mount]:
    """The mounts below `folder` (real, absolute)."""
    return frozenset(mount for mount in among if folder in mount.point.parents)


def without_photos(folder: Path, among: list[Mount]) -> frozenset[Path]:
    """The mounts below `folder` (real, absolute) that are not scanned: they hold no photos."""
    visible = {mount.point: mount for mount in among if folder in mount.point.parents}
    return frozenset(point for point, mount in visible.items() if _holds_none(mount) or mount.type in LENT_TYPES)


def is_without_photos(folder: Path, among: list[Mount]) -> str | None:
    """The type of the file system of `folder` (real, absolute) where that type holds no photos; else None."""
    mount = mount_of(folder, among)
    return mount.type if mount is not None and mount.type in NO_PHOTOS_TYPES else None


def _holds_none(mount: Mount) -> bool:
    is_memory = mount.type in {"tmpfs", "ramfs"}
    return mount.type in NO_PHOTOS_TYPES or (is_memory and any(mount.point.is_relative_to(f) for f in RUNTIME_FOLDERS))


def not_mounted(fstab: Path = FSTAB, mountinfo: Path = MOUNTINFO) -> list[Path]:
    """The folders that fstab(5) has a file system for, and on which none is mounted now."""
    try:
        lines = fstab.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
    fields = [line.split() for line in lines if not line.lstrip().startswith("#")]
    points = [Path(unescaped(each[1])) for each in fields if len(each) > 1 and each[1].startswith("/")]
    there = {mount.point for mount in mounts(mountinfo)}
    return [point for point in points if Path(os.path.realpath(point)) not in there]


def is_remote(mount: Mount) -> bool:
    """Whether changes may happen there without any event; `fuseblk` is a local drive behind FUSE (NTFS)."""
    return mount.type in REMOTE_TYPES or mount.type.startswith("fuse.")


# no change time is kept there, or it differs after each mount, for each client, or by the server's own rules
_NO_CTIME_TYPES = frozenset({"exfat", "fat", "fuseblk", "hfs", "hfsplus", "msdos", "udf", "vfat"})


class ChangeTimes:
    """For one scan: on which devices the change time (`ctime`) is reliable."""

    def __init__(self, mountinfo: Path = MOUNTINFO) -> None:
        """The mounts are read when the first device is asked for."""
        self._mountinfo = mountinfo
        self._mounts: list[Mount] | None = None
        self._known: dict[int, bool] = {}

    def of(self, seen: os.stat_result, folder: Path) -> int | None:
        """The `ctime` in nanoseconds of a file in `folder`; None where it is not reliable."""
        is_kept = self._known.get(seen.st_dev)
        if is_kept is None:
            is_kept = self._known[seen.st_dev] = self._is_kept(folder)
        return seen.st_ctime_ns if is_kept else None

    def _is_kept(self, folder: Path) -> bool:
        if self._mounts is None:
            self._mounts = mounts(self._mountinfo)
        mount = mount_of(Path(os.path.realpath(folder)), self._mounts)
        return mount is None or not (is_remote(mount) or mount.type in _NO_CTIME_TYPES)
