"""Watches the roots by inotify where that works and by polling where it does not."""

import errno
import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from watchdog.observers.api import BaseObserver, ObservedWatch

from facedaemon.mountinfo import MOUNTINFO, Mount, mounts
from facedaemon.watch.events import EVENTS, Mailbox, RootEvents
from facedaemon.watch.limits import inotify_limit, limit_advice, watch_problem
from facedaemon.watch.mounts import is_remote, is_without_photos, mount_of, mounts_inside, without_photos
from facedaemon.watch.names import is_excluded, is_sidecar_name, photos_of_sidecars
from facedaemon.watch.pruned import PrunedObserver
from facedaemon.watch.scan import root_problem
from facedaemon.watch.settle import Hints, Settle

log = logging.getLogger(__name__)

QUIET_SECONDS = 1.0  # between the last write of a copy and its scan; camera imports write in one go
LIMIT_SECONDS = 30.0
BURST_FILES = 200  # of one folder; above it one pass through the folder costs less than the list
POLL_SECONDS = 300.0
RESTORE_SECONDS = 5.0


class WatchMode(StrEnum):
    """How changes below a root are detected."""

    EVENTS = "events"
    POLLING = "polling"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class RootState:
    """How a root is watched now; `reason`: why it is polled or away, else empty.

    `needs_help` is True where only a person can fix that.
    """

    root: Path
    how: WatchMode
    reason: str = ""
    needs_help: bool = False


@dataclass(frozen=True, slots=True)
class _RootIdentity:
    """Identity of a root's folder and mounts; when it changes, the kernel's watches are lost without an event."""

    device: int
    inode: int
    mounts: frozenset[Mount]


@dataclass(slots=True)
class _Root:
    path: Path
    real: Path
    state: RootState
    identity: _RootIdentity | None = None
    watch: ObservedWatch | None = None
    polled: float = 0.0
    was_filled: bool = False


