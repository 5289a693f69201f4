"""A sidecar is always the old or the new one, whole, and never anything but a plain file below the root."""

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from facedaemon import sidecar
from facedaemon.errors import PhotoError, Unavailable
from tests.sidecar.packets import ADA, NOW, SIZE, packet

OLD, NEW = packet("<dc:title>old</dc:title>").encode(), packet("<dc:title>new</dc:title>").encode() * 50


def edit(path: Path, before: bytes | None = OLD, after: bytes | None = NEW) -> sidecar.Edit:
    """An edit of a file in the folder that is its own root."""
    return sidecar.Edit(path, path.parent, before, after)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A sidecar in a folder of its own."""
    folder = tmp_path / "album"
    folder.mkdir()
    path = folder / "IMG.JPG.xmp"
    path.write_bytes(OLD)
    return path


def test_a_file_is_replaced_and_nothing_else_is_left(target: Path) -> None:
    """The bytes are new, the folder holds one file, the fingerprint is that of the new file."""
    found = sidecar.apply(edit(target))
    assert NEW == target.read_bytes()
    assert [target] == list(target.parent.iterdir())
    assert found is not None
    status = target.stat()
    assert (status.st_size, status.st_mtime_ns, status.st_ino) == (found.size, found.mtime_ns, found.inode)


def test_mode_owner_and_attributes_stay(target: Path) -> None:
    """Whoever could read it before can read it after, and nobody else."""
    target.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(target, 1234, 2345)
    os.setxattr(target, "user.note", b"mine")
    before = target.stat()
    sidecar.apply(edit(target))
    after = target.stat()
    assert (0o640, before.st_uid, before.st_gid) == (stat.S_IMODE(after.st_mode), after.st_uid, after.st_gid)
    assert b"mine" == os.getxattr(target, "user.note")


def test_a_new_file_gets_what_the_umask_says(target: Path) -> None:
    """A new sidecar is as readable as any new file of this user."""
    target.unlink()
    former = os.umask(0o027)
    try:
        sidecar.apply(edit(target, before=None))
    finally:
        os.umask(former)
    assert 0o640 == stat.S_IMODE(target.stat().st_mode)


def test_what_somebody_changed_since_is_left_alone(target: Path) -> None:
    """Changed, removed or made in between: the other one's file stands."""
    target.write_bytes(b"theirs")
    for each in (edit(target), edit(target, after=None), edit(target, before=None)):
        with pytest.raises(PhotoError, match="somebody else"):
            sidecar.apply(each)
    assert b"theirs" == target.read_bytes()
    target.unlink()
    with pytest.raises(PhotoError, match="somebody else"):
        sidecar.apply(edit(target))
    assert [] == list(target.parent.iterdir())


def test_a_file_is_deleted_only_if_untouched(target: Path) -> None:
    """An undo that removes a new sidecar leaves no trace."""
    assert sidecar.apply(edit(target, after=None)) is None
    assert [] == list(target.parent.iterdir())


def test_a_leftover_of_a_crash_is_in_nobodys_way(target: Path) -> None:
    """Its name follows from the sidecar's; the next edit goes through, and it can be swept."""
    sidecar.leftover(target).write_bytes(b"half")
    sidecar.apply(edit(target))
    assert [target] == list(target.parent.iterdir())
    sidecar.leftover(target).write_bytes(b"half")
    assert sidecar.remove_leftover(target, target.parent)
    assert not sidecar.remove_leftover(target, target.parent)


def test_a_planted_link_at_the_temporary_name_is_not_followed(target: Path, tmp_path: Path) -> None:
    """A symbolic link where the temporary file is due is removed, its target is not touched."""
    other = tmp_path / "precious"
    other.write_bytes(b"precious")
    sidecar.leftover(target).symlink_to(other)
    sidecar.apply(edit(target))
    assert b"precious" == other.read_bytes()


def _as_link(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere)


def _as_folder(path: Path, _elsewhere: Path) -> None:
    path.mkdir()


