"""Commands about all answers: list, save, and take over from another computer."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facedaemon.cli.answer import taken_up
from facedaemon.cli.answer_output import answer_values, answer_words
from facedaemon.cli.inspect import region_values, views_of
from facedaemon.cli.options import Call, command
from facedaemon.errors import ExitCode, Fatal, NothingYet
from facedaemon.text import counted, local_time

if TYPE_CHECKING:
    from facedaemon.pipeline import Views
    from facedaemon.values import FaceAnnotation

_SOURCES = {
    "facedaemon": "",
    "digikam": " (seen in digiKam)",
    "metadata": " (seen in metadata)",
    "found_again": " (found again in an edited picture)",
}

answers_app = typer.Typer(help="What you answered: list it, save it, take it over.", invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands to the command line."""
    answers_app.callback()(answers)
    answers_app.command("export")(export_answers)
    answers_app.command("import")(import_answers)
    app.add_typer(answers_app, name="answers")


@command
def answers(
    call: Call,
    context: typer.Context,
    conflicts: Annotated[
        bool, typer.Option("--conflicts", help="Those that digiKam or metadata contradict; the answers count.")
    ] = False,
) -> None:
    """List what you answered, oldest first."""
    if context.invoked_subcommand is not None:
        return
    if conflicts:
        _list_conflicts(call)
        return
    from facedaemon.pipeline import PastAnswers

    call.out.lines(
        (
            (
                {**answer_values(each.answer, each.face), "taken_back": each.is_taken_back},
                f"{each.answer.id[:8]}  {local_time(each.answer.moment)}  {answer_words(each.answer, each.face)}"
                + (" (taken back)" if each.is_taken_back else "")
                + _SOURCES[each.answer.saying.source],
            )
            for each in PastAnswers(call.settings().state()).listed()
        ),
        otherwise="Nothing was answered yet.",
    )


@command
def export_answers(
    call: Call,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Default: standard output.")] = None,
) -> None:
    """Save all answers as JSON Lines, also from a damaged file as far as it can be read."""
    from facedaemon.answers import FILE_NAME, AnswerLog, readable, to_line

    directory = call.settings().state()
    if not (directory / FILE_NAME).exists():
        raise NothingYet("nothing was answered yet, so nothing is written")
    damage = None
    try:
        with AnswerLog.open(directory) as log:
            found = log.all()
    except Fatal as error:
        found, damage = readable(directory / FILE_NAME), error
        if not found:
            raise
    lines = "".join(f"{to_line(answer)}\n" for answer in found)
    if file is None:
        sys.stdout.write(lines)
    else:
        _write(file, lines)
        call.out.say(f"{counted(len(found), 'answer')} saved in {file}")
    if damage is not None:
        call.out.say(f"{counted(len(found), 'answer')} could be read. {damage}")
        raise SystemExit(ExitCode.SOME_PHOTOS_FAILED)


@command
def import_answers(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As 'answers export' wrote it; - is standard input.")],
) -> None:
    """Take over answers from a backup or from another computer; importing twice doubles nothing."""
    from facedaemon.answers import AnswerLog, NotAnAnswer, from_line

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise Fatal(f"{file}: cannot be read: {reason}", ExitCode.USAGE) from error
    answers = []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            if line.strip():
                answers.append(from_line(line))
        except NotAnAnswer as error:
            raise Fatal(f"{file}: line {number}: {error}. Nothing was taken over", ExitCode.USAGE) from error
    with AnswerLog.open(call.settings().state()) as log:
        done = log.add(answers)
    call.out.summary(
        {"new": done.new, "known": done.known},
        f"{counted(done.new, 'answer')} taken over, {counted(done.known, 'was', 'were')} here already"
        + (f"; {taken_up(call, done.new)}" if done.new else ""),
    )


def _list_conflicts(call: Call) -> None:
    with views_of(call) as views:
        call.out.lines(
            (
                (
                    {
                        "photo": str(each.answered.photo),
                        "region": None if each.answered.region is None else region_values(each.answered.region),
                        "answered": each.answered.state,
                        "person": each.answered.person,
                        "other": {"source": each.other.source, "state": each.other.state, "person": each.other.person},
                    },
                    f"{each.answered.photo}{_where(each.answered, views)}: you answered {_said(each.answered)}, "
                    f"{each.other.source} says {_said(each.other)}; your answer counts",
                )
                for each in views.conflicts()
            ),
            otherwise="No answer is contradicted.",
        )


def _where(annotation: "FaceAnnotation", views: "Views") -> str:
    region = annotation.region
    return "" if region is None else f", {views.position(annotation.photo, region).words()}"


def _said(annotation: "FaceAnnotation") -> str:
    if annotation.state == "confirmed":
        return f"{annotation.person}"
    return f"not {annotation.person}" if annotation.state == "rejected" else annotation.state.replace("_", " ")


def _write(file: Path, lines: str) -> None:
    """For its owner only: it says who is shown in which photo. Raises Fatal (exit status 2)."""
    from facedaemon import private

    try:
        with open(private.open_new(file), "w", encoding="utf-8") as opened:  # noqa: PTH123 - a descriptor
            opened.truncate(0)
            opened.write(lines)
    except OSError as error:
        raise Fatal(f"{file}: cannot be written: {error.strerror}", ExitCode.USAGE) from error
