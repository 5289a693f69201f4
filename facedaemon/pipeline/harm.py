"""Where a sidecar would change what stands in digiKam's database: there none is made, changed or removed.

With *Rescan file if modified* and the reading of sidecars on, digiKam reads a photo again as if it were new when its
sidecar came, changed or went, and drops the names, tags, ratings and captions that stand only in its database. No
sidecar can hold all of them, so none is touched. With the reading of sidecars alone it reads one only when it sees the
photo for the first time: so it sees the photo first (docs/decisions/030).
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
class Harmed:
    """The folders in which sidecars are left alone; None where nobody can say which photos digiKam knows: all.

    `unread`: the folders in which digiKam reads a photo's sidecar when it first sees the photo.
    """

    folders: tuple[Path, ...] | None = ()
    unread: tuple[Path, ...] = ()

    def __contains__(self, photo: Path) -> bool:
        """Whether the sidecars of this photo are left alone."""
        return self.folders is None or not set(self.folders).isdisjoint(photo.parents)

    def awaits_reading(self, session: Session, photo: Path) -> bool:
        """Whether the photo's sidecar waits until digiKam has read the photo; also where nobody can say."""
        if session.library is None or set(self.unread).isdisjoint(photo.parents):
            return False
        try:
            return not session.library.has_read(photo)
        except (Unavailable, Fatal):
            return True


def harmed(session: Session, ask: Callable[[], LibrarySnapshot]) -> Harmed:
    """By digiKam's settings as they are now; `ask` tells where its collections lie."""
    use = session.sidecar_use()
    if use == SidecarUse.IGNORED:
        return Harmed()
    said = ask()
    if use == SidecarUse.ALWAYS:
        return Harmed(said.reachable if said.annotations is not None and said.is_complete else None)
    return Harmed(unread=said.reachable if said.annotations is not None else session.config.roots())