def _as_pipe(path: Path, _elsewhere: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("make", [_as_link, _as_folder, _as_pipe])
@pytest.mark.parametrize("name", ["IMG.JPG", "IMG.JPG.xmp"])
def test_links_folders_and_pipes_are_refused(tmp_path: Path, make: Callable[[Path, Path], None], name: str) -> None:
    """Photo or sidecar: what is no plain file is named and left alone, without waiting for it."""
    (tmp_path / "elsewhere").write_bytes(OLD)
    photo = tmp_path / "IMG.JPG"
    photo.write_bytes(b"\xff\xd8\xff\xd9")
    (tmp_path / name).unlink(missing_ok=True)
    make(tmp_path / name, tmp_path / "elsewhere")
    with pytest.raises(PhotoError, match=r"symbolic link|not a plain file"):
        sidecar.read(photo, None, tmp_path)
    with pytest.raises(PhotoError, match=r"symbolic link|not a plain file"):
        sidecar.plan(photo, orientation=1, size=SIZE, wanted=[ADA], date=NOW, root=tmp_path)
    assert OLD == (tmp_path / "elsewhere").read_bytes()


def test_a_linked_folder_below_the_root_is_not_followed(target: Path, tmp_path: Path) -> None:
    """A link to an album elsewhere is not a way in; a root that is a link is the user's own choice."""
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(target.parent)
    inside = tmp_path / "root" / "link" / target.name
    with pytest.raises(PhotoError, match="symbolic link"):
        sidecar.apply(sidecar.Edit(inside, tmp_path / "root", OLD, NEW))
    with pytest.raises(PhotoError, match="upwards"):
        sidecar.apply(sidecar.Edit(tmp_path / "root" / ".." / "album" / target.name, tmp_path / "root", OLD, NEW))
    with pytest.raises(PhotoError, match="outside"):
        sidecar.apply(sidecar.Edit(target, tmp_path / "root", OLD, NEW))
    assert OLD == target.read_bytes()
    sidecar.apply(sidecar.Edit(inside, tmp_path / "root" / "link", OLD, NEW))
    assert NEW == target.read_bytes()


def test_a_file_that_somebody_writes_is_left_alone(target: Path) -> None:
    """Who has it open for writing would write into the old file after it was replaced; readers are in nobody's way."""
    with target.open("r+b") as theirs:
        for each in (edit(target), edit(target, after=None)):
            with pytest.raises(PhotoError, match="at this very moment"):
                sidecar.apply(each)
        theirs.write(b"theirs")
    assert b"theirs" == target.read_bytes()[:6]
    assert [target] == list(target.parent.iterdir())
    with target.open("rb"):
        sidecar.apply(edit(target, before=target.read_bytes()))
    assert NEW == target.read_bytes()


def test_a_write_protected_sidecar_is_left_alone(target: Path) -> None:
    """Who took the right to write away meant it, even where the folder would allow a replacement."""
    target.chmod(0o444)
    with pytest.raises(PhotoError, match="write-protected"):
        sidecar.apply(edit(target))
    assert OLD == target.read_bytes()


NAMES = [
    b"n" * 247 + b".jpg",
    b"a\nb.jpg",
    b"\xff\xfe.jpg",
    "Zoe\u0308.jpg".encode(),
    "Zo\xeb.jpg".encode(),
    b"-rf *.jpg",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_bytes_work(tmp_path: Path, name: bytes) -> None:
    """Newlines, invalid UTF-8, both normal forms, and a sidecar's name of 255 bytes."""
    photo = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    photo.write_bytes(b"\xff\xd8\xff\xd9")
    planned = sidecar.plan(photo, orientation=1, size=SIZE, wanted=[ADA], date=NOW, root=tmp_path)
    assert planned is not None
    sidecar.apply(planned)
    assert 2 == len(list(tmp_path.iterdir()))
    assert 1 == len(sidecar.read(photo, None, tmp_path).suggestions)


def test_a_name_too_long_for_a_sidecar_is_said_so(tmp_path: Path) -> None:
    """A photo's name of 255 bytes has no space for the suffix."""
    photo = tmp_path / ("n" * 251 + ".jpg")
    photo.write_bytes(b"\xff\xd8\xff\xd9")
    with pytest.raises(PhotoError, match="too long"):
        sidecar.plan(photo, orientation=1, size=SIZE, wanted=[ADA], date=NOW, root=tmp_path)


CHILD = """
import os, resource, signal, sys
from pathlib import Path
from facedaemon import sidecar
path, fault = Path(sys.argv[1]), sys.argv[2]
before = path.read_bytes() if path.exists() else None
edit, apply = sidecar.Edit(path, path.parent, before, sys.stdin.buffer.read()), sidecar.apply  # loaded
if fault == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
elif fault.startswith("kill"):
    left = int(fault[4:])
    def audit(event, _):
        global left
        if event in ("open", "os.rename", "os.link", "os.remove", "os.chmod", "os.chown", "os.listxattr"):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(audit)
apply(edit)
"""


def apply_in_a_process(path: Path, fault: str) -> subprocess.CompletedProcess[bytes]:
    """`sidecar.apply` in a process that meets a fault."""
    return subprocess.run([sys.executable, "-c", CHILD, str(path), fault], input=NEW, capture_output=True, check=False)


def test_at_a_file_size_limit_the_old_file_stays_whole(target: Path) -> None:
    """Where Exiv2 leaves half a sidecar and says nothing, the old one stays and the error names it."""
    done = apply_in_a_process(target, "limit")
    assert b"PhotoError" in done.stderr
    assert target.name.encode() in done.stderr
    assert OLD == target.read_bytes()
    assert [target] == list(target.parent.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("is_new", [False, True])
def test_killed_at_any_step_the_file_is_old_or_new(target: Path, is_new: bool) -> None:
    """After a kill before each step in turn, the sidecar is whole, and the next edit tidies up."""
    states = []
    for step in range(1, 30):
        target.unlink(missing_ok=True)
        if not is_new:
            target.write_bytes(OLD)
        done = apply_in_a_process(target, f"kill{step}")
        found = target.read_bytes() if target.exists() else None
        assert found in (None if is_new else OLD, NEW)
        assert {*target.parent.iterdir()} <= {target, sidecar.leftover(target)}
        sidecar.remove_leftover(target, target.parent)
        states.append(found == NEW)
        if done.returncode == 0:
            break
        assert -signal.SIGKILL == done.returncode
    assert len(states) > 5
    assert [*sorted(states)] == states
    assert states[-1]


def test_a_full_disk_means_try_later(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ENOSPC from any call of the write path is Unavailable, names the file, and leaves it as it was."""
    for call in ("open", "fsync", "fchmod"):
        with monkeypatch.context() as patched:
            patched.setattr(os, call, _failing(call))
            with pytest.raises(Unavailable, match=target.name):
                sidecar.apply(edit(target))
        assert OLD == target.read_bytes()
        assert [target] == list(target.parent.iterdir())


def _failing(call: str) -> Callable[..., Any]:
    """The system call, failing with "no space left" where it changes something; opening for reading still works."""
    real = getattr(os, call)

    def failing(*arguments: Any, **named: Any) -> Any:
        if call == "open" and not arguments[1] & os.O_WRONLY:
            return real(*arguments, **named)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return failing
