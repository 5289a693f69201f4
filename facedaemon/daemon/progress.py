"""Progress of a job in words, with the time left."""

import time
from collections.abc import Callable

from facedaemon.daemon.port import Activity
from facedaemon.pipeline import Pace, Step
from facedaemon.text import counted


class Progress:
    """Follows the steps of one job. `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace = Pace(clock)

    def activity(self, step: Step) -> Activity:
        """The activity: one line with stage, progress, photo, names found and time left, and the numbers beside it."""
        now = self._pace.after(step)
        parts = [now.stage]
        if now.total:
            parts.append(f" {now.done} of {now.total}")
        if now.photo is not None:
            parts.append(f": {now.photo.name}")
        if now.names:
            parts.append(f"; {counted(now.names, 'name')} found")
        if now.seconds_left is not None:
            parts.append(f" ({_about(now.seconds_left)} left)")
        return Activity(
            "".join(parts),
            done=now.done,
            total=now.total,
            per_minute=now.per_minute,
            seconds_left=now.seconds_left,
            names=now.names,
        )


def _about(seconds: float) -> str:
    if seconds < 90:
        return "about a minute"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} minutes"
    return f"about {round(seconds / 3600)} hours"
