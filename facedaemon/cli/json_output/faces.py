"""What the commands print that show faces, groups and people."""

from typing import Annotated

from pydantic import Field

from facedaemon.cli.json_output.common import Count, FaceId, Generation, Path, Region, Share, Values, former
from facedaemon.dates import DateSource
from facedaemon.gallery import Reason
from facedaemon.values import FaceState, SuggestionState


class Suggestion(Values):
    """A name that is, or was, suggested."""

    face: FaceId
    photo: Path
    region: Region
    person: str
    confidence: Share
    state: SuggestionState
    generation: Generation


class Face(Values):
    """A face of a photo."""

    face: FaceId
    region: Region
    score: Share
    quality: Share
    quality_reasons: list[str]
    state: FaceState
    person: str | None
    confidence: Share | None


class GroupedFace(Values):
    """A face of a group; `guess`: it may be another person."""

    face: FaceId
    photo: Path
    region: Region
    guess: bool
    similarity: float
    likeness: Annotated[float, former("similarity")]


class Group(Values):
    """Unnamed faces that are probably one person."""

    group: str
    photos: Count
    first_year: int | None
    last_year: int | None
    spread: float
    looks_like: str | None
    confidence: Share | None
    faces: list[GroupedFace]


class LookAlike(Values):
    """Somebody who looks like the person."""

    person: str
    similarity: float
    likeness: Annotated[float, former("similarity")]
    faces: Count
    mixed_up: Count


class Pair(Values):
    """How alike two people look: of the held-out faces of both, how many are mixed up."""

    similarity: float
    likeness: Annotated[float, former("similarity")]
    faces: Count
    mixed_up: Count


class PairOfPeople(Pair):
    """Two people who look alike."""

    people: Annotated[list[str], Field(min_length=2, max_length=2)]


class Person(Values):
    """A person, with counts of faces."""

    person: str
    confirmed: Count
    used: Count
    suggestions: Count
    born: str | None
    hidden: bool
    differs_in_case_from: list[str]
    look_alikes: list[LookAlike]


class Sample(Values):
    """A confirmed face, and why it does not train (null where it does)."""

    photo: Path
    region: Region
    used: bool
    reason: Reason | None
    taken: str | None
    taken_from: DateSource


class Nearest(Values):
    """A confirmed face that is similar."""

    photo: Path
    person: str
    similarity: float


class Explanation(Values):
    """Why a face got its name, or got none."""

    face: FaceId
    region: Region
    state: FaceState
    person: str | None
    looks_like: str | None
    confidence: Share | None
    threshold: Share | None
    quality: Share
    quality_reasons: list[str]
    rejected: list[str]
    nearest: list[Nearest]
    why: str
