"""What other pages, other users and hostile files try against the local page; none gets through."""

import http.client
import os
import re
import secrets
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest

from facedaemon.answers import looked_at
from facedaemon.review import peers
from facedaemon.review.answer import local_path
from facedaemon.review.browser import folder_for, write_link
from facedaemon.review.security import HEADERS, MOST_BODY, MOST_FIELDS
from tests.acceptance.copied import copied
from tests.acceptance.place import Place
from tests.review.served import TIMEOUT, Answer, Client, Served, served

pytestmark = pytest.mark.slow

ANOTHER_USER = 65534
REFUSED = {403, 429}
PAGES = ("/", "/suggestions", "/groups", "/doubts", "/people", "/photo/1", "/written")


def _answers(running: Served) -> int:
    """How many answers there are."""
    return looked_at(running.place.state)[0]


@pytest.fixture(scope="module")
def suggested(attacked: Served) -> tuple[str, str]:
    """A face, and the name that is suggested for it."""
    item = attacked.place.suggestions()[0]
    return item["face"], item["person"]


# Who is asked: another name that leads to this computer (DNS rebinding)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1.evil.example:{port}",
        "evil.example#127.0.0.1:{port}",
        "127.0.0.1:{port}@evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1.:{port}",
        "localhost.:{port}",
        "[::1]:{port}",
        "[::ffff:127.0.0.1]:{port}",
        "127.1:{port}",
        "2130706433:{port}",
        "0.0.0.0:{port}",
        "localhost",
        "rebind.localhost:{port}",
        "",
    ],
)
def test_another_host_is_refused(attacked: Served, insider: Client, host: str) -> None:
    """A page whose name was turned to 127.0.0.1 learns nothing, even with the cookie."""
    answer = insider.get("/", {"Host": host.format(port=attacked.port)})
    assert answer.status in {400, 421}
    assert b"facedaemon</title>" not in answer.body


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}"])
def test_the_own_hosts_are_served(attacked: Served, insider: Client, host: str) -> None:
    """The guard does not refuse everybody."""
    assert insider.get("/", {"Host": host.format(port=attacked.port)}).status == 200


def test_it_listens_on_the_loopback_address_alone(attacked: Served) -> None:
    """No other address of the computer answers, not even another loopback address."""
    for address in ("127.0.0.2", socket.gethostbyname(socket.gethostname())):
        if address != "127.0.0.1":
            with socket.socket() as tried:
                tried.settimeout(TIMEOUT)
                assert tried.connect_ex((address, attacked.port)) != 0


# Who asks: without the link


@pytest.mark.parametrize("path", [*PAGES, "/face/f00000.jpg", "/photo/1.jpg", "/static/keys.js", "/answer/ignore"])
def test_nothing_is_shown_without_a_session(attacked: Served, path: str) -> None:
    """Without the cookie not even a style sheet is served."""
    assert attacked.stranger().get(path).status in REFUSED


@pytest.mark.parametrize(
    "cookie",
    [
        "{name}=",
        "{name}=guess",
        "{name}=None",
        "{name}={guess}",
        "other={secret}",
        "{name}-x={secret}",
        "{name}={secret}x",
        "{name}={cut}",
        '{name}="{secret}"',
        "{name}=é",
        "{name}={upper}",
    ],
)
def test_a_guessed_or_bent_cookie_opens_nothing(attacked: Served, insider: Client, cookie: str) -> None:
    """Only the whole secret counts, under its own name."""
    name, _, secret = (insider.cookie or "").partition("=")
    guess = secrets.token_urlsafe(32)
    made = cookie.format(name=name, secret=secret, guess=guess, cut=secret[:-1], upper=secret.swapcase())
    assert attacked.stranger().get("/", {"Cookie": made.encode("utf-8").decode("latin-1")}).status in REFUSED


def test_cookies_of_other_programs_do_not_matter(attacked: Served, insider: Client) -> None:
    """Browsers send the cookies of all ports of a host; odd ones of others lock nobody out."""
    odd = f'a={{"b": [1]}}; =; ;;; x; {insider.cookie}; session="\\"'
    assert attacked.stranger().get("/", {"Cookie": odd}).status == 200


def test_the_link_works_once(running: Served) -> None:
    """A second browser with the same link stays outside; the first one stays inside."""
    first = running.client()
    assert running.stranger().get(running.way_in).status == 403
    assert first.get("/").status == 200


