"""Requests that are bent: targets, methods, lengths, numbers, cookies, slow heads. None does more than it may."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import quote

import pytest

from facedaemon.answers import looked_at
from facedaemon.review.security import HEADERS, cookies_of
from tests.review.served import TIMEOUT, Client, Served

pytestmark = pytest.mark.slow

PEOPLE = "<h1>People</h1>"


def _sent(insider: Client, request: str) -> socket.socket:
    """A connection that has sent this; `{own}` are the headers of a browser."""
    own = f"Host: 127.0.0.1:{insider.port}\r\nCookie: {insider.cookie}\r\n"
    form = f"Origin: {insider.origin}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    data = request.replace("{own}", own).replace("{form}", form).replace("{port}", str(insider.port)).encode("latin-1")
    opened = socket.create_connection(("127.0.0.1", insider.port), TIMEOUT)
    opened.settimeout(TIMEOUT)
    opened.sendall(data)
    return opened


def _received(opened: socket.socket) -> bytes:
    """What a connection gets until the server closes it."""
    received = b""
    with opened, suppress(ConnectionResetError):
        while piece := opened.recv(1 << 16):
            received += piece
    return received


SMUGGLED = "GET /people HTTP/1.1\r\n{own}\r\n"
SMUGGLERS = (
    "POST /answer/unsay HTTP/1.1\r\n{own}{form}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /answer/unsay HTTP/1.1\r\n{own}{form}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /answer/unsay HTTP/1.1\r\n{own}{form}Content-Length: 4\r\nContent-Length: 40\r\n\r\na=b&",
    "POST /answer/unsay HTTP/1.1\r\n{own}{form}Content-Length: +4\r\n\r\na=b&",
    "POST /answer/unsay HTTP/1.1\r\n{own}Content-Length: 0\r\n\r\n",
    "GET / HTTP/1.1\r\n{own}Content-Length: 400\r\n\r\n",
    "GET / HTTP/1.1\r\n{own}Transfer-Encoding: chunked\r\n\r\nfff\r\n",
    "GET / HTTP/1.1\r\n{own}Transfer-Encoding: xchunked\r\n\r\n",
)
SLOW_HEADS = (
    "",
    "GET",
    "GET / HTTP/1.1\r\nHost: x",
    "GET / HTTP/1.1\r\n{own}",
    "GET /favicon.ico HTTP/1.1\r\n{own}\r\nGET / HTTP/1.1\r\nA",
)


@pytest.fixture(scope="module", autouse=True)
def opened(insider: Client) -> Iterator[dict[str, socket.socket]]:
    """Connections that the server closes after 10 to 30 seconds, by what they sent; other tests run meanwhile."""
    with ExitStack() as stack:
        requests = [*(first + SMUGGLED for first in SMUGGLERS), *SLOW_HEADS]
        yield {request: stack.enter_context(_sent(insider, request)) for request in requests}


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("GET http://evil.example/people HTTP/1.1\r\n{own}\r\n", 404),
        ("GET http://127.0.0.1:{port}/people HTTP/1.1\r\n{own}\r\n", 404),
        ("GET //evil.example/people HTTP/1.1\r\n{own}\r\n", 404),
        ("GET /people HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: 127.0.0.1:{port}\r\n\r\n", 421),
        ("GET /people HTTP/1.1\r\n{own}X-Original-URL: /\r\nX-Rewrite-URL: /\r\nX-HTTP-Method: POST\r\n\r\n", 200),
        ("GET /people HTTP/1.0\r\n\r\n", 421),
        ("CONNECT evil.example:80 HTTP/1.1\r\n{own}\r\n", 405),
        ("OPTIONS * HTTP/1.1\r\n{own}\r\n", 405),
        ("TRACE / HTTP/1.1\r\n{own}\r\n", 405),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 421),
        ("GET /people HTTP/1.1\r\nHost : 127.0.0.1:{port}\r\n{own}\r\n", 400),
        ("GET /\x00people HTTP/1.1\r\n{own}\r\n", 400),
        ("GET /\xff HTTP/1.1\r\n{own}\r\n", 400),
        ("GET /people HTTP/1.1\r\n{own}Cookie: a=b\r\n\r\n", 400),
        ("\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + "x" * 90, 400),
    ],
)
def test_a_bent_target_or_method_shows_no_other_page(insider: Client, request_: str, status: int) -> None:
    """Absolute targets are no paths of ours, whatever host they name; headers of proxies change nothing."""
    received = _received(_sent(insider, request_.replace("{own}", "{own}Connection: close\r\n")))
    assert received.startswith(f"HTTP/1.1 {status} ".encode()), received[:200]
    assert (status == 200) == (PEOPLE.encode() in received)


NUMBERS = (
    "0",
    "-1",
    "1e3",
    "9" * 18,
    "9" * 19,
    "9" * 30,
    "9223372036854775808",
    "\N{ARABIC-INDIC DIGIT ONE}",
    "0x1",
    "nan",
    "1%00",
)


@pytest.mark.parametrize("number", NUMBERS)
def test_no_number_breaks_a_page(insider: Client, number: str) -> None:
    """Addresses with numbers that nothing has are answered, and with no error of the program."""
    typed = quote(number, safe="%")
    for path in (
        f"/photo/{typed}", f"/photo/{typed}.jpg", f"/groups/g{typed}", f"/groups?after={typed}.{typed}",
        f"/suggestions?person=Grace%20Hopper&rest={typed}:{typed}", f"/suggestions?after={typed}:x&line={typed}",
        f"/people?from={typed}", f"/doubts?from={typed}", f"/written?before={typed}",
        f"/written/answers?from={typed}", f"/written/rejections?from={typed}", f"/photo?face=f{typed}",
        f"/face/f{typed}.jpg",
    ):  # fmt: skip
        assert insider.get(path).status in {200, 404}, path


@pytest.mark.parametrize("number", NUMBERS)
def test_no_number_in_a_form_answers_or_breaks(attacked: Served, insider: Client, number: str) -> None:
    """The form's page says what is wrong."""
    before = looked_at(attacked.place.state)
    for kind, field in (
        ("confirm", "face"), ("ignore", "face"), ("undo", "write"), ("forget", "rejection"), ("take-back", "answer"),
        ("unsay", "command"), ("draw", "photo"),
    ):  # fmt: skip
        value = f"g{number}" if field == "face" else number
        fields = [(field, value), ("person", "Grace Hopper"), ("as-of", number), ("x", number)]
        done = insider.post(f"/answer/{kind}", fields, {"Content-Type": "application/x-www-form-urlencoded"})
        assert 303 == done.status, kind
        assert 'role="alert"' in insider.get("/").text
    assert before == looked_at(attacked.place.state)


