"""Waits until changed files have settled, without a thread and without a clock of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Hints:
    """What to scan: single files, and folders with all below them. Sorted; empty when there is nothing.

    `beside` are those of `paths` that did not change themselves: only a sidecar of theirs did.
    """

    paths: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    beside: tuple[Path, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.paths or self.folders)


class Settle:
    """Holds changed paths until each has been quiet for `quiet` seconds, or waited `limit` seconds in all.

    More than `burst` waiting files of one folder become one hint for that folder: scanning it takes less time than the
    list, and also finds what the list missed.
    """

    def __init__(self, quiet: float, limit: float, burst: int) -> None:
        self.quiet = quiet
        self.limit = limit
        self.burst = burst
        self._first: dict[Path, float] = {}
        self._last: dict[Path, float] = {}
        self._files_in: dict[Path, set[Path]] = {}
        self._folders: set[Path] = set()

    def add(self, path: Path, now: float) -> None:
        """A file changed."""
        if (folder := self._covering(path)) is not None:
            self._touch(folder, now)
            return
        self._touch(path, now)
        files = self._files_in.setdefault(path.parent, set())
        files.add(path)
        if len(files) > self.burst:
            self.add_folder(path.parent, now)

    def add_folder(self, folder: Path, now: float) -> None:
        """Anything may have changed in a folder; it replaces its waiting files and inherits their waiting time."""
        first = min((self._forget(path) for path in self._files_in.pop(folder, set())), default=now)
        self._folders.add(folder)
        self._touch(folder, now)
        self._first[folder] = min(first, self._first[folder])

    def pop_ready(self, now: float, restless: Callable[[Path], bool] = lambda _: False) -> Hints:
        """Everything that has settled or waited long enough; it is removed from here.

        `restless` is called for a file that is quiet: while it returns True the file's quiet time starts again.
        """
        late = [path for path, first in self._first.items() if now - first >= self.limit]
        quiet = [path for path, last in self._last.items() if now - last >= self.quiet]
        for path in set(quiet).difference(late, self._folders):
            if restless(path):
                self._last[path] = now
        return self._pop([path for path in {*late, *quiet} if path in late or now - self._last[path] >= self.quiet])

    def __len__(self) -> int:
        return len(self._last)

    def _pop(self, ready: list[Path]) -> Hints:
        folders = self._folders.intersection(ready)
        paths = [path for path in ready if path not in folders]
        for path in ready:
            self._forget(path)
        self._folders -= folders
        for path in paths:
            files = self._files_in[path.parent]
            files.discard(path)
            if not files:
                del self._files_in[path.parent]
        return Hints(tuple(sorted(paths)), tuple(sorted(folders)))

    def _covering(self, path: Path) -> Path | None:
        return next((folder for folder in path.parents if folder in self._folders), None) if self._folders else None

    def _touch(self, path: Path, now: float) -> None:
        self._first.setdefault(path, now)
        self._last[path] = now

    def _forget(self, path: Path) -> float:
        del self._last[path]
        return self._first.pop(path)
