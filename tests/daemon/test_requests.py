"""What commands ask of a running daemon is answered, or the command finds out why it never will be."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from facedaemon import __version__
from facedaemon.config import Config, load
from facedaemon.daemon.port import Activity
from facedaemon.daemon.work import PhotoWork
from facedaemon.errors import ExitCode, Fatal
from facedaemon.jobs import CarryOut
from facedaemon.pipeline import DaemonRecord, DaemonState, Reporter, Requests, hand_request_over, write_record
from facedaemon.pipeline.service.requests import Report, Request, RequestKind
from facedaemon.pipeline.session import open_session
from facedaemon.store import Holder, Locked, StateLock

TIMEOUT = 60.0
SCAN, UNDO, ROLLBACK = Request(RequestKind.SCAN), Request(RequestKind.UNDO), Request(RequestKind.ROLLBACK)


@pytest.fixture
def config(model_files: Path, tmp_path: Path) -> Config:
    """A user's without digiKam and with one photo, which cannot be read."""
    assert model_files.is_dir()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"no picture")
    (tmp_path / "empty.yaml").write_text("")
    settings = {
        "photos": {"roots": [str(tmp_path / "photos")]},
        "library": {"digikam": {"database": "none"}},
        "state_directory": str(tmp_path / "state"),
    }
    return load(tmp_path / "empty.yaml", settings)


@contextmanager
def _working(config: Config) -> Iterator[PhotoWork]:
    with closing(PhotoWork(open_session(config, home=config.state().parent))) as work:
        yield work


def _taken(requests: Requests, name: str) -> str:
    assert requests.take(name) is not None
    return name


def test_an_error_of_ours_costs_one_request(config: Config) -> None:
    """Of two commands that wait, one meets a state that lacks a table: it gets an error, the other its answer."""
    requests = Requests(config.state())
    with _working(config) as work, requests.asked(UNDO) as first, requests.asked(ROLLBACK) as second:
        with closing(sqlite3.connect(config.state() / "state.db")) as state:
            state.execute("ALTER TABLE ledger RENAME TO elsewhere")
        list(work.handle(CarryOut((_taken(requests, first), _taken(requests, second)))))
        with pytest.raises(Fatal, match="unexpected error") as error:
            requests.reply(first, RequestKind.UNDO)
        assert ExitCode.UNEXPECTED == error.value.exit_code
        assert (None,) == requests.reply(second, RequestKind.ROLLBACK)


def test_what_a_command_that_was_ended_asked_for_is_not_done(config: Config) -> None:
    """Ctrl+C or kill -9 before the daemon came to it: nothing is done, and nothing is left in the folder."""
    requests = Requests(config.state())
    with _working(config) as work:
        with requests.asked(SCAN) as name:
            _taken(requests, name)
        assert [] == list(work.handle(CarryOut((name,))))
    assert [] == list((config.state() / "requests").iterdir())


def test_work_ends_with_the_command_that_asked_for_it(config: Config) -> None:
    """As a command that does its work itself: what is done stays, the rest is not done."""
    requests = Requests(config.state())
    with _working(config) as work:
        with requests.asked(SCAN) as name:
            steps = work.handle(CarryOut((_taken(requests, name),)))
            next(steps)
        assert [] == list(steps)
    assert [] == list((config.state() / "requests").iterdir())


def test_requests_of_a_former_daemon_with_the_same_number_are_forgotten(config: Config) -> None:
    """In a container each daemon may be process 1: what its forerunner was asked nobody waits for any more."""
    with _working(config) as work:
        work.note(Activity("Watching", DaemonState.WATCHING))
    requests = Requests(config.state())
    with requests.asked(SCAN) as name:
        with _working(config):
            assert requests.is_known(name)  # a reload
        former = DaemonRecord(os.getpid(), __version__, "2020-01-01T00:00:00+00:00", DaemonState.WATCHING, "", "")
        write_record(config.state(), former)
        with _working(config):
            assert not requests.is_known(name)


