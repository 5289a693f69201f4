"""Desktop notifications about errors that only a person can fix: org.freedesktop.Notifications, at most one a day."""

import logging
import os
import struct
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection

from facedaemon.logs import for_log
from facedaemon.text import for_notification

log = logging.getLogger(__name__)

DAY_SECONDS = 86400.0
ANSWER_SECONDS = 5.0
LAST_NOTIFICATION = "last-notice"  # a file in the state's directory; its time is when the last one was shown

_DESKTOP = DBusAddress(
    "/org/freedesktop/Notifications",
    bus_name="org.freedesktop.Notifications",
    interface="org.freedesktop.Notifications",
)
_TITLE = "facedaemon needs you"
_MORE = "“facedaemon status” and “facedaemon check” show more."
_STAYS_UNTIL_CLOSED = 0
_NO_DESKTOP = (OSError, KeyError, ValueError, RuntimeError, struct.error)
"""What jeepney raises where there is no bus, its address is invalid, or its answers are."""


class DesktopNotifications(logging.Handler):
    """Shows the first logged error of a day that has no traceback.

    The time of the last one is kept in a file, so that a service that restarts often does not repeat it.
    """

    def __init__(self, directory: Path, wall_clock: Callable[[], float] = time.time) -> None:
        """`directory` is the state's, where the time of the last notification is kept."""
        super().__init__(logging.ERROR)
        self._last = directory / LAST_NOTIFICATION
        self._wall_clock = wall_clock
        self._showing: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Show it without waiting: in a thread of its own, since a desktop may hang."""
        if not record.exc_info:
            self.notify(for_log(record))

    def notify(self, text: str) -> None:
        """Show `text`, if a notification is due and there is a desktop."""
        is_showing = self._showing is not None and self._showing.is_alive()
        if is_showing or "DBUS_SESSION_BUS_ADDRESS" not in os.environ or not self._is_due():
            return
        self._showing = threading.Thread(target=self._show, args=(text,), name="notice", daemon=True)
        self._showing.start()

    def close(self) -> None:
        """Wait some seconds at most until a pending notification is shown."""
        if self._showing is not None:
            self._showing.join(ANSWER_SECONDS / 5)
        super().close()

    def _is_due(self) -> bool:
        try:
            age = self._wall_clock() - self._last.stat().st_mtime
        except OSError:
            return True
        return not 0 <= age < DAY_SECONDS  # a time in the future: the clock was set back

    def _show(self, text: str) -> None:
        try:
            show(_TITLE, f"{for_notification(text)}\n{_MORE}")
            self._last.touch()
            now = self._wall_clock()
            os.utime(self._last, (now, now))
        except _NO_DESKTOP as error:
            log.info("no desktop notification: %s", error)


def show(title: str, text: str) -> None:
    """A notification on the desktop of this session. Raises what `_NO_DESKTOP` lists."""
    actions: list[str] = []
    hints = {"urgency": ("y", 1)}
    body = ("facedaemon", 0, "image-x-generic", title, text, actions, hints, _STAYS_UNTIL_CLOSED)
    with closing(open_dbus_connection("SESSION")) as connection:
        connection.send_and_get_reply(
            new_method_call(_DESKTOP, "Notify", "susssasa{sv}i", body), timeout=ANSWER_SECONDS
        )
