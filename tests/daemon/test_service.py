"""The daemon as a process: real signals, real inotify, a real notification socket."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread

import pytest

from tests.acceptance.drive import UNSHARE, why_not
from tests.deadlines import joined, next_line, within

pytestmark = pytest.mark.slow

TIMEOUT = 120.0  # for anything that should take a second; generous, since a test machine may be busy


class Service:
    """A running `small_service`, what it prints, and what it reports to systemd."""

    def __init__(self, folder: Path, *, slow: bool = False, watchdog: str = "", more: str = "") -> None:
        self.photos = folder / "photos"
        self.photos.mkdir()
        (self.photos / "old.jpg").write_bytes(b"old")
        self.config = folder / "config.yaml"
        self.library = folder / "library"
        self.configure(more)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "notify"))
        self._socket.settimeout(TIMEOUT)
        self.received: list[str] = []
        environment = {**os.environ, "NOTIFY_SOCKET": str(folder / "notify")}
        if watchdog:
            environment["WATCHDOG_USEC"] = watchdog
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.daemon.small_service", str(self.config), *(["slow"] if slow else [])],
            stdout=subprocess.PIPE,
            stderr=(folder / "log").open("w"),
            text=True,
            env=environment,
        )
        self._log = folder / "log"
        self._said: Queue[str] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def configure(self, more: str) -> None:
        """Write the config; `more` is added to it."""
        self.config.write_text(f"photos: {{roots: [{self.photos}]}}\n{more}\n", encoding="utf-8")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._said.put(line.strip())

    def expect(self, wanted: str) -> list[str]:
        """What it said up to and including the line `wanted`."""
        lines: list[str] = []
        while wanted not in lines:
            try:
                lines.append(self._said.get(timeout=TIMEOUT))
            except Empty:
                pytest.fail(f"it never said '{wanted}', only {lines}; log: {self.log()}")
        return lines

    def tells(self, wanted: str) -> str:
        """The first message to systemd from now on that holds `wanted`."""
        while True:
            message = self._socket.recv(4096).decode("utf-8")
            self.received.append(message)
            if wanted in message:
                return message

    def falls_silent(self, message: str, seconds: float) -> None:
        """No `message` to systemd comes any more."""
        until = time.monotonic() + TIMEOUT
        quiet_since = time.monotonic()
        self._socket.settimeout(0.1)
        while time.monotonic() - quiet_since < seconds:
            assert time.monotonic() < until, f"{message} did not end"
            try:
                if message in self._socket.recv(4096).decode("utf-8"):
                    quiet_since = time.monotonic()
            except TimeoutError:
                continue

    def signal(self, number: int) -> None:
        """A signal arrives."""
        self.process.send_signal(number)

    def ends(self) -> int:
        """Its exit status."""
        return self.process.wait(TIMEOUT)

    def log(self) -> str:
        """What it logged."""
        return self._log.read_text(encoding="utf-8")

    def close(self) -> None:
        """It is gone, whatever happened."""
        self.process.kill()
        self.process.wait(TIMEOUT)
        joined(self._reader)
        self._socket.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service that is ready and idle."""
    service = Service(tmp_path)
    service.tells("READY=1")
    service.expect("end Rescan")
    yield service
    service.close()


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Service]:
    """A service in the middle of a rescan that does not end."""
    service = Service(tmp_path, slow=True)
    service.tells("READY=1")
    service.expect("begin Rescan")
    yield service
    service.close()


def test_it_scans_first_and_does_its_work_in_the_worker_thread(tmp_path: Path) -> None:
    """The work is opened by the thread that uses it, then everything is compared once."""
    service = Service(tmp_path)
    assert ["open 32 worker", "begin Rescan", "end Rescan"] == service.expect("end Rescan")
    service.close()


def test_what_is_away_at_the_start_is_waited_for(tmp_path: Path) -> None:
    """A drive or a server that comes later is no reason to end: systemd would not start the service again."""
    (tmp_path / "away").touch()
    service = Service(tmp_path)
    service.tells("STATUS=Waiting: the library is on a drive that is away")
    (tmp_path / "away").unlink()
    service.tells("READY=1")
    service.signal(signal.SIGTERM)
    assert 0 == service.ends()
    service.close()


def test_a_reload_while_something_is_away_waits_for_it(service: Service) -> None:
    """A correct config ends nothing; a daemon that waits can be stopped."""
    (service.config.parent / "away").touch()
    service.signal(signal.SIGHUP)
    service.tells("STATUS=Waiting: the library is on a drive that is away")
    service.signal(signal.SIGTERM)
    assert 0 == service.ends()


def test_a_new_photo_is_looked_at(service: Service) -> None:
    """A file written into a watched folder becomes a job by itself."""
    (service.photos / "new.jpg").write_bytes(b"new")
    service.expect("look new.jpg")


