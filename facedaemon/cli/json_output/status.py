"""What status prints, and the daemon's file."""

from typing import Annotated, Literal

from facedaemon.cli.json_output.common import Count, Generation, Path, PhotoReason, Time, Values, former
from facedaemon.pipeline import DaemonState, Presence
from facedaemon.values import SuggestionState


class Daemon(Values):
    """The daemon of this state; most is null where none lives."""

    state: DaemonState
    pid: int | None
    command: str | None
    version: str | None
    started: Time | None
    since: Time | None
    reason: str | None
    last_pass: Time | None
    last_error: str | None
    last_error_time: Time | None
    written: Time | None


class StatusProgress(Values):
    """How far the daemon is; null unless one lives."""

    done: Count | None
    total: Count | None
    per_minute: float | None
    seconds_left: float | None
    names: Count | None


class LastRebuild(Values):
    """The last training, and why it is used or not."""

    time: Time | None
    promoted: bool | None
    why: str | None


class LibraryProblem(Values):
    """Why digiKam's database cannot be read; null where it can."""

    problem: str | None
    trouble: Annotated[str | None, former("problem")]
    since: Time | None


class AbsentPhotos(Values):
    """Photos below a root that are not there, of how many."""

    root: Path
    photos: Count
    of: Count
    since: Time | None


class Root(Values):
    """A photo root."""

    path: Path
    state: Presence
    reason: str | None


class Status(Values):
    """What is known, what waits and what failed."""

    state: Path
    daemon: Daemon
    activity: str | None
    doing: Annotated[str | None, former("activity")]
    since: Time | None
    waiting: Count | None
    progress: StatusProgress
    photos: Count
    faces: Count
    generation: Generation | None
    trained: Time | None
    rebuild: LastRebuild
    library: LibraryProblem
    suggestions: dict[SuggestionState, Count]
    failed: list[PhotoReason]
    sidecars_failed: list[PhotoReason]
    absent: list[AbsentPhotos]
    roots: list[Root]


class StatusChecked(Status):
    """The status with its level for monitoring."""

    level: Literal["ok", "warning", "critical", "unknown"]
    reasons: list[str]


class StatusUnknown(Values):
    """Why there is no status, such as a config with a mistake."""

    level: Literal["unknown"]
    reasons: list[str]


class DaemonFile(Values):
    """`daemon.json` in the state's folder."""

    pid: int
    version: str
    started: Time
    state: DaemonState
    activity: str
    since: Time
    reason: str | None
    waiting: Count
    done: Count
    total: Count
    per_minute: float | None
    seconds_left: float | None
    names: Count
    roots: list[Path]
    open_suggestions: Count | None
    last_pass: Time | None
    last_error: str | None
    last_error_time: Time | None
    written: Time
    beat: float
    boot: str
