"""Reports to systemd over its notification socket (sd_notify(3)); does nothing without systemd."""

import os
import threading
import time
from collections.abc import Callable, Mapping

import sdnotify

from facedaemon.text import for_status

STATUS_SECONDS = 1.0  # a person cannot read faster, and systemd logs every change at debug level
TIMEOUT_SECONDS = 5.0  # for messages that must arrive; a busy manager (daemon-reload) does not read its queue


class Systemd:
    """The service manager, as seen from one service. `clock` is monotonic, in seconds.

    Only messages that change the unit's state wait, some seconds at most, for a manager that does not read.
    """

    def __init__(
        self, environment: Mapping[str, str] = os.environ, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Reads WATCHDOG_USEC and WATCHDOG_PID; the socket is the process's own NOTIFY_SOCKET."""
        self._notifier = sdnotify.SystemdNotifier()
        # errors are raised from now on; its constructor would raise where there is no systemd
        self._notifier.debug = True
        self._sending = threading.Lock()
        self._clock = clock
        self._interval = _watchdog_seconds(environment) / 4
        self._beaten = -self._interval
        self._status = ""
        self._shown = -STATUS_SECONDS

    @property
    def is_there(self) -> bool:
        """Whether a service manager started this process."""
        return self._notifier.socket is not None

    def ready(self) -> None:
        """Report that the service is ready, also after a reload."""
        self._send("READY=1", TIMEOUT_SECONDS)

    def reloading(self) -> None:
        """Report that the settings are read again; systemd needs the time to match it to its own request."""
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send(f"RELOADING=1\nMONOTONIC_USEC={now}", TIMEOUT_SECONDS)

    def stopping(self) -> None:
        """Report that the service is stopping."""
        self._send("STOPPING=1")

    def beat(self) -> None:
        """Feed the watchdog. Only the working thread may do this: a timer would hide that it hangs."""
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
        """Whether the message was sent within `timeout` seconds; also True where there is no manager."""
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
    """The watchdog's interval; 0 where systemd does not watch this process."""
    process = environment.get("WATCHDOG_PID")
    if process is not None and process != str(os.getpid()):
        return 0.0
    microseconds = environment.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1e6 if microseconds.isdigit() else 0.0
