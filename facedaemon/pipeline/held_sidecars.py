"""Sidecars that are left alone since a change of them would make digiKam drop what only its database holds.

When *Rescan file if modified* and the reading of sidecars are both on, digiKam reads a photo again as if it were new
when its sidecar appears, changes or vanishes, and drops the names, tags, ratings and captions that only its database
holds. No sidecar can hold all of them, so none is touched. When only the reading of sidecars is on, digiKam reads a
sidecar when it finds the photo for the first time: the sidecar is written after that (docs/decisions/030).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from facedaemon.errors import Fatal, Unavailable
from facedaemon.library import SidecarUse
from facedaemon.pipeline.library_snapshot import LibrarySnapshot
from facedaemon.pipeline.session import Session

REASON = (
    "digiKam reads a photo again when its sidecar changes, and would drop what only its database knows: "
    "no sidecar is made or changed in its collections"
)
REMEDY = "switch off 'Rescan file if modified' in digiKam (Settings, Metadata, Behavior)"


@dataclass(frozen=True, slots=True)
class HeldSidecars:
    """The folders in which sidecars are not written; None (all) where the photos that digiKam has are not known.

    `unread`: the folders in which digiKam reads a photo's sidecar when it finds the photo for the first time.
    """

    folders: tuple[Path, ...] | None = ()
    unread: tuple[Path, ...] = ()

    def __contains__(self, photo: Path) -> bool:
        """Whether this photo's sidecars are not written."""
        return self.folders is None or not set(self.folders).isdisjoint(photo.parents)

    def awaits_reading(self, session: Session, photo: Path) -> bool:
        """Whether the photo's sidecar waits until digiKam has read the photo; also True where that is not known."""
        if session.library is None or set(self.unread).isdisjoint(photo.parents):
            return False
        try:
            return not session.library.has_read(photo)
        except (Unavailable, Fatal):
            return True


def held_sidecars(session: Session, ask: Callable[[], LibrarySnapshot]) -> HeldSidecars:
    """By digiKam's present settings; `ask` returns the snapshot that knows its collections."""
    use = session.sidecar_use()
    if use == SidecarUse.IGNORED:
        return HeldSidecars()
    said = ask()
    if use == SidecarUse.ALWAYS:
        return HeldSidecars(said.reachable if said.annotations is not None and said.is_complete else None)
    return HeldSidecars(unread=said.reachable if said.annotations is not None else session.config.roots())