@pytest.mark.parametrize("token", ["", "x", "guess" * 9, "%00", "é"])
def test_a_guessed_token_opens_nothing_and_uses_nothing_up(running: Served, token: str) -> None:
    """Wrong tokens get no cookie, and the right one works after them."""
    wrong = running.stranger().get(
        f"/enter?token={token.encode('utf-8').decode('latin-1') if token.isascii() else '%E9'}"
    )
    assert (403, False) == (wrong.status, "set-cookie" in wrong.headers)
    assert running.client().get("/").status == 200


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_a_preview_of_the_link_does_not_use_it_up(running: Served, method: str) -> None:
    """A program that only asks for the head of the link, or posts to it, signs nobody in."""
    tried = running.stranger().ask(method, running.way_in, {"Content-Length": "0"})
    assert (403, False) == (tried.status, "set-cookie" in tried.headers)
    assert running.client().get("/").status == 200


def test_the_token_has_256_bits_and_the_cookie_is_strict(running: Served) -> None:
    """No script reads the cookie, no other site sends it, and it ends with the browser."""
    token = running.way_in.partition("token=")[2]
    assert len(token) >= 43  # base64 of 32 bytes
    cookie = running.stranger().get(running.way_in).headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/"} <= set(cookie.split("; "))
    assert not re.search("expires|max-age|domain", cookie)


def test_two_servers_do_not_take_each_others_cookies(running: Served, attacked: Served, insider: Client) -> None:
    """The cookie of one server opens no other."""
    assert running.stranger().get("/", {"Cookie": insider.cookie}).status == 403
    assert running.port != attacked.port


def test_guessing_is_slowed_down(running: Served) -> None:
    """Who has no session is answered a few times a second at most; who has one is not held up by that."""
    client = running.client()
    statuses = {running.stranger().get("/enter?token=x").status for _ in range(200)}
    assert {403, 429} == statuses
    assert client.get("/").status == 200


# From where: other pages


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": None},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://localhost:{port}"},
        {"Origin": "http://127.0.0.1:{port}.evil.example"},
        {"Origin": "http://127.0.0.1:{port}/"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": None, "Sec-Fetch-Site": "cross-site"},
        {"Origin": None, "Sec-Fetch-Site": "same-site"},
        {"Origin": None, "Referer": "http://127.0.0.1:{port}/"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json"},
        {"Content-Type": None},
    ],
)
def test_a_form_of_another_page_changes_nothing(
    attacked: Served, insider: Client, suggested: tuple[str, str], headers: Mapping[str, str | None]
) -> None:
    """A form counts only where the browser says that our own page sent it, and only as a form."""
    face, person = suggested
    sent = {name: value and value.format(port=attacked.port) for name, value in headers.items()}
    refused = insider.post("/answer/confirm", [("face", face), ("person", person)], sent)
    assert refused.status in {403, 415}
    assert _answers(attacked) == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "MOVE"])
def test_no_other_method_changes_anything(
    attacked: Served, insider: Client, suggested: tuple[str, str], method: str
) -> None:
    """Neither a link nor an unusual method answers; nothing is echoed."""
    face, person = suggested
    asked = urlencode([("face", face), ("person", person)])
    override = {"X-HTTP-Method-Override": "POST", "Origin": insider.origin, "X-Secret": "echo"}
    answer = insider.ask(method, f"/answer/confirm?{asked}&_method=POST", override)
    assert answer.status in {404, 405}
    assert b"echo" not in answer.body
    assert _answers(attacked) == 0


def test_no_page_of_the_program_changes_anything_by_being_read(
    attacked: Served, insider: Client, suggested: tuple[str, str]
) -> None:
    """Every page can be read, with any query, and answers nothing."""
    face, person = suggested
    for path in PAGES:
        insider.get(f"{path}?{urlencode([('face', face), ('person', person), ('ignore', '1')])}")
    assert _answers(attacked) == 0


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("dest", ["image", "iframe", "script", "empty", "object"])
def test_nothing_is_embedded_in_another_page(insider: Client, site: str, dest: str) -> None:
    """Another page gets nothing, though the browser sends the cookie: to it another port is the same site."""
    asked = {"Sec-Fetch-Site": site, "Sec-Fetch-Dest": dest, "Sec-Fetch-Mode": "no-cors"}
    assert insider.get("/photo/1.jpg", asked).status == 403
    assert insider.get("/", {**asked, "Sec-Fetch-Mode": "navigate"}).status == 403


