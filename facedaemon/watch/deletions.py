"""Decides which photos count as deleted after a scan; in doubt they are kept. Pure."""

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from pathlib import Path

FEW = 20  # up to this many missing photos of one root count as deleted, whatever their share
LARGE_SHARE = 0.5  # of a root's known photos


@dataclass(frozen=True, slots=True)
class Missing:
    """What a scan did not find again, as numbers of photos.

    `deleted`: deleted or moved. `waiting`: photos of roots where so many were missing that a mistake or an unmounted
    drive is more likely; `withheld` gives, for each such root, how many are missing and how many are known.
    """

    deleted: tuple[int, ...]
    withheld: dict[Path, tuple[int, int]]
    waiting: tuple[int, ...] = ()


class Below:
    """Finds which of some folders a path lies below; for many photos each folder is looked up once."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """Of several that fit, the first of `folders` is used."""
        self._folders = tuple(folders)
        self._answers: dict[Path, Path | None] = {}

    def root_of(self, path: Path) -> Path | None:
        """The folder that `path` lies below, or None."""
        parent = path.parent
        if parent not in self._answers:
            above = {parent, *parent.parents}
            self._answers[parent] = next((folder for folder in self._folders if folder in above), None)
        return self._answers[parent]


def missing(
    known: Iterable[tuple[Path, int]], found: Container[Path], unreadable: Collection[Path], roots: Iterable[Path]
) -> Missing:
    """What follows from a complete scan of `roots` that could not read the folders `unreadable`.

    `known` are paths with their photos' numbers.

    Photos outside all roots, and those below an unreadable folder, are not changed. Of the others the absent ones count
    as deleted, unless they are more than `FEW` and more than `LARGE_SHARE` of their root's: then an unmounted folder or
    a mistake is likely, and both may be undone.
    """
    absent: dict[Path, list[int]] = {root: [] for root in roots}
    of = dict.fromkeys(absent, 0)
    open_roots, closed = Below(absent), Below(unreadable)
    for path, number in known:
        root = open_roots.root_of(path)
        if root is None or closed.root_of(path) is not None:
            continue
        of[root] += 1
        if path not in found:
            absent[root].append(number)
    gone: list[int] = []
    waiting: list[int] = []
    withheld: dict[Path, tuple[int, int]] = {}
    for root, numbers in absent.items():
        if len(numbers) > FEW and len(numbers) > LARGE_SHARE * of[root]:
            withheld[root] = (len(numbers), of[root])
            waiting += numbers
        else:
            gone += numbers
    return Missing(tuple(gone), withheld, tuple(waiting))
