"""Work on hostile files in a small process that may crash, hang or run out of memory in the daemon's place.

`SandboxedProcess` is the daemon's side, `serve` the other. At most one process of a kind runs. It is started when a
file needs it and ended after some time without one. It is handed the open file, so it needs no path. After
`restrict_syscalls` it can write no file, start no process and open no connection.
"""

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facedaemon.errors import PhotoError
from facedaemon.process_messages import Bytes, Message, receive, send
from facedaemon.seccomp import restrict_syscalls

WALL_SECONDS = 90  # of one file; systemd's watchdog waits for minutes
BACKSTOP_SECONDS = 30.0  # more, for a process that cannot end itself
IDLE_SECONDS = 30.0
_MAX_REASON = 500  # characters


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for one file: bytes of address space beyond those at the start, seconds of processor time.

    A process with more than `grown` resident bytes is replaced by a new one.
    """

    memory: int
    cpu_seconds: int
    grown: int


class SandboxedProcess:
    """A process that runs `module`. Many threads may use it; it serves one at a time."""

    def __init__(
        self,
        module: str,
        task: str,
        idle_seconds: float = IDLE_SECONDS,
        backstop: float = WALL_SECONDS + BACKSTOP_SECONDS,
    ) -> None:
        """`task` is what it does to a photo, for messages: "decoding it"."""
        self._module = module
        self.task = task
        self._idle = idle_seconds
        self._backstop = backstop
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._used = 0.0
        self._closer: threading.Timer | None = None

    def ask_about(self, path: Path, descriptor: int, **question: Any) -> Message:  # noqa: ANN401 - whatever JSON holds
        """The answer about the photo at `path`, open as `descriptor`. Raises PhotoError where there is none."""
        with self._turn:
            try:
                return self._asked(path, descriptor, question)
            finally:
                self._used = time.monotonic()
                self._close_later()

    @property
    def process(self) -> int | None:
        """The number of the process, where one runs."""
        return None if self._process is None else self._process.pid

    @contextmanager
    def unused(self) -> Iterator[None]:
        """No thread uses it in this block: for a fork, after which another thread's lock would never be released."""
        with self._turn:
            yield

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._end()

    def _asked(self, path: Path, descriptor: int, question: dict[str, Any]) -> Message:
        try:
            connection = self._socket or self._start()
        except OSError as error:
            reason = f"the process for {self.task} cannot be started: {error.strerror}"
            raise PhotoError(path, reason, transient=True) from error
        try:
            connection.settimeout(self._backstop)
            until = time.monotonic() + self._backstop
            send(connection, question, descriptor=descriptor)
            answer = receive(connection, until)
        except (OSError, ValueError, KeyError, MemoryError):
            # the process hangs beyond its own time limit, has ended, or sent an invalid answer
            answer = None
        if answer is None:
            reason, transient = _words_of(self._end(), self.task)
            raise PhotoError(path, reason, transient=transient)
        if answer.values.get("is_last"):
            self._end()
        if (problem := answer.values.get("error")) is not None:
            raise PhotoError(path, str(problem)[:_MAX_REASON], transient=bool(answer.values.get("passing")))
        return answer

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            # -P: nothing is imported from the folder that the daemon happens to run in
            command = [sys.executable, "-P", "-m", self._module, str(theirs.fileno())]
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # messages of codecs; errors are in the answer
                pass_fds=(theirs.fileno(),),
                env={**os.environ, **_ENVIRONMENT},
                start_new_session=True,  # Ctrl+C at a terminal is for facedaemon, which then ends this one
            )
        ours.settimeout(self._backstop)
        self._socket = ours
        return ours

    def _end(self) -> int:
        """End the process, if necessary by SIGKILL; returns its exit status, negative for a signal."""
        process, self._process = self._process, None
        if self._socket is not None:
            self._socket.close()  # the process ends when this is closed
            self._socket = None
        if process is None:
            return 0
        try:
            return process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return -signal.SIGALRM

    def _close_later(self) -> None:
        if self._process is None or self._closer is not None:
            return
        self._closer = threading.Timer(self._idle, self._close_if_idle)
        self._closer.daemon = True
        self._closer.start()

    def _close_if_idle(self) -> None:
        with self._turn:
            self._closer = None
            if time.monotonic() - self._used >= self._idle:
                self._end()
            else:
                self._close_later()


_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "1048576", "OPENBLAS_NUM_THREADS": "1"}
"""One heap, from which large blocks return to the kernel at once; no threads that are not needed."""


Answerer = Callable[[Message], tuple[dict[str, Any], Bytes | None]]


def serve(answer: Answerer, limits: Limits) -> None:
    """The other side, whose socket is the first argument: answers until it is closed, or this process has grown.

    It limits itself: memory by RLIMIT_AS, processor time by RLIMIT_CPU, elapsed time by an alarm. So it ends also when
    the daemon has ended. Any error that `answer` raises becomes an answer.
    """
    connection = socket.socket(fileno=int(sys.argv[1]))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM, signal.SIGXCPU})
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = _pages()[0] + limits.memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    restrict_syscalls()
    is_last = False
    while not is_last and (question := receive(connection, takes_file=True)) is not None:
        _limit_time(limits.cpu_seconds)
        values, payload = _answered(answer, question, limits)
        signal.alarm(0)
        if question.descriptor is not None:
            os.close(question.descriptor)
        size = 0 if payload is None else payload.nbytes
        is_last = _pages()[1] - size > limits.grown
        send(connection, {**values, "is_last": is_last}, payload)
        del values, payload, question


def _answered(answer: Answerer, question: Message, limits: Limits) -> tuple[dict[str, Any], Bytes | None]:
    try:
        return answer(question)
    except PhotoError as error:
        return {"error": error.reason, "passing": error.transient}, None
    except MemoryError:
        return {"error": f"it takes more than {limits.memory >> 20} MB of memory"}, None
    except Exception as error:  # noqa: BLE001 - codecs raise anything
        words = str(error).encode("ascii", "backslashreplace").decode("ascii")[:200]
        return {"error": f"it is damaged ({type(error).__name__}: {words})"}, None


def _limit_time(seconds: int) -> None:
    """Have the kernel end this process if it uses too much processor time or waits for too long."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
    signal.alarm(WALL_SECONDS)


def _pages() -> tuple[int, int]:
    """Bytes of address space, and of memory, that this process uses (proc_pid_statm(5))."""
    size, resident = Path("/proc/self/statm").read_text(encoding="ascii").split()[:2]
    page = os.sysconf("SC_PAGE_SIZE")
    return int(size) * page, int(resident) * page


def _words_of(status: int, task: str) -> tuple[str, bool]:
    """Why there is no answer about a file, and whether that is transient, by the exit status of the process."""
    if status == -signal.SIGXCPU:
        return f"{task} takes too long", False
    if status == -signal.SIGALRM:  # by the clock: on a busy machine that need not be the picture's fault
        return f"{task} takes too long", True
    if status == -signal.SIGKILL:
        return f"the process for {task} was killed, as when memory runs out", True
    if status < 0:
        return f"{task} makes the process for it crash ({signal.Signals(-status).name})", False
    return f"the process for {task} ended without an answer", True