@pytest.mark.parametrize(
    "cookies",
    [
        "{name}=x; {own}",
        "{name}=; {own}",
        "a=b; {name}=" + "x" * 43 + "; {own}; {name}=y",
        "{own}; {name}=y",
        "{name}; {own}",
    ],
)
def test_a_cookie_of_the_same_name_locks_nobody_out(insider: Client, cookies: str) -> None:
    """Another program of this host can set one for a longer path, which browsers send first (RFC 6265, 5.4)."""
    assert insider.cookie is not None
    name = insider.cookie.partition("=")[0]
    sent = cookies.replace("{name}", name).replace("{own}", insider.cookie)
    assert 200 == insider.get("/people", {"Cookie": sent}).status


def test_many_cookies_are_not_all_tried() -> None:
    """Guessing by one request is no quicker than by many."""
    assert 8 == len(cookies_of("; ".join(f"a={number}" for number in range(5000)), "a"))
    assert () == cookies_of("b=a=1; a", "b=a")


def test_a_session_is_never_one_that_the_browser_brought(running: Served) -> None:
    """The cookie that was there before (session fixation) opens nothing after the link was used."""
    stranger = running.stranger()
    name = running.client().cookie or ""
    brought = f"{name.partition('=')[0]}={'A' * 43}"
    assert 403 == stranger.get("/", {"Cookie": brought}).status


def test_the_used_link_leads_on_in_the_browser_that_used_it(running: Served) -> None:
    """Back, or a bookmark of the link, is no dead end there; any other browser is refused as before."""
    client = running.client()
    again = client.get(running.way_in)
    assert (200, True) == (again.status, "url=/" in again.text)
    assert "set-cookie" not in again.headers
    assert 403 == running.stranger().get(running.way_in).status


@pytest.mark.parametrize(
    "path", ["/", "/enter?token=x", "/nothing", "/face/f.jpg", "/static/keys.js", "/scan", "/favicon.ico"]
)
def test_every_kind_of_answer_keeps_to_itself(insider: Client, path: str) -> None:
    """No cache, no frame, no referrer to others: pages, pictures, files, errors and refusals."""
    for headers in ({}, {"Cookie": None}, {"Host": "evil.example"}):
        answer = insider.get(path, headers)
        assert {name.lower(): value for name, value in HEADERS.items()}.items() <= answer.headers.items()
        assert "token" not in answer.headers.get("location", "")


def test_slow_connections_keep_nobody_out(attacked: Served, insider: Client) -> None:
    """Many that never send a request end; then pages are served."""
    opened = [socket.create_connection(("127.0.0.1", insider.port), TIMEOUT) for _ in range(300)]
    try:
        for each in opened:
            with suppress(ConnectionResetError, BrokenPipeError):  # closed already, where this machine is slow
                each.sendall(b"GET / HTTP/1.1\r\n")
        for each in opened:
            each.settimeout(TIMEOUT)
            with suppress(ConnectionResetError):
                assert b"" == each.recv(1)
        assert 200 == insider.get("/").status
        assert attacked.process.poll() is None
    finally:
        for each in opened:
            each.close()


def test_no_second_request_is_smuggled_in_a_body(opened: dict[str, socket.socket]) -> None:
    """What follows a refused form, or stands in a body, is not answered as a request."""
    for first in SMUGGLERS:
        received = _received(opened[first + SMUGGLED])
        assert received.startswith(b"HTTP/1.1 "), first
        assert PEOPLE.encode() not in received, first


def test_a_head_that_does_not_come_is_not_waited_for(opened: dict[str, socket.socket]) -> None:
    """The connection is closed by the server, also where it was used before."""
    for sent in SLOW_HEADS:
        assert _received(opened[sent]).count(b"HTTP/1.1 ") == sent.count("favicon"), sent
