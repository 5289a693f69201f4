"""Which settings the daemon works with when a reload meets something that cannot be used now."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from facedaemon.config import Config, load
from facedaemon.daemon.port import Steps, Work
from facedaemon.daemon.reloads import Reloads
from facedaemon.daemon.systemd import Systemd
from facedaemon.errors import Unavailable
from facedaemon.jobs import Job
from facedaemon.store import Locked, StateLock
from tests.daemon.idle_work import IdleWork
from tests.deadlines import TIMEOUT, next_line


class StateHeld(IdleWork):
    """A Work that does nothing but hold the state of its config, on a drive that may be away."""

    def __init__(self, config: Config) -> None:
        if not config.state().parent.is_dir():
            raise Unavailable(f"{config.state()}: its drive is away")
        self._lock = StateLock(config.state())

    def handle(self, _: Job) -> Steps:
        """Nothing is done."""
        yield from ()

    def close(self) -> None:
        """The state is free again."""
        self._lock.release()


class Opening:
    """Opens the work as the worker does, again and again; something may happen before an attempt of a number."""

    def __init__(self, config: Config) -> None:
        self.happens: dict[int, Callable[[], object]] = {}
        self._attempts = 0
        self.reloads = Reloads(self._open, config, Systemd({}), open_seconds=0.01)

    def _open(self, config: Config, _: Callable[[], None]) -> Work:
        self._attempts += 1
        self.happens.get(self._attempts, lambda: None)()
        return StateHeld(config)

    def opened(self) -> Config | None:
        """Open it and close it; the settings that it was opened with."""
        work = self.reloads.opened(lambda: None)
        if work is None:
            return None
        work.close()
        return self.reloads.in_use


def _config(folder: Path, state: str, **more: object) -> Config:
    (folder / "empty.yaml").write_text("")
    return load(folder / "empty.yaml", {"state_directory": str(folder / state), **more})


def test_a_config_that_is_corrected_counts_while_the_former_waits(tmp_path: Path) -> None:
    """A state on a drive that never comes is waited for until the config names another: that one is opened."""
    here = _config(tmp_path, "state")
    opening = Opening(_config(tmp_path, "absent/state"))
    opening.happens[3] = lambda: opening.reloads.put(here)
    assert here == opening.opened()


def test_a_command_that_has_the_state_for_a_moment_does_not_cost_the_new_settings(tmp_path: Path) -> None:
    """A reload closes the state and opens it again; who takes it between the two is waited for."""
    before, after = _config(tmp_path, "state"), _config(tmp_path, "state", detection={"min_size": 64})
    opening = Opening(before)
    assert before == opening.opened()
    command = StateLock(before.state())
    opening.happens[4] = command.release
    opening.reloads.put(after)
    assert after == opening.opened()


def test_settings_that_name_the_state_of_another_daemon_are_not_used(tmp_path: Path) -> None:
    """Another daemon will not end by itself: the former settings stay."""
    before, after = _config(tmp_path, "state"), _config(tmp_path, "other")
    opening = Opening(before)
    assert before == opening.opened()
    other = StateLock(after.state())
    opening.reloads.put(after)
    assert before == opening.opened()
    other.release()


def test_new_settings_are_tried_again_where_the_former_cannot_be_used_either(tmp_path: Path) -> None:
    """A drive with both states that comes back is used with the settings of the last reload."""
    drive, away = tmp_path / "drive", tmp_path / "away"
    drive.mkdir()
    before, after = _config(tmp_path, "drive/one"), _config(tmp_path, "drive/two")
    opening = Opening(before)
    opening.happens[4] = lambda: away.rename(drive)
    assert before == opening.opened()
    drive.rename(away)
    opening.reloads.put(after)
    assert after == opening.opened()


def test_it_can_be_stopped_while_it_waits(tmp_path: Path) -> None:
    """Nothing is opened any more, and nothing is waited for."""
    opening = Opening(_config(tmp_path, "absent/state"))
    opening.happens[2] = opening.reloads.stop
    assert opening.opened() is None


HOLDER = """
import sys; from pathlib import Path; from facedaemon.store import Locked, StateLock
from tests.daemon.idle_work import IdleWork
from tests.deadlines import TIMEOUT, next_line
lock = StateLock(Path(sys.argv[1])); print("owned", flush=True); sys.stdin.read()
"""


@contextmanager
def _held(state: Path, word: str) -> Iterator[subprocess.Popen[str]]:
    """The state is in use by a process that the kernel shows as `facedaemon WORD`."""
    command = [sys.executable, "-c", HOLDER, str(state), "facedaemon", word]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert "owned\n" == next_line(process.stdout)
            yield process
        finally:
            process.kill()


def _ended(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait(TIMEOUT)


@pytest.fixture
def _service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A service manager started this process."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield


@pytest.mark.usefixtures("_service")
def test_a_service_waits_for_a_command_that_has_the_state(tmp_path: Path) -> None:
    """Started while a scan is at work, it would end and stay ended: systemd does not start it again at that status."""
    config = _config(tmp_path, "state")
    with _held(config.state(), "scan") as command:
        opening = Opening(config)
        opening.happens[3] = lambda: _ended(command)
        assert config == opening.opened()


@pytest.mark.usefixtures("_service")
def test_a_service_does_not_wait_for_another_daemon(tmp_path: Path) -> None:
    """That one would not end by itself."""
    config = _config(tmp_path, "state")
    with _held(config.state(), "run"), pytest.raises(Locked):
        Opening(config).opened()


def test_at_a_terminal_a_command_that_has_the_state_is_an_error(tmp_path: Path) -> None:
    """A person sees it and tries again."""
    config = _config(tmp_path, "state")
    with _held(config.state(), "scan"), pytest.raises(Locked):
        Opening(config).opened()
