"""Which other users have sidecars below a root: their names are added to those in the photos (docs/security.md)."""

import os
import pwd
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from facedaemon import watch
from facedaemon.safe_open import open_beneath


def strangers_below(root: Path, exclude: Sequence[str]) -> Counter[int]:
    """How many sidecars belong to other users than their photo, this root folder and this facedaemon."""
    found: Counter[int] = Counter()
    try:
        known = {root.stat().st_uid, os.geteuid(), 0}
    except OSError:
        return found
    for folder in watch.folders_below(root, exclude):
        with suppress(OSError):
            found += _in_folder(folder, root, known)
    return found


def name_of(user: int) -> str:
    """The user's name and number; the number alone where this machine has no name for it."""
    try:
        return f"{pwd.getpwuid(user).pw_name} ({user})"
    except KeyError:
        return f"user {user}"


def _in_folder(folder: Path, root: Path, known: set[int]) -> Counter[int]:
    opened = open_beneath(folder, root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with os.scandir(opened) as entries:
            owners = {entry.name: entry.stat(follow_symlinks=False).st_uid for entry in entries}
    finally:
        os.close(opened)
    of_photos: dict[str, set[int]] = {}
    for name in filter(watch.is_photo_name, owners):
        for called in (name, Path(name).stem):
            of_photos.setdefault(called, set()).add(owners[name])
    return Counter(
        owner
        for name, owner in owners.items()
        if watch.is_sidecar_name(name) and owner not in known and owner not in of_photos.get(Path(name).stem, {owner})
    )
