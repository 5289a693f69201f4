"""How far a job is, how fast it goes and how long it will take, and the reporter that receives this."""

import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from facedaemon.pipeline.reports import Step

SURE_AFTER_SECONDS = 10.0  # the first photos say too little about the rest
WINDOW_SECONDS = 120.0  # by which the pace is measured: photos of a phone and of a scanner differ
SAMPLE_SECONDS = 1.0

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is.

    `total` is 0 where nobody can say how much there is. `names` were found by this pass so far. `per_minute` (photos)
    and `seconds_left` are None until they are known.
    """

    stage: str
    photo: Path | None = None
    done: int = 0
    total: int = 0
    names: int = 0
    per_minute: float | None = None
    seconds_left: float | None = None


class Pace:
    """Follows the steps of one job. `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts = ""
        self._samples: deque[tuple[float, int]] = deque()

    def after(self, step: Step) -> Progress:
        """How far the job is after this step; the pace is that of the last two minutes."""
        now, counts = self._clock(), step.of or step.stage
        if counts != self._counts or (self._samples and step.done < self._samples[-1][1]):
            self._counts = counts
            self._samples.clear()
        if not self._samples or now - self._samples[-1][0] >= SAMPLE_SECONDS:
            self._samples.append((now, step.done))
        while len(self._samples) > 2 and now - self._samples[1][0] >= WINDOW_SECONDS:
            self._samples.popleft()
        began, before = self._samples[0]
        seconds, done = now - began, step.done - before
        far = Progress(step.stage, step.path, step.done, step.total, step.names)
        if not step.total or done <= 0 or seconds < SURE_AFTER_SECONDS:
            return far
        left = round((step.total - step.done) * seconds / done)
        return Progress(step.stage, step.path, step.done, step.total, step.names, round(60 * done / seconds, 1), left)


class Reporter:
    """Receives the progress of a job. All methods do nothing; override the ones you need.

    They are called in the thread that works, and what they raise ends the job after a step that is done whole.
    """

    def starting(self) -> None:
        """The job begins."""

    def progressed(self, progress: Progress) -> None:
        """A step is done: a photo, or a part of a stage."""

    def ending(self) -> None:
        """The job is over, done or not."""


def follow(steps: Generator[Step, None, Result], reporter: Reporter) -> Result:
    """Do a job to its end, and report each step; gives what the job gives."""
    pace = Pace()
    reporter.starting()
    try:
        while True:
            reporter.progressed(pace.after(next(steps)))
    except StopIteration as end:
        return cast("Result", end.value)  # StopIteration is not typed
    finally:
        steps.close()
        reporter.ending()
