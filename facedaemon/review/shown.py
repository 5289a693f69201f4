"""What a page showed, as its forms carry it: the newest answer, and the version of each face."""

from collections.abc import Mapping
from dataclasses import dataclass

from facedaemon.pipeline import Answering, FaceVersion

_MOST_DIGITS = 15
_BETWEEN = ":"


@dataclass(frozen=True, slots=True)
class Shown:
    """`as_of` is the number of the newest answer when the page was made, `codes` the faces' versions by their ids."""

    as_of: int
    codes: Mapping[str, str]

    def face(self, id: str) -> str:  # noqa: A002 - as everywhere
        """The value of a form's field that means this face as it was shown."""
        return f"{id}{_BETWEEN}{self.codes[id]}" if id in self.codes else id


@dataclass(frozen=True, slots=True)
class Meant:
    """The faces that a form means, each by its id with the version that was shown (None: the form does not say).

    `as_of` is the number of the newest answer when its page was made; None where the form does not say.
    """

    faces: Mapping[str, str | None]
    as_of: int | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What was written down (None: nothing), and the faces of which something newer stands, by their ids."""

    answering: Answering | None
    newer: Mapping[str, FaceVersion]


def read_face(value: str) -> tuple[str, str | None]:
    """A face's id and the version that was shown, from the value of a form's field. Pure."""
    face, _, code = value.strip().partition(_BETWEEN)
    return face, code or None


def read_number(typed: str) -> int | None:
    """The number of an answer from a form; None for what is none. Pure."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _MOST_DIGITS else None
