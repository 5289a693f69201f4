"""The service: threads, clock, signals, systemd and schedule around the object that does the work (`port.Work`).

`block_signals` must be called before anything imports numpy; `serve` is the daemon. A name is loaded when it is first
used, so that `block_signals` can be called first.
"""

from typing import TYPE_CHECKING

from facedaemon.lazy_names import lazy_names

if TYPE_CHECKING:
    from facedaemon.daemon.service import serve
    from facedaemon.daemon.signals import block_signals
    from facedaemon.daemon.work import PhotoWork
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "service": ("serve",),
            "signals": ("block_signals",),
            "work": ("PhotoWork",),
        },
    )

__all__ = [
    "PhotoWork",
    "block_signals",
    "serve",
]
