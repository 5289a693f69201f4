"""In which order photos are analysed: those that teach who people are, then the newest. Pure."""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np

A_FEW = 3  # confirmed faces of a person: with three a gallery names as many as with five (docs/recognition.md)
TURN = 400  # photos of confirmed faces, and then as many others: so names come soon also where thousands are confirmed


def in_order_of_use(times: Sequence[int], people: Mapping[int, Collection[str]]) -> Iterator[int]:
    """The places of photos, from 0, in the order in which they are of use.

    `times` says when each was taken, `people` who is confirmed in it, by its place. First a few photos of each person,
    those with the newest photos first; then the newest of all photos and further confirmed ones, a few of each person
    at a time, take turns; then the rest, the newest first. Photos of one time stay in their order.
    """
    first, further = _rounds(sorted(people, key=lambda place: (-times[place], place)), people)
    yield from first
    newest = np.argsort(-np.asarray(times, np.int64), kind="stable").astype(np.uint32)
    others = (place for place in map(int, newest) if place not in people)
    coming = iter(further)
    while turn := list(islice(coming, TURN)):
        yield from islice(others, TURN)
        yield from turn
    yield from others


def _rounds(newest: Iterable[int], people: Mapping[int, Collection[str]]) -> "tuple[array[int], array[int]]":
    """The photos of confirmed faces in rounds, a few of each person in each: the first turn, and all further ones."""
    seen: Counter[str] = Counter()
    rounds: dict[int, array[int]] = {}
    for place in newest:
        named = set(people[place])
        rounds.setdefault(min((seen[person] for person in named), default=0) // A_FEW, array("q")).append(place)
        seen.update(named)
    first = rounds.get(0, array("q"))
    further = array("q", (place for number in sorted(rounds) if number for place in rounds[number]))
    return first[:TURN], first[TURN:] + further
