"""Finds photos and their changes: scans of the folders are authoritative, events only make them earlier."""

from typing import TYPE_CHECKING

from facedaemon.lazy_names import lazy_names

if TYPE_CHECKING:
    from facedaemon.watch.deletions import Below, Missing, missing
    from facedaemon.watch.found_photos import FoundPhotos
    from facedaemon.watch.limits import inotify_limit, limit_advice, watch_problem
    from facedaemon.watch.mounts import not_mounted
    from facedaemon.watch.names import is_excluded, is_photo_name, is_sidecar_name, photos_of_sidecars
    from facedaemon.watch.scan import (
        FolderListed,
        Found,
        ScanEvent,
        Unreadable,
        fingerprint,
        folders_below,
        root_problem,
        scan_below,
        scan_tree,
    )
    from facedaemon.watch.settle import Hints, Settle
    from facedaemon.watch.watcher import RootState, Watcher, WatchMode
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "deletions": ("Below", "Missing", "missing"),
            "found_photos": ("FoundPhotos",),
            "limits": ("inotify_limit", "limit_advice", "watch_problem"),
            "mounts": ("not_mounted",),
            "names": ("is_excluded", "is_photo_name", "is_sidecar_name", "photos_of_sidecars"),
            "scan": (
                "FolderListed",
                "Found",
                "ScanEvent",
                "Unreadable",
                "fingerprint",
                "folders_below",
                "root_problem",
                "scan_below",
                "scan_tree",
            ),
            "settle": ("Hints", "Settle"),
            "watcher": ("RootState", "Watcher", "WatchMode"),
        },
    )

__all__ = [
    "Below",
    "FolderListed",
    "Found",
    "FoundPhotos",
    "Hints",
    "Missing",
    "RootState",
    "ScanEvent",
    "Settle",
    "Unreadable",
    "WatchMode",
    "Watcher",
    "fingerprint",
    "folders_below",
    "inotify_limit",
    "is_excluded",
    "is_photo_name",
    "is_sidecar_name",
    "limit_advice",
    "missing",
    "not_mounted",
    "photos_of_sidecars",
    "root_problem",
    "scan_below",
    "scan_tree",
    "watch_problem",
]
