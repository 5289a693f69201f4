"""Missing photos of which a human must say whether they were deleted. Used by `status`: no heavy imports here."""

import os
import shlex
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from facedaemon.config import Config
from facedaemon.store import Store


@dataclass(frozen=True, slots=True)
class Absent:
    """A root of which too many photos are missing to count them as deleted, and since when (seconds)."""

    root: Path
    photos: int
    of: int
    since: float

    def words(self) -> str:
        """For people."""
        remedy = f"if they are gone for good: facedaemon forget --missing {shlex.quote(os.fspath(self.root))}"
        return f"{self.root}: {self.photos} of its {self.of} photos are not there, which may be a drive; {remedy}"


def absent(config: Config, store: Store) -> list[Absent]:
    """Missing photos of which a human must say whether they were deleted, by root."""
    roots = config.roots()
    root_of = lru_cache(maxsize=None)(lambda folder: next((r for r in roots if r in (folder, *folder.parents)), None))
    known: dict[Path, int] = {}
    found: dict[Path, list[float]] = {}
    since_by_path = store.photos.absent()
    if not since_by_path:
        return []
    for path, _ in store.photos.places():
        if (root := root_of(path.parent)) is not None:
            known[root] = known.get(root, 0) + 1
            if path in since_by_path:
                found.setdefault(root, []).append(since_by_path[path])
    return [Absent(root, len(times), known[root], min(times)) for root, times in found.items()]
