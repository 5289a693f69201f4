"""What the forms about a person send: a rename, a merge, somebody hidden or shown again, a birth date."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from facedaemon.answers import AnswerKind
from facedaemon.errors import ExitCode, Fatal, Unavailable
from facedaemon.pipeline import Answering
from facedaemon.review.answer import done
from facedaemon.review.library import Library
from facedaemon.review.marked import _
from facedaemon.review.rendering import form_of, library_of, session_of
from facedaemon.review.security import Form
from facedaemon.review.sessions import Done


@dataclass(frozen=True, slots=True)
class Said:
    """What was answered, for the undo bar, and how the person is called now."""

    done: Done
    person: str


Says = Callable[[Library, Form], Said]


def routes() -> list[Route]:
    """One for each kind of answer."""
    kinds: dict[str, Says] = {"rename": _rename, "merge": _merge, "hide": _hide, "show": _show, "birth": _birth}
    return [Route(f"/answer/{kind}", about_person(says), methods=["POST"]) for kind, says in kinds.items()]


def person_path(person: str) -> str:
    """The address of a person's page."""
    return f"/people/person?{urlencode({'name': person})}"


def about_person(says: Says) -> Callable[[Request], Response]:
    """The handler of a form: it answers by `says`, and shows the person's page, with the undo bar."""

    def handle(request: Request) -> Response:
        form, session = form_of(request), session_of(request)
        person = form.one("person")
        try:
            said = says(library_of(request), form)
            session.add(said.done)
            person = said.person
        except (Fatal, Unavailable) as error:
            session.notice = str(error)
        return RedirectResponse(person_path(person), HTTPStatus.SEE_OTHER)

    return handle


def _rename(library: Library, form: Form) -> Said:
    old, new = form.one("person"), form.one("name")
    name, answering = library.rename(old, new)
    return _said(AnswerKind.RENAME, answering, old, name)


def _merge(library: Library, form: Form) -> Said:
    old, into = form.one("person"), form.one("into")
    name, answering = library.merge(old, into)
    return _said(AnswerKind.MERGE, answering, old, name)


def _hide(library: Library, form: Form) -> Said:
    person = form.one("person")
    return _said(AnswerKind.HIDE, library.hide(person, shown=False), person, person)


def _show(library: Library, form: Form) -> Said:
    person = form.one("person")
    return _said(AnswerKind.SHOW, library.hide(person, shown=True), person, person)


def _birth(library: Library, form: Form) -> Said:
    person = form.one("person")
    if not person:
        raise Fatal(_("Whose birth date is it? No name was given."), ExitCode.USAGE)
    return _said(AnswerKind.BORN, library.birth(person, form.one("born") or None), person, person)


def _said(kind: AnswerKind, answering: Answering, about: str, now: str) -> Said:
    return Said(done(kind, answering, about if now == about else now), now)
