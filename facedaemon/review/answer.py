"""What the forms send: each answers, remembers that for the undo bar, and leads back to the page."""

from collections.abc import Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from facedaemon.answers import AnswerKind
from facedaemon.errors import ExitCode, Fatal, Unavailable
from facedaemon.pipeline import Answering
from facedaemon.review import given_answers
from facedaemon.review.library import Library
from facedaemon.review.marked import _
from facedaemon.review.rendering import form_of, library_of, session_of
from facedaemon.review.security import Form
from facedaemon.review.sessions import Done, Newer, NewerFace, Question, Result, Session
from facedaemon.review.shown import Meant, read_face, read_number
from facedaemon.values import Region

Says = Callable[[Library, Form], Result]


def routes() -> list[Route]:
    """One for each kind of answer."""
    kinds: dict[str, Says] = {
        "confirm": _confirm,
        "reject": _reject,
        "ignore": _ignore,
        "not-a-face": _not_a_face,
    }
    return [
        *(
            Route(f"/answer/{kind}", answering(says, "then" if kind == "confirm" else "next"), methods=["POST"])
            for kind, says in kinds.items()
        ),
        Route("/answer/unsay", unsay, methods=["POST"]),
        Route("/answer/name", naming("/answer/name", _confirm), methods=["POST"]),
        Route("/answer/draw", naming("/answer/draw", _draw), methods=["POST"]),
    ]


def answering(says: Says, field: str = "next") -> Callable[[Request], Response]:
    """The handler of a form: it answers by `says`, and shows the page named by a field of the form, with the undo bar.

    Where it cannot be answered, or there is no such field, it is the page `next`, from which the form was sent.
    """

    def handle(request: Request) -> Response:
        form, session = form_of(request), session_of(request)
        try:
            result = says(library_of(request), form)
        except (Fatal, Unavailable) as error:
            session.notice = str(error)
            return back(form)
        take(session, result, request.url.path, form)
        return back(form, field if form.one(field) and not result.newer else "next")

    return handle


def naming(action: str, says: Says) -> Callable[[Request], Response]:
    """The same for a form with a person's name, which is checked first.

    A name that is close to a known one is asked about by the question bar: the form is sent again, with the name as
    `new` or with the known name as `person`.
    """

    def handle(request: Request) -> Response:
        form, session, library = form_of(request), session_of(request), library_of(request)
        try:
            name, close = library.checked_name(_person(library, form))
            if close and not form.one("new"):
                kept = tuple((key, value) for key, value in form.pairs() if key not in {"person", "new"})
                session.question = Question(name, tuple(close), action, kept)
                return back(form)
            take(session, says(library, form), action, form)
        except (Fatal, Unavailable) as error:
            session.notice = str(error)
        return back(form)

    return handle


def unsay(request: Request) -> Response:
    """Take back the answers of one command."""
    form, session = form_of(request), session_of(request)
    command = form.one("command")
    try:
        gone = given_answers.unsay(library_of(request), command)
        session.forget(command)
        session.add(Done(AnswerKind.UNSAY, len(gone), None, None))
    except (Fatal, Unavailable) as error:
        session.forget(command)
        session.notice = str(error)
    return back(form)


def back(form: Form, field: str = "next") -> Response:
    """To the page that a field of the form names: by default that from which it was sent."""
    return RedirectResponse(local_path(form.one(field, "/")), HTTPStatus.SEE_OTHER)


def local_path(wish: str) -> str:
    """The wish where it is a path of ours, else the start page: nobody is led to another server."""
    is_plain = wish.isascii() and wish.isprintable() and " " not in wish and "\\" not in wish
    is_path = wish.startswith("/") and not wish.startswith("//")
    return wish if is_plain and is_path else "/"


def take(session: Session, result: Result, action: str, form: Form) -> None:
    """Remember for the next page what was answered, and what was not since something newer stands."""
    if result.done is not None:
        session.add(result.done)
    if result.newer:
        kept = tuple((key, value) for key, value in form.pairs() if key not in {"face", "then"})
        session.newer = Newer(action, kept, result.newer)


def done(kind: AnswerKind, answering: Answering, person: str | None = None) -> Done:
    """What the undo bar says about these answers."""
    answers = answering.answers
    return Done(kind, len(answers), person, answers[0][0].command if answers else None)


def meant(form: Form) -> Meant:
    """The faces that are meant, and what the page showed. Raises Fatal where there is none."""
    faces = dict(read_face(value) for value in form.all("face") if value)
    if not faces:
        raise Fatal(_("No face is ticked."), ExitCode.USAGE)
    return Meant(faces, read_number(form.one("as-of")))


def _answer(library: Library, form: Form, kind: AnswerKind, person: str | None = None) -> Result:
    answered = given_answers.answer(library, kind, meant(form), person)
    said = None if answered.answering is None else done(kind, answered.answering, person)
    return Result(said, tuple(NewerFace(face, version) for face, version in answered.newer.items()))


def _confirm(library: Library, form: Form) -> Result:
    """The faces are the person whose name was shown: what is suggested may have changed since the page was made."""
    return _answer(library, form, AnswerKind.CONFIRM, library.checked_name(_person(library, form))[0])


def _reject(library: Library, form: Form) -> Result:
    return _answer(library, form, AnswerKind.REJECT, _person(library, form))


def _ignore(library: Library, form: Form) -> Result:
    return _answer(library, form, AnswerKind.IGNORE)


def _not_a_face(library: Library, form: Form) -> Result:
    return _answer(library, form, AnswerKind.NOT_A_FACE)


def _draw(library: Library, form: Form) -> Result:
    person = library.checked_name(_person(library, form))[0]
    region = _region(form)
    with library.lookup() as photos:
        number = form.one("photo")
        place = photos.place(int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else None
    if place is None:
        raise Fatal(_("This photo is not known any more."), ExitCode.USAGE)
    answering = given_answers.draw(library, place.path, region, person, read_number(form.one("as-of")))
    return Result(None if answering is None else done(AnswerKind.DRAW, answering, person))


def _person(library: Library, form: Form) -> str:
    """The name that was given, as that person is called now: it may have been another when the page was made."""
    person = form.one("new") or form.one("person")  # "new": a new person, though the name is close to a known one
    if not person:
        raise Fatal(_("Who is it? No name was given."), ExitCode.USAGE)
    return library.name_now(person, read_number(form.one("as-of")))


def _region(form: Form) -> Region:
    """The drawn box, whose fields are percents of the photo's width and height. Raises Fatal where it is none."""
    try:
        x, y, w, h = (float(form.one(name).replace(",", ".")) / 100 for name in ("x", "y", "w", "h"))
    except ValueError:
        x = y = w = h = -1.0
    if not (0 <= x <= 1 and 0 <= y <= 1 and 0 < w <= 1 and 0 < h <= 1 and x + w <= 1.001 and y + h <= 1.001):
        raise Fatal(_("No box was drawn in the photo."), ExitCode.USAGE)
    return Region(x, y, w, h)
