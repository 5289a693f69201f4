"""Turns watchdog's events into hints. Runs on watchdog's threads, so it only sorts and stores."""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)

from facedaemon.watch.names import is_excluded, is_photo_name, is_sidecar_name
from facedaemon.watch.settle import Hints, Settle

# Only events that end a change, neither reads nor every single write. `Mailbox` counts every kind that the kernel
# queues for this list, so that an overflow of the kernel's queue can be detected.
EVENTS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileClosedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
]


class Mailbox:
    """Filled by watchdog's threads with changes; one other thread takes those that have settled."""

    def __init__(self, settle: Settle, exclude: Sequence[str], clock: Callable[[], float]) -> None:
        """`clock` is monotonic, in seconds."""
        self._settle = settle
        self._exclude = tuple(exclude)
        self._clock = clock
        self._lock = threading.Lock()
        self._events = 0
        self._first_event = self._last_event = clock()

    def put(self, root: Path, path: Path, *, folder: bool) -> None:
        """Something happened to `path`, which is `root` or lies below it."""
        now = self._clock()
        with self._lock:
            if self._events == 0:
                self._first_event = now
            self._events += 1
            self._last_event = now
            if any(is_excluded(name, self._exclude) for name in path.relative_to(root).parts):
                return
            if folder:
                self._settle.add_folder(path, now)
            elif is_photo_name(path.name) or is_sidecar_name(path.name):
                self._settle.add(path, now)

    def put_folder(self, folder: Path) -> None:
        """Have the whole `folder` scanned."""
        with self._lock:
            self._settle.add_folder(folder, self._clock())

    def pop_ready(self, restless: Callable[[Path], bool]) -> Hints:
        """The changes that have settled."""
        with self._lock:
            return self._settle.pop_ready(self._clock(), restless)

    def waiting(self) -> int:
        """How many files and folders have not settled yet."""
        with self._lock:
            return len(self._settle)

    def pop_burst(self, size: int, quiet: float, limit: float) -> bool:
        """Whether `size` or more events came in one burst: without `quiet` seconds of pause, or within `limit` seconds.

        Returns True after the pause, or after `limit`; then the count starts again.
        """
        with self._lock:
            now = self._clock()
            if now - self._last_event < quiet and now - self._first_event < limit:
                return False
            burst = self._events >= size
            self._events = 0
            return burst


class RootEvents(FileSystemEventHandler):
    """Passes the events of one root to the mailbox, under the root's configured name."""

    def __init__(self, root: Path, real: Path, mailbox: Mailbox) -> None:
        """`real` is `root` with links resolved: the name that watchdog uses."""
        super().__init__()
        self._root = root
        self._real = real
        self._mailbox = mailbox

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Store where something happened."""
        for name in (event.src_path, event.dest_path):
            if name:
                path = Path(os.fsdecode(name))
                if path == self._real or self._real in path.parents:
                    here = self._root / path.relative_to(self._real)
                    self._mailbox.put(self._root, here, folder=event.is_directory)
