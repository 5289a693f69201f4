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
from facedaemon.review import given_answers
from facedaemon.review.answer import done
from facedaemon.review.library import Library
from facedaemon.review.marked import _
from facedaemon.review.rendering import form_of, library_of, session_of
from facedaemon.review.security import Form
from facedaemon.review.sessions import Done
from facedaemon.review.shown import read_number


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
            person = library_of(request).name_now(person, read_number(form.one("as-of")))
        return RedirectResponse(person_path(person), HTTPStatus.SEE_OTHER)

    return handle


def _person(library: Library, form: Form) -> str:
    """The person of whose page the form is. Raises Fatal where they are called otherwise since."""
    person = form.one("person")
    if library.name_now(person, read_number(form.one("as-of"))) != person:
        raise Fatal(_("This person was renamed or merged since that page was shown: look again."), ExitCode.USAGE)
    return person


def _rename(library: Library, form: Form) -> Said:
    old, new = _person(library, form), form.one("name")
    name, answering = given_answers.rename(library, old, new)
    return _said(AnswerKind.RENAME, answering, old, name)


def _merge(library: Library, form: Form) -> Said:
    old, into = _person(library, form), form.one("into")
    name, answering = given_answers.merge(library, old, into)
    return _said(AnswerKind.MERGE, answering, old, name)


def _hide(library: Library, form: Form) -> Said:
    person = _person(library, form)
    return _said(AnswerKind.HIDE, given_answers.hide(library, person, shown=False), person, person)


def _show(library: Library, form: Form) -> Said:
    person = _person(library, form)
    return _said(AnswerKind.SHOW, given_answers.hide(library, person, shown=True), person, person)


def _birth(library: Library, form: Form) -> Said:
    person = _person(library, form)
    if not person:
        raise Fatal(_("Whose birth date is it? No name was given."), ExitCode.USAGE)
    now, wanted = library.born(person) or "", form.one("born")
    if now not in (form.one("was", now), wanted):
        raise Fatal(_("The birth date was changed since that page was shown: look again."), ExitCode.USAGE)
    return _said(AnswerKind.BORN, given_answers.birth(library, person, wanted or None), person, person)


def _said(kind: AnswerKind, answering: Answering, about: str, now: str) -> Said:
    return Said(done(kind, answering, about if now == about else now), now)
