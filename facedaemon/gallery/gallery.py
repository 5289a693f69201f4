"""The trained model: the people that a library knows, which samples trained, and how it is stored."""

import io
import zipfile
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from facedaemon.gallery.calibration import Calibration
from facedaemon.gallery.cohort import Cohort, some_people
from facedaemon.gallery.samples import Floats, Hashes, Integers, Reason, Samples
from facedaemon.unit_vectors import normalised
from facedaemon.values import Vectors

FORMAT = 4
_REASONS = tuple(Reason)


@dataclass(frozen=True, eq=False)
class Gallery:
    """Prototypes and calibration of one generation; immutable.

    P people, K subcentroids, n samples, r rejections, d numbers a face.

    - `people` (P) names in order; `centroids` (P, d) sums of a person's weighted faces, not normalised; `counts` (P,)
      how many used bursts look like the person's others, at least 1.
    - `subcentroids` (K, d) sums of one group of a person's faces that differs from the others (`subcentroids.py`);
      `subcentroid_owner` (K,) whose it is.
    - `cohort`: strangers' faces; `centred_centroids` (P, d) and `centred_subcentroids` (K, d): the prototypes relative
      to the strangers near them (`centring.py`), of length 1.
    - `keys`, `owners`, `weights`, `subcentroid_of` (n,): each sample's own number, its person's, its weight in the
      sums (0 for those left out), its row in `subcentroids` or -1; `doubt_codes` (n,) why it was left out.
    - `rejected` (r, d) and `rejected_owner` (r,): faces that are not that person.
    """

    people: tuple[str, ...]
    centroids: Vectors
    subcentroids: Vectors
    subcentroid_owner: Integers
    counts: Integers
    centred_centroids: Vectors
    centred_subcentroids: Vectors
    cohort: Cohort
    keys: Hashes
    owners: Hashes
    weights: Floats
    subcentroid_of: Integers
    doubt_codes: NDArray[np.int8]
    rejected: Vectors
    rejected_owner: Integers
    calibration: Calibration
    threshold: float
    generation: int

    @cached_property
    def used(self) -> int:
        """How many samples train."""
        return int((self.weights > 0).sum())

    @cached_property
    def index(self) -> dict[str, int]:
        """Each person's row."""
        return {person: row for row, person in enumerate(self.people)}

    @cached_property
    def unit_centroids(self) -> Vectors:
        """The centroid of each person's faces, (P, d), of length 1."""
        return normalised(self.centroids)

    @cached_property
    def unit_subcentroids(self) -> Vectors:
        """Each subcentroid, (K, d), of length 1."""
        return normalised(self.subcentroids)

    @cached_property
    def others(self) -> slice:
        """The people, rows, that serve as strangers to everybody but themselves: all, or some evenly spaced."""
        return some_people(len(self.people))

    @cached_property
    def place_among_others(self) -> Integers:
        """The place of each person, (P,), in `others`; -1 for those who are not in it."""
        place = np.full(len(self.people), -1, np.int64)
        place[self.others] = np.arange(len(place[self.others]))
        return place

    @cached_property
    def subcentroid_starts(self) -> Integers:
        """The first row in `subcentroids` of each person who has any."""
        return np.unique(self.subcentroid_owner, return_index=True)[1].astype(np.int64)

    @cached_property
    def _row_of_key(self) -> dict[int, int]:
        return {int(key): row for row, key in enumerate(self.keys)}

    def rows_of(self, samples: Samples) -> Integers:
        """The row of each sample in the gallery, (n,): -1 for a sample that it has not seen."""
        known = self._row_of_key
        return np.array([known.get(int(key), -1) for key in samples.digests()], np.int64)

    def doubts(self, samples: Samples) -> tuple[Reason | None, ...]:
        """Why each sample does not train; None for one that does, or that the gallery has not seen."""
        rows = self.rows_of(samples)
        codes = [-1 if row < 0 else int(self.doubt_codes[row]) for row in rows]
        return tuple(None if code < 0 else _REASONS[code] for code in codes)

    def left_out(self) -> dict[Reason, int]:
        """How many samples do not train, by reason."""
        codes, counts = np.unique(self.doubt_codes[self.doubt_codes >= 0], return_counts=True)
        return {_REASONS[code]: int(count) for code, count in zip(codes, counts, strict=True)}

    def to_bytes(self) -> bytes:
        """The gallery as a numpy archive without pickled objects."""
        buffer = io.BytesIO()
        names = "\0".join(self.people).encode()
        np.savez(  # vectors do not shrink
            buffer,
            format=np.array(FORMAT),
            people=np.frombuffer(names, np.uint8),
            calibration_weights=self.calibration.weights,
            wrong_share=self.calibration.wrong_share,
            cohort_faces=self.cohort.faces,
            cohort_weights=self.cohort.weights,
            threshold=np.array(self.threshold),
            generation=np.array(self.generation),
            **{stored: getattr(self, name) for name, stored in _ARRAYS.items()},
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """The gallery that `to_bytes` wrote. Raises ValueError where the bytes are none, or of another format."""
        if not zipfile.is_zipfile(io.BytesIO(content)):
            raise ValueError("these bytes are no gallery")
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                if int(stored["format"]) != FORMAT:
                    raise ValueError(f"a gallery of format {int(stored['format'])}; this facedaemon reads {FORMAT}")
                names = bytes(stored["people"]).decode()
                return cls(
                    people=tuple(names.split("\0")) if names else (),
                    calibration=Calibration(stored["calibration_weights"], stored["wrong_share"]),
                    cohort=Cohort(stored["cohort_faces"], stored["cohort_weights"]),
                    threshold=float(stored["threshold"]),
                    generation=int(stored["generation"]),
                    **{name: stored[key] for name, key in _ARRAYS.items()},
                )
        except (KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"these bytes are no gallery: {error}") from error


_ARRAYS = {  # the archive keeps the names that older generations have
    "centroids": "middles",
    "subcentroids": "looks",
    "subcentroid_owner": "look_owner",
    "counts": "counts",
    "centred_centroids": "centred_middles",
    "centred_subcentroids": "centred_looks",
    "keys": "keys",
    "owners": "owners",
    "weights": "weights",
    "subcentroid_of": "look_of",
    "doubt_codes": "doubt_codes",
    "rejected": "rejected",
    "rejected_owner": "rejected_owner",
}
