"""The `facedaemon` command: arguments, output, exit codes."""

import faulthandler
import os
import sys
from contextlib import suppress
from typing import Annotated

import typer

from facedaemon.cli import inspect, rejections, service, setup, work
from facedaemon.errors import ExitCode, Fatal, PhotoError, Unavailable

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
            callback=lambda asked: _tell_version() if asked else None,
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    """Suggests names for the faces in your photos, learning only from what you confirmed."""


def _tell_version() -> None:
    from facedaemon import __version__

    print(f"facedaemon {__version__}")
    raise typer.Exit


for group in (setup, work, inspect, rejections, service):
    group.register(app)


def main() -> None:
    """Run the command line of this process and exit with its status."""
    _keep_libraries_quiet()
    try:
        app()
    except Fatal as error:
        print(f"facedaemon: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except (Unavailable, PhotoError) as error:
        print(f"facedaemon: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code if isinstance(error, Unavailable) else ExitCode.SOME_PHOTOS_FAILED) from None
    except BrokenPipeError:
        # the reader of our output went away, as `head` does; there is nobody left to tell
        sys.stderr.close()
        raise SystemExit(ExitCode.DONE) from None


def _keep_libraries_quiet() -> None:
    """What libraries in C print, such as libjpeg's "Corrupt JPEG data" without the photo's name, is not shown.

    Where one of them crashes the process, Python tells where it was.
    """
    with suppress(OSError):  # no standard error at all: nobody is told anything
        ours = os.fdopen(os.dup(2), "w", buffering=1, encoding=sys.stderr.encoding, errors=sys.stderr.errors)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        sys.stderr = ours
        faulthandler.enable(ours)
