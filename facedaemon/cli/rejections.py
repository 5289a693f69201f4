"""Commands that list rejections and take them back."""

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facedaemon.cli.inspect import region_values, views_of
from facedaemon.cli.options import Call, command
from facedaemon.errors import ExitCode, Fatal
from facedaemon.text import counted, local_time

if TYPE_CHECKING:
    from facedaemon.pipeline import Views
    from facedaemon.store import RejectionRecord

rejections_app = typer.Typer(
    help="Names that you took from faces: list them, take them back.", invoke_without_command=True
)


def register(app: typer.Typer) -> None:
    """Add this module's commands to the command line."""
    rejections_app.callback()(rejections)
    rejections_app.command("list")(list_rejections)
    rejections_app.command()(forget)
    app.add_typer(rejections_app, name="rejections")


@command
def rejections(
    call: Call,
    context: typer.Context,
) -> None:
    """Names that you took from faces: list them, take them back."""
    if context.invoked_subcommand is None:
        _list(call)


@command
def list_rejections(
    call: Call,
) -> None:
    """List the names that you took from faces, oldest first."""
    _list(call)


@command
def forget(
    call: Call,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="NUMBER", help="As 'facedaemon rejections list' shows them.")
    ] = None,
    person: Annotated[str | None, typer.Option("--person", metavar="NAME", help="Those of this name.")] = None,
    photo: Annotated[Path | None, typer.Option("--photo", metavar="PATH", help="Those in this photo.")] = None,
) -> None:
    """Take rejections back: the next pass may suggest the names again."""
    from facedaemon.pipeline import Choice, forget_chosen
    from facedaemon.values import Evidence

    if not numbers and person is None and photo is None:
        raise Fatal("name what to forget: numbers, --person NAME or --photo PATH", ExitCode.USAGE)
    with views_of(call) as views:
        places = {item.id: _words(item, views) for item in views.rejections()}
    done = forget_chosen(call.settings(), Choice(numbers or (), person, photo), time.time(), call.out.say)
    for item in done.kept:
        answered = "you answered so: 'facedaemon answers' lists it, 'facedaemon unsay --answer ID' takes it back"
        remembered = "digiKam remembers this itself: clear it there, or the next pass reads it again"
        why = answered if item.rejection.evidence == Evidence.ANSWERED else remembered
        call.out.say(f"{places[item.id]}; {why}")
    lines = [f"taken back: {places[item.id]}" for item in done.forgotten]
    call.out.summary(
        {"forgotten": [_values(item) for item in done.forgotten], "kept": [_values(item) for item in done.kept]},
        "\n".join(
            [
                *lines,
                f"{counted(len(done.forgotten), 'rejection')} taken back; the next pass may suggest these names again",
            ]
        ),
    )
    if done.kept:
        raise SystemExit(ExitCode.SOME_PHOTOS_FAILED)


def _list(call: Call) -> None:
    with views_of(call) as views:
        call.out.lines(
            ((_values(item), _words(item, views)) for item in views.rejections()), otherwise="Nothing is rejected."
        )


def _values(item: "RejectionRecord") -> dict[str, Any]:
    rejection = item.rejection
    return {
        "number": item.id,
        "id": item.id,
        "photo": str(rejection.path),
        "region": region_values(rejection.region),
        "person": rejection.person,
        "evidence": rejection.evidence,
        "time": (time := datetime.fromtimestamp(item.decided).astimezone().isoformat(timespec="seconds")),
        "decided": time,
    }


def _words(item: "RejectionRecord", views: "Views") -> str:
    rejection = item.rejection
    where = f"{rejection.path}, {views.position(rejection.path, rejection.region).words()}"
    return f"{item.id}: {where}: not {rejection.person} ({rejection.evidence}, {local_time(item.decided)})"
