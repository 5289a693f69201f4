"""Commands that answer: who a face is, who it is not, and taking that back. They work while the daemon runs."""

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facedaemon.cli.answer_output import answer_values, answer_words, said_words
from facedaemon.cli.options import Call, command
from facedaemon.errors import ExitCode, Fatal
from facedaemon.text import counted

if TYPE_CHECKING:
    from facedaemon.answers import Answer
    from facedaemon.pipeline import Answering, Answers

FEW = 10  # answers of one command that are shown one by one
_LEAST, _MOST = 0.0, 1.0

FacesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="FACE", help="Ids as 'faces', 'suggestions' and 'groups' show them.")
]
NewOption = Annotated[bool, typer.Option("--new", help="A new person, though the name is close to a known one.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the command line."""
    for each in (confirm, name, reject, ignore, draw, unsay):
        app.command()(each)
    app.command("not-a-face")(not_a_face)


def complete_name(context: typer.Context, incomplete: str) -> list[str]:
    """The shell completes known names; where that cannot be done it stays silent."""
    from facedaemon.config import load
    from facedaemon.pipeline import names_beginning

    try:
        return names_beginning(load(context.params.get("config")), incomplete)
    except Exception:  # noqa: BLE001  an error in the middle of a line that is being typed helps nobody
        return []


PersonOption = Annotated[
    str | None,
    typer.Option("--person", metavar="NAME", autocompletion=complete_name, help="Whom the faces do not show."),
]


@contextmanager
def answers_of(call: Call) -> Iterator["Answers"]:
    """The answers of this call's config."""
    from facedaemon.pipeline import Answers

    with closing(Answers.open(call.settings())) as answers:
        yield answers


def person_of(call: Call, answers: "Answers", typed: str, *, is_new: bool, instead_of: str | None = None) -> str:
    """The name, after a question where it may be a slip of a known one; without a terminal `--new` is the answer."""
    person, close = answers.names.checked(typed, instead_of)
    if not close or is_new:
        return person
    known = " or ".join(close)
    if answers.names.renamed(person) in close:
        raise Fatal(f"{person} is called {known} now; for another person named {person} add --new", ExitCode.USAGE)
    if call.out.as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Fatal(f"{person} is nobody yet, and close to {known}; for a new person add --new", ExitCode.USAGE)
    if not typer.confirm(f"{person} is nobody yet, but there is {known}. Is it a new person?", err=True):
        raise Fatal("nothing was answered", ExitCode.USAGE)
    return person


@command
def confirm(
    call: Call,
    faces: FacesArgument = None,
    all_of: Annotated[
        str | None,
        typer.Option(
            "--all-of", metavar="PERSON", autocompletion=complete_name, help="All faces suggested to be this person."
        ),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--person",
            metavar="NAME",
            autocompletion=complete_name,
            help="Only if this is still the name that is suggested for each of the faces.",
        ),
    ] = None,
    surer_than: Annotated[
        float | None,
        typer.Option("--surer-than", metavar="P", help="With --all-of: only above this confidence, 0 to 1."),
    ] = None,
) -> None:
    """Confirm the names that are suggested for faces."""
    if bool(faces) == (all_of is not None) or (surer_than is not None and all_of is None):
        raise Fatal("name the faces, or --all-of PERSON --surer-than P", ExitCode.USAGE)
    if person is not None and all_of is not None:
        raise Fatal("--person goes with faces; --all-of names the person itself", ExitCode.USAGE)
    if surer_than is not None and not _LEAST <= surer_than <= _MOST:
        raise Fatal(f"--surer-than is from 0 to 1, as 'suggestions' show it; not {surer_than:g}", ExitCode.USAGE)
    with answers_of(call) as answers:
        chosen = answers.suggested(all_of, surer_than or 0.0) if all_of is not None else answers.faces(faces or ())
        expected = None if person is None else answers.names.known(person, may_be_new=True)
        show(call, answers.confirm(chosen, time.time(), expected))


@command
def name(
    call: Call,
    words: Annotated[
        list[str],
        typer.Argument(metavar="FACE... PERSON", autocompletion=complete_name, help="Ids, then the name."),
    ],
    new: NewOption = False,
    guesses: Annotated[bool, typer.Option("--guesses", help="Of a group also the faces that are guesses.")] = False,
) -> None:
    """Say who faces are."""
    *typed, person = words
    if not typed:
        raise Fatal("name the faces and then the person: facedaemon name f3k9x2qa 'Anna Example'", ExitCode.USAGE)
    with answers_of(call) as answers:
        answers.faces(typed, guesses=guesses)  # a mistyped id is said before a question is asked
        named = person_of(call, answers, person, is_new=new)
        show(call, answers.name(answers.faces(typed, named, guesses=guesses), named, time.time()))


@command
def reject(
    call: Call,
    faces: FacesArgument = None,
    person: PersonOption = None,
) -> None:
    """Say that faces are not whom they are suggested to be."""
    with answers_of(call) as answers:
        chosen = answers.faces(_some(faces))
        named = None if person is None else answers.names.known(person, may_be_new=True)
        show(call, answers.reject(chosen, named, time.time()))


@command
def ignore(
    call: Call,
    faces: FacesArgument = None,
) -> None:
    """Say that faces are strangers: no name is suggested for them any more."""
    from facedaemon.answers import AnswerKind

    with answers_of(call) as answers:
        show(call, answers.set_aside(answers.faces(_some(faces)), AnswerKind.IGNORE, time.time()))


@command
def not_a_face(
    call: Call,
    faces: FacesArgument = None,
) -> None:
    """Say that what was found is no face at all."""
    from facedaemon.answers import AnswerKind

    with answers_of(call) as answers:
        show(call, answers.set_aside(answers.faces(_some(faces)), AnswerKind.NOT_A_FACE, time.time()))


@command
def draw(
    call: Call,
    photo: Annotated[Path, typer.Argument(metavar="PHOTO")],
    box: Annotated[
        str,
        typer.Argument(
            metavar="X,Y,W,H", help="Top left corner and size, each a share (0 to 1) of the photo as displayed."
        ),
    ],
    person: Annotated[str, typer.Argument(metavar="PERSON", autocompletion=complete_name)],
    new: NewOption = False,
) -> None:
    """Say that somebody is shown where no face was found."""
    region = _region(box)
    with answers_of(call) as answers:
        show(call, answers.draw(photo, region, person_of(call, answers, person, is_new=new), time.time()))


@command
def unsay(
    call: Call,
    commands: Annotated[
        int, typer.Argument(metavar="N", min=1, help="The answers of the last N commands; 1 if left out.")
    ] = 1,
    answer: Annotated[
        str | None, typer.Option("--answer", metavar="ID", help="This answer instead, as 'answers' lists it.")
    ] = None,
) -> None:
    """Take answers back, the last ones first."""
    from facedaemon.pipeline import PastAnswers

    past, now = PastAnswers(call.settings().state()), time.time()
    gone = past.unsay(commands, now) if answer is None else past.unsay_one(answer, now)
    call.out.lines(((answer_values(each, None), f"taken back: {answer_words(each, None)}") for each in gone), "")
    call.out.say(f"{counted(len(gone), 'answer')} taken back; {taken_up(call, len(gone))}")


def show(call: Call, done: "Answering") -> None:
    """What was written down: each answer, of very many only how many."""
    if call.out.as_json or len(done.answers) <= FEW:
        call.out.lines(((answer_values(each, face), answer_words(each, face)) for each, face in done.answers), "")
    else:
        call.out.summary({}, _summary(done))
    count = len(done.answers)
    back = "To take it back" if count == 1 else "To take them back"
    call.out.say(f"{counted(count, 'answer')} written down; {taken_up(call, count)}. {back}: facedaemon unsay")


def taken_up(call: Call, count: int) -> str:
    """Who takes so many answers up, and when."""
    from facedaemon.pipeline import read_daemon

    what = "it" if count == 1 else "them"
    if read_daemon(call.settings().state()).is_alive:
        return f"the running facedaemon takes {what} up at once"
    return f"the next 'facedaemon scan' takes {what} up"


def _summary(done: "Answering") -> list[str]:
    """A line for each thing that was said of many faces."""
    said: dict[str, list[Answer]] = {}
    for each, _ in done.answers:
        said.setdefault(said_words(each, "are"), []).append(each)
    photos = {words: {each.saying.face.path for each in answers if each.saying.face} for words, answers in said.items()}
    return [
        f"{counted(len(answers), 'face')} in {counted(len(photos[words]), 'photo')} {words}"
        for words, answers in said.items()
    ]


def _some(faces: list[str] | None) -> list[str]:
    if not faces:
        raise Fatal("name the faces: ids as 'facedaemon faces PHOTO' and 'suggestions' show them", ExitCode.USAGE)
    return faces


def _region(typed: str) -> Any:  # noqa: ANN401 - values are loaded late
    from facedaemon.values import Region

    try:
        x, y, w, h = (float(part) for part in typed.split(","))
    except ValueError:
        x = y = w = h = -1.0
    if not (0 <= x <= 1 and 0 <= y <= 1 and 0 < w < 1 and 0 < h < 1 and x + w <= 1.001 and y + h <= 1.001):
        raise Fatal(
            f"{typed!r} is no box in the photo: left, top, width and height as shares of it, such as 0.4,0.2,0.1,0.15",
            ExitCode.USAGE,
        )
    return Region(x, y, w, h)
