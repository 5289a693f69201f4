"""From watchdog's events to hints: called on watchdog's threads, so it only sorts and stores."""

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

# Neither reading nor every single write wakes us: only what ends a change. Every kind that the kernel queues for this
# list is also counted in `Mailbox`, so that a queue that overflowed cannot have gone by uncounted.
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
    """Where watchdog's threads leave what they saw, and whence one other thread takes what has settled."""

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
        """Have everything in `folder` looked through."""
        with self._lock:
            self._settle.add_folder(folder, self._clock())

    def pop_ready(self, restless: Callable[[Path], bool]) -> Hints:
        """What has come to rest."""
        with self._lock:
            return self._settle.pop_ready(self._clock(), restless)

    def waiting(self) -> int:
        """How many files and folders have not come to rest."""
        with self._lock:
            return len(self._settle)

    def pop_burst(self, size: int, quiet: float, limit: float) -> bool:
        """Whether `size` or more events came in one go: without `quiet` seconds of rest, or within `limit` seconds.

        True is said when they have come to rest or `limit` is over; the count then begins anew.
        """
        with self._lock:
            now = self._clock()
            if now - self._last_event < quiet and now - self._first_event < limit:
                return False
            burst = self._events >= size
            self._events = 0
            return burst


class RootEvents(FileSystemEventHandler):
    """Hands the events of one root to the mailbox, under the root's configured name."""

    def __init__(self, root: Path, real: Path, mailbox: Mailbox) -> None:
        """`real` is where `root` leads when links are followed: the name that watchdog knows."""
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
