"""Which file names are photos, which are sidecars, and which are ignored."""

import fnmatch
import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from facedaemon.suffixes import PHOTOS, suffix_of

SIDECAR_EXTENSION = "xmp"

TEMPORARY_NAMES = (
    # most temporary names end in something that is no photo extension (.part, .crdownload, rsync's .aBcD12);
    # these keep the photo's
    "._*",  # macOS: AppleDouble, on shared and exFAT drives
    ".trashed-*",  # Android's waste basket
    ".pending-*",  # Android: download or recording under way
    ".nfs*",  # NFS: deleted while open
    ".goutputstream-*",  # GLib: atomic write under way
    ".syncthing.*",
    "~syncthing~*",
    ".~*",  # ownCloud and office programs
    "*.digikamtempfile.*",  # digiKam: edit or import under way
    "*.tmp.*",
    "*.part.*",
    "~$*",
)


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    # no pattern at all must match nothing, not everything
    return re.compile("|".join(fnmatch.translate(name) for name in names) or r"(?!)")


_TEMPORARY = _pattern(TEMPORARY_NAMES)


def is_excluded(name: str, exclude: Sequence[str]) -> bool:
    """Whether a file or folder name matches one of the shell patterns of `photos.exclude`."""
    return _pattern(tuple(exclude)).match(name) is not None


def is_photo_name(name: str) -> bool:
    """Whether a file of this name is worth opening: a photo's extension, and no program's temporary name."""
    return suffix_of(name) in PHOTOS and _TEMPORARY.match(name) is None


def is_sidecar_name(name: str) -> bool:
    """Whether this is the name of a finished sidecar; those being written have hidden names."""
    return suffix_of(name) == SIDECAR_EXTENSION and not name.startswith(".")


def photos_of_sidecars(sidecars: Iterable[Path], exclude: Sequence[str]) -> list[Path]:
    """The photos beside `sidecars` that these belong to: IMG.JPG for IMG.JPG.xmp, every IMG.* for IMG.xmp.

    Each folder is listed once; one that is absent or unreadable has no photos.
    """
    wanted: dict[Path, set[str]] = {}
    for sidecar in sidecars:
        wanted.setdefault(sidecar.parent, set()).add(sidecar.stem)
    photos: list[Path] = []
    for folder, stems in wanted.items():
        photos += [
            folder / name
            for name in _names_in(folder)
            if is_photo_name(name) and not is_excluded(name, exclude) and (name in stems or Path(name).stem in stems)
        ]
    return photos


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208  names are all that is needed here
    except OSError:
        return []
