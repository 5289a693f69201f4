"""Messages between the daemon and a sandboxed process, which a hostile file may have taken over.

A message is JSON, which makes no objects as pickle does, with bytes and an open file beside it. What it may announce,
and how long it may take, is limited (docs/decisions/058).
"""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facedaemon.errors import PhotoError

_LENGTH = 4  # bytes of the length before each message
_MAX_WORDS = 1 << 20
_MAX_PAYLOAD = 160 << 20  # 50 megapixels

Bytes = NDArray[np.uint8]
"""uint8, shape (n,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """JSON values, bytes that come with them, and a file that the sender has opened."""

    values: dict[str, Any]
    payload: Bytes
    descriptor: int | None = None


def send(
    connection: socket.socket, values: dict[str, Any], payload: Bytes | None = None, descriptor: int | None = None
) -> None:
    """Send one message: JSON values, and bytes and an open file with them."""
    size = 0 if payload is None else payload.nbytes
    words = json.dumps({**values, "payload": size, "file": descriptor is not None}).encode("ascii")
    connection.sendall(len(words).to_bytes(_LENGTH, "big") + words)
    if descriptor is not None:
        socket.send_fds(connection, [b"f"], [descriptor])
    if payload is not None:
        connection.sendall(payload.data)


def receive(connection: socket.socket, until: float | None = None, *, takes_file: bool = False) -> Message | None:
    """The next message; None where the other side has closed.

    The other side may be hostile: with `until` (monotonic seconds) the whole message must have come by then. A file is
    taken only by the process, whose other side is the daemon. Raises OSError (TimeoutError), and ValueError for
    anything that is no message.
    """
    head = _exactly(connection, _LENGTH, until)
    if head is None:
        return None
    words = _exactly(connection, min(int.from_bytes(head.tobytes(), "big"), _MAX_WORDS), until)
    if words is None:
        return None
    values = _values(words.tobytes())
    has_file, count = values.pop("file", None), values.pop("payload", None)
    if has_file not in (False, takes_file) or not isinstance(count, int) or not 0 <= count <= _MAX_PAYLOAD:
        raise ValueError("a message announces what it cannot bring")
    descriptor = None
    if has_file:
        _, descriptors, _, _ = socket.recv_fds(connection, 1, 1)
        descriptor = descriptors[0]
    payload = _exactly(connection, count, until)
    return None if payload is None else Message(values, payload, descriptor)


def _values(words: bytes) -> dict[str, Any]:
    try:
        values = json.loads(words)
    except RecursionError as error:
        raise ValueError("a message is nested too deeply") from error
    if not isinstance(values, dict):
        raise ValueError("a message has no values")  # noqa: TRY004 - one kind of error for all that is none
    return values


def _exactly(connection: socket.socket, count: int, until: float | None) -> Bytes | None:
    taken = np.empty(count, np.uint8)
    view, at = taken.data, 0
    while at < count:
        if until is not None:
            if (left := until - time.monotonic()) <= 0:
                raise TimeoutError
            connection.settimeout(left)
        got = connection.recv_into(view[at:])
        if not got:
            return None
        at += got
    return taken


@contextmanager
def sensible(photo: Path, task: str) -> Iterator[None]:
    """For code that takes an answer apart: one that is not made as it should be raises PhotoError."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise PhotoError(photo, f"the process for {task} gave an answer that makes no sense") from error
