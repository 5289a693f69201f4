"""A real `facedaemon review` over a place, and a client with which a test asks it as a browser would."""

import http.client
import os
import re
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from tests.acceptance.loaded_command import Command
from tests.acceptance.place import Place
from tests.deadlines import joined

_LINK = re.compile(r"https?://\S+")
TIMEOUT = 60.0  # seconds that an answer may take on a machine that is busy with other things


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")

    @property
    def location(self) -> str:
        """Where it leads."""
        return self.headers["location"]


@dataclass
class Client:
    """A browser's way of asking. `cookie` is that of its session; headers that are None are left out."""

    port: int
    cookie: str | None = None
    origin: str = field(init=False)

    def __post_init__(self) -> None:
        self.origin = f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, headers: Mapping[str, str | None] = {}, body: bytes | None = None) -> Answer:
        """One request on a connection of its own."""
        sent = {"Cookie": self.cookie, **headers}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, {name: value for name, value in sent.items() if value is not None})
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str, headers: Mapping[str, str | None] = {}) -> Answer:
        """A page."""
        return self.ask("GET", path, headers)

    def post(self, path: str, fields: Sequence[tuple[str, str]] = (), headers: Mapping[str, str | None] = {}) -> Answer:
        """A form, sent as a browser sends it."""
        own = {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, {**own, **headers}, urlencode(fields).encode("ascii"))

    def say(self, kind: str, *fields: tuple[str, str], back: str = "/") -> Answer:
        """Answer by a form, and the page to which that leads."""
        done = self.post(f"/answer/{kind}", [*fields, ("next", back)])
        assert done.status == 303, done.text
        return self.get(done.location.partition("#")[0])


@dataclass(frozen=True)
class Served:
    """A running server. `link` is the one that it printed, `printed` all lines that came until now."""

    place: Place
    process: Command
    link: str
    printed: Sequence[str]

    @property
    def port(self) -> int:
        """Its port."""
        return urlsplit(self.link).port or 0

    @property
    def way_in(self) -> str:
        """Path and query of the link."""
        parts = urlsplit(self.link)
        return f"{parts.path}?{parts.query}"

    def stranger(self) -> Client:
        """A client without a session."""
        return Client(self.port)

    def client(self) -> Client:
        """The one client that the link lets in."""
        entered = self.stranger().get(self.way_in)
        assert entered.status == 200, entered.text
        return Client(self.port, entered.headers["set-cookie"].split(";")[0])

    def stop(self) -> int:
        """End it as Ctrl+C does; its exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(TIMEOUT)


@contextmanager
def served(
    place: Place, *options: str, environment: Mapping[str, str] = {}, browser: bool = False, is_tcp: bool = True
) -> Iterator[Served]:
    """The page of a place, ready to be asked; gone at the end of the block."""
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as lines:
        words = ["review", *([] if browser else ["--no-browser"]), *options]
        process = place.start(*words, err=writing, environment=environment)
        os.close(writing)
        try:
            printed = []
            for line in lines:
                printed.append(line.rstrip("\n"))
                if "Ctrl+C" in line:
                    break
            found = [link for line in printed for link in _LINK.findall(line)]
            assert found, "\n".join(printed)
            assert is_tcp == (urlsplit(found[0]).port is not None)
            rest = threading.Thread(target=printed.extend, args=(lines,), daemon=True)
            rest.start()
            yield Served(place, process, found[0], printed)
        finally:
            process.kill()
            process.wait(TIMEOUT)
        joined(rest)