def test_no_other_origin_is_allowed_by_cors(insider: Client) -> None:
    """A preflight is refused, and no answer carries a header that would open it to other pages."""
    asked = {
        "Origin": "http://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-any",
    }
    for answer in (insider.ask("OPTIONS", "/answer/confirm", asked), insider.get("/", asked)):
        assert not [name for name in answer.headers if name.startswith("access-control")]


# What: bodies


def _raw(running: Served, request: bytes, *, then: bytes = b"") -> bytes:
    """What comes back for the bytes of a request, until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", running.port), TIMEOUT) as opened:
        opened.sendall(request)
        if then:
            with_errors = False
            try:
                for _ in range(2 * MOST_BODY // len(then)):
                    opened.sendall(then)
            except OSError:
                with_errors = True
            if with_errors:
                return b""
        opened.shutdown(socket.SHUT_WR)
        parts = []
        try:
            while part := opened.recv(65536):
                parts.append(part)
        except OSError:
            pass
        return b"".join(parts)


def _head(client: Client, *more: str, method: str = "POST", path: str = "/answer/ignore") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{client.port}",
        f"Cookie: {client.cookie}",
        f"Origin: {client.origin}",
        "Content-Type: application/x-www-form-urlencoded",
        *more,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _status(answer: bytes) -> int | None:
    return int(answer.split(b" ", 2)[1]) if answer else None


def test_a_large_body_is_refused_before_it_is_read(attacked: Served, insider: Client) -> None:
    """The stated length decides."""
    assert _status(_raw(attacked, _head(insider, f"Content-Length: {MOST_BODY + 1}"))) == 413


@pytest.mark.parametrize("length", ["-1", "+5", "0x10", "1e3", "\xb3", "99999999999999999999999", "5, 5"])
def test_a_length_that_is_none_is_refused(attacked: Served, insider: Client, length: str) -> None:
    """Two parties could understand it in two ways."""
    assert _status(_raw(attacked, _head(insider, f"Content-Length: {length}"))) in {None, 400, 411, 413}


def test_an_endless_body_is_refused(attacked: Served, insider: Client) -> None:
    """A body in chunks states no length."""
    answer = _raw(attacked, _head(insider, "Transfer-Encoding: chunked"), then=b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
    assert _status(answer) in {None, 411}
    assert insider.get("/").status == 200


def test_two_lengths_are_refused(attacked: Served, insider: Client) -> None:
    """Request smuggling: a length and chunks together, or two lengths."""
    both = _raw(attacked, _head(insider, "Content-Length: 4", "Transfer-Encoding: chunked") + b"0\r\n\r\n")
    assert _status(both) in {None, 400, 411}
    assert _status(_raw(attacked, _head(insider, "Content-Length: 0", "Content-Length: 5") + b"a=b&c")) == 400


@pytest.mark.parametrize("name", ["Host: evil.example", "Origin: http://evil.example", "Sec-Fetch-Site: same-origin"])
def test_headers_that_decide_may_stand_there_once(attacked: Served, insider: Client, name: str) -> None:
    """A second header of the name is not chosen from; the request is refused."""
    twice = [name, name] if name.startswith("Sec") else [name]
    assert _status(_raw(attacked, _head(insider, "Content-Length: 0", *twice))) == 400


def test_a_body_that_does_not_come_is_not_waited_for(attacked: Served, insider: Client) -> None:
    """A form of which half is sent keeps a connection for some seconds, and nobody else from the page."""
    with socket.create_connection(("127.0.0.1", attacked.port), TIMEOUT) as slow:
        slow.sendall(_head(insider, "Content-Length: 100") + b"face=")
        assert insider.get("/").status == 200
        assert _status(slow.recv(65536)) == 400


def test_too_many_fields_are_refused(insider: Client) -> None:
    """Small in bytes, large in number."""
    answer = insider.ask(
        "POST",
        "/answer/ignore",
        {"Origin": insider.origin, "Content-Type": "application/x-www-form-urlencoded"},
        b"&".join([b"f=1"] * (MOST_FIELDS + 1)),
    )
    assert answer.status == 400


@pytest.mark.parametrize("body", [b"\xff\xfe=1", b"face=%ff%fe", b"\x00", b"=" * 50])
def test_bytes_that_are_no_form_answer_nothing(attacked: Served, insider: Client, body: bytes) -> None:
    """What is no UTF-8 is refused, what names no face says so."""
    headers = {"Origin": insider.origin, "Content-Type": "application/x-www-form-urlencoded"}
    assert insider.ask("POST", "/answer/ignore", headers, body).status in {303, 400}
    assert _answers(attacked) == 0


def test_a_long_head_is_refused(attacked: Served, insider: Client) -> None:
    """A head without an end takes no memory."""
    answer = _raw(attacked, _head(insider, "X: " + "x" * 200_000, method="GET", path="/"))
    assert _status(answer) in {None, 400, 431}
    assert insider.get("/").status == 200


def test_many_answers_at_once_are_slowed_down(client: Client) -> None:
    """A page that runs wild cannot fill the file of answers."""
    statuses = [client.post("/answer/ignore").status for _ in range(400)]
    assert 429 in statuses
    assert statuses[0] == 303


@pytest.mark.parametrize("head", [b"GET / HTTP/0.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"\r\n" * 50])
def test_what_is_no_http_ends_the_connection(attacked: Served, head: bytes) -> None:
    """TLS, HTTP/0.9 and nonsense get an error or nothing."""
    assert _status(_raw(attacked, head)) in {None, 400, 421}


def test_a_websocket_is_not_opened(attacked: Served, insider: Client) -> None:
    """Other pages may open WebSockets to any address; there are none here."""
    upgrade = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: eA==")
    assert _status(_raw(attacked, _head(insider, *upgrade, "Connection: close", method="GET", path="/"))) != 101


# Where: paths


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/%2e%2e/server.py",
        "/static/..%2fserver.py",
        "/static/%252e%252e%252fserver.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/..\\server.py",
        "/static/%00",
        "/face/../../etc/passwd.jpg",
        "/face/..%2f..%2fetc%2fpasswd.jpg",
        "/face/%2e%2e.jpg",
        "/face/f%00.jpg",
        "/face/*.jpg",
        "/photo/-1.jpg",
        "/photo/1%2f..%2f2.jpg",
        "/photo/etc/passwd.jpg",
        "/photo/99999999999999999999999.jpg",
        "/photo/99999999999999999999999",
        "/photo/1e5.jpg",
        "//evil.example/",
        "/%2e%2e/%2e%2e/etc/passwd",
        "http://evil.example/",
    ],
)
def test_no_path_leads_out(insider: Client, path: str) -> None:
    """Files are named by ids and numbers alone; nothing outside of the static files is served."""
    answer = insider.get(path)
    is_grey_head = answer.headers.get("content-type") == "image/svg+xml"
    assert answer.status in {400, 404, 421} or is_grey_head, answer.text
    assert b"root:" not in answer.body
    assert b"import " not in answer.body


@pytest.mark.parametrize(
    "wish",
    [
        "http://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/ok\r\nSet-Cookie: a=b",
        "/ok%0d%0a\nX: y",
        " //evil.example",
        "\t//evil.example",
        "///evil.example",
        "evil.example",
        "",
        "/é",
    ],
)
def test_an_answer_leads_to_no_other_server(wish: str) -> None:
    """`next` is a path of ours, without a line end that could begin another header."""
    assert local_path(wish) == "/"


def test_next_cannot_set_a_header(insider: Client) -> None:
    """The same on the wire."""
    answer = insider.post("/answer/ignore", [("next", "/\r\nX-Injected: 1\r\n\r\n<script>")])
    assert ("/", False) == (answer.location, "x-injected" in answer.headers)


# The answers' own safety


def _all_kinds(client: Client) -> Iterator[Answer]:
    yield from (client.get(path) for path in (*PAGES, "/face/fzzzzzzz.jpg", "/photo/1.jpg", "/static/keys.js", "/no"))
    yield client.post("/answer/ignore")
    yield client.get("/", {"Host": "evil.example"})
    yield Client(client.port).get("/")


def test_every_answer_has_the_headers_that_protect_it(insider: Client) -> None:
    """Pages, pictures, files, errors and refusals: no frame, no inline script, no cache, no sniffing, no referrer."""
    for answer in _all_kinds(insider):
        assert {name.lower(): value for name, value in HEADERS.items()}.items() <= answer.headers.items()
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} <= set(
        HEADERS["Content-Security-Policy"].split("; ")
    )


def test_an_error_of_ours_shows_nothing_of_the_program(place: Place) -> None:
    """A damaged state is explained in words; no path of the program and no traceback reaches the browser."""
    with served(place) as running:
        client = running.client()
        (place.state / "state.db").write_bytes(b"no database" * 1000)
        for path in PAGES:
            answer = client.get(path)
            assert "Traceback" not in answer.text
            assert "site-packages" not in answer.text


# Names of people and files


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "\u202egpj.exe\u2066",
    "&lt;b&gt;&#60;i&#62;",
    "%(name)s %s {0}",
    "</title><svg onload=alert(1)>",
    "-->]]><!--",
    "W" * 240,
    "\u0627" * 60 + "é\u0301",
    "\ufeff=HYPERLINK(1)",
]


class _Markup(HTMLParser):
    """Collects what a page consists of."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what no page of ours has."""
        values = dict(attributes)
        if tag in {"iframe", "object", "embed", "base", "style"} or "style" in values:
            self.wrong.append(tag)
        if tag == "script" and not (values.get("src") or "").startswith("/static/"):
            self.wrong.append("script")
        self.wrong += [name for name in values if name.startswith("on") or "<" in name]
        leads = [values.get(name) or "/" for name in ("href", "src", "action", "formaction", "srcset", "data-photo")]
        self.wrong += [lead for lead in leads if not lead.startswith(("/", "#")) or lead.startswith("//")]


