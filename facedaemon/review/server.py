"""The server's process: its socket, the link, the browser, and its end."""

import os
import pwd
import signal
import socket
import stat
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from facedaemon.config import Config
from facedaemon.errors import ExitCode, Fatal
from facedaemon.review.app import build_app
from facedaemon.review.browser import LinkFile, open_link
from facedaemon.review.connections import OwnUsersConnection
from facedaemon.review.library import Library
from facedaemon.review.scanning import Scans
from facedaemon.review.security import ENTER, Address, Guard
from facedaemon.review.sessions import Sessions

IDLE_SECONDS = 30 * 60.0
_LOOK_SECONDS = 1.0
_BACKLOG = 128


@dataclass(frozen=True, slots=True)
class Announced:
    """Where a server is: the link, which works once, and its port or its socket."""

    link: str
    port: int | None
    socket: Path | None


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the server is wanted.

    `scan` is the command that scans the library.
    `port` 0: any that is free. `socket` is the path of a Unix socket instead of a port; `address` under which the
    browser finds the server where that is another than its own. `say` prints a line for the user; `announce` is called
    once the server can be asked.
    """

    scan: Sequence[str]
    browser: bool = True
    port: int = 0
    socket: Path | None = None
    address: str | None = None
    idle_seconds: float = IDLE_SECONDS
    say: Callable[[str], None] = print
    announce: Callable[[Announced], None] | None = None


class Visits:
    """When the pages were used last, for several threads; the file with the link goes at the first visit."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self.link_file: LinkFile | None = None

    def seen(self) -> None:
        """Somebody asked."""
        self._last = time.monotonic()
        self.forget_link()

    def idle(self) -> float:
        """Seconds since somebody asked."""
        return time.monotonic() - self._last

    def forget_link(self) -> None:
        """Remove the file with the link."""
        file, self.link_file = self.link_file, None
        if file is not None:
            file.remove()


def serve(config: Config, wishes: Wishes) -> None:
    """Answer until Ctrl+C, or until nobody asked for `idle_seconds`. Raises Fatal where the socket cannot be had."""
    sessions, visits = Sessions(), Visits()
    with closing(Library(config)) as library, closing(_bound(wishes)) as opened:
        address = _address(wishes, opened)
        guard = Guard(build_app(library, Scans(wishes.scan, config.state())), address, sessions, visits.seen)
        server = uvicorn.Server(_settings(guard))
        _end_by_signals(server)
        threading.Thread(target=_end_when_idle, args=(server, visits, wishes.idle_seconds), daemon=True).start()
        port = None if wishes.socket else opened.getsockname()[1]
        visits.link_file = _announce(wishes, address, sessions.new_token(), port)
        try:
            server.run(sockets=[opened])
        finally:
            visits.forget_link()
            if wishes.socket is not None:
                with suppress(OSError):
                    wishes.socket.unlink()


def _end_by_signals(server: uvicorn.Server) -> None:
    """Ctrl+C and SIGTERM end it in order.

    uvicorn takes the signals itself while it serves, and raises them once more at its end: then nothing is left to do.
    """

    def end(*_: object) -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


def _settings(guard: Guard) -> uvicorn.Config:
    return uvicorn.Config(
        guard,
        loop="asyncio",
        http=OwnUsersConnection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=256,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=2,
    )


def _end_when_idle(server: uvicorn.Server, visits: Visits, idle_seconds: float) -> None:
    while (left := idle_seconds - visits.idle()) > 0:
        time.sleep(min(left, _LOOK_SECONDS))
    server.should_exit = True


def _announce(wishes: Wishes, address: Address, token: str, port: int | None) -> LinkFile | None:
    """Say where it is, and open the browser; the file through which that was done."""
    link = address.link(f"{ENTER}?token={token}")
    if wishes.announce is not None:
        wishes.announce(Announced(link, port, wishes.socket))
    wishes.say(f"Look and answer here (the link works once): {link}")
    file = open_link(link) if wishes.browser else None
    if port is not None and wishes.address is not None:
        wishes.say(f"It listens on 127.0.0.1, port {port}")
    elif file is None and port is not None:
        wishes.say(f"From another computer, first: ssh -L {port}:127.0.0.1:{port} {_who()}@{socket.gethostname()}")
    wishes.say("Ctrl+C ends this.")
    return file


def _who() -> str:
    """The name of this user."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _address(wishes: Wishes, opened: socket.socket) -> Address:
    if wishes.address is not None:
        parts = urlsplit(wishes.address)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
            raise Fatal(f"--address {wishes.address}: is none such as https://photos.example.org", ExitCode.USAGE)
        return Address(parts.scheme, (parts.netloc.lower(),))
    if wishes.socket is not None:
        return Address("http", ("localhost",))
    port = opened.getsockname()[1]
    return Address("http", (f"127.0.0.1:{port}", f"localhost:{port}"))


def _bound(wishes: Wishes) -> socket.socket:
    try:
        return _unix(wishes.socket) if wishes.socket is not None else _loopback(wishes.port)
    except OSError as error:
        where = wishes.socket or f"port {wishes.port}"
        raise Fatal(f"{where}: the page cannot be served there: {error.strerror}", ExitCode.USAGE) from error


def _loopback(port: int) -> socket.socket:
    # asyncio switches Nagle's algorithm off only where the protocol is named: 40 ms for each answer otherwise
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        opened.bind(("127.0.0.1", port))
        opened.listen(_BACKLOG)
    except BaseException:
        opened.close()
        raise
    return opened


def _unix(path: Path) -> socket.socket:
    with suppress(OSError):
        if stat.S_ISSOCK(path.lstat().st_mode) and not _is_served(path):
            path.unlink()  # left behind by a server that was killed
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        opened.bind(os.fspath(path))
        opened.listen(_BACKLOG)
    except BaseException:
        opened.close()
        raise
    finally:
        os.umask(before)
    return opened


def _is_served(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as tried:
        return tried.connect_ex(os.fspath(path)) == 0
