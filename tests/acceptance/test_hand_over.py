"""Commands that need the state while a daemon owns it: the daemon does their work, and they print its report."""

import os
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.store import StateLock
from tests.acceptance.daemon_process import OWN_PROCESS, Daemon, daemon
from tests.acceptance.place import Place
from tests.deadlines import TIMEOUT

pytestmark = pytest.mark.slow

USAGE, LOCKED = 2, 4


def _watching(running: Daemon) -> None:
    running.tells("READY=1")
    running.tells("STATUS=Watching 1 folder")


def test_the_daemon_scans_trains_and_takes_back(known_place: Place) -> None:
    """`scan`, `rebuild`, `rollback` and `undo` print what the daemon did, with the exit status of their own."""
    place = known_place
    with daemon(place) as running:
        _watching(running)
        written = len(place.sidecars())
        assert written
        broken = place.photos / "2010" / "broken.jpg"
        broken.parent.mkdir(exist_ok=True)
        broken.write_bytes(b"\xff\xd8\xff\xe0 this is no picture")
        done = place.run("scan", "--json")
        assert (1, len(place.truth) + 1) == (done.status, done.summary["photos"]["seen"])
        assert str(broken) in done.err
        assert f"process {running.process.pid}" in done.err
        broken.unlink()
        first = place.json("status").summary["generation"]
        assert first + 1 == place.json("rebuild").summary["generation"]
        assert {"generation": first} == place.json("rollback").summary
        assert written == place.json("undo").summary["removed"]
        assert {} == place.sidecars()
        assert [] == list((place.state / "requests").iterdir())
        assert 0 == running.stop()


def _known(place: Place) -> set[str]:
    with closing(sqlite3.connect(f"file:{place.state / 'state.db'}?mode=ro", uri=True)) as state:
        return {Path(os.fsdecode(path)).name for (path,) in state.execute("SELECT path FROM photo")}


def _delete_most(place: Place) -> set[str]:
    """Delete all photos but two; gives the names of these."""
    kept, deleted = sorted(place.truth)[:2], sorted(place.truth)[2:]
    for name in deleted:
        (place.photos / name).unlink()
    return {Path(name).name for name in kept}


def test_the_daemon_forgets_photos_that_are_gone(known_place: Place) -> None:
    """`forget --missing` beside a daemon: it is done at once, nothing that is there is lost, and passes go on."""
    place = known_place
    with daemon(place) as running:
        _watching(running)
        kept = _delete_most(place)
        done = place.run("forget", "--missing", str(place.photos), "--json")
        assert (0, len(place.truth) - 2) == (done.status, done.summary["forgotten"]), done.err
        assert f"process {running.process.pid}" in done.err
        assert kept == _known(place)
        running.until(lambda: 0 == place.json("status").summary["suggestions"]["open"], "nothing was learned from it")
        assert 0 == place.json("forget", "--missing", str(place.photos)).summary["forgotten"]
        other = place.folder / "other"
        assert USAGE == place.run("forget", "--missing", str(other)).status
        place.photos.rename(other)
        assert USAGE == place.run("forget", "--missing", str(place.photos)).status
        other.rename(place.photos)
        assert kept == _known(place)
        assert 0 == running.stop()


def test_photos_are_forgotten_in_the_middle_of_a_pass(place: Place) -> None:
    """A pass and a command's scan under way end for it, begin again after it, and both are done to the end."""
    with daemon(place) as running:
        running.tells("READY=1")
        running.until(lambda: _known(place), "it never analysed a photo")
        scan = place.start("scan", "--json")
        running.until(lambda: list((place.state / "requests").glob("*")), "the scan never asked")
        gone = min(name for name in place.truth if Path(name).name in _known(place))
        (place.photos / gone).unlink()
        assert 0 == place.run("forget", "--missing", str(place.photos), "--json").status
        assert 0 == scan.wait(TIMEOUT)
        running.tells("STATUS=Watching 1 folder")
        assert {Path(name).name for name in place.truth} - {Path(gone).name} == _known(place)
        assert [] == list((place.state / "requests").iterdir())
        assert 0 == running.stop()


