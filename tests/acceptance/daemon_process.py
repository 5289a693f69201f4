"""The daemon as systemd meets it: a process, its notification socket, its signals."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tests.acceptance.place import TIMEOUT, Place
from tests.deadlines import joined

Found = TypeVar("Found")

LOOK_SECONDS = 0.05
OWN_PROCESS = ("env",)
"""As the words before a command line: the kernel shows the process under its own command, as it does to users."""


class Daemon:
    """A running `facedaemon run`. What it reports to systemd is read at once, as by systemd, and kept in `received`."""

    def __init__(
        self, place: Place, before: Iterable[str] = (), options: Iterable[str] = (), environment: Mapping[str, str] = {}
    ) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = place.folder / "notify"
        address.unlink(missing_ok=True)
        self._socket.bind(str(address))
        self.received: list[str] = []
        self._news = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._log = place.folder / "log"
        with self._log.open("w") as log:
            self.process = place.start(
                "run", *options, err=log, before=before, environment={"NOTIFY_SOCKET": str(address), **environment}
            )

    def tells(self, wanted: str) -> None:
        """Wait until it tells systemd something that holds `wanted`."""
        self.until(lambda: any(wanted in message for message in self.received), f"it never told systemd {wanted}")

    def until(self, look: Callable[[], Found | None], otherwise: str, timeout: float = TIMEOUT) -> Found:
        """Wait until `look` finds something; gives that. It looks after each message, and now and then."""
        deadline = time.monotonic() + timeout
        while True:
            self._news.wait(LOOK_SECONDS)
            self._news.clear()
            found = look()
            if found:
                return found
            assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.log()}"
            assert time.monotonic() < deadline, f"{otherwise}; told: {self.received[-5:]}; log: {self.log()}"

    def stop(self) -> int:
        """SIGTERM, as systemd sends it; gives the exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(TIMEOUT)
        self._hear_all()
        return status

    def pause(self) -> None:
        """SIGSTOP, and it has stopped."""
        self.process.send_signal(signal.SIGSTOP)
        self.until(lambda: self._letter() == "T", "it did not stop")

    def resume(self) -> None:
        """SIGCONT, and it goes on."""
        self.process.send_signal(signal.SIGCONT)
        self.until(lambda: self._letter() != "T", "it did not go on")

    def _letter(self) -> str:
        """Its state, as the kernel has it (proc(5)); it may be no child of this process."""
        return Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]

    def log(self) -> str:
        """What it wrote to the journal."""
        return self._log.read_text(encoding="utf-8")

    def close(self) -> None:
        """It is gone, whatever happened."""
        self.process.kill()
        self.process.wait(TIMEOUT)
        self._hear_all()
        self._socket.close()

    def _hear_all(self) -> None:
        """Nothing that was told is still on its way."""
        if self._reader.is_alive():
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
                last.sendto(b"", self._socket.getsockname())
            joined(self._reader)

    def _read(self) -> None:
        """Until the empty message that `_hear_all` sends."""
        while message := self._socket.recv(65536):
            self.received.append(message.decode("utf-8"))
            self._news.set()


@contextmanager
def daemon(
    place: Place, before: Iterable[str] = (), options: Iterable[str] = (), environment: Mapping[str, str] = {}
) -> Iterator[Daemon]:
    """A daemon that was started, with `before` as the words before its command line; it is gone at the end."""
    started = Daemon(place, before, options, environment)
    try:
        yield started
    finally:
        started.close()
