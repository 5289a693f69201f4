"""Which users' sidecars count for a photo, and which may only add names."""

import os
from pathlib import Path

from facedaemon.errors import PhotoError
from facedaemon.sidecar.files import folder_of
from facedaemon.sidecar.naming import Naming, existing_sidecars
from facedaemon.sidecar.sources import Source, sources


def sources_of_owners(photo: Path, naming: Naming | None, root: Path | None, folder: int) -> tuple[Source, ...]:
    """The photo's sidecars that are preferred to the photo itself; `folder` is its open folder. Raises PhotoError."""
    owners = _owners(photo, root, folder)
    return tuple(source for source in sources(photo, naming, folder) if source.owner in owners)


def sources_of_strangers(photo: Path, naming: Naming | None, root: Path | None) -> tuple[Source, ...]:
    """The photo's sidecars of other users: not its owner, this user, the root folder's owner or root.

    Raises PhotoError.
    """
    with folder_of(photo, root) as folder:
        owners = _owners(photo, root, folder)
        if all(_owner_at(path, folder) in owners for path in existing_sidecars(photo, naming)):
            return ()  # nearly always: nothing is read for this
        return tuple(source for source in sources(photo, naming, folder) if source.owner not in owners)


def _owners(photo: Path, root: Path | None, folder: int) -> set[int]:
    try:
        owner = os.stat(photo.name, dir_fd=folder, follow_symlinks=False).st_uid
        of_root = owner if root is None else root.stat().st_uid
    except OSError as error:
        raise PhotoError(photo, f"its owner is not known: {error.strerror}") from error
    return {owner, of_root, os.geteuid(), 0}


def _owner_at(path: Path, folder: int) -> int | None:
    try:
        return os.stat(path.name, dir_fd=folder, follow_symlinks=False).st_uid
    except OSError:
        return None
