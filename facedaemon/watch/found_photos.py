"""The photos found by one scan of the folders, in little memory."""

import os
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path

from facedaemon.compact_paths import CompactPaths
from facedaemon.values import Fingerprint


class FoundPhotos:
    """Photos with their fingerprints, in the order in which they were found, each once.

    Membership is tested by a hash of 64 bits: among a million photos the chance of any collision is below one in ten
    million. A photo whose hash collides would be taken up only after the next change of its file.
    """

    def __init__(self) -> None:
        self._paths = CompactPaths(5)
        self._hashes: set[int] = set()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        """Whether the photo was found."""
        return isinstance(path, Path) and _hash(path) in self._hashes

    def add(self, path: Path, seen: Fingerprint) -> None:
        """Note a photo; one that is noted already stays as it is."""
        if (key := _hash(path)) in self._hashes:
            return
        self._hashes.add(key)
        self._paths.add(path, seen.size, seen.mtime_ns, seen.inode, seen.ctime_ns or 0, seen.ctime_ns is not None)

    def items(self) -> Iterator[tuple[Path, Fingerprint]]:
        """Each photo with its fingerprint, made one at a time."""
        return map(_photo, self._paths.items())

    def at(self, places: Iterable[int]) -> Iterator[tuple[Path, Fingerprint]]:
        """The photos at these places, counted from 0 in the order in which they were found."""
        return map(_photo, self._paths.at(places))

    def times(self) -> "array[int]":
        """When each was changed last, in nanoseconds, in the order in which they were found."""
        return self._paths.column(1)


def _photo(item: tuple[Path, tuple[int, ...]]) -> tuple[Path, Fingerprint]:
    path, (size, mtime_ns, inode, ctime_ns, has_ctime) = item
    return path, Fingerprint(size, mtime_ns, inode, ctime_ns if has_ctime else None)


def _hash(path: Path) -> int:
    return hash(os.fsencode(path))
