"""What the daemon needs of whoever does the work."""

from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from facedaemon.config import Config
from facedaemon.jobs import Job
from facedaemon.pipeline.reports import Step

Steps = Generator[Step | None, None, None]
"""A job being done. Between two steps nothing is half done: it may be closed there, and other jobs may run."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What the daemon does now, in words, how many jobs wait, and how far and how fast the present one is.

    `total` is 0 where nobody can say how much there is; `per_minute` and `seconds_left` are None until they are known.
    """

    words: str
    waiting: int = 0
    done: int = 0
    total: int = 0
    per_minute: float | None = None
    seconds_left: float | None = None


class Work(Protocol):
    """Everything that knows photos and faces. All its methods are called by one and the same thread."""

    def roots(self) -> tuple[Path, ...]:
        """The folders to watch, absolute, none inside another."""

    def change_token(self) -> Hashable:
        """Differs from the token before if humans may have confirmed or rejected something since; costs little.

        Raises Unavailable while the library cannot be asked.
        """

    def handle(self, job: Job) -> Steps:
        """The job, step by step (a photo is one), each done within seconds.

        Raises Unavailable (the job is kept and tried later), PhotoError (noted), Fatal (the daemon stops).
        """

    def left_over(self) -> Job | None:
        """What the job that just ended could not do, because a root was away; to be tried later."""

    def note(self, activity: Activity) -> None:
        """What the daemon does now, for whoever asks for the status; called every few seconds at most."""

    def unload(self) -> None:
        """Nothing was done for some minutes: let go of memory that can be had again."""

    def close(self) -> None:
        """Let go of files and databases."""


OpenWork = Callable[[Config, Callable[[], None]], Work]
"""Makes ready what works by a config; the second parameter is to be called while something takes long and gets on."""
