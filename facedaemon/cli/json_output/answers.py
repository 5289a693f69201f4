"""What the commands print that give, list and take back answers and rejections."""

from typing import Annotated

from pydantic import Field

from facedaemon.answers import AnswerKind, AnswerSource
from facedaemon.cli.json_output.common import SOMETIMES, Count, FaceId, Path, Region, Time, Values
from facedaemon.values import AnnotationSource, AnnotationState, Evidence


class Answer(Values):
    """An answer. `face`, `photo` and `region` are there where it is about a face."""

    answer: str
    number: Annotated[int, Field(ge=1)]
    moment: Time
    kind: AnswerKind
    source: AnswerSource
    person: str | None
    other: str = SOMETIMES
    born: str | None = SOMETIMES
    takes_back: str = SOMETIMES
    face: FaceId | None = SOMETIMES
    photo: Path = SOMETIMES
    region: Region = SOMETIMES


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
    """An answer as `answers import` takes it."""

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

    id: int
    photo: Path
    region: Region
    person: str
    evidence: Evidence
    decided: Time


class ForgottenRejections(Values):
    """Rejections that were taken back, and those that cannot be."""

    forgotten: list[Rejection]
    kept: list[Rejection]
