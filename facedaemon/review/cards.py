"""A face as every page shows it: its picture, and what is known of it with the answers that wait to be taken up."""

from collections.abc import Mapping
from dataclasses import dataclass

from facedaemon.answers import AnswerKind, FaceAnswer
from facedaemon.values import FaceState

_STATES = {
    AnswerKind.CONFIRM: FaceState.CONFIRMED,
    AnswerKind.DRAW: FaceState.CONFIRMED,
    AnswerKind.IGNORE: FaceState.IGNORED,
    AnswerKind.NOT_A_FACE: FaceState.NOT_A_FACE,
}


@dataclass(frozen=True, slots=True)
class Card:
    """A face for `parts/face.html`.

    `id` is its short id, `state` a FaceState, `person` the name that is confirmed or suggested, `confidence` that of a
    suggestion. `is_answered` is True where the user answered, whether the state has taken that up or not.
    """

    id: str
    state: str
    person: str | None = None
    confidence: float | None = None
    is_answered: bool = False


def face_card(
    face: str, state: str, person: str | None, confidence: float | None, answered: Mapping[str, FaceAnswer]
) -> Card:
    """The card of a face, with what was answered since the state was written. Pure."""
    said = answered.get(face)
    if said is None:
        return Card(face, state, person, confidence)
    if said.verdict is not None:
        return Card(face, _STATES[said.verdict], said.person, None, is_answered=True)
    if person in said.rejected:
        return Card(face, FaceState.UNKNOWN, None, None, is_answered=True)
    return Card(face, state, person, confidence)
