"""Runs long calculations in a thread of their own and reports progress to the watchdog while they use the processor."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

Result = TypeVar("Result")

ASK_SECONDS = 5.0
LEAST_PROCESSOR_SECONDS = 0.001  # on a busy machine the idle class gets little; a thread that is stuck uses none


class Heartbeat:
    """Calls `alive` as long as a calculation has used the processor since the last check."""

    def __init__(self, alive: Callable[[], None], ask_seconds: float = ASK_SECONDS) -> None:
        self._alive = alive
        self._ask_seconds = ask_seconds

    def __call__(self, calculate: Callable[[], Result]) -> Result:
        """Run `calculate`; return its result or raise its error."""
        future: Future[Result] = Future()
        thread = threading.Thread(target=_carried_out, args=(calculate, future), name="calculation", daemon=True)
        thread.start()
        used = 0.0
        while not wait([future], self._ask_seconds).done:
            now = _processor_seconds(thread)
            if now - used >= LEAST_PROCESSOR_SECONDS:
                used = now
                self._alive()
        return future.result()


def _carried_out(calculate: Callable[[], Result], future: "Future[Result]") -> None:
    try:
        future.set_result(calculate())
    except BaseException as error:  # noqa: BLE001  it is raised again in the waiting thread
        future.set_exception(error)


def _processor_seconds(thread: threading.Thread) -> float:
    """The processor time of a thread in seconds; 0 for one that has just ended."""
    try:
        return time.clock_gettime(time.pthread_getcpuclockid(thread.ident or 0)) if thread.is_alive() else 0.0
    except OSError:
        return 0.0
