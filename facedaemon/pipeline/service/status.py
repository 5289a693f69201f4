"""What facedaemon knows, what waits and what failed, read from the state without disturbing its owner."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from facedaemon.config import Config
from facedaemon.pipeline.library_problem import PROBLEM_NOTE
from facedaemon.pipeline.service.absent import Absent, absent
from facedaemon.pipeline.service.daemon_status import DaemonStatus, read_daemon
from facedaemon.store import Store
from facedaemon.text import counted, local_time
from facedaemon.values import SuggestionState

SHOWN_FAILURES = 10


class Presence(StrEnum):
    """Whether a photo root can be read; `EMPTY`, it may be the mount point of a drive that is away."""

    THERE = "there"
    EMPTY = "empty"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Root:
    """A photo root; `reason` says why it is away."""

    path: Path
    state: Presence
    reason: str | None = None

    def words(self) -> str:
        """For people."""
        more = {
            Presence.THERE: "there",
            Presence.EMPTY: "empty, as the mount point of a drive that is away",
            Presence.AWAY: f"cannot be read: {self.reason}",
        }
        return f"{self.path}: {more[self.state]}"


Failures = Sequence[tuple[Path, str]]


@dataclass(frozen=True, slots=True)
class Status:
    """The state at one moment. `roots` are those that a living daemon uses, else the config's. Times in seconds."""

    state: Path
    roots: Sequence[Root]
    daemon: DaemonStatus
    exists: bool = False
    photos: int = 0
    faces: int = 0
    generation: int | None = None
    trained: float | None = None
    rebuild: dict[str, Any] = field(default_factory=dict)
    library: dict[str, Any] = field(default_factory=dict)
    suggestions: dict[str, int] = field(default_factory=dict)
    failures: Failures = ()
    sidecar_errors: Failures = ()
    absent: Sequence[Absent] = ()

    def values(self) -> dict[str, Any]:
        """As JSON."""
        doing = self.daemon.current
        return {
            "state": str(self.state),
            "daemon": self.daemon.values(),
            "activity": None if doing is None else doing.activity,
            "doing": None if doing is None else doing.activity,
            "since": None if doing is None else doing.since,
            "waiting": None if doing is None else doing.waiting,
            "progress": {
                key: None if doing is None else getattr(doing, key)
                for key in ("done", "total", "per_minute", "seconds_left", "names")
            },
            "photos": self.photos,
            "faces": self.faces,
            "generation": self.generation,
            "trained": _time(self.trained),
            "rebuild": {
                "time": _time(self.rebuild.get("time")),
                "promoted": self.rebuild.get("promoted"),
                "why": self.rebuild.get("why"),
            },
            "library": {
                "problem": self.library.get("reason"),
                "trouble": self.library.get("reason"),
                "since": _time(self.library.get("since")),
            },
            "suggestions": {state: self.suggestions.get(state, 0) for state in SuggestionState},
            "failed": [{"photo": str(path), "reason": reason} for path, reason in self.failures],
            "sidecars_failed": [{"photo": str(path), "reason": reason} for path, reason in self.sidecar_errors],
            "absent": [
                {"root": str(one.root), "photos": one.photos, "of": one.of, "since": _time(one.since)}
                for one in self.absent
            ],
            "roots": [{"path": str(root.path), "state": root.state, "reason": root.reason} for root in self.roots],
        }

    def words(self) -> list[str]:
        """For people, a line each."""
        if not self.exists:
            return [f"Nothing is known yet: there is no state in {self.state}. 'facedaemon scan' makes it."]
        return [
            *self.daemon.words(),
            f"{counted(self.photos, 'photo')}, {counted(self.faces, 'face')}",
            *self._training_words(),
            self._suggestion_words(),
            *(root.words() for root in self.roots),
            *([f"{self.library['reason']} (since {local_time(self.library['since'])})"] if self.library else []),
            *(f"{one.words()} (since {local_time(one.since)})" for one in self.absent),
            *_listed(self.failures, "photo", "cannot be read"),
            *_listed(self.sidecar_errors, "sidecar", "cannot be used"),
        ]

    def _training_words(self) -> list[str]:
        if self.trained is None:
            return ["nothing trained yet: that is done as soon as somebody is named (facedaemon review)"]
        lines = [f"generation {self.generation}, trained {local_time(self.trained)}"]
        if self.rebuild.get("promoted") is False:
            lines.append(f"last rebuild {local_time(self.rebuild['time'])}, not used: {self.rebuild.get('why')}")
        return lines

    def _suggestion_words(self) -> str:
        counts = ", ".join(f"{self.suggestions.get(state, 0)} {state}" for state in SuggestionState)
        return f"suggestions: {counts}{' (answer them: facedaemon review)' if self.suggestions.get('open') else ''}"


def read_status(config: Config) -> Status:
    """What the state of this config holds now."""
    daemon = read_daemon(config.state())
    used = tuple(map(Path, daemon.current.roots)) if daemon.current is not None else config.roots()
    roots = tuple(map(_root, used))
    store = Store.open_read_only(config.state())
    if store is None:
        return Status(config.state(), roots, daemon)
    try:
        photos, faces, _ = store.photos.counts()
        made, built = store.training.when(), store.training.last_built()
        return Status(
            state=config.state(),
            roots=roots,
            exists=True,
            daemon=daemon,
            photos=photos,
            faces=faces,
            generation=None if made is None else made[0],
            trained=None if made is None else made[1],
            rebuild={} if built is None else {**_noted(built[1]), "time": built[0]},
            library=_noted(store.note(PROBLEM_NOTE)),
            suggestions=store.suggestions.counts(),
            failures=store.photos.failures(),
            sidecar_errors=store.sidecars.errors(),
            absent=absent(config, store),
        )
    finally:
        store.close()


def _root(path: Path) -> Root:
    try:
        return Root(path, Presence.THERE if next(path.iterdir(), None) is not None else Presence.EMPTY)
    except OSError as error:
        return Root(path, Presence.AWAY, error.strerror)


def _noted(note: str | None) -> dict[str, Any]:
    """A note of JSON; nothing where an older facedaemon noted something else."""
    try:
        values = json.loads(note or "{}")
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _listed(failures: Failures, what: str, problem: str) -> list[str]:
    if not failures:
        return []
    lines = [
        f"{counted(len(failures), what)} {problem}:",
        *(f"  {path}: {reason}" for path, reason in failures[:SHOWN_FAILURES]),
    ]
    if len(failures) > SHOWN_FAILURES:
        lines.append(f"  … and {len(failures) - SHOWN_FAILURES} more ('facedaemon status --json' lists all)")
    return lines


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")
