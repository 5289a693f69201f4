"""Which photos may be taken for deleted after a scan: a pure decision, on the side of keeping."""

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from pathlib import Path

FEW = 20  # so many missing photos of one root are believed whatever their share
LARGE_SHARE = 0.5  # of a root's known photos


@dataclass(frozen=True, slots=True)
class Missing:
    """What a scan did not find again, as numbers of photos.

    `deleted` is deleted or moved. `withheld` names, for each root where too much was missing to believe it, how many
    photos of how many known ones; nothing is to be concluded about them: they are `waiting`.
    """

    deleted: tuple[int, ...]
    withheld: dict[Path, tuple[int, int]]
    waiting: tuple[int, ...] = ()


class Below:
    """Tells which of some folders a path lies below; asked about many photos, it looks at each folder once."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """The first of `folders` that fits is the answer."""
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
    """What may be concluded from a whole scan of `roots` that could not look into the folders `unreadable`.

    `known` are paths with their photos' numbers.

    Photos outside all roots, and those below an unreadable folder, are left as they are. Of the others the absent ones
    are gone, unless they are more than `FEW` and more than `LARGE_SHARE` of their root's: so many at once are an
    unmounted folder or somebody's mistake, and both may be undone.
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
