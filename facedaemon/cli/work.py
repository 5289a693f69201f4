"""Commands that do the work: scan, run, rebuild, rollback, undo."""

import os
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

import typer

from facedaemon.cli.left_out import counts_words
from facedaemon.cli.options import Call, PhotosOption, command
from facedaemon.errors import ExitCode, Fatal
from facedaemon.text import counted

if TYPE_CHECKING:
    from facedaemon.config import Config
    from facedaemon.pipeline import RebuildReport, Request, ScanReport, Session, Step, UndoReport

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
    call.out.summary(_scan_values(report), _scan_words(report))
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
        _scan_first(photos, call.config)
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


def _scan_first(photos: list[Path] | None, config: Path | None) -> None:
    """Run the first pass in a process of its own, with its progress bar, before the daemon starts."""
    import subprocess
    import sys

    options = [part for path in photos or () for part in ("--photos", str(path))]
    options += ["--config", str(config)] if config else []
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
        call.out.summary({**_rebuild_values(report), "generation": None}, f"Nothing was trained: {error}")
        return
    call.out.summary(_rebuild_values(report), _rebuild_words(report))


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
    call.out.summary(_undo_values(report), _undo_words(report))
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


def _scan_values(report: "ScanReport") -> dict[str, Any]:
    return {
        "photos": {
            "seen": report.seen,
            "indexed": report.indexed,
            "unchanged": report.unchanged,
            "failed": report.failed,
        },
        "faces": {"found": report.faces},
        "confirmed": {"read": report.confirmed, "used": report.used, "left_out": report.left_out},
        "suggestions": {
            "open": report.open,
            "new": report.new,
            "changed": report.changed,
            "withdrawn": report.withdrawn,
        },
        "sidecars": {
            "written": report.written,
            "unchanged": report.untouched,
            "refused": report.refused,
            "held": report.held,
        },
        "digikam": {"written": report.in_digikam, "backup": report.digikam_backup},
        "doubtful": report.doubtful,
        "failed": [{"photo": str(path), "reason": reason} for path, reason in report.failures],
        "generation": report.generation,
        "seconds": round(report.seconds, 3),
    }


def _scan_words(report: "ScanReport") -> list[str]:
    lines = [
        f"{counted(report.seen, 'photo')}: {report.indexed} indexed, {report.unchanged} unchanged,"
        f" {report.failed} failed; {counted(report.faces, 'face')} found",
        f"{counted(report.confirmed, 'confirmed face')} read: {counted(report.used, 'trains', 'train')},"
        f" {report.left_out} left out",
        f"{counted(report.open, 'suggestion')} open: {report.new} new, {report.changed} changed,"
        f" {report.withdrawn} withdrawn",
        f"{counted(report.written, 'sidecar')} written, {report.refused} refused; {report.seconds:.1f} s",
    ]
    if report.in_digikam:
        backup = f"; a copy of its database from before the first write: {report.digikam_backup}"
        lines.append(
            f"{counted(report.in_digikam, 'photo')} written in digiKam{backup if report.digikam_backup else ''}"
        )
    lines += _next_words(report)
    if report.groups is not None:
        people, photos = report.groups
        lines.append(
            f"{counted(people, 'person', 'people')} seen in {photos} or more photos nobody named: facedaemon groups"
        )
    if not report.confirmed:
        lines.append(
            "No face is confirmed yet, so there is nobody to suggest: name some faces, with 'facedaemon name', in"
            " digiKam or in another program."
            " One confirmed face is enough for the first suggestions, and more make them more certain."
        )
    return lines


def _next_words(report: "ScanReport") -> list[str]:
    """What a person may do now."""
    lines = []
    if report.doubtful:
        names = counted(report.doubtful, "confirmed name looks", "confirmed names look")
        lines.append(f"{names} wrong: facedaemon audit")
    if report.open:
        lines.append("Look at the suggestions and answer: facedaemon review, or facedaemon suggestions")
    return lines


def _rebuild_values(report: "RebuildReport") -> dict[str, Any]:
    return {
        "generation": report.generation,
        "promoted": report.promoted,
        "people": report.people,
        "samples": {"used": report.used, "left_out": report.left_out},
        "validation": {"tpir": report.tpir, "fpir": report.fpir, "wrong_per_100": report.wrong_per_100},
        "why": report.why,
        "seconds": round(report.seconds, 3),
    }


def _rebuild_words(report: "RebuildReport") -> list[str]:
    return [
        f"Generation {report.generation} {'is in use' if report.promoted else 'is not used'}: {report.why}",
        f"{counted(report.people, 'person', 'people')}, {counted(report.used, 'sample')};"
        f" left out: {counts_words(report.left_out)}",
    ]


def _undo_values(report: "UndoReport") -> dict[str, Any]:
    return {
        "restored": report.restored,
        "removed": report.removed,
        "cleaned": report.cleaned,
        "rows": report.rows,
        "refused": [str(path) for path, _ in report.refused],
        "left": [{"sidecar": str(path), "names": list(names)} for path, names in report.left],
    }


def _undo_words(report: "UndoReport") -> str:
    return (
        f"{counted(report.restored, 'sidecar as it was', 'sidecars as they were')} before,"
        f" {report.removed} of ours removed, {report.cleaned} changed by others since and freed of what is ours;"
        f" {counted(report.rows, 'digiKam row')} taken back"
    )
