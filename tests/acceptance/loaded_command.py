"""The command, in a process forked from one that has loaded all modules: most commands take longer to load than to run.

It is `python -m facedaemon` from the first line on: arguments, environment, working folder, streams, signals and exit
status are those of a process of its own. `Loaded` is the tests' side; `python -m tests.acceptance.loaded_command` the
other, of which each process that runs tests has one.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn, Protocol

LOADED_TAKES = frozenset({"NOTIFY_SOCKET", "WATCHDOG_USEC", "TZ"})
"""Variables that are read when they are used; a command with others of a test's own is a process of its own."""

_MOST = 1 << 20  # bytes of a request: the environment, above all
_STARTED = 60.0  # seconds until a process is forked, at most


class Loaded:
    """One command that was started, with what is needed of `subprocess.Popen`."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], out: IO[Any] | int, err: IO[Any] | int
    ) -> None:
        """`arguments` follow `python -m facedaemon`; `out` and `err` are open files or their numbers."""
        self.returncode: int | None = None
        self.processor_seconds = 0.0
        """Of it and the processes that it started; known when it has ended."""
        self._status, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        request = json.dumps({"arguments": [*arguments], "environment": {**environment}, "folder": str(Path.cwd())})
        with theirs, open(os.devnull, "r+b") as nowhere:  # noqa: PTH123
            files = [nowhere if each == subprocess.DEVNULL else each for each in (out, err)]
            socket.send_fds(_server(), [request.encode()], [theirs.fileno(), *map(_number, files)])
        self._status.settimeout(_STARTED)
        self.pid = int(self._status.recv(64))

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, negative for a signal. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self._status.settimeout(timeout)
            try:
                status, seconds = self._status.recv(64).split()
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired("facedaemon", timeout or 0) from None
            self.returncode, self.processor_seconds = int(status), float(seconds)
            self._status.close()
        return self.returncode

    def poll(self) -> int | None:
        """The same where it has ended."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: int) -> None:
        """Unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it may have ended since
                os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


class Command(Protocol):
    """What `Loaded` and `subprocess.Popen` have in common."""

    pid: int
    returncode: int | None

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, negative for a signal."""

    def poll(self) -> int | None:
        """The same where it has ended."""

    def send_signal(self, sig: int, /) -> None:
        """Unless it has ended."""

    def kill(self) -> None:
        """SIGKILL."""


def _number(file: IO[Any] | int) -> int:
    return file if isinstance(file, int) else file.fileno()


@cache
def _server() -> socket.socket:
    """What is sent there is done; the process ends when this one does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-m", "tests.acceptance.loaded_command", str(theirs.fileno())]
        subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True)
    return ours


def _serve(requests: socket.socket) -> None:
    """Fork for each request, until this is a command's process, or nobody asks any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the processes between
    _load()
    while True:
        request, files, *_ = socket.recv_fds(requests, _MOST, 3)
        if not request:
            return
        if os.fork() == 0:
            break
        for each in files:
            os.close(each)
    requests.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with socket.socket(fileno=files[0]) as status:
        command = os.fork()
        if command != 0:
            status.send(str(command).encode())
            _, ended, usage = os.wait4(command, 0)
            status.send(b"%d %f" % (os.waitstatus_to_exitcode(ended), usage.ru_utime + usage.ru_stime))
            os._exit(0)
    _end(_run(json.loads(request), *files[1:]))


def _load() -> None:
    # `facedaemon.daemon` takes the streams as they are when it is loaded
    for package in ("facedaemon", "facedaemon.cli", "facedaemon.pipeline"):
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for name in (
        "facedaemon.review",
        "sqlalchemy.dialects.sqlite",
        "sqlalchemy.dialects.mysql.pymysql",
        "pydantic.type_adapter",
        "rich.progress",
    ):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # the processes share what is not looked at again


def _run(request: dict[str, Any], out: int, err: int) -> int:
    for file, number in ((out, 1), (err, 2)):
        os.dup2(file, number)
        os.close(file)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    sys.argv = ["facedaemon", *request["arguments"]]
    try:
        runpy.run_module("facedaemon", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:  # noqa: BLE001 - as the interpreter does
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _end(status: int) -> NoReturn:
    """As a process of Python ends, but nothing of what it shares with the others is taken apart."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as _requests:
        _serve(_requests)