@pytest.fixture(scope="module")
def hostile(scanned: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Photos and people with names that would be markup, code, or another direction of writing."""
    place = copied(scanned, tmp_path_factory.mktemp("hostile") / "place")
    names = [name.replace("/", "\u2215").encode("utf-8") for name in HOSTILE] + [b"\xff\xfe<b>"]
    for photo, kept in zip(sorted(place.photos.glob("*.jpg")), names, strict=False):
        sidecar = photo.with_name(photo.name + ".xmp")
        new = Path(os.fsdecode(os.fsencode(place.photos) + b"/" + kept[:240] + b".jpg"))
        photo.rename(new)
        if sidecar.exists():
            sidecar.rename(Path(os.fsdecode(os.fsencode(new) + b".xmp")))
    place.json("scan")
    faces = [item["face"] for item in place.suggestions()]
    with served(place) as running:
        client = running.client()
        for number, name in enumerate(HOSTILE):
            client.say("name", ("face", faces[number % len(faces)]), ("new", name))
    place.json("scan")
    return place


def test_names_stay_text_in_every_page(hostile: Place) -> None:
    """No name of a person or a file becomes an element, an attribute, a script, a link or a template."""
    with served(hostile) as running:
        client = running.client()
        for path in (*PAGES, *(f"/photo/{number}" for number in range(2, 25))):
            page = client.get(path)
            assert page.status == 200, page.text
            found = _Markup()
            found.feed(page.text)
            assert not found.wrong, (path, found.wrong)
            assert "49{%" not in page.text
            assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.text)


@pytest.fixture(scope="module")
def named(scanned: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The browser of a user who types hostile names."""
    with served(copied(scanned, tmp_path_factory.mktemp("named") / "place")) as running:
        yield running.client()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_that_is_typed_stays_text(named: Client, suggested: tuple[str, str], name: str) -> None:
    """What is sent comes back in the undo bar, the question and the page as text."""
    for field in ("person", "new"):
        page = named.say("name", ("face", suggested[0]), (field, name), back="/photo/1")
        found = _Markup()
        found.feed(page.text)
        assert not found.wrong
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.text)


