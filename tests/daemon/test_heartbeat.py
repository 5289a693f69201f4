"""The watchdog is fed while a calculation gets on, and only then."""

import threading

import pytest

from facedaemon.daemon.heartbeat import Heartbeat, _processor_seconds
from tests.deadlines import TIMEOUT, joined


def test_a_long_calculation_feeds_the_watchdog_as_long_as_it_computes() -> None:
    """A sign of life is given repeatedly, and the result comes."""
    received = threading.Semaphore(0)

    def calculate() -> int:
        steps = 0
        for _ in range(3):
            while not received.acquire(blocking=False):
                steps += 1
        return steps

    assert Heartbeat(received.release, ask_seconds=0.001)(calculate) > 0


def test_what_a_calculation_raises_is_raised() -> None:
    """As if it had been carried out at once."""
    with pytest.raises(ZeroDivisionError):
        Heartbeat(lambda: None)(lambda: 1 // 0)
    with pytest.raises(TimeoutError, match="its own"):
        Heartbeat(lambda: None)(lambda: _raise(TimeoutError("its own")))


def _raise(error: Exception) -> None:
    raise error


def test_what_is_stuck_does_not_count_as_getting_on() -> None:
    """A thread that waits uses no processor, so no sign of life is given."""
    begun, over = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        over.wait(TIMEOUT)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    assert begun.wait(TIMEOUT)
    before = _processor_seconds(thread)
    sum(range(3_000_000))  # of another thread
    after = _processor_seconds(thread)
    over.set()
    joined(thread)
    assert after - before < 0.001
    assert 0.0 == _processor_seconds(thread)
