"""Pages from templates: everything escaped, every text translatable."""

import gettext
import os
from collections.abc import Mapping
from functools import lru_cache, partial
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from facedaemon import text
from facedaemon.errors import Fatal, Unavailable
from facedaemon.review import messages
from facedaemon.review.keys import KEYS
from facedaemon.review.library import Library
from facedaemon.review.recent import MOST as MOST_RECENT
from facedaemon.review.recent import RecentNames
from facedaemon.review.scanning import Pass, Scans
from facedaemon.review.security import Form
from facedaemon.review.sessions import Session
from facedaemon.review.wording import filters

DOMAIN = "review"
SOURCE_LANGUAGE = "en"


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401
    """The page of a template. `values` are what it shows; names of files and people in them are made one line."""
    session = session_of(request)
    _name_keys(session, library_of(request))
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    words = part(request, template, here=here, back_to=here, path=request.url.path, keys=KEYS, **values)
    session.notice = session.question = session.newer = None  # shown once
    return HTMLResponse(words, status)


def _name_keys(session: Session, library: Library) -> None:
    """The last names under the keys, as these people are called now; none where the answers cannot be read."""
    try:
        as_of = library.last_answer()
        if session.recent is None:
            session.recent = RecentNames.of(library.last_names(MOST_RECENT))
        elif as_of != session.recent_as_of:
            session.recent = session.recent.renamed(lambda name: library.name_now(name, session.recent_as_of))
        session.recent_as_of = as_of
    except (Fatal, Unavailable):  # the page that says why must be shown
        session.recent = session.recent or RecentNames()


def drawing(request: Request, template: str, **values: Any) -> Response:  # noqa: ANN401
    """An SVG from a template."""
    return Response(environment(_language(request)).get_template(template).render(**values), media_type="image/svg+xml")


def part(request: Request, template: str, **values: Any) -> str:  # noqa: ANN401
    """A template by itself; it also knows the session and the pass that takes answers up."""
    language = _language(request)
    common = {"language": language, "session": session_of(request), "pass": _pass(request)}
    return environment(language).get_template(template).render(**common, **values)


def _language(request: Request) -> str:
    return language_of(request.headers.get("accept-language") or spoken(os.environ), languages())


def _pass(request: Request) -> Pass:
    library, scans = library_of(request), scans_of(request)
    return Pass(library.is_waiting(), library.is_new(), scans.has_owner(), scans.last_once())


def session_of(request: Request) -> Session:
    """The browser's session, which the guard found."""
    found = request.state.session
    assert isinstance(found, Session)  # noqa: S101 - the guard lets nobody else in
    return found


def library_of(request: Request) -> Library:
    """The library of this server."""
    found = request.app.state.library
    assert isinstance(found, Library)  # noqa: S101 - build_app puts it there
    return found


def scans_of(request: Request) -> Scans:
    """The scans that the pages start."""
    found = request.app.state.scans
    assert isinstance(found, Scans)  # noqa: S101 - build_app puts it there
    return found


def form_of(request: Request) -> Form:
    """The fields that were sent."""
    found = request.state.form
    assert isinstance(found, Form)  # noqa: S101 - the guard reads it
    return found


@lru_cache
def environment(language: str) -> Environment:
    """The templates in a language."""
    made = Environment(
        loader=PackageLoader("facedaemon.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        finalize=_shown,
    )
    made.filters["sent"] = sent
    made.filters.update(filters(language))
    found = translations(language)
    made.filters["translated"] = partial(messages.translated, gettext=found.gettext)
    made.install_gettext_translations(found, newstyle=True)  # type: ignore[attr-defined]
    return made


def sent(value: str) -> Markup:
    """For the value of a form's field, which must come back as it is: escaped, and not changed otherwise."""
    return escape(value)


def translations(language: str) -> gettext.NullTranslations:
    """The texts of a language; those of the source where there are no others."""
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, _locale(), [language], fallback=True)


@lru_cache
def languages() -> tuple[str, ...]:
    """The languages that there are, the source's first."""
    folder = _locale()
    found = sorted(each.parent.parent.name for each in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (SOURCE_LANGUAGE, *found)


def language_of(header: str, there: tuple[str, ...]) -> str:
    """The language that the browser prefers among those that are there (RFC 9110, 12.5.4)."""
    wishes: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, rest = part.strip().partition(";")
        try:
            weight = float(rest.partition("=")[2]) if rest else 1.0
        except ValueError:
            continue
        wishes.append((-weight, tag.split("-")[0].lower()))
    return next(
        (tag for weight, tag in sorted(wishes, key=lambda wish: wish[0]) if weight < 0 and tag in there), there[0]
    )


def spoken(environ: Mapping[str, str]) -> str:
    """The language of the user's session, as a tag that `language_of` reads; for browsers that name none."""
    chosen = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next((words.split(".")[0].replace("_", "-") for words in chosen if words), "")


def _locale() -> Path:
    return Path(str(resources.files("facedaemon.review"))) / "locale"


def _shown(value: object) -> object:
    """A plain text as one line, without characters that turn the direction of what follows; markup stays as it is."""
    return text.one_line(value) if type(value) is str else value
