"""Where a photo's sidecar lies, and which of the two names counts."""

import os
from enum import StrEnum
from pathlib import Path

SUFFIX = ".xmp"  # lower case only, as digiKam looks for it

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
    """The sidecar that counts, or None; without a fixed naming (None) the full name goes before the stem."""
    for each in (naming,) if naming else (Naming.FULL, Naming.STEM):
        path = sidecar_path(photo, each)
        if os.path.lexists(path):
            return path
    return None


def target_path(photo: Path, naming: Naming | None) -> Path:
    """The sidecar to write: the one that counts, else a new one, with its full name where no naming is fixed."""
    return existing_sidecar(photo, naming) or sidecar_path(photo, naming or Naming.FULL)


def sharing_photos(photo: Path, sidecar: Path) -> tuple[str, ...]:
    """Names of other photos that a sidecar named by the stem belongs to as well (IMG.JPG and IMG.CR2: IMG.xmp)."""
    if sidecar != sidecar_path(photo, Naming.STEM):
        return ()
    return tuple(
        other.name
        for other in sorted(photo.parent.iterdir())
        if other.stem == photo.stem and other.name != photo.name and other.suffix.lower() in _PHOTO_SUFFIXES
    )