class Command:
    """A command beside a daemon: this process holds the state and says that it is one. What it ends with."""

    def __init__(self, config: Config, request: Request) -> None:
        self._lock = StateLock(config.state())
        times = ("2020-01-01T00:00:00+00:00",) * 2
        write_record(config.state(), DaemonRecord(os.getpid(), __version__, times[0], DaemonState.WATCHING, "", ""))
        self.requests = Requests(config.state())
        self._ended: Future[Report] = Future()
        self._thread = threading.Thread(target=self._run, args=(config, request))
        self._thread.start()

    def _run(self, config: Config, request: Request) -> None:
        try:
            held = Locked(config.state(), Holder(os.getpid()))
            self._ended.set_result(hand_request_over(config, held, request, None, Reporter(), lambda _: None))
        except BaseException as error:  # noqa: BLE001 - raised again in the test
            self._ended.set_exception(error)

    def taken(self) -> str:
        """The name of its request, once it was taken."""
        pause = threading.Event()
        for _ in range(int(TIMEOUT / 0.01)):
            for name in self.requests.waiting():
                if self.requests.take(name) is not None:
                    return name
            pause.wait(0.01)
        raise AssertionError("it never asked")

    def ends(self) -> Report:
        """What it gives or raises."""
        try:
            return self._ended.result(TIMEOUT)
        finally:
            self._thread.join(TIMEOUT)
            self._lock.release()


def _forget_it(command: Command, state: Path, name: str) -> None:
    """A daemon that was started again forgets what its forerunner was asked."""
    assert name
    assert state.is_dir()
    command.requests.clear()


def _remove_the_folder(command: Command, state: Path, name: str) -> None:
    """Somebody tidies up, and the daemon goes on."""
    shutil.rmtree(state / "requests")
    command.requests.answer(name, None)


def _no_room_for_the_answer(command: Command, state: Path, name: str) -> None:
    """The answer cannot be given its name."""
    (state / "requests" / f"{name}.reply").mkdir()
    command.requests.answer(name, 7)


@pytest.mark.parametrize("loses", [_forget_it, _remove_the_folder, _no_room_for_the_answer])
def test_a_command_whose_answer_never_comes_says_so(config: Config, loses: Callable[..., None]) -> None:
    """It ends with exit status 4 and what to do, instead of waiting for ever."""
    command = Command(config, ROLLBACK)
    loses(command, config.state(), command.taken())
    with pytest.raises(Fatal, match="left no answer") as error:
        command.ends()
    assert ExitCode.LOCKED == error.value.exit_code


@pytest.mark.parametrize(
    "answer",
    [
        b'{"report": {"restored": 0, "something new": 1}}',
        b'{"report": [1, 2]}',
        b'{"error": "too new", "exit_code": 77}',
        b"{}",
        b"[]",
        b"\xff",
    ],
)
def test_an_answer_of_another_version_is_an_error_with_what_to_do(config: Config, answer: bytes) -> None:
    """After an update the service of before still runs: it is to be started again, and nothing is a traceback."""
    command = Command(config, UNDO)
    name = command.taken()
    folder = config.state() / "requests"
    (folder / "new").write_bytes(answer)
    (folder / "new").rename(folder / f"{name}.reply")
    with pytest.raises(Fatal, match="Restart the running one"):
        command.ends()


def test_an_answer_comes_through(config: Config) -> None:
    """What the daemon reports, or the error that it met, is what the command ends with; nothing is left behind."""
    command = Command(config, ROLLBACK)
    command.requests.answer(command.taken(), 7)
    assert 7 == command.ends()
    command = Command(config, ROLLBACK)
    command.requests.refuse(command.taken(), Fatal("no way", ExitCode.MODELS))
    with pytest.raises(Fatal, match="no way") as error:
        command.ends()
    assert ExitCode.MODELS == error.value.exit_code
    assert [] == list((config.state() / "requests").iterdir())
