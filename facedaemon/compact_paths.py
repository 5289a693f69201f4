"""Many paths, each with a few whole numbers, in some fifty bytes each: kept for every photo during a pass."""

import os
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")


class CompactPaths:
    """Paths in the order in which they were added, each with `width` whole numbers of 64 bits with a sign.

    A path is kept as its name, and its folder once for all that follow each other there. A dict of `Path` takes ten
    times as much: a gigabyte for a million photos.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._names = bytearray()  # of each path the name and a NUL; where the folder changes a NUL, the folder, a NUL
        self._numbers = array("q")
        self._folder = b""

    def __len__(self) -> int:
        """How many were added."""
        return len(self._numbers) // self._width

    def add(self, path: Path, *numbers: int) -> None:
        """Add a path with its `width` numbers."""
        folder, _, name = os.fsencode(path).rpartition(b"/")
        if folder != self._folder or not self._numbers:
            self._names += b"\0%b\0" % folder
            self._folder = folder
        self._names += b"%b\0" % name
        self._numbers.extend(numbers)

    def items(self) -> Iterator[tuple[Path, tuple[int, ...]]]:
        """Each path with its numbers, made one at a time."""
        folder, start, width = "", 0, self._width
        for first in range(0, len(self._numbers), width):
            name, start = self._text(start)
            if not name:
                folder, start = self._text(start)
                name, start = self._text(start)
            yield Path(f"{folder}/{name}"), tuple(self._numbers[first : first + width])

    def column(self, number: int) -> "array[int]":
        """One of the numbers of each path, in the paths' order."""
        return self._numbers[number :: self._width]

    def at(self, places: Iterable[int]) -> Iterator[tuple[Path, tuple[int, ...]]]:
        """The paths at these places, from 0, with their numbers; made one at a time.

        Where each stands is found out first: 4 bytes a path while the iterator lives.
        """
        starts, folders, begins = array("I" if len(self._names) < 2**32 else "Q"), [""], [0]
        start = 0
        for place in range(len(self)):
            name, after = self._text(start)
            if not name:
                folder, start = self._text(after)
                folders.append(folder)
                begins.append(place)
                after = self._names.index(0, start) + 1
            starts.append(start)
            start = after
        width = self._width
        for place in places:
            folder = folders[bisect_right(begins, place) - 1]
            name, _ = self._text(starts[place])
            yield Path(f"{folder}/{name}"), tuple(self._numbers[place * width : (place + 1) * width])

    def _text(self, start: int) -> tuple[str, int]:
        """The text from `start` to the next NUL, and the position after it."""
        end = self._names.index(0, start)
        return os.fsdecode(bytes(self._names[start:end])), end + 1


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of `size`, the last one shorter; of `items` no more is taken than the list to be given."""
    coming = iter(items)
    while batch := list(islice(coming, size)):
        yield batch
