"""Commands about people: list, rename, merge, hide, birth dates."""

import time
from typing import Annotated

import typer

from facedaemon.cli.answer import NewOption, answers_of, complete_name, person_of, show
from facedaemon.cli.inspect import pair_values, pair_words, views_of
from facedaemon.cli.options import Call, command
from facedaemon.errors import ExitCode, Fatal
from facedaemon.text import counted

people_app = typer.Typer(help="The people: list, rename, merge, hide, birth dates.", invoke_without_command=True)

PersonArgument = Annotated[str, typer.Argument(metavar="PERSON", autocompletion=complete_name)]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the command line."""
    people_app.callback()(people)
    for each in (rename, merge, hide, birth):
        people_app.command()(each)
    app.add_typer(people_app, name="people")


@command
def people(
    call: Call,
    context: typer.Context,
) -> None:
    """List the people and how many faces train each."""
    if context.invoked_subcommand is not None:
        return
    with views_of(call) as views:
        call.out.lines(
            (
                (
                    {
                        "person": item.person,
                        "confirmed": item.confirmed,
                        "used": item.used,
                        "suggestions": item.suggestions,
                        "born": item.born,
                        "hidden": item.is_hidden,
                        "differs_in_case_from": list(item.alike),
                        "look_alikes": [
                            {"person": pair.beside(item.person), **pair_values(pair)} for pair in item.look_alikes
                        ],
                    },
                    [
                        f"{item.person}: {item.confirmed} confirmed, {counted(item.used, 'trains', 'train')};"
                        f" {item.suggestions} suggested"
                        + (f"; born {item.born}" if item.born else "")
                        + ("; hidden (people hide --show)" if item.is_hidden else "")
                        + (
                            f"; another person than {', '.join(item.alike)}, which differs in case only"
                            if item.alike
                            else ""
                        ),
                        *(f"    {pair_words(pair)}" for pair in item.look_alikes if pair.one == item.person),
                    ],
                )
                for item in views.people()
            ),
            otherwise="Nobody is confirmed yet. To name somebody: facedaemon review, or facedaemon groups.",
        )


@command
def rename(
    call: Call,
    person: PersonArgument,
    to: Annotated[str, typer.Argument(metavar="NAME")],
    new: NewOption = False,
) -> None:
    """Call a person otherwise from now on, whatever photos and digiKam say; files of others are not changed."""
    from facedaemon.answers import AnswerKind, Saying

    with answers_of(call) as answers:
        old = answers.names.known(person)
        target, _ = answers.names.checked(to)
        if target in answers.names.people():
            raise Fatal(f"{target} is another person: facedaemon people merge '{old}' '{target}'", ExitCode.USAGE)
        target = person_of(call, answers, to, is_new=new, instead_of=old)
        show(call, answers.about_person(Saying(AnswerKind.RENAME, person=old, other=target), time.time()))


@command
def merge(
    call: Call,
    person: PersonArgument,
    into: Annotated[str, typer.Argument(metavar="INTO", autocompletion=complete_name)],
) -> None:
    """Two names are one person: the first is called as the second from now on."""
    from facedaemon.answers import AnswerKind, Saying

    with answers_of(call) as answers:
        old, kept = (answers.names.known(each) for each in (person, into))
        if old == kept:
            raise Fatal(f"{old} is the same name already", ExitCode.USAGE)
        show(call, answers.about_person(Saying(AnswerKind.MERGE, person=old, other=kept), time.time()))


@command
def hide(
    call: Call,
    person: PersonArgument,
    again: Annotated[bool, typer.Option("--show", help="Suggest the person again.")] = False,
) -> None:
    """Suggest a person no more; what is confirmed stays."""
    from facedaemon.answers import AnswerKind, Saying

    with answers_of(call) as answers:
        name = answers.names.known(person)
        kind = AnswerKind.SHOW if again else AnswerKind.HIDE
        show(call, answers.about_person(Saying(kind, person=name), time.time()))


@command
def birth(
    call: Call,
    person: PersonArgument,
    date: Annotated[
        str | None, typer.Argument(metavar="DATE", help="2015-05-17, or as much of it as is known: 2015-05, 2015.")
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="The date is not known any more.")] = False,
) -> None:
    """Say when a person was born: photos from before then never get the name."""
    if (date is None) != none:
        raise Fatal("give the date, such as 2015-05-17, 2015-05 or 2015, or --none", ExitCode.USAGE)
    with answers_of(call) as answers:
        name = answers.names.known(person)
        show(call, answers.birth(name, date, time.time()))
