"""Where a photo's sidecar lies, and which of the two names counts."""

import errno
import os
from enum import StrEnum
from pathlib import Path

from facedaemon.errors import PhotoError

SUFFIX = ".xmp"  # lower case only, as digiKam looks for it

_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}

# fmt: off
_PHOTO_SUFFIXES = frozenset({
    ".jpg", ".jpeg", ".jpe", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif", ".hif", ".avif", ".jxl",
    ".gif", ".bmp", ".psd", ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2",
    ".orf", ".rw2", ".raf", ".pef", ".ptx", ".srw", ".x3f", ".3fr", ".fff", ".iiq", ".mrw", ".rwl",
    ".erf", ".kdc", ".dcr", ".mef", ".mos", ".raw",
})
# fmt: on


class Naming(StrEnum):
    """How sidecars are named: `IMG.JPG.xmp` or `IMG.xmp`."""

    FULL = "full"
    STEM = "stem"


def sidecar_path(photo: Path, naming: Naming) -> Path:
    """The photo's sidecar under that naming, whether or not it exists."""
    return photo.with_suffix(SUFFIX) if naming == Naming.STEM else photo.with_name(photo.name + SUFFIX)


def existing_sidecar(photo: Path, naming: Naming | None) -> Path | None:
    """The sidecar that counts, or None; without a fixed naming (None) the full name goes before the stem.

    Raises PhotoError where the disk does not say whether there is one: a sidecar that cannot be seen for a moment
    must not be taken for one that was deleted.
    """
    for each in (naming,) if naming else (Naming.FULL, Naming.STEM):
        path = sidecar_path(photo, each)
        try:
            os.lstat(path)
        except OSError as error:
            if error.errno in _ABSENT:
                continue
            raise PhotoError(path, f"nobody can say whether it is there: {error.strerror}") from error
        return path
    return None


def target_path(photo: Path, naming: Naming | None) -> Path:
    """The sidecar to write: the one that counts, else a new one, with its full name where no naming is fixed."""
    return existing_sidecar(photo, naming) or sidecar_path(photo, naming or Naming.FULL)


def sharing_photos(photo: Path, sidecar: Path) -> tuple[str, ...]:
    """Names of other photos that a sidecar named by the stem belongs to as well (IMG.JPG and IMG.CR2: IMG.xmp).

    Raises PhotoError where the folder cannot be read.
    """
    if sidecar != sidecar_path(photo, Naming.STEM):
        return ()
    try:
        beside = sorted(photo.parent.iterdir())
    except OSError as error:
        raise PhotoError(photo, f"its folder cannot be read: {error.strerror}") from error
    return tuple(
        other.name
        for other in beside
        if other.stem == photo.stem and other.name != photo.name and other.suffix.lower() in _PHOTO_SUFFIXES
    )
