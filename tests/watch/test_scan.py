"""The scan sees every photo, and knows what it did not see."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from facedaemon.values import Fingerprint
from facedaemon.watch import FolderListed, Found, Unreadable, fingerprint, scan_below, scan_tree
from facedaemon.watch import scan as scanning

EXCLUDE = (".dtrash", "@eaDir", ".*")


def _put(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _found(*roots: Path) -> list[Path]:
    return [seen.path for seen in scan_tree(roots, EXCLUDE) if isinstance(seen, Found)]


def _unreadable(*roots: Path) -> list[Unreadable]:
    return [seen for seen in scan_tree(roots, EXCLUDE) if isinstance(seen, Unreadable)]


def test_photos_come_in_order_with_their_fingerprint(tmp_path: Path) -> None:
    """Folder by folder, by name, with what `stat` says."""
    paths = [_put(tmp_path / name, name.encode()) for name in ("a.jpg", "b.jpg", "x/c.jpg", "x/y/d.heic", "z/e.png")]
    stats = [path.stat() for path in paths]
    wanted = [
        Found(p, Fingerprint(s.st_size, s.st_mtime_ns, s.st_ino, s.st_ctime_ns))
        for p, s in zip(paths, stats, strict=True)
    ]
    assert wanted == [seen for seen in scan_tree([tmp_path], EXCLUDE) if not isinstance(seen, FolderListed)]
    assert wanted[0].fingerprint == fingerprint(paths[0])


def test_excluded_files_and_folders_are_not_entered(tmp_path: Path) -> None:
    """Neither hidden ones, nor waste baskets, nor thumbnails of a NAS."""
    _put(tmp_path / "a.jpg")
    for name in (".dtrash/b.jpg", "x/@eaDir/c.jpg", ".hidden.jpg", "x/notes.txt"):
        _put(tmp_path / name)
    assert [tmp_path / "a.jpg"] == _found(tmp_path)


def test_links_and_pipes_are_no_photos(tmp_path: Path) -> None:
    """Links lead elsewhere, also in circles, and a pipe would never end."""
    photo = _put(tmp_path / "root" / "a.jpg")
    outside = _put(tmp_path / "outside" / "b.jpg")
    (tmp_path / "root" / "link.jpg").symlink_to(outside)
    (tmp_path / "root" / "folder").symlink_to(outside.parent)
    (tmp_path / "root" / "circle").symlink_to(tmp_path / "root")
    os.mkfifo(tmp_path / "root" / "pipe.jpg")
    assert [photo] == _found(tmp_path / "root")


def test_a_root_may_be_a_link(tmp_path: Path) -> None:
    """~/Pictures that leads to another drive is followed, and keeps its name."""
    _put(tmp_path / "drive" / "a.jpg")
    (tmp_path / "Pictures").symlink_to(tmp_path / "drive")
    assert [tmp_path / "Pictures" / "a.jpg"] == _found(tmp_path / "Pictures")


def test_names_that_are_no_text_are_found(tmp_path: Path) -> None:
    """A name in an old encoding comes through unharmed."""
    path = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    path.write_bytes(b"x")
    assert [path] == _found(tmp_path)


def test_an_absent_root_is_named_and_the_others_are_scanned(tmp_path: Path) -> None:
    """A drive that is away hides nothing of the others."""
    photo = _put(tmp_path / "here" / "a.jpg")
    away = tmp_path / "away"
    assert [Unreadable(away, "is not there", is_root=True), photo] == [
        seen.path if isinstance(seen, Found) else seen
        for seen in scan_tree([away, photo.parent], EXCLUDE)
        if not isinstance(seen, FolderListed)
    ]


def test_an_empty_root_is_an_unmounted_drive(tmp_path: Path) -> None:
    """What is left of an unmounted drive is an empty folder, never a library without photos."""
    assert [(tmp_path, True)] == [(seen.folder, seen.is_root) for seen in _unreadable(tmp_path)]


def test_a_root_that_goes_away_during_the_scan_is_named_at_the_end(tmp_path: Path) -> None:
    """Photos that were not seen because their drive left are not missing."""
    root = tmp_path / "root"
    for number in range(3):
        _put(root / f"{number}" / "a.jpg")
    scan = scan_tree([root], EXCLUDE)
    assert isinstance(next(seen for seen in scan if not isinstance(seen, FolderListed)), Found)
    root.rename(tmp_path / "moved")
    root.mkdir()
    last = list(scan)[-1]
    assert Unreadable(root, "was unmounted or replaced while it was looked through", is_root=True) == last


def test_an_unreadable_folder_is_named_and_the_rest_is_scanned(tmp_path: Path) -> None:
    """Without the permission to look into a folder nothing is said about its photos."""
    photo = _put(tmp_path / "open" / "a.jpg")
    closed = _put(tmp_path / "closed" / "b.jpg").parent
    script = (
        "import sys; from pathlib import Path; from facedaemon.watch import scan_tree\n"
        "print(*scan_tree([Path(sys.argv[1])], ()), sep='\\n')"
    )
    # root's right to read everything is a capability, which a child can be started without
    unprivileged = ["setpriv", "--bounding-set=-all"] if os.getuid() == 0 else []
    closed.chmod(0)
    command = [*unprivileged, sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    closed.chmod(0o755)
    first, second = (line for line in done.stdout.splitlines() if not line.startswith("FolderListed"))
    assert repr(Unreadable(closed, "may not be read by this user", is_root=False)) == first
    assert repr(photo) in second


def test_some_folders_of_a_root(tmp_path: Path) -> None:
    """A part of a root is scanned as the whole would be: excluded folders stay out, gone ones give nothing."""
    photo = _put(tmp_path / "x" / "a.jpg")
    _put(tmp_path / "y" / "b.jpg")
    _put(tmp_path / ".hidden" / "deep" / "c.jpg")
    folders = [tmp_path / "x", tmp_path / "gone", tmp_path / ".hidden" / "deep"]
    assert [photo] == [seen.path for seen in scan_below(folders, tmp_path, EXCLUDE) if isinstance(seen, Found)]


def test_a_part_of_an_absent_root_says_that_the_root_is_away(tmp_path: Path) -> None:
    """A folder that cannot be found because its drive is away is not a deleted folder."""
    root = tmp_path / "root"
    assert [Unreadable(root, "is not there", is_root=True)] == list(scan_below([root / "x"], root, EXCLUDE))


@pytest.mark.parametrize("make", [Path.exists, Path.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_has_no_fingerprint(tmp_path: Path, make: Callable[[Path], object]) -> None:
    """Nothing there, a folder, a link: no photo."""
    make(tmp_path / "a.jpg")
    assert fingerprint(tmp_path / "a.jpg") is None


def test_every_folder_and_every_thousand_files_show_that_the_scan_gets_on(tmp_path: Path) -> None:
    """However large or deep, and though no photo is found, nobody takes a scan on a slow share for one that hangs."""
    for number in range(5):
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}" / "note.txt").touch()
    for number in range(2 * scanning.OFTEN + 1):
        (tmp_path / "0" / f"{number}.txt").touch()
    looked = [seen.folder for seen in scan_tree([tmp_path], EXCLUDE) if isinstance(seen, FolderListed)]
    assert {tmp_path, *(tmp_path / f"{number}" for number in range(5))} == set(looked)
    assert 3 == looked.count(tmp_path / "0")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
@pytest.mark.parametrize("kind", ["proc", "sysfs", "mqueue"])
def test_what_the_kernel_shows_as_files_is_not_entered(tmp_path: Path, kind: str) -> None:
    """Neither a scan of a root in which such a file system is mounted, nor one of that file system itself."""
    photo = _put(tmp_path / "root" / "a.jpg")
    mounted = tmp_path / "root" / "mounted"
    mounted.mkdir()
    script = (
        "import sys; from pathlib import Path; from facedaemon.watch import scan_tree, scan_below, folders_below\n"
        "root = Path(sys.argv[1]); inside = root / 'mounted'\n"
        "print(*scan_tree([root], ()), *scan_below([inside], root, ()), *scan_tree([inside], ()), sep='\\n')\n"
        "print('folders', *folders_below(root, ()))"
    )
    shell = 'mount -t "$0" none "$1" && exec "$2" -c "$3" "$4"'
    command = ["unshare", "--mount", "sh", "-c", shell, kind, str(mounted), sys.executable, script, str(photo.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "mount:" in done.stderr:
        pytest.skip(f"this machine cannot mount: {done.stderr}")
    *lines, folders = done.stdout.splitlines()
    found = [line for line in lines if not line.startswith("FolderListed")]
    away = repr(Unreadable(mounted, f"lies on a file system of the kind {kind}, which holds no photos", is_root=True))
    assert [repr(photo) in found[0], away] == [True, found[1]], done.stdout
    assert [] == [line for line in lines if line.startswith("FolderListed") and "mounted" in line]
    assert f"folders {photo.parent}" == folders
