"""A desktop's session bus, by the real dbus-daemon, with a small notification server on it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any

from jeepney import DBusAddress, HeaderFields, new_method_call, new_method_return
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.deadlines import joined, next_line

_BUS = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")


class Desktop:
    """What was shown on it: program, title and text of each notification, as they come."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.shown: Queue[tuple[str, str, str]] = Queue()
        self._ended = Event()
        self._connection: DBusConnection = open_dbus_connection(address)
        named = new_method_call(_BUS, "RequestName", "su", ("org.freedesktop.Notifications", 0))
        assert self._connection.send_and_get_reply(named).body == (1,)
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """It shows nothing any more."""
        self._ended.set()
        joined(self._thread)
        self._connection.close()

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                message: Any = self._connection.receive(timeout=0.1)
            except TimeoutError:
                continue
            if message.header.fields.get(HeaderFields.member) == "Notify":
                program, _, _, title, text, *_ = message.body
                self.shown.put((program, title, text))
                self._connection.send(new_method_return(message, "u", (1,)))


@contextmanager
def desktop(folder: Path) -> Iterator[Desktop]:
    """A session bus of its own in `folder`, with a notification server."""
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:path={folder}/bus"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bus:
        try:
            shown = Desktop(next_line(bus.stdout).strip())
            try:
                yield shown
            finally:
                shown.close()
        finally:
            bus.terminate()
