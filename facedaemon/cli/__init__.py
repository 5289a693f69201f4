"""The `facedaemon` command: arguments, output, exit codes."""

import json
import os
import sys
from typing import Annotated, NoReturn

import typer

from facedaemon import text
from facedaemon.cli import (
    answer,
    answers,
    evaluate,
    forget,
    groups,
    inspect,
    people,
    rejections,
    review,
    service,
    setup,
    streams,
    work,
)
from facedaemon.errors import ExitCode, Fatal, PhotoError, Unavailable

__all__ = ["app", "main"]

# of click, or of the copy of it in typer
_WRONG_USAGE: type[Exception] = next(each for each in typer.BadParameter.__mro__ if each.__name__ == "ClickException")

app = typer.Typer(
    name="facedaemon",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback()
def facedaemon(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda asked: _print_version() if asked else None,
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    """Suggests names for the faces in your photos, learning only from what you confirmed."""


def _print_version() -> None:
    from facedaemon import __version__

    print(f"facedaemon {__version__}")
    raise typer.Exit


for group in (setup, work, review, inspect, evaluate, groups, people, answer, answers, rejections, forget, service):
    group.register(app)


def main() -> None:
    """Run the command line of this process and exit with its status."""
    os.umask(os.umask(0o077) & 0o077)  # what the user's own umask takes from the user, nothing could read again
    streams.prepare()
    try:
        try:
            app() if not _wants_json() else _app_with_json_errors()
        finally:
            streams.finish()
    except (Fatal, Unavailable) as error:
        _end(str(error), error.exit_code)
    except PhotoError as error:
        _end(str(error), ExitCode.SOME_PHOTOS_FAILED)
    except OSError as error:
        # a folder of the system or of the user that cannot be used, wherever that shows: no mistake of ours
        _end(f"{error.filename or 'a file'}: {error.strerror or error}", ExitCode.USAGE)


def _app_with_json_errors() -> None:
    """As `app`, but wrong usage is an error like any other."""
    try:
        status = app(standalone_mode=False)
    except _WRONG_USAGE as error:
        message = getattr(error, "format_message", None)
        raise Fatal(message() if message else str(error), ExitCode.USAGE) from None
    except typer.Abort:
        raise Fatal("interrupted", ExitCode.USAGE) from None
    raise SystemExit(status if isinstance(status, int) else ExitCode.DONE)


def _wants_json() -> bool:
    words = sys.argv[1:]
    return "--json" in (words[: words.index("--")] if "--" in words else words)


def _end(message: str, status: ExitCode) -> NoReturn:
    """Print why the command ends; with --json as one object, on standard error, too: results stay results."""
    if _wants_json():
        print(text.for_json(json.dumps({"error": message, "exit_code": int(status)})), file=sys.stderr)
    else:
        print(f"facedaemon: {message}", file=sys.stderr)
    raise SystemExit(status) from None