def test_a_sidecar_brings_its_photo(service: Service) -> None:
    """When somebody writes a sidecar, the photo it speaks of is looked at."""
    (service.photos / "old.xmp").write_text("<x/>", encoding="utf-8")
    service.expect("look old.jpg")


def test_a_confirmation_is_read(service: Service) -> None:
    """A library that changed is read within seconds."""
    service.library.write_text("Anna", encoding="utf-8")
    service.expect("begin ReadLibrary")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_the_middle_of_a_job(busy: Service, number: int) -> None:
    """Told to stop, it ends the present step, closes its work, and exits with 0."""
    busy.signal(number)
    busy.expect("close")
    assert 0 == busy.ends()
    busy.tells("STOPPING=1")


def test_a_step_that_hangs_does_not_keep_it_from_stopping(service: Service) -> None:
    """Stopped inside a step that never ends, it exits all the same."""
    (service.photos / "hang.jpg").write_bytes(b"x")
    service.expect("look hang.jpg")
    service.signal(signal.SIGTERM)
    assert 0 == service.ends()
    assert "done again at the next start" in service.log()


def test_a_fresh_photo_does_not_wait_for_a_rescan(busy: Service) -> None:
    """While a long job runs, a photo that arrives is looked at between two of its steps."""
    (busy.photos / "fresh.jpg").write_bytes(b"x")
    assert "end Rescan" not in busy.expect("end ScanPhotos")


def test_the_activity_is_reported_to_systemd(busy: Service) -> None:
    """The status is a line for a person, and names in any script arrive."""
    assert "STATUS=Looking at photos 3 of 7: Ünïcode-Ж.jpg" == busy.tells("Looking at photos")


def test_the_activity_is_stored_in_the_state(busy: Service) -> None:
    """What `status` shows is noted while working, and that it stopped is noted at the end."""
    busy.tells("Looking at photos")
    busy.signal(signal.SIGTERM)
    busy.expect("close")
    assert "Stopped" == (busy.config.parent / "doing").read_text(encoding="utf-8")


def test_a_bug_costs_one_job(service: Service) -> None:
    """A mistake of ours is logged with its traceback and the service goes on."""
    (service.photos / "bug.jpg").write_bytes(b"x")
    service.expect("look bug.jpg")
    (service.photos / "next.jpg").write_bytes(b"x")
    service.expect("look next.jpg")
    assert "ZeroDivisionError: a mistake of ours" in service.log()


def test_a_photo_that_cannot_be_used_is_named(service: Service) -> None:
    """A PhotoError is one line in the log and no more."""
    (service.photos / "broken.jpg").write_bytes(b"")
    service.expect("look broken.jpg")
    (service.photos / "next.jpg").write_bytes(b"x")
    service.expect("look next.jpg")
    assert (True, False) == ("broken.jpg: the file is empty" in service.log(), "Traceback" in service.log())


def test_what_is_unavailable_is_tried_again(service: Service) -> None:
    """A job that met Unavailable is done again by itself, and said once."""
    (service.photos / "away.jpg").write_bytes(b"x")
    service.expect("look away.jpg")
    service.expect("look away.jpg")
    assert 1 == service.log().count("the drive is not mounted")


def test_a_fatal_error_ends_it_with_its_status(service: Service) -> None:
    """Fatal in a job stops the daemon with the exit status of the contract, after the work was closed."""
    (service.photos / "fatal.jpg").write_bytes(b"x")
    service.expect("close")
    assert 5 == service.ends()
    assert "unknown version" in service.log()


def test_the_watchdog_is_fed_while_idle_and_while_working(tmp_path: Path) -> None:
    """Both waiting and working are progress; a step that hangs is none, and the beats end."""
    service = Service(tmp_path, watchdog="400000")
    service.tells("WATCHDOG=1")
    service.expect("end Rescan")
    service.tells("WATCHDOG=1")
    (service.photos / "hang.jpg").write_bytes(b"x")
    service.expect("look hang.jpg")
    service.falls_silent("WATCHDOG=1", seconds=2.5)
    service.close()


