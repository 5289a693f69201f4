"""Signals are blocked and waited for, so they arrive only between two steps of the main thread."""

import logging
import os
import queue
import signal
import threading

from facedaemon.errors import ExitCode

log = logging.getLogger(__name__)

STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})
RELOADING = frozenset({signal.SIGHUP})


def block_signals() -> None:
    """Block TERM, INT and HUP, in this thread and in all that it starts, until `Arrivals` takes them.

    Must be called before the first import of numpy: its threads start with the import, and one thread in which SIGTERM
    is not blocked is enough for the kernel to end the process at once.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING | RELOADING)


class Arrivals:
    """Takes the blocked signals in a thread of its own, for a main thread that may hang in a system call.

    A share whose server is gone holds every `stat` up. The process ends `patience` seconds after it was asked to stop,
    whatever its threads do: what is interrupted is done again at the next start.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._arrived: queue.SimpleQueue[int] = queue.SimpleQueue()
        threading.Thread(target=self._take, name="signals", daemon=True).start()

    def next(self, seconds: float) -> int | None:
        """The next signal, or None when `seconds` went by without one."""
        try:
            return self._arrived.get(timeout=seconds)
        except queue.Empty:
            return None

    def _take(self) -> None:
        while (number := signal.sigwait(STOPPING | RELOADING)) not in STOPPING:
            self._arrived.put(number)
        self._arrived.put(number)
        ending = threading.Timer(self._patience, _end_at_once)
        ending.daemon = True
        ending.start()


def _end_at_once() -> None:
    log.warning("a drive or share does not answer; ended all the same")
    os._exit(ExitCode.DONE)
