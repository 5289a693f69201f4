"""What the forms of the page *Written* send: an answer, a rejection or a write is taken back."""

from starlette.routing import Route

from facedaemon.answers import AnswerKind
from facedaemon.errors import ExitCode, Fatal
from facedaemon.review import given_answers
from facedaemon.review.answer import answering
from facedaemon.review.library import Library
from facedaemon.review.marked import _
from facedaemon.review.security import Form
from facedaemon.review.sessions import Done, Result

UNDONE, FORGOTTEN = "undone", "forgotten"
"""Kinds of the undo bar that are no answers: they cannot be taken back themselves."""


def routes() -> list[Route]:
    """One for each kind of thing that is taken back."""
    kinds = {"take-back": _take_back, "undo": _undo, "forget": _forget}
    return [Route(f"/answer/{kind}", answering(says), methods=["POST"]) for kind, says in kinds.items()]


def _take_back(library: Library, form: Form) -> Result:
    """One answer, by its id."""
    gone = given_answers.unsay_one(library, _required(form, "answer"))
    return Result(Done(AnswerKind.UNSAY, len(gone), None, None))


def _undo(library: Library, form: Form) -> Result:
    """All writes for the photo of one write."""
    return Result(Done(UNDONE, given_answers.undo(library, _number(form, "write")), None, None))


def _forget(library: Library, form: Form) -> Result:
    """A rejection that was made elsewhere, by its number."""
    return Result(Done(FORGOTTEN, given_answers.forget(library, _number(form, "rejection")), None, None))


def _number(form: Form, name: str) -> int:
    typed = _required(form, name)
    if not (typed.isascii() and typed.isdigit() and len(typed) < 19):
        raise Fatal(_("This is no number."), ExitCode.USAGE)
    return int(typed)


def _required(form: Form, name: str) -> str:
    typed = form.one(name)
    if not typed:
        raise Fatal(_("Nothing was chosen."), ExitCode.USAGE)
    return typed
