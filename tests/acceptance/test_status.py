"""`status` against a daemon that runs, is paused, waits, is stuck, was killed or stopped, and for monitoring."""

import os
import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from facedaemon import __version__
from facedaemon.pipeline import read_daemon
from facedaemon.store import StateLock
from tests.acceptance.daemon_process import OWN_PROCESS, Daemon, daemon
from tests.acceptance.place import Done, Json, Place
from tests.deadlines import TIMEOUT

pytestmark = pytest.mark.slow

OK, WARNING, CRITICAL, UNKNOWN = range(4)


def _daemon(place: Place) -> Json:
    found: Json = place.json("status").summary["daemon"]
    return found


def _until_it_is(place: Place, running: Daemon, state: str) -> Json:
    """Wait for a state; gives all of `status`."""

    def is_there() -> Json | None:
        if read_daemon(place.state).state != state:  # in this process: a command takes longer than what is waited for
            return None
        found = place.json("status").summary
        return found if found["daemon"]["state"] == state else None

    return running.until(is_there, f"status never said {state}")


def _check(place: Place) -> tuple[int, str]:
    done = place.run("status", "--check")
    assert done.err == ""
    assert 1 == len(done.out.splitlines())
    return done.status, done.out


def _metrics(place: Place) -> dict[str, float]:
    """The metrics as a scraper reads them; each family has its help and type before its samples."""
    file = place.folder / "facedaemon.prom"
    done = place.run("status", "--prometheus", str(file))
    assert (0, "") == (done.status, done.out)
    assert 0o644 == file.stat().st_mode & 0o777
    assert [] == [left for left in file.parent.iterdir() if left.name.startswith(".facedaemon.prom")]
    values: dict[str, float] = {}
    described: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            described.append(line.split()[2])
        else:
            sample = re.fullmatch(r'(\w+)((?:\{\w+="(?:[^"\\]|\\.)*"\})?) (\S+)', line)
            assert sample is not None, line
            assert sample[1] == described[-1]
            values[sample[1] + sample[2]] = float(sample[3])
    return values


def test_a_running_daemon(empty_place: Place) -> None:
    """Its process, version and roots as `--photos` gave them; times in ISO 8601; the check says that all is well."""
    other = empty_place.folder / "other"
    other.mkdir()
    (other / "note.txt").touch()
    with daemon(empty_place, before=OWN_PROCESS, options=["--photos", str(other)]) as running:
        status = _until_it_is(empty_place, running, "watching")
        assert [{"path": str(other), "state": "there", "reason": None}] == status["roots"]
        found = status["daemon"]
        assert (running.process.pid, __version__) == (found["pid"], found["version"])
        assert found["command"].startswith(f"facedaemon run --photos {other}")
        for moment in (found["started"], found["since"], found["last_pass"], status["since"]):
            assert datetime.fromisoformat(moment).tzinfo is not None
            assert "T" in moment
        assert (OK, True) == (
            (checked := _check(empty_place))[0],
            checked[1].startswith("FACEDAEMON OK - Watching 1 folder |"),
        )
        metrics = _metrics(empty_place)
        assert (1, 0) == (metrics["facedaemon_up"], metrics["facedaemon_check_status"])
        assert 1 == metrics['facedaemon_daemon_state{state="watching"}']
        assert 1 == metrics[f'facedaemon_root_there{{path="{other}"}}']
        assert 1 == metrics[f'facedaemon_info{{version="{__version__}"}}']
        words = empty_place.run("status").out
        assert f"process {running.process.pid}" in words
        assert 0 == running.stop()
    assert "not_running" == _daemon(empty_place)["state"]
    assert CRITICAL == _check(empty_place)[0]


def test_a_stuck_daemon(empty_place: Place) -> None:
    """One that was stopped by SIGSTOP lives and does nothing: critical; when it goes on, all is well again."""
    with daemon(empty_place, before=OWN_PROCESS) as running:
        _until_it_is(empty_place, running, "watching")
        running.pause()
        assert "stuck" == _daemon(empty_place)["state"]
        status, line = _check(empty_place)
        assert CRITICAL == status
        assert "stuck" in line
        assert (0, 2) == ((metrics := _metrics(empty_place))["facedaemon_up"], metrics["facedaemon_check_status"])
        running.resume()
        assert "watching" == _daemon(empty_place)["state"]


