"""What the commands print that give, list and take back answers and rejections."""

from typing import Annotated

from pydantic import Field

from facedaemon.answers import AnswerKind, AnswerSource
from facedaemon.cli.json_output.common import SOMETIMES, Count, FaceId, Path, Region, Time, Values, former
from facedaemon.values import AnnotationSource, AnnotationState, Evidence


class Answer(Values):
    """An answer; what it is not about is null."""

    answer: str
    number: Annotated[int, Field(ge=1)]
    time: Time
    moment: Annotated[Time, former("time")]
    kind: AnswerKind
    source: AnswerSource
    person: str | None
    other: str | None
    born: str | None
    takes_back: str | None
    face: FaceId | None
    photo: Path | None
    region: Region | None


class ListedAnswer(Answer):
    """An answer, and whether it was taken back."""

    taken_back: bool


class OtherSide(Values):
    """What digiKam or metadata say."""

    source: AnnotationSource
    state: AnnotationState
    person: str | None


class Conflict(Values):
    """An answer that digiKam or metadata contradict."""

    photo: Path
    region: Region | None
    answered: AnnotationState
    person: str | None
    other: OtherSide


class ExportedFace(Values):
    """The face of an exported answer; `vector` is its embedding (16-bit floats, base64)."""

    content: str | None
    path: Path
    region: Region
    orientation: Annotated[int, Field(ge=1, le=8)]
    model: str | None
    vector: str | None


class ExportedAnswer(Values):
    """An answer as `answers import` takes it, also from and by older versions: what it is not about is left out."""

    id: str
    number: Annotated[int, Field(ge=1)]
    command: str
    moment: Time
    kind: AnswerKind
    source: AnswerSource
    person: str = SOMETIMES
    other: str = SOMETIMES
    born: str = SOMETIMES
    takes_back: str = SOMETIMES
    follows: str = SOMETIMES
    checked: bool = SOMETIMES
    face: ExportedFace = SOMETIMES


class Imported(Values):
    """Answers that were taken over, and those that were here already."""

    new: Count
    known: Count


class Rejection(Values):
    """A name that a human took from a face."""

    number: int
    id: Annotated[int, former("number")]
    photo: Path
    region: Region
    person: str
    evidence: Evidence
    time: Time
    decided: Annotated[Time, former("time")]


class ForgottenRejections(Values):
    """Rejections that were taken back, and those that cannot be."""

    forgotten: list[Rejection]
    kept: list[Rejection]