@pytest.mark.parametrize(
    "ids", [["f' OR 1=1 --"], ["g1; DROP TABLE face"], ["../../x"], ["f" + "z" * 4000], ["%"], [""]]
)
def test_only_ids_name_faces(attacked: Served, insider: Client, ids: list[str]) -> None:
    """What is no id of a face answers nothing, and the page says so."""
    page = insider.say("ignore", *(("face", each) for each in ids))
    assert 'role="alert"' in page.text
    assert _answers(attacked) == 0


# Other users of the computer


def _as_another_user(program: str, *arguments: str) -> str:
    """What a program of another user prints."""
    if os.getuid() != 0:
        pytest.skip("only root can be another user")
    python = shutil.which("python3", path="/usr/bin:/bin")
    if python is None:
        pytest.skip("no Python that other users may start: apt-get install python3")
    done = subprocess.run(
        [python, "-I", "-c", program, *arguments],
        user=ANOTHER_USER,
        group=ANOTHER_USER,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


_ASK = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as opened:
    try:
        opened.sendall(sys.argv[2].encode() * int(sys.argv[3]))
        print(repr(opened.recv(1000)))
    except OSError:
        print("closed")
"""


def test_another_user_is_not_answered_even_with_the_cookie(attacked: Served, insider: Client) -> None:
    """Who is not this user (or root) is cut off before a byte is read, whatever he knows."""
    request = _head(insider, method="GET", path="/").decode("ascii")
    assert "HTTP" not in _as_another_user(_ASK, str(attacked.port), request, "1")
    assert insider.get("/").status == 200


def test_another_user_cannot_use_up_the_link(running: Served) -> None:
    """The token is of no use to others, so that its owner is not kept out either."""
    request = f"GET {running.way_in} HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n\r\n"
    assert "HTTP" not in _as_another_user(_ASK, str(running.port), request, "1")
    assert running.client().get("/").status == 200


def test_the_kernel_tells_whose_a_connection_is() -> None:
    """The table of sockets names the user of the other end."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as end:
        assert os.getuid() == peers.user_of(end.getsockname(), server.getsockname())
        assert not peers.is_foreign(end.getsockname(), server.getsockname())


_READ = """
import sys
try:
    print(open(sys.argv[1], "rb").read())
except OSError as error:
    print("refused", error.errno)
"""

_CONNECT = """
import socket, sys
with socket.socket(socket.AF_UNIX) as opened:
    print(opened.connect_ex(sys.argv[1]))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter."""
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_another_user_cannot_read_the_file_with_the_link(open_folder: Path) -> None:
    """The file through which the browser gets the link is its user's alone, whatever the umask."""
    before = os.umask(0)
    try:
        file = write_link("http://127.0.0.1:1/enter?token=secret", open_folder)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert "refused" in _as_another_user(_READ, str(file.path))


def test_the_link_is_on_no_command_line(place: Place, open_folder: Path) -> None:
    """The browser is started with a file's name; the token is in the file, and the file goes when it was used."""
    seen = open_folder / "seen"
    browser = open_folder / "xdg-open"
    browser.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {seen}.part && mv {seen}.part {seen}\n', encoding="utf-8")
    browser.chmod(0o755)
    found = {
        "PATH": f"{open_folder}:{os.environ['PATH']}",
        "DISPLAY": ":99",
        "BROWSER": "",
        "XDG_RUNTIME_DIR": str(open_folder),
    }
    with served(place, browser=True, environment=found) as running:
        folder = open_folder / "facedaemon"
        (file,) = folder.iterdir()
        assert (0o700, 0o600) == (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(file.stat().st_mode))
        assert running.way_in.partition("token=")[2] in file.read_text(encoding="utf-8")
        running.client()
        assert not file.exists()
        assert running.stop() == 0
    assert running.way_in.partition("token=")[2] not in seen.read_text(encoding="utf-8")
    assert seen.read_text(encoding="utf-8") == file.as_uri()


def test_a_browser_in_a_snap_is_given_a_file_that_it_can_read(tmp_path: Path) -> None:
    """Snaps see no hidden folders and no runtime directory of others."""
    (tmp_path / "firefox_firefox.desktop").touch()
    common = tmp_path / "home" / "snap" / "firefox" / "common"
    common.mkdir(parents=True)
    environ = {"HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": "/run/user/1"}
    assert folder_for(environ, "firefox_firefox.desktop", tmp_path) == common
    assert folder_for(environ, "firefox.desktop", tmp_path) == Path("/run/user/1/facedaemon")
    assert folder_for(environ, "../x.desktop", tmp_path) == Path("/run/user/1/facedaemon")


def test_another_user_cannot_open_the_unix_socket(place: Place, open_folder: Path) -> None:
    """With `--socket` the file's mode keeps others out; nothing listens on a port, and the file goes at the end."""
    path = open_folder / "page.sock"
    with served(place, "--socket", str(path), is_tcp=False) as running:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert _as_another_user(_CONNECT, str(path)).strip() == "13"
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(path))
        connection.request("GET", running.way_in)
        assert connection.getresponse().status == 200
        assert running.stop() == 0
    assert not path.exists()


def test_a_file_is_not_replaced_by_the_socket(place: Place, open_folder: Path) -> None:
    """A path that holds something else is left as it is."""
    path = open_folder / "file"
    path.write_bytes(b"mine")
    done = place.run("review", "--no-browser", "--socket", str(path))
    assert (2, b"mine") == (done.status, path.read_bytes())