def test_a_killed_daemon(empty_place: Place) -> None:
    """After `kill -9` it is not running at once: no process, no activity, and the check is critical."""
    with daemon(empty_place, before=OWN_PROCESS) as running:
        _until_it_is(empty_place, running, "watching")
        running.process.kill()
        running.process.wait(TIMEOUT)
        found = empty_place.json("status").summary
        assert ("crashed", None) == (found["daemon"]["state"], found["daemon"]["pid"])
        assert (None, None) == (found["doing"], found["waiting"])
        assert empty_place.run("status").out.startswith(f"not running: process {running.process.pid} was ended")
        assert (CRITICAL, 0) == (_check(empty_place)[0], _metrics(empty_place)["facedaemon_up"])
    with daemon(empty_place, before=OWN_PROCESS) as again:
        assert again.process.pid == _until_it_is(empty_place, again, "watching")["daemon"]["pid"]
        assert 0 == again.stop()
    assert "not_running" == _daemon(empty_place)["state"]


def test_a_paused_daemon(empty_place: Place, bubblewrap: Path) -> None:
    """On battery it is paused, with the reason; that is as the settings ask, so the check is well."""
    battery = empty_place.folder / "power" / "BAT0"
    battery.mkdir(parents=True)
    (battery / "type").write_text("Battery\n")
    (battery / "status").write_text("Discharging\n")
    view = [str(bubblewrap), "--die-with-parent", "--dev-bind", "/", "/"]
    with daemon(empty_place, before=[*view, "--bind", str(battery.parent), "/sys/class/power_supply"]) as running:
        found = _until_it_is(empty_place, running, "paused")
        assert ("on battery", "Paused: on battery") == (found["daemon"]["reason"], found["doing"].split(";")[0])
        assert OK == _check(empty_place)[0]
        assert 1 == _metrics(empty_place)['facedaemon_daemon_state{state="paused"}']


def test_a_waiting_daemon(empty_place: Place) -> None:
    """While a root is away it waits, and says for what: a warning, until the drive is back."""
    away = empty_place.folder / "unplugged"
    with daemon(empty_place) as running:
        _until_it_is(empty_place, running, "watching")
        empty_place.photos.rename(away)
        found = _until_it_is(empty_place, running, "waiting")
        assert str(empty_place.photos) in found["daemon"]["reason"]
        assert ["away"] == [root["state"] for root in found["roots"]]
        status, line = _check(empty_place)
        assert WARNING == status
        assert str(empty_place.photos) in line
        assert 0 == _metrics(empty_place)[f'facedaemon_root_there{{path="{empty_place.photos}"}}']
        away.rename(empty_place.photos)
        _until_it_is(empty_place, running, "watching")
        assert OK == _check(empty_place)[0]


def test_another_command_is_no_daemon(empty_place: Place) -> None:
    """A state that a scan holds is in use, and no daemon runs."""
    empty_place.json("scan")
    lock = StateLock(empty_place.state)
    try:
        found = empty_place.json("status").summary
        assert ("not_running", None) == (found["daemon"]["state"], found["daemon"]["pid"])
        assert f"in use by process {os.getpid()}" in empty_place.run("status").out
        assert WARNING == _check(empty_place)[0]
    finally:
        lock.release()


def _no_state(_: Place) -> None:
    """Nothing was ever scanned."""


def _damaged(place: Place) -> None:
    place.json("scan")
    (place.state / "state.db").write_bytes(b"no database" * 1000)


def _wrong_config(place: Place) -> None:
    place.config.write_text("photos: [")


@pytest.mark.parametrize("break_it", [_no_state, _damaged, _wrong_config])
def test_what_cannot_be_known_is_unknown(empty_place: Place, break_it: Callable[[Place], None]) -> None:
    """Without a state, with a damaged one or with a wrong config the check says "unknown", in one line."""
    break_it(empty_place)
    status, line = _check(empty_place)
    assert UNKNOWN == status
    assert line.startswith("FACEDAEMON UNKNOWN - ")
    done = empty_place.run("status", "--check", "--json")
    assert (UNKNOWN, "unknown") == (done.status, done.summary["level"])


@pytest.mark.parametrize("content", ["", "{", "[]", '{"state": "dancing"}', '{"pid": "x", "state": "watching"}', "\0"])
def test_a_record_that_makes_no_sense_is_none(empty_place: Place, content: str) -> None:
    """Whatever lies in the daemon's file, `status` answers, and a daemon starts and replaces it."""
    empty_place.json("scan")
    (empty_place.state / "daemon.json").write_text(content)
    assert "not_running" == _daemon(empty_place)["state"]
    with daemon(empty_place) as running:
        _until_it_is(empty_place, running, "watching")
        assert 0 == running.stop()


def test_metrics_that_cannot_be_written(empty_place: Place) -> None:
    """A folder that is not there ends the command with status 2; nothing is left behind."""
    done: Done = empty_place.run("status", "--prometheus", str(empty_place.folder / "absent" / "x.prom"))
    assert 2 == done.status
    assert "x.prom" in done.err
    assert not shutil.which("x.prom", path=str(empty_place.folder))
