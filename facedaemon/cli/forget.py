"""The command that forgets photos that were deleted on purpose."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facedaemon.cli.options import Call, command
from facedaemon.errors import ExitCode, Fatal
from facedaemon.text import counted

if TYPE_CHECKING:
    from facedaemon.pipeline import MissingPhotos


def register(app: typer.Typer) -> None:
    """Add this module's command to the command line."""
    app.command()(forget)


@command
def forget(
    call: Call,
    place: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="A photo root, or a folder or photo below one.")
    ] = None,
    missing: Annotated[bool, typer.Option("--missing", help="Photos that are not there any more.")] = False,
) -> None:
    """Forget photos that are gone for good; rejections stay."""
    from facedaemon.pipeline import forget_missing

    if not missing:
        raise Fatal("say what to forget: facedaemon forget --missing FOLDER", ExitCode.USAGE)
    unasked: list[MissingPhotos] = []

    def choose(found: "MissingPhotos") -> bool:
        if not found.photos:
            return True
        if call.out.as_json or not sys.stdin.isatty():
            unasked.append(found)
            return False
        return typer.confirm(_words(found) + " Are they gone for good?", err=True)

    done = forget_missing(call.settings(), choose, place, call.out.say)
    for folder, reason in done.kept:
        call.out.say(f"{folder}: {reason}")
    if unasked:
        ways = "; ".join(f"facedaemon forget --missing {shlex.quote(str(one.place))}" for one in unasked)
        lines = [_words(one) for one in unasked]
        raise Fatal(f"{' '.join(lines)} Name the folder where they are gone for good: {ways}", ExitCode.USAGE)
    count = sum(photos for _, photos in done.folders)
    call.out.summary(
        {
            "forgotten": count,
            "folders": [{"folder": str(folder), "photos": photos} for folder, photos in done.folders],
            "kept": [{"folder": str(folder), "reason": reason} for folder, reason in done.kept],
        },
        f"{counted(count, 'photo that is', 'photos that are')} not there any more"
        f" {'is' if count == 1 else 'are'} forgotten; what you rejected stays.",
    )
    if done.kept:
        raise SystemExit(ExitCode.SOME_PHOTOS_FAILED)


def _words(found: "MissingPhotos") -> str:
    return f"{counted(len(found.photos), 'photo is', 'photos are')} not there any more below {found.place}."
