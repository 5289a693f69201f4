"""The library's word for this pass: its marks by the photos' own paths, or silence where it cannot be read."""

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from facedaemon import library
from facedaemon.errors import Unavailable
from facedaemon.pipeline.workshop import Workshop
from facedaemon.values import Mark

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hearsay:
    """What the library says. `marks` is None where there is none to ask, or it cannot be asked now."""

    marks: Mapping[Path, Sequence[Mark]] | None = None
    scanned: frozenset[Path] = frozenset()
    people: frozenset[str] = field(default=frozenset())

    def about(self, photo: Path) -> Sequence[Mark] | None:
        """The library's marks for a photo; None where it cannot be asked: then what it said last still holds."""
        return None if self.marks is None else self.marks.get(photo, ())


def hear(shop: Workshop) -> Hearsay:
    """Ask the library. One that is locked or away for the moment says nothing, and nothing is concluded from that."""
    if shop.library is None:
        return Hearsay({})
    try:
        snapshot = shop.library.snapshot()
    except Unavailable as error:
        log.warning("%s; what it said before still holds", error)
        return Hearsay()
    for problem in snapshot.problems:
        log.info("%s: %s", problem.subject, problem.reason)
    to_ours = _Translation(shop.config.roots(), snapshot.roots)
    marks: dict[Path, list[Mark]] = {}
    for mark in snapshot.marks:
        path = to_ours(mark.photo)
        marks.setdefault(path, []).append(Mark(path, mark.source, mark.state, mark.person, mark.region, mark.by_hand))
    return Hearsay(marks, frozenset(map(to_ours, snapshot.scanned)), frozenset(snapshot.people))


class _Translation:
    """The library's paths as paths below our own roots: either side may have come there through a symbolic link."""

    def __init__(self, roots: Sequence[Path], albums: Sequence[library.Root]) -> None:
        self._roots = [(root, Path(os.path.realpath(root))) for root in roots]
        self._albums = [(a.path, Path(os.path.realpath(a.path))) for a in albums if a.path is not None]

    def __call__(self, path: Path) -> Path:
        if any(root in path.parents for root, _ in self._roots):
            return path
        for album, real_album in self._albums:
            if album in path.parents:
                real = real_album / path.relative_to(album)
                for root, real_root in self._roots:
                    if real_root in real.parents:
                        return root / real.relative_to(real_root)
        return path
