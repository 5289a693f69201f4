"""What a human answered: the values. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from facedaemon.values import Region


class AnswerKind(StrEnum):
    """What is answered: the kinds up to `DRAW` are about a face, `RENAME` to `BORN` about a person."""

    CONFIRM = "confirm"
    REJECT = "reject"
    IGNORE = "ignore"
    NOT_A_FACE = "not_a_face"
    DRAW = "draw"
    RENAME = "rename"
    MERGE = "merge"
    HIDE = "hide"
    SHOW = "show"
    BORN = "born"
    UNSAY = "unsay"


ABOUT_FACES = frozenset(
    {AnswerKind.CONFIRM, AnswerKind.REJECT, AnswerKind.IGNORE, AnswerKind.NOT_A_FACE, AnswerKind.DRAW}
)


class AnswerSource(StrEnum):
    """Through which program a human answered; the others were seen there by facedaemon.

    `FOUND_AGAIN`: the picture was edited, and the face was recognised by its embedding.
    """

    FACEDAEMON = "facedaemon"
    DIGIKAM = "digikam"
    METADATA = "metadata"
    FOUND_AGAIN = "found_again"


@dataclass(frozen=True, slots=True)
class FacePlace:
    """Which face is meant, by facts that do not depend on the state.

    `content` is the digest of what the picture shows, `path` where the photo lay when the answer was given.
    `orientation` is the EXIF orientation in which `region` is displayed. `vector` is the face's embedding by `model`:
    float16 of length 1, as bytes; None where it was not known.
    """

    content: str | None
    path: Path
    region: Region
    orientation: int = 1
    model: str | None = None
    vector: bytes | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """One answer before it is written down.

    `takes_back` and `follows` are ids of answers; one that follows another counts only as long as that one does.
    `born` is a birth date: a date, a year and month, or a year, in ISO 8601; None with the kind BORN:
    none is known.
    `is_checked`: the face was confirmed as this person before, so somebody checked the name and found it right.
    """

    kind: AnswerKind
    face: FacePlace | None = None
    person: str | None = None
    other: str | None = None
    born: str | None = None
    takes_back: str | None = None
    follows: str | None = None
    source: AnswerSource = AnswerSource.FACEDAEMON
    is_checked: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it was written down.

    `number` orders the answers: it is greater than those of all answers that were known when this one was given.
    `command` is shared by the answers of one command. `moment` is for people: UTC, ISO 8601.
    """

    id: str
    number: int
    command: str
    moment: str
    saying: Saying

    @property
    def order(self) -> tuple[int, str]:
        """Later answers are greater. Two that were given without knowing of each other are ordered alike everywhere."""
        return self.number, self.id
