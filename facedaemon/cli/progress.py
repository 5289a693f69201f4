"""How far a command is, on standard error: a bar for people, lines of JSON for programs."""

import json
import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from facedaemon import text
from facedaemon.cli.options import Output
from facedaemon.pipeline import Progress, Reporter
from facedaemon.text import counted

SELDOM_SECONDS = 30.0  # between two lines of a long job where there is no terminal
LINE_SECONDS = 1.0  # between two lines; a program that reads them needs no more


def reporter(out: Output, progress: bool = False) -> Reporter:
    """A bar where a person sees it; with `progress` also elsewhere, as lines of JSON where results are JSON."""
    if progress and out.as_json:
        return Lines()
    return BarReporter() if out.shows_progress or progress else Reporter()


class BarReporter(Reporter):
    """Stage, photos, pace, time left and names on one line of a terminal; lines now and then where there is none."""

    def __init__(self) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rest]}"),
        )
        self._console = Console(stderr=True)
        self._bar = Bar(*columns, console=self._console, transient=True)
        self._said = self._started = time.monotonic()

    def starting(self) -> None:
        """As in Reporter."""
        self._task = self._bar.add_task("getting ready", total=None, rest="")
        if self._console.is_terminal:
            self._bar.start()

    def progressed(self, progress: Progress) -> None:
        """As in Reporter."""
        rest = in_words(progress)
        self._bar.update(
            self._task, description=progress.stage, completed=progress.done, total=progress.total or None, rest=rest
        )
        if not self._console.is_terminal and time.monotonic() - self._said >= self._line_seconds():
            self._said = time.monotonic()
            of = f" {progress.done} of {progress.total}" if progress.total else ""
            print(text.for_terminal(f"{progress.stage}{of} {rest}".rstrip()), file=sys.stderr)

    def ending(self) -> None:
        """As in Reporter."""
        if self._console.is_terminal:
            self._bar.stop()

    def _line_seconds(self) -> float:
        """The time between two lines: a second at first, longer as the job takes longer."""
        return min(max(LINE_SECONDS, (time.monotonic() - self._started) / 10), SELDOM_SECONDS)


class Lines(Reporter):
    """A JSON object a line, at most one a second and stage."""

    def __init__(self) -> None:
        self._due = 0.0
        self._stage = ""

    def progressed(self, progress: Progress) -> None:
        """As in Reporter."""
        now = time.monotonic()
        if now < self._due and progress.stage == self._stage:
            return
        self._due, self._stage = now + LINE_SECONDS, progress.stage
        values = {
            "stage": progress.stage,
            "photo": None if progress.photo is None else str(progress.photo),
            "done": progress.done,
            "total": progress.total,
            "names": progress.names,
            "per_minute": progress.per_minute,
            "seconds_left": progress.seconds_left,
        }
        print(text.for_json(json.dumps(values)), file=sys.stderr)


def in_words(progress: Progress) -> str:
    """Pace, time left and names, as far as they are known."""
    parts = []
    if progress.per_minute is not None:
        parts.append(f"{progress.per_minute:.0f}/min")
    if progress.seconds_left is not None:
        hours, rest = divmod(round(progress.seconds_left), 3600)
        parts.append(f"{hours}:{rest // 60:02}:{rest % 60:02} left")
    if progress.names:
        parts.append(counted(progress.names, "name"))
    return ", ".join(parts)
