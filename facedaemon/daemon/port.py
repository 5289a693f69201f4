"""The interface between the daemon and the object that does the work."""

from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from facedaemon.config import Config
from facedaemon.jobs import Job
from facedaemon.pipeline import DaemonState, Step

Steps = Generator[Step | None, None, None]
"""A job being done. Between two steps nothing is half done: it may be closed there, and other jobs may run."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What the daemon does now, in words; how many jobs wait; progress and speed of the present one.

    `total` is 0 where it is not known; `per_minute` and `seconds_left` are None until they are known.
    `names` were found by the present pass so far. `reason` says why it is paused or waits.
    `last_pass` is when the last comparison of all folders with the state ended, in seconds since 1970; None for none.
    """

    words: str
    state: DaemonState = DaemonState.WORKING
    reason: str | None = None
    last_pass: float | None = None
    waiting: int = 0
    done: int = 0
    total: int = 0
    per_minute: float | None = None
    seconds_left: float | None = None
    names: int = 0


class Work(Protocol):
    """The work on photos and faces. All methods are called by the same thread."""

    def roots(self) -> tuple[Path, ...]:
        """The folders to watch, absolute, none inside another."""

    def change_token(self) -> Hashable:
        """A token that changes when humans may have confirmed or rejected something; takes little time.

        Raises Unavailable while the library cannot be read.
        """

    def handle(self, job: Job) -> Steps:
        """The job, step by step (a photo is one), each done within seconds.

        Raises Unavailable (the job is kept and tried later), PhotoError (noted), Fatal (the daemon stops).
        """

    def left_over(self) -> Job | None:
        """What the last job could not do because a root was away; to be tried later."""

    def note(self, activity: Activity) -> None:
        """Store the activity for `status`; called every few seconds at most."""

    def unload(self) -> None:
        """Free memory that can be allocated again: called after some minutes without work."""

    def close(self) -> None:
        """Close files and databases."""


OpenWork = Callable[[Config, Callable[[], None]], Work]
"""Opens the work with a config; the second parameter is called during long calculations, while they make progress."""
