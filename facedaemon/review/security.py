"""What stands before every request: who may ask, from where, how much, and what the browser may do with the answer.

The decisions are pure functions of the request's head; `Guard` is the ASGI application around the pages.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from facedaemon.review.rates import Rate
from facedaemon.review.sessions import Session, Sessions

MOST_BODY = 256 << 10  # bytes: the ids of ten thousand faces
MOST_FIELDS = 20_000
BODY_SECONDS = 5.0
ENTER = "/enter"  # where the link leads; the only page that needs no session
STATIC = "/static/"

_FORM = "application/x-www-form-urlencoded"
_READ, _CHANGE = {"GET", "HEAD"}, {"POST"}
_OWN_SITE = {"same-origin", "none"}  # Sec-Fetch-Site: "none" is the user's own doing, such as a typed address
_ONCE = {b"host", b"origin", b"cookie", b"content-type", b"content-length", b"transfer-encoding", b"sec-fetch-site"}
"""Headers that decide. A request that has one of them twice may be understood in two ways."""

_MOST_COOKIES = 8

_UNKNOWN_A_SECOND, _UNKNOWN_AT_ONCE = 5.0, 50.0  # requests without a session
_ANSWERS_A_SECOND, _ANSWERS_AT_ONCE = 20.0, 200.0  # a key that is held down repeats 30 times a second

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # "no-referrer" would make browsers send "Origin: null" with our own forms
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""With every answer. Faces and names are kept by no cache (RFC 9111, 5.2.2.5)."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the browser finds the server: scheme, and the names (with port) under which it may be asked."""

    scheme: str
    hosts: Sequence[str]

    def link(self, path: str) -> str:
        """The address of a page."""
        return f"{self.scheme}://{self.hosts[0]}{path}"

    @property
    def cookie(self) -> str:
        """The cookie's name: browsers share cookies between the ports of a host."""
        return "facedaemon-" + "".join(c if c.isalnum() else "-" for c in self.hosts[0])


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered: status and words."""

    status: HTTPStatus
    words: str


class Form:
    """The fields of a form that was sent."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    def one(self, name: str, otherwise: str = "") -> str:
        """The first value of a field, without blanks around it."""
        return self._fields.get(name, [otherwise])[0].strip()

    def all(self, name: str) -> list[str]:
        """All values of a field."""
        return self._fields.get(name, [])

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every field with each of its values."""
        return tuple((name, value) for name, values in self._fields.items() for value in values)


def refused(method: str, headers: Mapping[str, str], address: Address) -> Refusal | None:
    """Why a request with this head is refused, whoever sent it; None where it is not. `headers`: names in small."""
    if headers.get("host", "").lower() not in address.hosts:
        return Refusal(HTTPStatus.MISDIRECTED_REQUEST, "This server is not known under that name.")
    if method in _CHANGE:
        return _refused_change(headers, address)
    if method not in _READ:
        return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET, HEAD and POST.")
    site = headers.get("sec-fetch-site", "none")
    is_followed_link = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    if site not in _OWN_SITE and not is_followed_link:
        return Refusal(HTTPStatus.FORBIDDEN, "Another page may not use this one.")
    return None


def _refused_twice(headers: Iterable[tuple[bytes, bytes]]) -> Refusal | None:
    names = [name for name, _ in headers if name in _ONCE]
    is_twice = len(names) != len(set(names))
    return Refusal(HTTPStatus.BAD_REQUEST, "A header stands there twice.") if is_twice else None


def _refused_change(headers: Mapping[str, str], address: Address) -> Refusal | None:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if origin is None and site is None:
        return Refusal(HTTPStatus.FORBIDDEN, "This form does not say where it comes from.")
    if origin not in (None, f"{address.scheme}://{headers['host'].lower()}") or site not in (None, "same-origin"):
        return Refusal(HTTPStatus.FORBIDDEN, "This form comes from another page.")
    if headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        return Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Only forms are taken.")
    return _refused_length(headers)


def _refused_length(headers: Mapping[str, str]) -> Refusal | None:
    length = headers.get("content-length")
    if "transfer-encoding" in headers or length is None or not (length.isascii() and length.isdigit()):
        return Refusal(HTTPStatus.LENGTH_REQUIRED, "A form must say how long it is.")
    if int(length) > MOST_BODY:
        return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "This form is too large.")
    return None


def cookies_of(header: str, name: str) -> tuple[str, ...]:
    """The values of the cookies of this name (RFC 6265, 4.2.1); more than a few are not looked at.

    There may be several: another program of this host may have set one of the same name, for a longer path.
    """
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return tuple(value for key, _, value in pairs if key == name)[:_MOST_COOKIES]


class Guard:
    """Answers a request by the pages only where it may be asked. `seen` is called for each such request."""

    def __init__(self, pages: ASGIApp, address: Address, sessions: Sessions, seen: Callable[[], None]) -> None:
        self._pages, self._address, self._sessions, self._seen = pages, address, sessions, seen
        self._unknown = Rate(_UNKNOWN_A_SECOND, _UNKNOWN_AT_ONCE)
        self._answers = Rate(_ANSWERS_A_SECOND, _ANSWERS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _with_ours(message.get("headers", ()))}
            await send(message)

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        given = cookies_of(headers.get("cookie", ""), self._address.cookie)
        session = next((found for each in given if (found := self._sessions.of(each)) is not None), None)
        refusal = _refused_twice(scope["headers"]) or refused(scope["method"], headers, self._address)
        if refusal is None and session is None:
            refusal = None if scope["path"] == ENTER else Refusal(HTTPStatus.FORBIDDEN, _NO_SESSION)
        rate = self._unknown if session is None else self._answers if scope["method"] in _CHANGE else None
        if rate is not None and not rate.allows():
            refusal = Refusal(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests; wait a moment.")
        if refusal is not None:
            await _refuse(refusal)(scope, receive, send_guarded)
        elif scope["path"] == ENTER:
            await self._enter(scope, session)(scope, receive, send_guarded)
        elif session is not None:
            await self._answer(scope, session, receive, send_guarded)

    def _enter(self, scope: Scope, session: Session | None) -> Response:
        """Exchange the link's token for a cookie. A browser that has one is led on, also by a link that was used.

        The page leads on by itself: after a redirect from a link in a file or another page, browsers would not send
        a cookie that is `SameSite=Strict`.
        """
        given = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("token", "")
        secret = self._sessions.exchange(given) if scope["method"] == "GET" else None
        if secret is None and session is not None and scope["method"] in _READ:
            return HTMLResponse(_LEADS_ON)
        if secret is None:
            return _refuse(Refusal(HTTPStatus.FORBIDDEN, _NO_SESSION))
        self._seen()
        answer = HTMLResponse(_LEADS_ON)
        is_secure = self._address.scheme == "https"
        answer.set_cookie(self._address.cookie, secret, httponly=True, samesite="strict", secure=is_secure, path="/")
        return answer

    async def _answer(self, scope: Scope, session: Session, receive: Receive, send: Send) -> None:
        self._seen()
        form = Form({})
        if scope["method"] in _CHANGE:
            try:
                form = await _form(receive)
            except (ValueError, TimeoutError):
                refusal = Refusal(HTTPStatus.BAD_REQUEST, "This form is too large, too slow, or not one.")
                await _refuse(refusal)(scope, receive, send)
                return
        scope["state"] = {**scope.get("state", {}), "session": session, "form": form}
        await self._pages(scope, receive, send)


_LEADS_ON = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>facedaemon</title><meta http-equiv="refresh" content="0;url=/">
<link rel="icon" href="/static/icon.svg" type="image/svg+xml"></head>
<body><p><a href="/">facedaemon</a></p></body></html>
"""
_NO_SESSION = (
    "This page is opened by the link that 'facedaemon review' prints. A link works once, and in one browser;"
    " run 'facedaemon review' again for another."
)


async def _form(receive: Receive) -> Form:
    """The fields of the body. Raises ValueError where it is too large or no form, TimeoutError where it is too slow."""
    body = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise ValueError("the browser is gone")
            body += message.get("body", b"")
            if len(body) > MOST_BODY:
                raise ValueError("too large")
            if not message.get("more_body"):
                break
    return Form(parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))


def _with_ours(headers: Any) -> list[tuple[bytes, bytes]]:  # noqa: ANN401 - as ASGI has it
    """The headers of an answer with ours, which nobody else may set."""
    ours = {name.lower().encode("ascii"): value.encode("ascii") for name, value in HEADERS.items()}
    return [*((name, value) for name, value in headers if name.lower() not in ours), *ours.items()]


def _refuse(refusal: Refusal) -> PlainTextResponse:
    return PlainTextResponse(f"{refusal.words}\n", refusal.status, {"Connection": "close"})
