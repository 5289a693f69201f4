"""What a gallery is trained from: confirmed faces, faces of strangers, and rejected names."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facedaemon.values import Vectors

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Hashes = NDArray[np.uint64]


class Reason(StrEnum):
    """Why a confirmed face does not train."""

    QUALITY = "quality"
    OUTLIER = "outlier"
    LOOKS_LIKE_ANOTHER = "looks like another person"
    LIMIT = "limit"


def _no_vectors() -> Vectors:
    return np.zeros((0, 0), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Confirmed faces, one per row, and what else the library knows.

    `vectors` (n, d), each of length 1; `persons` n names; `quality` (n,) 0 to 1; `groups` (n,): photos of one burst or
    copies of one photo share a number. `trust` (n,) 0 to 1: how certain it is that the human named this face (None: all
    are certain); `years` (n,) when its photo was taken, in years from any beginning, NaN where that is not known
    (None: for all). `strangers` (m, d): faces known or assumed to show nobody in the gallery,
    `stranger_quality` (m,) theirs (None: as the samples' median), `strangers_expected` how many there will be once all
    photos are analysed, at least m (None: these are all). `rejected` (r, d) and
    `rejected_persons`: a human said that this face is not this person; `rejected_groups` (r,) their bursts, numbered as
    `groups` (None: each its own). Raises ValueError where lengths disagree.
    """

    vectors: Vectors
    persons: tuple[str, ...]
    quality: Floats
    groups: Integers
    trust: Floats | None = None
    strangers: Vectors = field(default_factory=_no_vectors)
    stranger_quality: Floats | None = None
    rejected: Vectors = field(default_factory=_no_vectors)
    rejected_persons: tuple[str, ...] = ()
    rejected_groups: Integers | None = None
    strangers_expected: int | None = None
    years: Floats | None = None

    def __post_init__(self) -> None:
        count = len(self.persons)
        columns: list[NDArray[Any]] = [self.vectors, self.quality, self.groups, self.trusts, self.taken]
        if any(len(column) != count for column in columns) or len(self.rejected) != len(self.rejected_persons):
            raise ValueError(
                "a sample needs its vector, person, quality, group, trust and year; a rejection its person"
            )
        if self.rejected_groups is not None and len(self.rejected_groups) != len(self.rejected):
            raise ValueError("each rejection needs a group, or none has one")
        if self.stranger_quality is not None and len(self.stranger_quality) != len(self.strangers):
            raise ValueError("each stranger needs a quality, or none has one")

    def __len__(self) -> int:
        return len(self.persons)

    @property
    def stranger_qualities(self) -> Floats:
        """The quality of each stranger, the samples' median where none is given."""
        if self.stranger_quality is not None:
            return self.stranger_quality
        return np.full(len(self.strangers), np.median(self.quality) if len(self) else 1, np.float32)

    @property
    def stranger_count(self) -> int:
        """How many strangers there are, or are expected."""
        return max(len(self.strangers), self.strangers_expected or 0)

    @property
    def trusts(self) -> Floats:
        """The trust of each sample, 1 where none is given."""
        return np.ones(len(self), np.float32) if self.trust is None else self.trust

    @property
    def taken(self) -> Floats:
        """The year of each sample, NaN where it is not known."""
        return np.full(len(self), np.nan, np.float32) if self.years is None else self.years

    @property
    def rejection_groups(self) -> Integers:
        """The burst of each rejected face, a number of its own where none is given."""
        if self.rejected_groups is not None:
            return self.rejected_groups
        return -1 - np.arange(len(self.rejected))

    def chosen(self, rows: Sequence[int] | Integers | Flags) -> "Samples":
        """These samples only, in this order; strangers and rejections stay."""
        index = np.arange(len(self))[np.asarray(rows)]
        return Samples(
            self.vectors[index],
            tuple(self.persons[i] for i in index),
            self.quality[index],
            self.groups[index],
            None if self.trust is None else self.trust[index],
            self.strangers,
            self.stranger_quality,
            self.rejected,
            self.rejected_persons,
            self.rejected_groups,
            self.strangers_expected,
            None if self.years is None else self.years[index],
        )

    def digests(self) -> Hashes:
        """A number per sample, (n,), that depends only on the face and its name."""
        digests = (
            hashlib.blake2b(row.tobytes() + name.encode(), digest_size=8).digest()
            for row, name in zip(np.ascontiguousarray(self.vectors, np.float32), self.persons, strict=True)
        )
        return np.frombuffer(b"".join(digests), np.uint64)

    def owners(self) -> Hashes:
        """The number of each sample's person, (n,), by `numbers_of`."""
        return numbers_of(self.persons)


def numbers_of(persons: Iterable[str]) -> Hashes:
    """A number per name, (n,), that depends only on the name."""
    known: dict[str, bytes] = {}
    for person in persons if isinstance(persons, tuple) else (persons := tuple(persons)):
        if person not in known:
            known[person] = hashlib.blake2b(person.encode(), digest_size=8).digest()
    return np.frombuffer(b"".join(known[person] for person in persons), np.uint64)


COPY = 0.97  # cosine; only 1 in 1000 pairs of different photos of one person (LFW, retail-0095) is above 0.92
BURST = 0.9  # cosine; photos within one minute share light, clothes and pose
_BLOCK = 1024  # rows compared at once: 1024 x 10,000 similarities are 40 MB


def bursts(vectors: Vectors, groups: Integers) -> Integers:
    """The burst of each of one person's samples, (n,): the smallest row number of the burst.

    A burst is a chain of near copies: more similar than two different photos of one person can be; within one group
    a little less is enough. The group alone is not enough: copying a library gives all its files one date.
    """
    edges = []
    for start in range(0, len(vectors), _BLOCK):
        alike = vectors[start : start + _BLOCK] @ vectors.T
        together = groups[start : start + _BLOCK, None] == groups[None, :]
        first, second = np.nonzero((alike >= COPY) | (together & (alike >= BURST)))
        edges.append(np.stack([first + start, second]))
    first, second = np.concatenate(edges, axis=1) if edges else np.zeros((2, 0), np.int64)
    label = np.arange(len(vectors))
    while True:  # each row takes the smallest label of the rows that it is linked to, until none changes
        lowest = label.copy()
        np.minimum.at(lowest, first, label[second])
        np.minimum.at(lowest, second, label[first])
        if np.array_equal(lowest, label):
            return label
        label = lowest
