"""The names of a photo's sidecars: both namings, in every spelling of the suffix."""

import errno
import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from facedaemon.errors import PhotoError
from facedaemon.suffixes import WITH_SIDECARS, suffix_of

SUFFIX = ".xmp"  # new sidecars have it in lower case: digiKam looks for no other
OTHER_SPELLINGS = (".XMP", ".Xmp")  # cameras on FAT, Photo Mechanic, old Windows programs

_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}


class Naming(StrEnum):
    """How sidecars are named: `IMG.JPG.xmp` or `IMG.xmp`."""

    FULL = "full"
    STEM = "stem"


def sidecar_path(photo: Path, naming: Naming) -> Path:
    """The photo's sidecar under that naming, whether or not it exists."""
    return photo.with_suffix(SUFFIX) if naming == Naming.STEM else photo.with_name(photo.name + SUFFIX)


def possible_sidecars(photo: Path) -> list[Path]:
    """All names that a sidecar of the photo may have."""
    paths = [sidecar_path(photo, naming) for naming in Naming]
    return [path.with_suffix(suffix) for path in paths for suffix in (SUFFIX, *OTHER_SPELLINGS)]


def existing_sidecars(photo: Path, naming: Naming | None) -> list[Path]:
    """The existing sidecars, in the order in which they are preferred: those of `naming`, then those of the other one.

    Without a fixed naming (None) the full name comes before the stem; `.xmp` comes before `.XMP`. A file that has
    both spellings (on FAT, on Windows shares) is listed once. Whether one named by the stem belongs to this photo can
    be seen only in its contents. Raises PhotoError where the disk reports an error: a sidecar that is unreachable for
    a moment must not be taken for a deleted one.
    """
    found: list[Path] = []
    seen: set[tuple[int, int]] = set()
    for each in (Naming.STEM, Naming.FULL) if naming == Naming.STEM else (Naming.FULL, Naming.STEM):
        for path in _spellings(sidecar_path(photo, each)):
            try:
                status = os.lstat(path)
            except OSError as error:
                if error.errno in _ABSENT:
                    continue
                raise PhotoError(path, f"nobody can say whether it is there: {error.strerror}") from error
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                found.append(path)
    return found


def is_named_by_stem(photo: Path, sidecar: Path) -> bool:
    """Whether the sidecar is called IMG.xmp, so that it may belong to other files of that stem as well."""
    return sidecar.with_suffix(SUFFIX) == sidecar_path(photo, Naming.STEM) and sidecar.stem != photo.name


def sharing_files(photo: Path) -> tuple[str, ...]:
    """Names of other pictures and videos to which a sidecar named by the stem belongs as well (IMG.MOV and IMG.xmp).

    Raises PhotoError where the folder cannot be read.
    """
    try:
        beside = sorted(photo.parent.iterdir())
    except OSError as error:
        raise PhotoError(photo, f"its folder cannot be read: {error.strerror}") from error
    return tuple(
        other.name
        for other in beside
        if other.stem == photo.stem and other.name != photo.name and suffix_of(other.name) in WITH_SIDECARS
    )


def _spellings(path: Path) -> Iterator[Path]:
    yield path
    for suffix in OTHER_SPELLINGS:
        # not by an exception for each absent file: with 50,000 photos they take noticeable time
        if os.access(other := path.with_suffix(suffix), os.F_OK, follow_symlinks=False):
            yield other
