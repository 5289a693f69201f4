"""The page *Start*: what waits for answers, how right names are, and what is new."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from facedaemon.errors import Fatal
from facedaemon.pipeline import DaemonRecord, Overview
from facedaemon.review import messages
from facedaemon.review.drawings import Plot, history, plot
from facedaemon.review.rendering import library_of, page


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for answers: how many, and where they are answered."""

    kind: str
    count: int
    path: str


@dataclass(frozen=True, slots=True)
class StartPage:
    """What the page shows. `plot`: None where nothing is measured; `per_thousand`: wrong names of 1,000 shown."""

    overview: Overview
    tasks: tuple[Task, ...]
    plot: Plot | None
    right: float
    per_thousand: float
    progress: float | None

    @property
    def activity(self) -> DaemonRecord | None:
        """What a living daemon does."""
        return self.overview.activity

    @property
    def stage(self) -> str:
        """What it does, without its progress."""
        return "" if self.activity is None else messages.stage(self.activity.activity)

    @property
    def since(self) -> float:
        """Since when it does, in seconds."""
        return 0.0 if self.activity is None else datetime.fromisoformat(self.activity.since).timestamp()


def routes() -> list[Route]:
    """The page."""
    return [Route("/", show)]


def show(request: Request) -> Response:
    """The page; where nothing was scanned yet, what to do."""
    try:
        found = library_of(request).overview()
    except Fatal as error:
        return page(request, "start.html", shown=None, why=str(error))
    past = history(library_of(request).evaluations())
    return page(request, "start.html", shown=start_page(found), history=past, why="")


def start_page(found: Overview) -> StartPage:
    """What the page shows. Pure."""
    measured = found.measured
    activity = found.activity
    total, done = (0, 0) if activity is None else (activity.total, activity.done)
    return StartPage(
        overview=found,
        tasks=(
            Task("suggestions", found.suggested, "/suggestions"),
            Task("groups", found.groups, "/groups"),
            Task("doubts", found.doubts, "/doubts"),
        ),
        plot=None if measured is None else plot(measured.thresholds, measured.figures.threshold),
        right=0.0 if measured is None else measured.figures.tpir,
        per_thousand=0.0 if measured is None else 10 * measured.figures.wrong_per_100,
        progress=done / total if 0 < total >= done else None,
    )
