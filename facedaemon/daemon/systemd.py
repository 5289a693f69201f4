"""What systemd is told over its notification socket (sd_notify(3)); nothing where no systemd listens."""

import os
import threading
import time
from collections.abc import Callable, Mapping

import sdnotify

from facedaemon.text import for_status

STATUS_SECONDS = 1.0  # a person cannot read faster, and systemd logs every change at debug level
TIMEOUT_SECONDS = 5.0  # for what must arrive; a manager that is busy (daemon-reload) leaves its queue full meanwhile


class Systemd:
    """The service manager, as seen from one service. `clock` is monotonic, in seconds.

    Nothing here waits for a manager that does not listen, but for what changes the unit's state, and that not for long.
    """

    def __init__(
        self, environment: Mapping[str, str] = os.environ, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Reads WATCHDOG_USEC and WATCHDOG_PID; the socket is the process's own NOTIFY_SOCKET."""
        self._notifier = sdnotify.SystemdNotifier()
        # what it cannot send it raises from now on; its constructor would raise where there is no systemd
        self._notifier.debug = True
        self._sending = threading.Lock()
        self._clock = clock
        self._interval = _watchdog_seconds(environment) / 4
        self._beaten = -self._interval
        self._status = ""
        self._shown = -STATUS_SECONDS

    def ready(self) -> None:
        """The service does its work from now on, also after a reload."""
        self._send("READY=1", TIMEOUT_SECONDS)

    def reloading(self) -> None:
        """The settings are read again; systemd needs the time to know which of two reloads this is."""
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send(f"RELOADING=1\nMONOTONIC_USEC={now}", TIMEOUT_SECONDS)

    def stopping(self) -> None:
        """The end has begun."""
        self._send("STOPPING=1")

    def beat(self) -> None:
        """Work made progress. Only the thread that works may say so: a timer would hide that it hangs."""
        now = self._clock()
        if self._interval and now - self._beaten >= self._interval and self._send("WATCHDOG=1"):
            self._beaten = now

    def status(self, text: str, *, at_once: bool = False) -> None:
        """What `systemctl status` shows: one line for a person, sent when it changed, at most once a second."""
        now = self._clock()
        if text != self._status and (at_once or now - self._shown >= STATUS_SECONDS):
            self._shown = now
            if self._send(f"STATUS={for_status(text)}"):
                self._status = text

    def _send(self, message: str, timeout: float = 0.0) -> bool:
        """Whether it was taken within `timeout` seconds, or nobody is there to take it."""
        if self._notifier.socket is None:
            return True
        with self._sending:
            self._notifier.socket.settimeout(timeout)
            try:
                # sdnotify encodes Latin-1: a photo named in Cyrillic would never arrive
                self._notifier.notify(message.encode("utf-8", "replace").decode("latin-1"))
            except OSError:
                return False
        return True


def _watchdog_seconds(environment: Mapping[str, str]) -> float:
    """How long systemd waits for a beat; 0 where it does not wait for this process."""
    process = environment.get("WATCHDOG_PID")
    if process is not None and process != str(os.getpid()):
        return 0.0
    microseconds = environment.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1e6 if microseconds.isdigit() else 0.0