def test_paths_and_mistakes(known_place: Place) -> None:
    """Paths are the daemon's own also where it runs with `--photos`; others are refused with what would be right."""
    place = known_place
    other = place.folder / "other"
    shutil.copytree(place.photos / min(place.truth).split("/", 1)[0], other / "album")
    with daemon(place, options=["--photos", str(other)]) as running:
        _watching(running)
        photo = next((other / "album").rglob("*.jpg"))
        assert 1 == place.json("scan", str(photo)).summary["photos"]["seen"]
        assert 1 <= place.json("scan", "--photos", str(other / "album")).summary["photos"]["seen"]
        refused = place.run("scan", "--photos", str(place.photos))
        assert LOCKED == refused.status
        assert f"It works on {other}" in refused.err
        outside = place.run("scan", str(place.photos))
        assert (USAGE, True) == (outside.status, "lies outside" in outside.err)
        assert running.process.poll() is None
        assert 0 == running.stop()


def test_a_daemon_that_is_paused_does_what_a_person_asks_for(known_place: Place, bubblewrap: Path) -> None:
    """On battery nothing is done by itself; a `scan` that somebody calls is."""
    place = known_place
    battery = place.folder / "power" / "BAT0"
    battery.mkdir(parents=True)
    (battery / "type").write_text("Battery\n")
    (battery / "status").write_text("Discharging\n")
    view = [str(bubblewrap), "--die-with-parent", "--dev-bind", "/", "/"]
    with daemon(place, before=[*view, "--bind", str(battery.parent), "/sys/class/power_supply"]) as running:
        running.tells("STATUS=Paused: on battery")
        assert {} == place.sidecars()
        assert place.json("scan").summary["sidecars"]["written"] == len(place.sidecars()) > 0


def test_a_daemon_that_ends_meanwhile(known_place: Place) -> None:
    """A command whose daemon is killed while it works says so, and leaves nothing that the next one would do."""
    place = known_place
    with daemon(place) as running:
        _watching(running)
        command = subprocess.Popen(
            place.command("rebuild", "--from-scratch"), stderr=subprocess.PIPE, text=True, env=place.environment()
        )
        folder = place.state / "requests"
        running.until(lambda: list(folder.glob("*.taken")), "the request was never taken")
        running.process.send_signal(signal.SIGKILL)
        running.process.wait(TIMEOUT)
        _, error = command.communicate(timeout=600)
        assert LOCKED == command.returncode
        assert "ended before it was done" in error
    with daemon(place) as again:
        _watching(again)
        assert [] == list(folder.iterdir())
        assert 0 == again.stop()


def test_a_stopped_daemon_is_named(known_place: Place) -> None:
    """A daemon that does not react is named with what to do, at once; nothing waits for it afterwards."""
    place = known_place
    with daemon(place, before=OWN_PROCESS) as running:
        _watching(running)
        running.pause()
        done = place.run("undo")
        assert LOCKED == done.status
        assert f"process {running.process.pid}, facedaemon run" in done.err
        assert "does not react" in done.err
        running.resume()
        assert place.sidecars()


def test_another_command_is_named(known_place: Place) -> None:
    """A state that no daemon holds is not waited for: the process is named, with exit status 4."""
    lock = StateLock(known_place.state)
    try:
        _delete_most(known_place)
        for command in ("scan", "undo", "rebuild", "rollback", "forget --missing ."):
            done = known_place.run(*command.replace(".", str(known_place.photos)).split())
            assert (LOCKED, True) == (done.status, f"process {os.getpid()}" in done.err), done
    finally:
        lock.release()


def test_what_is_written_under_any_umask_can_be_read_again(empty_place: Place) -> None:
    """A user's umask may take rights from the user; state, lock and requests would be lost to the next command."""
    under = ("sh", "-c", 'umask 0777 && exec "$@"', "sh")
    assert 0 == empty_place.run("scan", before=under).status
    written = [empty_place.state, *empty_place.state.rglob("*")]
    assert {"state.db", "lock"} < {path.name for path in written}
    assert [] == [path.name for path in written if path.stat().st_mode & 0o600 != 0o600]
    assert 0 == empty_place.run("scan").status
