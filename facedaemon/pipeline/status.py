"""What facedaemon knows, what waits and what failed, read from the state without disturbing its owner."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from facedaemon.config import Config
from facedaemon.store import Store
from facedaemon.values import SuggestionState

SHOWN_FAILURES = 10


@dataclass(frozen=True, slots=True)
class Status:
    """The state at one moment. `doing` and `since` are what the daemon noted last, None where none ever ran."""

    state: Path
    exists: bool
    doing: str | None
    since: str | None
    photos: int
    faces: int
    generation: int | None
    trained: float | None
    suggestions: dict[str, int]
    failures: tuple[tuple[Path, str], ...]
    roots: tuple[tuple[Path, str], ...]

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "state": str(self.state),
            "doing": self.doing,
            "since": self.since,
            "photos": self.photos,
            "faces": self.faces,
            "generation": self.generation,
            "trained": None if self.trained is None else _time(self.trained),
            "suggestions": {state: self.suggestions.get(state, 0) for state in SuggestionState},
            "failed": [{"photo": str(path), "reason": reason} for path, reason in self.failures],
            "roots": [{"path": str(path), "state": state} for path, state in self.roots],
        }

    def words(self) -> str:
        """For people."""
        if not self.exists:
            return f"Nothing is known yet: there is no state in {self.state}. 'facedaemon scan' makes it."
        lines = [
            f"{self.doing}, since {self.since}" if self.doing else "no daemon has run yet",
            f"{self.photos} photos, {self.faces} faces",
            f"generation {self.generation}, trained {_time(self.trained)}" if self.trained else "nothing trained yet",
            ", ".join(f"{self.suggestions.get(state, 0)} {state}" for state in SuggestionState) + " suggestions",
            *(f"{path}: {state}" for path, state in self.roots),
        ]
        if self.failures:
            lines.append(f"{len(self.failures)} photos cannot be read:")
            lines += [f"  {path}: {reason}" for path, reason in self.failures[:SHOWN_FAILURES]]
            if len(self.failures) > SHOWN_FAILURES:
                lines.append(
                    f"  … and {len(self.failures) - SHOWN_FAILURES} more ('facedaemon status --json' lists all)"
                )
        return "\n".join(lines)


def status(config: Config) -> Status:
    """What the state of this config holds now."""
    roots = tuple((root, "there" if root.is_dir() else "not there") for root in config.roots())
    store = Store.look_at(config.state())
    if store is None:
        return Status(config.state(), False, None, None, 0, 0, None, None, {}, (), roots)
    try:
        photos, faces, _ = store.photos.counts()
        made = store.training.when()
        return Status(
            state=config.state(),
            exists=True,
            doing=store.note("doing"),
            since=store.note("doing since"),
            photos=photos,
            faces=faces,
            generation=None if made is None else made[0],
            trained=None if made is None else made[1],
            suggestions=store.suggestions.counts(),
            failures=tuple(store.photos.failures()),
            roots=roots,
        )
    finally:
        store.close()


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")
