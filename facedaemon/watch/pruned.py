"""watchdog's observer without the folders that cannot hold photos: each watch takes memory of the kernel."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from watchdog.observers.inotify import InotifyEmitter, InotifyObserver, InotifyWatchGroup
from watchdog.observers.inotify_c import InotifyConstants, InotifyEvent, Mask

Wanted = Callable[[str, bytes], bool]
"""Whether a folder below a watched one (its path as scheduled, then the folder's) may hold photos."""


class PrunedObserver(InotifyObserver):
    """Watches folders and those below them for which `wanted` is True."""

    def __init__(self, wanted: Wanted) -> None:
        """`wanted` is called on watchdog's threads."""
        super().__init__()
        self._emitter_class = partial(_Emitter, wanted=wanted)  # type: ignore[assignment]  # it is only called


class _Emitter(InotifyEmitter):
    def __init__(self, *arguments: Any, wanted: Wanted, **options: Any) -> None:  # noqa: ANN401 - as in watchdog
        super().__init__(*arguments, **options)
        self._wanted = wanted

    def on_thread_start(self) -> None:
        self._inotify = _WatchGroup(
            self._inotify_fd,
            os.fsencode(self.watch.path),
            event_mask=self.get_event_mask_from_filter(),
            is_recursive=self.watch.is_recursive,
            follow_symlink=self.watch.follow_symlink,
            wanted=partial(self._wanted, os.fsdecode(self.watch.path)),
        )


class _WatchGroup(InotifyWatchGroup):
    """Overrides the two methods in which watchdog walks through folders."""

    def __init__(self, *arguments: Any, wanted: Callable[[bytes], bool], **options: Any) -> None:  # noqa: ANN401
        self._wanted = wanted
        super().__init__(*arguments, **options)

    def _add_all_callbacks(self, path: bytes) -> None:
        if path != self.path and not self._wanted(path):
            return
        self._add_callback(path)
        if self.is_recursive:
            for folder, names, _ in self._walk(path):
                for name in names:
                    self._add_callback(b"%s/%s" % (folder, name))

    def _recursive_simulate(self, src_path: bytes) -> list[InotifyEvent]:
        """Events for what a folder holds when it appears: the kernel reported none for its content."""
        events = []
        for folder, names, files in self._walk(src_path) if self._wanted(src_path) else ():
            watch = self._active_callbacks_by_path.get(folder)
            if watch is not None:
                new_folder = Mask(InotifyConstants.IN_CREATE | InotifyConstants.IN_ISDIR)
                events += [InotifyEvent(watch, new_folder, 0, name) for name in names]
                events += [InotifyEvent(watch, InotifyConstants.IN_CREATE, 0, name) for name in files]
        return events

    def _walk(self, top: bytes) -> Iterator[tuple[bytes, list[bytes], list[bytes]]]:
        for folder, names, files in os.walk(top):
            names[:] = [
                name
                for name in names
                if self._wanted(path := b"%s/%s" % (folder, name)) and not os.path.islink(path)  # noqa: PTH114 - bytes
            ]
            yield folder, names, files
