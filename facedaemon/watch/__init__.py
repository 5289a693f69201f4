"""From the file system to paths worth a look: the scan is the truth, events only say where to look sooner."""

from facedaemon.watch.found import FoundPhotos
from facedaemon.watch.gone import Below, Missing, missing
from facedaemon.watch.mounts import not_mounted
from facedaemon.watch.names import is_excluded, is_photo_name, is_sidecar_name, photos_of_sidecars
from facedaemon.watch.scan import (
    Found,
    Looked,
    Sighting,
    Unreadable,
    fingerprint,
    folders_below,
    root_trouble,
    scan_below,
    scan_tree,
)
from facedaemon.watch.settle import Hints, Settle
from facedaemon.watch.watcher import How, RootState, Watcher

__all__ = [
    "Below",
    "Found",
    "FoundPhotos",
    "Hints",
    "How",
    "Looked",
    "Missing",
    "RootState",
    "Settle",
    "Sighting",
    "Unreadable",
    "Watcher",
    "fingerprint",
    "folders_below",
    "is_excluded",
    "is_photo_name",
    "is_sidecar_name",
    "missing",
    "not_mounted",
    "photos_of_sidecars",
    "root_trouble",
    "scan_below",
    "scan_tree",
]
