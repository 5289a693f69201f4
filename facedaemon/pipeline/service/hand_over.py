"""A command whose state a daemon owns has the daemon do the work, waits for it, and gets the report."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from facedaemon.config import Config
from facedaemon.errors import ExitCode, Fatal
from facedaemon.pipeline.command_paths import below_roots
from facedaemon.pipeline.progress import Progress, Reporter
from facedaemon.pipeline.service.daemon_record import DaemonRecord, DaemonState
from facedaemon.pipeline.service.daemon_status import DaemonStatus, read_daemon
from facedaemon.pipeline.service.requests import Report, Request, RequestKind, Requests
from facedaemon.store import Locked

LOOK_SECONDS = 0.2
ACCEPT_SECONDS = 20.0  # the daemon looks twice a second, but not while it opens its state
GONE_SECONDS = 15.0  # a reload closes the state for a moment


def hand_request_over(
    config: Config,
    held: Locked,
    request: Request,
    roots: Sequence[Path] | None,
    reporter: Reporter,
    say: Callable[[str], None],
) -> Report:
    """The report of the daemon that holds the state. `roots` are the folders that the command was to work on instead.

    `say` gets a sentence about who does the work. Raises `held` where no daemon holds the state; Fatal (exit status 4)
    where the daemon works on other folders, does not react or ends; what the work itself raises.
    """
    daemon = _started(config)
    record = daemon.current
    if record is None or daemon.holder is None:
        raise held
    if daemon.state == DaemonState.STUCK:
        raise Fatal(f"{held}. It does not react any more", ExitCode.LOCKED)
    requests = Requests(config.state())
    request = _among_its_own(request, roots, record, held)
    with ExitStack() as asking:
        try:
            name = asking.enter_context(requests.asked(request))
        except OSError as error:
            raise Fatal(f"{held}; it cannot be asked to: {error.strerror}", ExitCode.LOCKED) from error
        say(f"facedaemon is running ({daemon.holder.words()}), so it does this, with its settings")
        reporter.starting()
        try:
            return _waited_for(config, requests, name, request.kind, reporter, held)
        finally:
            reporter.ending()


def _started(config: Config) -> DaemonStatus:
    """The daemon, once it says what it does: one that was just started needs a moment."""
    until = time.monotonic() + ACCEPT_SECONDS
    while True:
        daemon = read_daemon(config.state())
        is_starting = daemon.state == DaemonState.STARTING and daemon.current is None
        if not is_starting or time.monotonic() >= until:
            return daemon
        time.sleep(LOOK_SECONDS)


def _among_its_own(request: Request, roots: Sequence[Path] | None, record: DaemonRecord, held: Locked) -> Request:
    """The request, limited to the command's own folders where these are some of the daemon's."""
    if roots is None or request.paths is not None or set(roots) == set(map(Path, record.roots)):
        return request
    own = [below_roots(root, map(Path, record.roots)) for root in roots]
    below = tuple(path for path in own if path is not None)
    if len(below) == len(own) and request.kind in {RequestKind.SCAN, RequestKind.UNDO}:
        return replace(request, paths=below)
    if len(below) == len(own):
        return request
    raise Fatal(f"{held}. It works on {', '.join(record.roots)}", ExitCode.LOCKED)


def _waited_for(
    config: Config, requests: Requests, name: str, kind: RequestKind, reporter: Reporter, held: Locked
) -> Report:
    asked = seen = time.monotonic()
    while True:
        is_lost = not requests.is_known(name)  # asked first: the reply is there before the request goes
        if (found := requests.reply(name, kind)) is not None:
            return found[0]
        now = time.monotonic()
        daemon = read_daemon(config.state())
        if daemon.is_alive and daemon.holder is not None:
            seen = now
        if not daemon.is_alive or now - seen > GONE_SECONDS:
            with suppress(OSError):
                if (found := requests.reply(name, kind)) is not None:
                    return found[0]
            raise Fatal(
                f"the running facedaemon ({held.holder.words()}) ended before it was done; what it did stays. Run the "
                "command again",
                ExitCode.LOCKED,
            )
        if is_lost:
            raise Fatal(
                f"the running facedaemon ({held.holder.words()}) left no answer: it was started again meanwhile, or"
                " its disk is full. What it did stays; see its log, and run the command again",
                ExitCode.LOCKED,
            )
        is_late = now - asked > ACCEPT_SECONDS and requests.withdraw(name)
        if is_late or (daemon.state == DaemonState.STUCK and now - asked > ACCEPT_SECONDS):
            raise Fatal(f"{held}. It does not react", ExitCode.LOCKED)
        _report_progress(daemon, reporter)
        time.sleep(LOOK_SECONDS)


def _report_progress(daemon: DaemonStatus, reporter: Reporter) -> None:
    record = daemon.current
    if record is not None:
        stage = record.activity.partition(" (")[0].partition(";")[0]
        reporter.progressed(
            Progress(
                f"process {record.pid}: {stage}",
                None,
                record.done,
                record.total,
                record.names,
                record.per_minute,
                None if record.seconds_left is None else round(record.seconds_left),
            )
        )
