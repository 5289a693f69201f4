"""The values that cross the doors between rooms: frozen, without behaviour, in one frame.

Every region is in the frame of the photo **as displayed** (EXIF orientation applied), top left corner, shares of
width and height. Formats that use other frames convert beside their own reader and writer.
"""

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

    Detectors may let a region stick out of the photo a little; nothing clips it silently.
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
    """What `stat` says of a file; an equal fingerprint means: not changed since.

    `ctime_ns`, the time of the last change of anything about the file, cannot be set back by programs as `mtime_ns`
    can. It is None where the file system keeps none that can be relied on, or where it is not known yet.

    Each number is kept as the state can keep it, in 64 bits with a sign; one beyond wraps around. Union file systems
    give inodes of 64 bits without a sign, and times before 1677 or after 2262 need more in nanoseconds.
    """

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            number = getattr(self, name)
            if number is not None and not -_HALF <= number < _HALF:
                object.__setattr__(self, name, (number + _HALF) % (2 * _HALF) - _HALF)


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a face serves for training: 0 (useless) to 1, with the reasons for what is missing.

    Reasons are short words from `facedaemon.vision.quality.REASONS`, worst first; empty for a good face.
    """

    value: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class DetectedFace:
    """A face that the detector found."""

    region: Region
    landmarks: Landmarks
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedFace:
    """A face with the numbers that tell people apart.

    `score` is the detector's (0 to 1; 0 where no detector found the face and its region came from a human).
    `is_face` is the second look's verdict: False for a statue, a dog, a pattern.
    """

    region: Region
    landmarks: Landmarks
    score: float
    vector: Vector
    quality: Quality
    is_face: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class PhotoAnalysis:
    """All that was seen in one photo.

    `size` is the displayed size of the full photo; `orientation` the EXIF orientation (1 to 8) that was applied.
    `stated` is the one that was asked for, None for the file's own. `turn` says by how many quarters, clockwise, it was
    turned beyond what is trusted most (`stated`, else the file's own), since faces are upright only so.
    `content` a hex digest of what the picture shows (the file's bytes without metadata where the format allows), so
    that a moved, copied or re-tagged photo is known again; `model_id` names detector and embedder.
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
    """How a photo is to be displayed, where that is not what the file says.

    `stated` is an EXIF orientation (1 to 8) that is trusted more than the file's own; `turn` are quarter turns more,
    clockwise. Formats that say their turn as a property of the picture (HEIC, AVIF, JPEG XL) are shown as they say.
    """

    stated: int | None = None
    turn: int = 0


AS_THE_FILE_SAYS = Display()


class AnnotationState(StrEnum):
    """What a source says about a face region; `REJECTED`: a human said there that this person is not shown."""

    CONFIRMED = "confirmed"
    SUGGESTED = "suggested"
    UNKNOWN = "unknown"
    IGNORED = "ignored"
    REJECTED = "rejected"
    NOT_A_FACE = "not_a_face"


class AnnotationSource(StrEnum):
    """Where a mark was read: the answers given to facedaemon, a library's database, a named region in metadata."""

    ANSWER = "answer"
    DIGIKAM = "digikam"
    MWG = "mwg"
    MP = "mp"


@dataclass(frozen=True, slots=True)
class FaceAnnotation:
    """One face as a library or a metadata region names it.

    `person` is None for unknown and ignored faces, and the rejected person for `REJECTED`. `region` is None where a
    person is tagged without a region. `by_hand` is True where the source proves that a human confirmed exactly this
    region (digiKam's `faceToTrain`). `spelling` is the person's name as it stands there, where it is spelled otherwise
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
    """By what we know what a human decided about a name for a face."""

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