def test_a_reload_takes_the_new_settings(busy: Service) -> None:
    """SIGHUP closes the work after the present step and opens it again, announced as systemd wants it."""
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    busy.configure("detection: {min_size: 64}")
    busy.signal(signal.SIGHUP)
    message = busy.tells("RELOADING=1")
    busy.expect("open 64 worker")
    busy.tells("READY=1")
    found = re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", message)
    assert found is not None
    assert before <= int(found[1]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


BROKEN = {
    b"detection: {min_sice: 64}": "did you mean min_size?",
    b"detection: [": "not valid YAML",
    b'schedule: {rebuild: "0 3 * * someday"}': "'someday' is no weekday",
    b'schedule: {rescan: "often"}': "schedule.rescan",
    b"detection: {min_size: 666}": "the models are missing",
    b"detection: {min_score: 7}": "detection.min_score",
    b"sidecar: {policy: sometimes}": "sidecar.policy",
    b"photos: {roots: 7}": "photos.roots",
    b"- a list": "expected",
    b"photos: {roots: [\xff\xfe]}": "cannot be read",
    b"state_directory: 2024-13-45": "not valid YAML",
    b"detection: " + b"[" * 3000: "not valid YAML",
    b"schedule: {rescan: 9999999d}": "schedule.rescan",
    b"library: {metadata: false}\nlibrary: {metadata: true}": "line 2: 'library' stands there a second time",
}


def test_bad_configs_keep_the_former(service: Service) -> None:
    """After SIGHUP with a config that cannot be used the problem is named, and the daemon goes on as before."""
    for broken, said in BROKEN.items():
        service.config.write_bytes(broken)
        service.signal(signal.SIGHUP)
        service.tells("RELOADING=1")
        service.tells("READY=1")
        assert said in service.log(), broken
    (service.photos / "next.jpg").write_bytes(b"x")
    service.expect("look next.jpg")


def test_a_config_that_is_gone_keeps_the_former(service: Service) -> None:
    """A config that was deleted, or lies on a drive that is away, is no reason to work with other settings."""
    service.config.unlink()
    service.signal(signal.SIGHUP)
    service.tells("RELOADING=1")
    service.tells("READY=1")
    (service.photos / "next.jpg").write_bytes(b"x")
    service.expect("look next.jpg")
    assert str(service.config) in service.log()


def test_a_work_that_cannot_be_opened_ends_the_start(tmp_path: Path) -> None:
    """Missing models at the start give their exit status, and READY is never said."""
    (tmp_path / "photos").mkdir()
    config = tmp_path / "config.yaml"
    config.write_text(f"photos: {{roots: [{tmp_path}/photos]}}\ndetection: {{min_size: 666}}\n", encoding="utf-8")
    command = [sys.executable, "-m", "tests.daemon.small_service", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert (3, "the models are missing\n") == (done.returncode, done.stderr)


def test_it_ends_with_the_terminal_that_it_was_started_on(tmp_path: Path) -> None:
    """Where its window is closed nobody sees it any more: the hang-up ends it instead of having it read its config."""
    (tmp_path / "photos").mkdir()
    config = tmp_path / "config.yaml"
    config.write_text(f"photos: {{roots: [{tmp_path / 'photos'}]}}\n", encoding="utf-8")
    ours, theirs = os.openpty()
    command = ["setsid", "--ctty", sys.executable, "-m", "tests.daemon.small_service", str(config)]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
        os.close(theirs)
        while (line := next_line(process.stdout)) != "end Rescan\n":
            assert line
        os.close(ours)
        try:
            assert 0 == process.wait(TIMEOUT)
        finally:
            process.kill()


HUNG = """
import ctypes, os, sys
connection = os.open("/dev/fuse", os.O_RDWR)
os.set_inheritable(connection, True)  # it stays open, and nobody ever answers there
options = f"fd={connection},rootmode=40000,user_id=0,group_id=0"
if ctypes.CDLL(None, use_errno=True).mount(b"hung", os.fsencode(sys.argv[1]), b"fuse", 0, options.encode()):
    sys.exit(os.strerror(ctypes.get_errno()))
os.execv(sys.argv[2], sys.argv[2:])
"""


def _hangs(process: int) -> bool:
    """Wait until the main thread is in a call to the share, of which the kernel says where it waits (proc(5))."""
    pause = Event()
    while "fuse" not in Path(f"/proc/{process}/wchan").read_text(encoding="ascii"):
        pause.wait(0.05)
    return True


def test_a_share_that_hangs_does_not_keep_it_from_ending(tmp_path: Path) -> None:
    """Where a server is gone each look at its folder waits for ever; told to stop, the daemon ends with 0."""
    share, config = tmp_path / "share", tmp_path / "config.yaml"
    share.mkdir()
    if reason := why_not():
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    config.write_text(f"photos: {{roots: [{share}]}}\n", encoding="utf-8")
    command = [*UNSHARE, sys.executable, "-c", HUNG, str(share)]
    command += [sys.executable, "-m", "tests.daemon.small_service", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert "open 32 worker\n" == next_line(process.stdout)
            within(lambda: _hangs(process.pid), "the main thread hangs")
            process.send_signal(signal.SIGTERM)
            assert 0 == process.wait(TIMEOUT)
        finally:
            process.kill()
