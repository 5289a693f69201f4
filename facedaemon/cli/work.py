"""Commands that do the work: scan, run, rebuild, rollback, undo."""

import os
import shlex
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar, cast

import typer

from facedaemon.cli.options import Call, PhotosOption, command
from facedaemon.cli.work_output import (
    away_words,
    rebuild_values,
    rebuild_words,
    scan_values,
    scan_words,
    undo_values,
    undo_words,
)
from facedaemon.errors import ExitCode, Fatal

if TYPE_CHECKING:
    from facedaemon.config import Config
    from facedaemon.pipeline import Request, ScanReport, Session, Step, UndoReport

Result = TypeVar("Result")

PathsArgument = Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Only these photos or folders.")]
ProgressOption = Annotated[
    bool,
    typer.Option("--progress", help="Show how far it is, also without a terminal; with --json as lines of JSON."),
]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the command line."""
    for each in (scan, run, rebuild, rollback, undo):
        app.command()(each)


@command
def scan(
    call: Call,
    paths: PathsArgument = None,
    photos: PhotosOption = None,
    progress: ProgressOption = False,
    write_again: Annotated[bool, typer.Option("--write-again", help="Also write again what 'undo' took back.")] = False,
) -> None:
    """Go over the photos once: analyse, train, suggest, write."""
    from facedaemon.pipeline import Request, RequestKind, scan_photos

    chosen = _to_scan(paths, call.settings(photos)) if paths else None
    request = Request(RequestKind.SCAN, None if chosen is None else tuple(chosen), write_again=write_again)

    def work(session: "Session") -> Generator["Step", None, "ScanReport"]:
        return scan_photos(session, chosen, write_again=write_again)

    report = _done(call, photos, request, work, progress=progress)
    for path, reason in report.failures:
        call.out.say(f"{path}: {reason}")
    for notice in (report.unnamed_words, *report.notices):
        if notice:
            call.out.say(notice)
    call.out.summary(scan_values(report), scan_words(report, _same_options(call, photos)))
    if report.library_error is not None:
        raise report.library_error
    if report.failures:
        raise SystemExit(ExitCode.SOME_PHOTOS_FAILED)


@command
def run(
    call: Call,
    photos: PhotosOption = None,
) -> None:
    """Be the daemon: scan, then keep watching."""
    if call.out.shows_progress or not (call.out.quiet or _is_service()):
        _scan_first(photos, call)
    # before anything imports numpy: its threads must not take the signals that the daemon waits for
    from facedaemon.daemon import block_signals

    block_signals()
    from facedaemon.daemon import PhotoWork, serve
    from facedaemon.pipeline import open_session

    def open_work(used: "Config", alive: Callable[[], None]) -> PhotoWork:
        return PhotoWork(open_session(used, needs_library=False), alive)

    raise SystemExit(serve(open_work, lambda: call.settings(photos)))


def _is_service() -> bool:
    """Whether systemd started this, which shows the progress itself."""
    return "NOTIFY_SOCKET" in os.environ or "INVOCATION_ID" in os.environ


def _scan_first(photos: list[Path] | None, call: Call) -> None:
    """Run the first pass in a process of its own, with its progress bar, before the daemon starts."""
    import subprocess
    import sys

    options = [part for path in photos or () for part in ("--photos", str(path))]
    options += ["--config", str(call.config)] if call.config else []
    options += ["--json"] if call.out.as_json else []
    options += [] if sys.stderr.isatty() else ["--progress"]
    # number 2 of this process leads nowhere (cli/streams.py): its remarks have another number
    done = subprocess.run([sys.executable, "-m", "facedaemon", "scan", *options], check=False, stderr=sys.stderr)  # noqa: S603 - ourselves
    # the daemon starts without a library that cannot be used and opens it later
    if done.returncode not in {ExitCode.DONE, ExitCode.SOME_PHOTOS_FAILED, ExitCode.LIBRARY}:
        raise SystemExit(done.returncode)
    print("Watching for new photos and newly confirmed faces; Ctrl+C ends it.", file=sys.stderr)


@command
def rebuild(
    call: Call,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Analyse every confirmed face's photo again.")
    ] = False,
    photos: PhotosOption = None,
    progress: ProgressOption = False,
) -> None:
    """Train again; keep the result only if it is not worse."""
    from facedaemon.pipeline import RebuildReport, Request, RequestKind, rebuild_gallery

    request = Request(RequestKind.REBUILD, from_scratch=from_scratch)
    try:
        report = _done(call, photos, request, lambda session: rebuild_gallery(session, from_scratch), progress=progress)
    except Fatal as error:
        if error.exit_code != ExitCode.DONE:
            raise
        report = RebuildReport(0, False, 0, 0, {}, 0.0, 0.0, 0.0, str(error), 0.0)  # nobody is confirmed yet
        call.out.summary({**rebuild_values(report), "generation": None}, f"Nothing was trained: {error}")
        return
    call.out.summary(rebuild_values(report), rebuild_words(report))


@command
def rollback(
    call: Call,
    photos: PhotosOption = None,
) -> None:
    """Go back to the former training."""
    from facedaemon.pipeline import Request, RequestKind, roll_back

    generation = _done(call, photos, Request(RequestKind.ROLLBACK), roll_back)
    if generation is None:
        call.out.summary({"generation": None}, "There is no former training to go back to; nothing was changed.")
        return
    call.out.summary({"generation": generation}, f"Generation {generation} is in use again.")


@command
def undo(
    call: Call,
    paths: PathsArgument = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help='Only what was written since, as "2026-11-24 03:00".')
    ] = None,
    photos: PhotosOption = None,
) -> None:
    """Take back what was written to sidecars and digiKam."""
    from facedaemon.pipeline import Request, RequestKind, is_known, to_undo, undo_writes

    moment = None if since is None else _timestamp(since)

    def work(session: "Session") -> Generator["Step", None, "UndoReport"]:
        chosen = to_undo(paths, session.config, lambda path: is_known(session, path)) if paths else None
        return undo_writes(session, moment, chosen)

    request = Request(RequestKind.UNDO, _absolute(paths) if paths else None, moment)
    report = _done(call, photos, request, work, needs_library=False)
    for path, reason in report.refused:
        call.out.say(f"{path}: {reason}")
    for path, names in report.left:
        call.out.say(
            f"{path}: {', '.join(names)} became another program's own since, and is left; if it is wrong, remove the "
            "name there (in digiKam: from the face)"
        )
    if report.away:
        call.out.say(away_words(report))
    call.out.summary(undo_values(report), undo_words(report))
    if not call.out.as_json and (report.restored or report.removed or report.cleaned or report.rows):
        call.out.say(
            "The same suggestions are not written again, since you took them back. To have them again:  facedaemon scan"
            " --write-again  To stop writing for good:  sidecar.policy: none"
        )
    if report.refused:
        raise SystemExit(ExitCode.SOME_PHOTOS_FAILED)


def _done(
    call: Call,
    photos: list[Path] | None,
    request: "Request",
    work: Callable[["Session"], Generator["Step", None, Result]],
    *,
    progress: bool = False,
    needs_library: bool = True,
) -> Result:
    """What the work gives; done here, or by the daemon that owns the state, as the `request` asks it."""
    from facedaemon.cli.progress import reporter
    from facedaemon.pipeline import follow, hand_request_over, open_session
    from facedaemon.store import Locked

    settings = call.settings(photos)
    shown = reporter(call.out, progress)
    try:
        session = open_session(settings, needs_library=needs_library)
    except Locked as held:
        roots = settings.roots() if photos else None
        return cast("Result", hand_request_over(settings, held, request, roots, shown, call.out.say))
    with closing(session):
        return follow(work(session), shown)


def _to_scan(paths: list[Path], settings: "Config") -> list[Path]:
    """The paths as a scan names them; a daemon that runs with other folders checks them itself."""
    from facedaemon.pipeline import read_daemon, to_scan

    try:
        return to_scan(paths, settings)
    except Fatal:
        if not read_daemon(settings.state()).is_alive:
            raise
        return list(_absolute(paths))


def _absolute(paths: list[Path]) -> tuple[Path, ...]:
    return tuple(Path(os.path.abspath(path)) for path in paths)


def _timestamp(text: str) -> float:
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except ValueError:
        raise Fatal(f'--since: expected a time such as "2026-11-24 03:00", got {text!r}', ExitCode.USAGE) from None


def _same_options(call: Call, photos: list[Path] | None) -> str:
    """What a command needs to work on the same config and folders as this one."""
    config = [] if call.config is None else ["--config", str(call.config)]
    folders = [word for folder in photos or () for word in ("--photos", str(folder))]
    return "".join(f" {shlex.quote(word)}" for word in (*config, *folders))
