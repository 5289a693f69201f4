"""What a folder lies on, by the kernel's list."""

from pathlib import Path

import pytest

from facedaemon.mountinfo import mounts
from facedaemon.watch.mounts import (
    ChangeTimes,
    is_remote,
    is_without_photos,
    mount_of,
    mounts_inside,
    without_photos,
)

# lines as kernel 6.1 writes them
MOUNTINFO = """\
21 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
40 21 0:35 / /mnt/nas rw,relatime shared:20 - nfs4 server:/photos rw,vers=4.2
41 21 8:17 / /media/anna/My\\040Drive rw,nosuid - fuseblk /dev/sdb1 rw,user_id=0
42 21 0:36 / /home/anna/phone rw - fuse.jmtpfs jmtpfs rw
43 21 8:33 / /photos/usb rw - exfat /dev/sdc1 rw
44 43 0:40 / /photos/usb rw - tmpfs tmpfs rw
"""


@pytest.fixture
def mountinfo(tmp_path: Path) -> Path:
    """A mountinfo file."""
    file = tmp_path / "mountinfo"
    file.write_text(MOUNTINFO, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("folder", "kind", "remote"),
    [
        ("/home/anna/Pictures", "ext4", False),
        ("/mnt/nas", "nfs4", True),
        ("/mnt/nas/2024", "nfs4", True),
        ("/mnt/nas2", "ext4", False),
        ("/media/anna/My Drive/DCIM", "fuseblk", False),
        ("/home/anna/phone/DCIM", "fuse.jmtpfs", True),
        ("/photos/usb/x", "tmpfs", False),
    ],
)
def test_a_folder_lies_on_its_deepest_mount(mountinfo: Path, folder: str, kind: str, remote: bool) -> None:
    """Names with spaces too; of two mounts on one place the later one counts."""
    mount = mount_of(Path(folder), mounts(mountinfo))
    assert mount is not None
    assert (kind, remote) == (mount.type, is_remote(mount))


def test_mounts_inside_a_root_are_known(mountinfo: Path) -> None:
    """A drive mounted below a root is part of what the root stands on."""
    assert {43, 44} == {mount.number for mount in mounts_inside(Path("/photos"), mounts(mountinfo))}


def test_the_real_kernel_is_understood(tmp_path: Path) -> None:
    """The mounts of this machine can be read, and every folder lies on one."""
    assert mount_of(tmp_path, mounts()) is not None


@pytest.mark.parametrize(
    ("kind", "is_kept"),
    [
        *((kind, True) for kind in ("ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "f2fs")),
        *((kind, False) for kind in ("vfat", "exfat", "fuseblk", "fuse.mergerfs", "fuse.sshfs", "nfs4", "cifs", "9p")),
    ],
)
def test_the_time_of_change_counts_where_the_file_system_keeps_it(tmp_path: Path, kind: str, is_kept: bool) -> None:
    """FAT and its kin make it up, on shares and behind FUSE others decide: there it would change without a change."""
    mountinfo = tmp_path / "mountinfo"
    mountinfo.write_text(f"1 0 8:1 / / rw - {kind} /dev/sda1 rw\n")
    seen = mountinfo.stat()
    assert (seen.st_ctime_ns if is_kept else None) == ChangeTimes(mountinfo).of(seen, tmp_path)


# a desktop with containers, a share that is mounted on demand, and a drive below /run
DESKTOP = """\
21 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw
22 21 0:20 / /sys rw - sysfs sysfs rw
23 21 0:21 / /proc rw - proc proc rw
24 22 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
25 21 0:5 / /dev rw - devtmpfs udev rw
26 25 0:23 / /dev/shm rw - tmpfs tmpfs rw
27 21 0:24 / /run rw - tmpfs tmpfs rw
28 27 8:17 / /run/media/anna/DRIVE rw - exfat /dev/sdb1 rw
29 27 0:50 / /run/user/1000/doc rw - fuse.portal portal rw
30 21 0:30 / /var/lib/docker/overlay2/abc/merged rw - overlay overlay rw
31 21 0:31 / /mnt/nas rw - autofs systemd-1 rw
32 21 0:32 / /mnt/used rw - autofs systemd-1 rw
33 32 0:33 / /mnt/used rw - nfs4 server:/photos rw
34 21 0:34 / /tmp rw - tmpfs tmpfs rw
35 21 0:35 / /home rw - btrfs /dev/sda1 rw
36 21 0:36 / /home/anna/Pictures/overlaid rw - overlay overlay rw
"""


def test_no_photos_are_looked_for_where_none_can_be(tmp_path: Path) -> None:
    """Kernel, sockets, portals, containers and shares that nobody asked for; drives and used shares are looked at."""
    file = tmp_path / "mountinfo"
    file.write_text(DESKTOP, encoding="utf-8")
    found = mounts(file)
    closed = "/sys /sys/fs/cgroup /proc /dev /dev/shm /run /run/user/1000/doc /mnt/nas".split()  # noqa: SIM905
    containers = {"/var/lib/docker/overlay2/abc/merged", "/home/anna/Pictures/overlaid"}
    assert {*closed, *containers} == set(map(str, without_photos(Path("/"), found)))
    assert set() == without_photos(Path("/run/media/anna"), found)
    assert {Path("/mnt/nas")} == without_photos(Path("/mnt"), found)


@pytest.mark.parametrize(
    ("root", "kind"),
    [
        ("/proc", "proc"),
        ("/proc/1", "proc"),
        ("/sys/fs/cgroup", "cgroup2"),
        ("/mnt/nas", "autofs"),
        ("/run/user/1000/doc", "fuse.portal"),
        ("/mnt/used", None),
        ("/tmp/photos", None),
        ("/run/media/anna/DRIVE", None),
        ("/run/media/anna", None),
        ("/home/anna/Pictures/overlaid", None),
        ("/", None),
    ],
)
def test_a_root_of_which_no_photo_can_come_is_named(tmp_path: Path, root: str, kind: str | None) -> None:
    """A container's own root, or a memory disk that somebody chose, may hold photos."""
    file = tmp_path / "mountinfo"
    file.write_text(DESKTOP, encoding="utf-8")
    assert kind == is_without_photos(Path(root), mounts(file))


@pytest.mark.parametrize("name", ["a\x0bb", "a\x0cb", "a\x1cb", "a\u2028b", "a\x85b", "a\\040b\\134c", "\udce4"])
def test_a_folders_name_may_hold_what_looks_like_a_line_end(tmp_path: Path, name: str) -> None:
    """The kernel escapes space, tab, newline and backslash only; the mount and those after it are known."""
    file = tmp_path / "mountinfo"
    text = f"40 21 0:35 / /mnt/{name} rw - vfat /dev/sdb1 rw\n\nno mount\n41 21 0:36 / /mnt/other rw - nfs4 nas:/a rw\n"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    first, second = mounts(file)
    assert Path("/mnt", name.replace("\\040", " ").replace("\\134", "\\")) == first.point
    assert ("/dev/sdb1", "nas:/a", "nfs4") == (first.device, second.device, second.type)
