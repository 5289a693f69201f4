"""The values that packages exchange: frozen, without behaviour, all regions in one frame.

Every region is in the frame of the photo **as displayed** (EXIF orientation applied), top left corner, shares of
width and height. Formats that use other frames convert beside their own reader and writer.
"""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]
    """One embedding: float32, shape (d,), length 1."""

    Vectors = NDArray[np.float32]
    """Embeddings as rows: float32, shape (n, d), each of length 1."""

    Halves = NDArray[np.float16]
    """Embeddings as they are stored: float16, shape (n, d)."""

    Numbers = NDArray[np.int64]
    """Row numbers: int64, shape (n,)."""

    Landmarks = NDArray[np.float32]
    """Five points: float32, shape (5, 2), x and y as shares of the displayed photo, in YuNet's order: right eye, left
    eye, nose tip, right and left corner of the mouth ("right" is the person's own right)."""
else:  # numpy takes longer to load than `status` may take in all
    Vector = Vectors = Halves = Numbers = Landmarks = Any


_HALF = 2**63  # of all numbers of 64 bits


@dataclass(frozen=True, slots=True)
class Region:
    """A face's place: top left corner and size as shares of the photo as displayed, 0 to 1.

    A detector's region may extend beyond the photo a little; it is not clipped.
    """

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A file's size, times and inode; an equal fingerprint means that the file did not change.

    `ctime_ns`, the time of the last change of contents or attributes, cannot be set back by programs as `mtime_ns` can.
    It is None where the file system keeps no reliable one, or where it is not known yet.

    Each number is stored in 64 bits with a sign, as the state can store it; larger ones wrap around. Union file systems
    have inodes of 64 bits without a sign, and times before 1677 or after 2262 need more than 64 bits in nanoseconds.
    """

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int | None = None

    @classmethod
    def of(cls, status: os.stat_result, ctime_ns: int | None = None) -> "Fingerprint":
        """That of a file with this `stat`; `ctime_ns` where the change time is reliable."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino, ctime_ns)

    def __post_init__(self) -> None:
        for name in self.__slots__:
            number = getattr(self, name)
            if number is not None and not -_HALF <= number < _HALF:
                object.__setattr__(self, name, (number + _HALF) % (2 * _HALF) - _HALF)


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a face serves for training: 0 (useless) to 1, with reasons for a low value.

    Reasons are short words from `facedaemon.vision.quality.REASONS`, worst first; empty for a good face.
    """

    value: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedFace:
    """A face with its embedding.

    `score` is the detector's (0 to 1; 0 where no detector found the face and a human drew its region). `is_face` is
    False for a false positive (`vision.false_positives`): a statue, a dog, a pattern.
    """

    region: Region
    landmarks: Landmarks
    score: float
    vector: Vector
    quality: Quality
    is_face: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class PhotoAnalysis:
    """The analysis of one photo.

    `size` is the displayed size of the full photo; `orientation` the EXIF orientation (1 to 8) that was applied.
    `stated` is the one that was asked for, None for the file's own. `turn` is the number of further quarter turns,
    clockwise, beyond `stated` (or the file's own) that made the faces upright. `content` is a hex digest of the picture
    (the file's bytes without metadata where the format allows), by which a moved, copied or re-tagged photo is
    recognised; `model_id` names detector and embedder.
    """

    size: Size
    orientation: int
    content: str
    model_id: str
    faces: tuple[EmbeddedFace, ...]
    stated: int | None = None
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Display:
    """How a photo is displayed, where that differs from the file's own orientation.

    `stated` is an EXIF orientation (1 to 8) that is trusted more than the file's own; `turn` is the number of further
    quarter turns, clockwise. Formats with an orientation as a property of the picture (HEIC, AVIF, JPEG XL) keep it.
    """

    stated: int | None = None
    turn: int = 0


AS_THE_FILE_SAYS = Display()


class AnnotationState(StrEnum):
    """The state of a face region in a source; `REJECTED`: a human said there that it is not this person."""

    CONFIRMED = "confirmed"
    SUGGESTED = "suggested"
    UNKNOWN = "unknown"
    IGNORED = "ignored"
    REJECTED = "rejected"
    NOT_A_FACE = "not_a_face"


class AnnotationSource(StrEnum):
    """Where an annotation was read: answers given to facedaemon, a library's database, a named region in metadata."""

    ANSWER = "answer"
    DIGIKAM = "digikam"
    MWG = "mwg"
    MP = "mp"


@dataclass(frozen=True, slots=True)
class FaceAnnotation:
    """One face as a library or a metadata region names it.

    `person` is None for unknown and ignored faces, and the rejected person for `REJECTED`. `region` is None where a
    person is tagged without a region. `by_hand` is True where the source proves that a human confirmed exactly this
    region (digiKam's `faceToTrain`). `spelling` is the person's name as written there, where it differs from `person`
    (`names.clean_name`).
    """

    photo: Path
    source: AnnotationSource
    state: AnnotationState
    person: str | None
    region: Region | None
    by_hand: bool = False
    spelling: str | None = None


class FaceState(StrEnum):
    """What is known about a face; the `state` of the `faces` command."""

    CONFIRMED = "confirmed"
    SUGGESTED = "suggested"
    UNKNOWN = "unknown"
    IGNORED = "ignored"
    NOT_A_FACE = "not_a_face"


class SuggestionState(StrEnum):
    """What became of a suggestion; the `state` of the `suggestions` command."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Evidence(StrEnum):
    """What shows a human's decision about a name for a face."""

    CONFIRMED = "confirmed"
    OTHER_NAME = "confirmed as somebody else"
    IGNORED = "ignored"
    REMOVED = "removed from digiKam's Unconfirmed view"
    SET_TO_UNKNOWN = "set to unknown"
    REMOVED_FROM_SIDECAR = "removed from the sidecar"
    LIBRARY_MEMORY = "remembered by digiKam"
    ANSWERED = "rejected in facedaemon"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name that facedaemon thinks right for a region, with the calibrated probability that it is."""

    region: Region
    person: str
    confidence: float
    generation: int