class Watcher:
    """Turns changes below `roots` into hints; starts no threads but watchdog's, which only fill a mailbox.

    One thread calls `start`, `restore`, `pop_ready` and `close`. `clock` is monotonic, `wall_clock` that of file times.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        exclude: Sequence[str],
        *,
        quiet: float = QUIET_SECONDS,
        limit_seconds: float = LIMIT_SECONDS,
        burst: int = BURST_FILES,
        poll: float = POLL_SECONDS,
        storm: int | None = None,
        mountinfo: Path = MOUNTINFO,
        probe: Callable[[Path], int] = watch_problem,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """`storm`: with so many events in one burst the kernel's queue may have overflowed."""
        self._exclude = tuple(exclude)
        self._quiet = quiet
        self._limit = limit_seconds
        self._poll = poll
        # the kernel drops events only when so many wait; a rename waits as two and is seen as one
        self._storm = storm or max(1024, inotify_limit("max_queued_events") // 4)
        self._mountinfo = mountinfo
        self._probe = probe
        self._clock = clock
        self._wall_clock = wall_clock
        self._mailbox = Mailbox(Settle(quiet, limit_seconds, burst), exclude, clock)
        self._roots = [_Root(root, Path(os.path.realpath(root)), RootState(root, WatchMode.AWAY)) for root in roots]
        self._closed: dict[str, frozenset[Path]] = {}
        self._observer: BaseObserver | None = None
        self._healed = clock()

    def start(self) -> None:
        """Watches are set on every root that is there; the others are tried again by `restore`."""
        for root in self._roots:
            self._set(root)

    def states(self) -> tuple[RootState, ...]:
        """How each root is watched, in the order of the roots."""
        return tuple(root.state for root in self._roots)

    def pop_ready(self) -> Hints:
        """Photos and folders to scan now. A changed sidecar is reported as its photos."""
        self._restore_sometimes()
        hints = self._mailbox.pop_ready(self._is_being_written)
        photos = [path for path in hints.paths if not is_sidecar_name(path.name)]
        sidecars = [path for path in hints.paths if is_sidecar_name(path.name)]
        beside = set(photos_of_sidecars(sidecars, self._exclude)).difference(photos)
        return Hints(tuple(sorted({*photos, *beside})), hints.folders, tuple(sorted(beside)))

    def waiting(self) -> int:
        """How many hints have not settled yet."""
        return self._mailbox.waiting()

    def restore(self) -> None:
        """Restore watches that stopped, and have folders scanned in which changes may have been missed."""
        self._healed = self._clock()
        if self._mailbox.pop_burst(self._storm, self._quiet, self._limit):
            log.info("many changes at once: all watched folders are looked through, since some may have gone unseen")
            self._set_again(self._roots)
        else:
            self._set_again([root for root in self._roots if self._needs_setting(root)])
        if self._observer is not None and not self._threads_live(self._observer):
            log.warning("watching stopped by itself and is started again; all watched folders are looked through")
            self._stop_observer()
            self._set_again(self._roots)
        self._poll_unwatched()

    def close(self) -> None:
        """Watchdog's threads end."""
        self._stop_observer()

    def _restore_sometimes(self) -> None:
        if self._clock() - self._healed >= RESTORE_SECONDS:
            self.restore()

    def _set_again(self, roots: Sequence[_Root]) -> None:
        for root in roots:
            self._set(root)
            if root.state.how is not WatchMode.AWAY:
                self._mailbox.put_folder(root.path)

    def _needs_setting(self, root: _Root) -> bool:
        if root.state.how is WatchMode.AWAY or self._identity(root) != root.identity:
            return True
        # folders made since may have met the limit
        return root.state.how is WatchMode.EVENTS and self._probe(root.real) == errno.ENOSPC

    def _poll_unwatched(self) -> None:
        now = self._clock()
        due = [root for root in self._roots if root.state.how is WatchMode.POLLING and now - root.polled >= self._poll]
        # set again, not only scanned: the limit may have been raised meanwhile
        self._set_again(due)

    def _set(self, root: _Root) -> None:
        """Watch `root` in the best way that works now; a change of state is logged once."""
        self._unset(root)
        root.real = Path(os.path.realpath(root.path))
        root.identity = self._identity(root)
        state = self._watched(root)
        root.polled = self._clock()
        if state != root.state:
            _log_change(root.state, state)
        root.state = state

    def _watched(self, root: _Root) -> RootState:
        if (problem := self._why_away(root)) is not None:
            return RootState(root.path, WatchMode.AWAY, problem)
        mount = mount_of(root.real, self._mounts())
        if mount is not None and is_remote(mount):
            return RootState(root.path, WatchMode.POLLING, f"{mount.type} does not report other machines' changes")
        try:
            self._schedule(root)
        except OSError as error:
            return RootState(root.path, WatchMode.POLLING, limit_advice(error.errno or errno.EIO), needs_help=True)
        # watchdog silently skips sub-folders for which no watch is left
        if self._probe(root.real) == errno.ENOSPC:
            self._unset(root)
            return RootState(root.path, WatchMode.POLLING, limit_advice(errno.ENOSPC), needs_help=True)
        return RootState(root.path, WatchMode.EVENTS)

    def _why_away(self, root: _Root) -> str | None:
        if root.identity is None:
            return "is not there"
        problem = root_problem(root.path)
        # an empty folder that was empty from the beginning is watched for its first photo
        is_empty = problem is not None and root.real.is_dir() and os.access(root.real, os.R_OK | os.X_OK)
        if is_empty and not root.was_filled and is_without_photos(root.real, self._mounts()) is None:
            return None
        root.was_filled |= problem is None
        return problem

    def _schedule(self, root: _Root) -> None:
        if self._observer is None:
            observer = PrunedObserver(self._is_wanted)
            observer.start()
            self._observer = observer
        self._closed[str(root.real)] = without_photos(root.real, self._mounts())
        handler = RootEvents(root.path, root.real, self._mailbox)
        root.watch = self._observer.schedule(handler, str(root.real), recursive=True, event_filter=EVENTS)

    def _is_wanted(self, root: str, folder: bytes) -> bool:
        """Whether a folder below a root, both with links resolved, may hold photos; called on watchdog's threads."""
        path = Path(os.fsdecode(folder))
        names = path.relative_to(root).parts
        return path not in self._closed.get(root, frozenset()) and not any(
            is_excluded(name, self._exclude) for name in names
        )

    def _unset(self, root: _Root) -> None:
        if self._observer is not None and root.watch is not None:
            self._observer.unschedule(root.watch)
        root.watch = None

    def _stop_observer(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
        self._observer = None
        for root in self._roots:
            root.watch = None

    def _threads_live(self, observer: BaseObserver) -> bool:
        # watchdog 7 reads for all emitters in one thread, which a folder that is deleted in the waste basket may end
        reader = getattr(observer, "_inotify_fd", observer)
        return observer.is_alive() and reader.is_alive() and all(emitter.is_alive() for emitter in observer.emitters)

    def _identity(self, root: _Root) -> _RootIdentity | None:
        try:
            seen = root.path.stat()
        except OSError:
            return None
        now = self._mounts()
        # a drive that is plugged in again is the same device with the same folders, but another mount
        own = mount_of(root.real, now)
        return _RootIdentity(
            seen.st_dev, seen.st_ino, mounts_inside(root.real, now) | ({own} if own is not None else set())
        )

    def _mounts(self) -> list[Mount]:
        return mounts(self._mountinfo)

    def _is_being_written(self, path: Path) -> bool:
        try:
            age = self._wall_clock() - path.lstat().st_mtime
        except OSError:
            return False
        return 0 <= age < self._quiet


def _log_change(before: RootState, now: RootState) -> None:
    if now.how is WatchMode.AWAY:
        log.warning("%s: %s; everything known of its photos is kept until it is back", now.root, now.reason)
    elif now.how is WatchMode.POLLING:
        level = logging.ERROR if now.needs_help else logging.WARNING
        log.log(level, "%s: %s. It is looked through every few minutes instead", now.root, now.reason)
    elif before.reason:
        log.info("%s: is watched again", now.root)
