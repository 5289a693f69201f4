"""The `facedaemon` command: arguments, output, exit codes."""

import json
import os
import signal
import sys
import traceback
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
from facedaemon.errors import ExitCode, Fatal, PhotoError, Unavailable, why

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
            _let_interruptions_through()
            _run_app()
        finally:
            streams.finish()
    except (Fatal, Unavailable) as error:
        _end(str(error), error.exit_code)
    except PhotoError as error:
        _end(str(error), ExitCode.SOME_PHOTOS_FAILED)
    except OSError as error:
        # a folder of the system or of the user that cannot be used, wherever that shows: no mistake of ours
        _end(f"{error.filename or 'a file'}: {why(error)}", ExitCode.USAGE)
    except KeyboardInterrupt:
        _end("interrupted", ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last place where it can be named; its traceback is printed
        traceback.print_exc()
        _end(
            f"an unexpected error ({type(error).__name__}): this is a fault of facedaemon, please report it with the"
            " lines above",
            ExitCode.UNEXPECTED,
        )


def _let_interruptions_through() -> None:
    """From here on Ctrl+C raises KeyboardInterrupt, as Python has it, where it does not do so yet (`__main__`)."""
    if signal.getsignal(signal.SIGINT) not in {signal.SIG_IGN, signal.SIG_DFL}:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _run_app() -> NoReturn:
    """Run the command; wrong usage and an interrupted question are errors like any other, as --json needs them."""
    try:
        status = app(standalone_mode=False)
    except _WRONG_USAGE as error:
        if not _wants_json():
            error.show()  # type: ignore[attr-defined]  # typer does not name its class
            raise SystemExit(ExitCode.USAGE) from None
        message = getattr(error, "format_message", None)
        raise Fatal(message() if message else str(error), ExitCode.USAGE) from None
    except typer.Abort as error:  # at a question
        if isinstance(error.__context__, KeyboardInterrupt):
            raise Fatal("interrupted", ExitCode.INTERRUPTED) from None
        raise Fatal("nothing was answered, since the input ended", ExitCode.USAGE) from None
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
