"""Waits that end: a test that would wait for ever fails instead, and says what it waited for."""

import threading
from collections.abc import Callable
from typing import IO, AnyStr, TypeVar

Result = TypeVar("Result")

TIMEOUT = 300.0  # seconds, for what takes one; a test machine may be busy


def within(call: Callable[[], Result], what: str, seconds: float = TIMEOUT) -> Result:
    """What `call` gives, from a thread; fails where it does not come in time."""
    found: list[Result] = []
    thread = threading.Thread(target=lambda: found.append(call()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert found, f"{what}: nothing within {seconds:.0f} s"
    return found[0]


def next_line(stream: IO[AnyStr] | None, seconds: float = TIMEOUT) -> AnyStr:
    """The next line that a process writes. Empty where its output has ended."""
    assert stream is not None
    return within(stream.readline, "the next line of a process", seconds)


def joined(thread: threading.Thread, seconds: float = TIMEOUT) -> None:
    """Wait until the thread has ended; fails where it does not in time."""
    thread.join(seconds)
    assert not thread.is_alive(), f"{thread.name} has not ended within {seconds:.0f} s"
