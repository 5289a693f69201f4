"""The state belongs to one user: nobody else reads it, and nothing that was planted is followed."""

import logging
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from facedaemon.errors import ExitCode, Fatal
from facedaemon.store import Store
from facedaemon.store.database import FILE_NAME
from facedaemon.store.lock import LOCK_NAME

STRANGER = 54321

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """The process makes files with this umask."""
    former = os.umask(request.param)
    yield
    os.umask(former)


def _modes(folder: Path) -> dict[str, str]:
    return {path.name: f"{stat.S_IMODE(path.stat().st_mode):04o}" for path in (folder, *folder.iterdir())}


@pytest.mark.usefixtures("umask")
def test_what_is_made_is_closed_to_others(tmp_path: Path) -> None:
    """Folder 0700, files 0600, whatever the umask, while it is open and afterwards."""
    store = Store.open(tmp_path / "state")
    store.put_note("a", "b")
    modes = _modes(tmp_path / "state")
    store.close()
    assert {"state", FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm", LOCK_NAME} == modes.keys()
    assert "0700" == modes.pop("state")
    assert {"0600"} == set(modes.values())


@pytest.mark.parametrize("mode", [0o777, 0o755, 0o750, 0o1777, 0o2770])
def test_a_folder_that_is_open_to_others_is_closed(tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int) -> None:
    """It, and what lies in it, is theirs no longer; that is said once, and `check` says it before."""
    state = tmp_path / "state"
    Store.open(state).close()
    (state / "state.v1.backup").write_bytes(b"x")
    for path in state.iterdir():
        path.chmod(0o666)
    state.chmod(mode)
    assert "mode" in (Store.problem(state) or "")
    with caplog.at_level(logging.WARNING):
        Store.open(state).close()
    assert ["closed now" in record.getMessage() for record in caplog.records] == [True]
    assert Store.problem(state) is None
    assert {"0600"} == {mode for name, mode in _modes(state).items() if name != "state"}
    assert 0 == state.stat().st_mode & 0o077


@pytest.mark.parametrize("name", [LOCK_NAME, FILE_NAME, f"{FILE_NAME}-wal", "last-notice", "state.v1.backup"])
@pytest.mark.parametrize("plant", ["symlink_to", "hardlink_to"])
def test_a_planted_link_is_named_and_not_followed(tmp_path: Path, name: str, plant: str) -> None:
    """What it leads to is neither read, written nor given another mode."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    victim.chmod(0o644)
    state = tmp_path / "state"
    state.mkdir(mode=0o777)
    getattr(state / name, plant)(victim)
    with pytest.raises(Fatal, match=f"{name}: is a link") as refused:
        Store.open(state)
    assert ExitCode.USAGE == refused.value.exit_code
    assert (b"precious", 0o644) == (victim.read_bytes(), stat.S_IMODE(victim.stat().st_mode))


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), lambda p: p.symlink_to("gone")])
def test_what_is_no_file_makes_nobody_wait(tmp_path: Path, make: Callable[[Path], object]) -> None:
    """A pipe, an endless device, a link to nothing in the place of the lock."""
    state = tmp_path / "state"
    state.mkdir()
    make(state / LOCK_NAME)
    with pytest.raises(Fatal, match="is a link, or no plain file"):
        Store.open(state)
    assert not (state / "gone").exists()


@only_root
@pytest.mark.parametrize("name", [LOCK_NAME, FILE_NAME, f"{FILE_NAME}-journal"])
def test_a_strangers_file_is_not_taken_for_ours(tmp_path: Path, name: str) -> None:
    """A database, or a lock that another user holds, was put there while the folder was open."""
    state = tmp_path / "state"
    state.mkdir()
    (state / name).touch()
    os.chown(state / name, STRANGER, STRANGER)
    with pytest.raises(Fatal, match=f"{name}: belongs to another user"):
        Store.open(state)


@only_root
def test_a_strangers_folder_is_refused(tmp_path: Path) -> None:
    """He could exchange everything in it."""
    state = tmp_path / "state"
    state.mkdir()
    os.chown(state, STRANGER, STRANGER)
    with pytest.raises(Fatal, match="belongs to another user"):
        Store.open(state)
    assert "another user" in (Store.problem(state) or "")
    assert [] == list(state.iterdir())


@only_root
def test_a_strangers_link_is_refused_and_ones_own_is_followed(tmp_path: Path) -> None:
    """A user may keep the state on another disk by a link."""
    link = tmp_path / "state"
    link.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    Store.open(link).close()
    os.lchown(link, STRANGER, STRANGER)
    with pytest.raises(Fatal, match="the state cannot be kept there"):
        Store.open(link)
