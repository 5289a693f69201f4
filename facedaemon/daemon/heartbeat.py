"""Long calculations that make no steps: in a thread of their own, while the watchdog is fed as long as they get on."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

Result = TypeVar("Result")

ASK_SECONDS = 5.0
LEAST_PROCESSOR_SECONDS = 0.001  # on a busy machine the idle class gets little; what is stuck gets nothing at all


class Heartbeat:
    """Calls `alive` whenever a calculation has used the processor since it was asked last."""

    def __init__(self, alive: Callable[[], None], ask_seconds: float = ASK_SECONDS) -> None:
        self._alive = alive
        self._ask_seconds = ask_seconds

    def __call__(self, calculate: Callable[[], Result]) -> Result:
        """What `calculate`, which takes no turns with others, gives or raises."""
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
    except BaseException as error:  # noqa: BLE001  it is raised again by whoever waits
        future.set_exception(error)


def _processor_seconds(thread: threading.Thread) -> float:
    """How long the processor worked for a thread; 0 for one that has just ended."""
    try:
        return time.clock_gettime(time.pthread_getcpuclockid(thread.ident or 0)) if thread.is_alive() else 0.0
    except OSError:
        return 0.0
