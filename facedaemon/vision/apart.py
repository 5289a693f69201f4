"""Pictures that are decoded apart: in a small process that may crash, hang or run out of memory in the daemon's place.

This is the daemon's end; `decoder_process` is the other. One such process at most, started when a picture needs it and
ended when none did for a while.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facedaemon.errors import PhotoError

WALL_SECONDS = 90  # of one picture; systemd's watchdog waits for minutes
BACKSTOP_SECONDS = 30.0  # more, for a process that cannot even end itself
IDLE_SECONDS = 30.0
_LENGTH = 4  # bytes that tell the length of what follows
_MOST_WORDS = 1 << 20
_MOST_PAYLOAD = 160 << 20  # 50 megapixels

Bytes = NDArray[np.uint8]
"""uint8, shape (n,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What the process says of a picture, and the bytes that come with it."""

    values: dict[str, Any]
    payload: Bytes


class Decoder:
    """The process. May be asked by many threads, one of which it serves at a time."""

    def __init__(self, idle_seconds: float = IDLE_SECONDS, backstop: float = WALL_SECONDS + BACKSTOP_SECONDS) -> None:
        self._idle = idle_seconds
        self._backstop = backstop
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._used = 0.0
        self._closer: threading.Timer | None = None

    def ask(self, path: Path, **question: Any) -> Answer:  # noqa: ANN401 - whatever JSON holds
        """The answer about the photo. Raises PhotoError with the reason where there is none."""
        with self._turn:
            try:
                return self._asked(path, {"path": str(path), **question})
            finally:
                self._used = time.monotonic()
                self._close_later()

    @property
    def process(self) -> int | None:
        """The number of the process, where one runs."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """No process runs any more."""
        with self._turn:
            self._end()

    def _asked(self, path: Path, question: dict[str, Any]) -> Answer:
        try:
            connection = self._socket or self._start()
        except OSError as error:
            raise PhotoError(path, f"its decoder cannot be started: {error.strerror}", passing=True) from error
        try:
            send(connection, question)
            answer = receive(connection)
        except (OSError, ValueError, KeyError, MemoryError):
            # it hangs beyond what it grants itself, is gone, or has lost its mind
            answer = None
        if answer is None:
            reason, passing = _words_of(self._end())
            raise PhotoError(path, reason, passing=passing)
        if answer.values.get("is_last"):
            self._end()
        if (trouble := answer.values.get("error")) is not None:
            raise PhotoError(path, str(trouble), passing=bool(answer.values.get("passing")))
        return answer

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            # -P: nothing is imported from the folder that the daemon happens to run in
            command = [sys.executable, "-P", "-m", "facedaemon.vision.decoder_process", str(theirs.fileno())]
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # what codecs print; what matters is in the answer
                pass_fds=(theirs.fileno(),),
                env={**os.environ, **_SPARING},
                start_new_session=True,  # Ctrl+C at a terminal is for facedaemon, which then ends this one
            )
        ours.settimeout(self._backstop)
        self._socket = ours
        return ours

    def _end(self) -> int:
        """The process ends, if it must be by force; gives its exit status, negative for a signal."""
        process, self._process = self._process, None
        if self._socket is not None:
            self._socket.close()  # which it takes for the end
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


_SPARING = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "1048576", "OPENBLAS_NUM_THREADS": "1"}
"""One heap, from which large blocks go back to the kernel at once; no thread that is not needed."""

DECODER = Decoder()


def send(connection: socket.socket, values: dict[str, Any], payload: Bytes | None = None) -> None:
    """One message: words, and bytes beside them."""
    size = 0 if payload is None else payload.nbytes
    words = json.dumps({**values, "payload": size}).encode("ascii")
    connection.sendall(len(words).to_bytes(_LENGTH, "big") + words)
    if payload is not None:
        connection.sendall(payload.data)


def receive(connection: socket.socket) -> Answer | None:
    """The next message; None where the other end is gone. Raises OSError (TimeoutError) and ValueError."""
    head = _exactly(connection, _LENGTH)
    if head is None:
        return None
    words = _exactly(connection, min(int.from_bytes(head.tobytes(), "big"), _MOST_WORDS))
    if words is None:
        return None
    values: dict[str, Any] = json.loads(words.tobytes())
    count = int(values.pop("payload"))
    if not 0 <= count <= _MOST_PAYLOAD:
        raise ValueError(f"{count} bytes were announced")
    payload = _exactly(connection, count)
    return None if payload is None else Answer(values, payload)


def _exactly(connection: socket.socket, count: int) -> Bytes | None:
    taken = np.empty(count, np.uint8)
    view, at = taken.data, 0
    while at < count:
        got = connection.recv_into(view[at:])
        if not got:
            return None
        at += got
    return taken


def _words_of(status: int) -> tuple[str, bool]:
    """Why a picture was not decoded, and whether that may pass, by the exit status of its decoder."""
    if status == -signal.SIGXCPU:
        return "decoding it takes too long", False
    if status == -signal.SIGALRM:  # by the clock: on a busy machine that need not be the picture's fault
        return "decoding it takes too long", True
    if status == -signal.SIGKILL:
        return "its decoder was killed, as when memory runs out", True
    if status < 0:
        return f"it makes its decoder crash ({signal.Signals(-status).name})", False
    return "its decoder ended without an answer", True
