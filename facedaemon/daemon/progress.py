"""Progress of a job in words, with the time left."""

import time
from collections.abc import Callable

from facedaemon.daemon.port import Activity
from facedaemon.pipeline.reports import Step

SURE_AFTER_SECONDS = 10.0  # the first photos are not enough for an estimate


class Progress:
    """Follows the steps of one job. `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stage = ""
        self._began = 0.0
        self._done_before = 0

    def activity(self, step: Step) -> Activity:
        """The activity: one line with stage, progress, photo and time left, and the numbers beside it."""
        now = self._clock()
        if step.stage != self._stage:
            self._stage, self._began, self._done_before = step.stage, now, step.done
        parts = [step.stage]
        if step.total:
            parts.append(f" {step.done} of {step.total}")
        if step.path is not None:
            parts.append(f": {step.path.name}")
        seconds, done = now - self._began, step.done - self._done_before
        if not step.total or done <= 0 or seconds < SURE_AFTER_SECONDS:
            return Activity("".join(parts), done=step.done, total=step.total)
        left = (step.total - step.done) * seconds / done
        parts.append(f" ({_about(left)} left)")
        return Activity("".join(parts), 0, step.done, step.total, round(60 * done / seconds, 1), round(left))


def _about(seconds: float) -> str:
    if seconds < 90:
        return "about a minute"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} minutes"
    return f"about {round(seconds / 3600)} hours"
