"""A process that a hostile file has taken over answers whatever it likes: that costs the photo, and nothing else."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facedaemon.errors import PhotoError
from facedaemon.process_messages import Message, receive, send, sensible
from facedaemon.sidecar.embedded import Embedded
from facedaemon.sidecar.reader_client import packed, unpacked
from facedaemon.values import Size
from facedaemon.vision.decode import described
from tests.deadlines import joined

A_MINUTE = 60


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The daemon's end, and that of the process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours, theirs:
        yield ours, theirs


def _framed(words: bytes) -> bytes:
    return len(words).to_bytes(4, "big") + words


MALFORMED = {
    "no JSON": b"\xff\xfe",
    "no values": b"[1]",
    "a number": b"7",
    "nested without end": b"[" * 100_000,
    "no payload": b'{"file": false}',
    "half a payload": b'{"file": false, "payload": 0.5}',
    "a payload in words": b'{"file": false, "payload": "12"}',
    "a negative payload": b'{"file": false, "payload": -1}',
    "a payload beyond memory": b'{"file": false, "payload": 1000000000000}',
    "an open file": b'{"file": true, "payload": 0}',
    "a file in words": b'{"file": "x", "payload": 0}',
}


@pytest.mark.parametrize("words", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_message_is_refused(words: bytes, ends: tuple[socket.socket, socket.socket]) -> None:
    """With ValueError, upon which the process is ended."""
    ours, theirs = ends
    theirs.sendall(_framed(words) + b"f" * 16)
    with pytest.raises(ValueError):  # noqa: PT011 - one kind of error for all
        receive(ours, time.monotonic() + A_MINUTE)


def test_no_file_is_taken_from_the_process(ends: tuple[socket.socket, socket.socket], tmp_path: Path) -> None:
    """Files that it sends along are not opened in the daemon."""
    ours, theirs = ends
    opened = os.open(tmp_path, os.O_RDONLY)
    send(theirs, {}, descriptor=opened)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(ValueError, match="announces"):
        receive(ours, time.monotonic() + A_MINUTE)
    assert before == len(list(Path("/proc/self/fd").iterdir()))
    os.close(opened)


def test_bytes_that_drip_do_not_hold_the_daemon(ends: tuple[socket.socket, socket.socket]) -> None:
    """The whole message must come in time: each byte does not begin the time again."""
    ours, theirs = ends
    stop = threading.Event()

    def drip() -> None:
        theirs.sendall((1000).to_bytes(4, "big"))
        while not stop.wait(0.02):
            theirs.sendall(b" ")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        with pytest.raises(TimeoutError):
            receive(ours, time.monotonic() + 0.3)
    finally:
        stop.set()
        joined(thread)


def test_a_message_comes_as_it_was_sent(ends: tuple[socket.socket, socket.socket]) -> None:
    """Values and bytes, as arrays of numpy."""
    ours, theirs = ends
    send(theirs, {"a": [1, None]}, np.arange(200, dtype=np.uint8))
    message = receive(ours, time.monotonic() + A_MINUTE)
    assert isinstance(message, Message)
    assert ({"a": [1, None]}, list(range(200))) == (message.values, message.payload.tolist())


RIGHT = {"kind": "webp", "size": [64, 48], "orientation": 6, "content": "c"}
WRONG: tuple[dict[str, Any], ...] = (
    {"kind": "../x"},
    {"kind": None},
    {"size": []},
    {"size": None},
    {"size": [64, "48x"]},
    {"size": [1e400, 1]},
    {"size": [0, 1]},
    {"size": [10**9, 10**9]},
    {"orientation": 9},
    {"orientation": "six"},
    {"orientation": None},
)


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_picture_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    """Its kind, size and turn are checked before anything is made of them."""
    photo = Path("/photos/a.webp")
    assert Size(64, 48) == described(photo, None, RIGHT).size
    with pytest.raises(PhotoError):
        described(photo, None, RIGHT | wrong)


@pytest.mark.parametrize("name", [*Embedded.__slots__, "packet_length", "has_exif"])
@pytest.mark.parametrize("value", [{}, -7, [1], "x", 0.5, None], ids=str)
def test_metadata_of_another_type_are_refused(name: str, value: object) -> None:
    """Whatever one of the values is: there is metadata with values of the right types, or a PhotoError."""
    words, payload = packed(Embedded(b"<x/>", 6, Size(64, 48), exif_block=b"II*\0", taken="2024"))
    words = json.loads(json.dumps(words | {name: value}))
    try:
        with sensible(Path("/photos/a.jpg"), "reading its metadata"):
            found = unpacked(words, payload)
    except PhotoError:
        return
    assert isinstance(found.packet, bytes)
    assert found.orientation in (None, *range(1, 9))
    assert found.turn in range(1, 9)
    assert found.size is None or (found.size.width, found.size.height) == (64, 48)
    assert isinstance(found.taken, str)
    assert isinstance(found.digitized, str)
    assert all(isinstance(each, str) for each in found.problems)
