"""Signals are blocked and waited for, so they arrive only between two steps of the main thread."""

import signal

STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})
RELOADING = frozenset({signal.SIGHUP})


def block_signals() -> None:
    """Block TERM, INT and HUP, in this thread and in all that it starts, until `next_signal` takes them.

    Must be called before the first import of numpy: its threads start with the import, and one thread in which SIGTERM
    is not blocked is enough for the kernel to end the process at once.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING | RELOADING)


def next_signal(seconds: float) -> int | None:
    """The next of the blocked signals, or None when `seconds` went by without one."""
    arrived = signal.sigtimedwait(STOPPING | RELOADING, seconds)
    return arrived.si_signo if arrived is not None else None
