"""The command that opens the page to look and answer."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from facedaemon.cli.options import Call, PhotosOption, command


def register(app: typer.Typer) -> None:
    """Add this module's command to the command line."""
    app.command()(review)


@command
def review(
    call: Call,
    photos: PhotosOption = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the link; open no browser.")] = False,
    port: Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help="0: one that is free.")] = 0,
    socket: Annotated[
        Path | None, typer.Option("--socket", metavar="PATH", help="A Unix socket instead of a port, for a proxy.")
    ] = None,
    address: Annotated[
        str | None,
        typer.Option("--address", metavar="URL", help="Where the browser finds it, behind a proxy or tunnel."),
    ] = None,
    idle_minutes: Annotated[float, typer.Option("--idle-minutes", hidden=True, min=0.0)] = 30.0,
) -> None:
    """Look and answer in the browser: a page of this computer alone."""
    from facedaemon.review import Announced, Wishes, serve

    def announce(where: Announced) -> None:
        call.out.summary(
            {
                "link": where.link,
                "port": where.port,
                "socket": None if where.socket is None else str(where.socket),
            },
            [],
        )
        sys.stdout.flush()  # whoever started it reads the link while it runs

    wishes = Wishes(
        scan=_scan(call, photos),
        browser=not no_browser,
        port=port,
        socket=socket,
        address=address,
        idle_seconds=60 * idle_minutes,
        say=call.out.say,
        announce=announce if call.out.as_json else None,
    )
    serve(call.settings(photos), wishes)


def _scan(call: Call, photos: list[Path] | None) -> list[str]:
    """The command that scans what this one shows."""
    config = [] if call.config is None else ["--config", str(call.config.absolute())]
    roots = [word for folder in photos or () for word in ("--photos", str(folder.absolute()))]
    return [sys.executable, "-m", "facedaemon", "scan", *config, *roots]
