"""One photo for the review page: its faces with the answers that wait, and where each is named now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from facedaemon import face_ids
from facedaemon.answers import AnswerKind, FaceAnswer, Standing
from facedaemon.config import Config
from facedaemon.geometry import overlap
from facedaemon.pipeline.annotations.answered import answers_about
from facedaemon.pipeline.people.names_now import NameNow, names_now
from facedaemon.pipeline.reading.mentions import Mention, mentions
from facedaemon.pipeline.reading.photo_views import PhotoPlace, photo_place
from facedaemon.pipeline.reports import FaceView
from facedaemon.store import Store
from facedaemon.values import AnnotationSource, FaceState, Region

_SAME_FACE = 0.5  # overlap of a face and of an answer's region
_STATES = {
    AnswerKind.CONFIRM: FaceState.CONFIRMED,
    AnswerKind.DRAW: FaceState.CONFIRMED,
    AnswerKind.IGNORE: FaceState.IGNORED,
    AnswerKind.NOT_A_FACE: FaceState.NOT_A_FACE,
}


@dataclass(frozen=True, slots=True)
class PhotoFace:
    """A face of the photo.

    `id` as commands print it, None for a drawn box in which no face can be found, or not yet. `is_waiting` is True
    where an answer says something else than the state, which takes it up soon.
    """

    id: str | None
    region: Region
    state: FaceState
    person: str | None
    confidence: float | None
    is_waiting: bool
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """A photo, its faces from left to right, and names in files or digiKam of which no face was found.

    `problem` is why its metadata cannot be read, None where it can; `failure` why the photo cannot.
    """

    place: PhotoPlace
    faces: tuple[PhotoFace, ...]
    others: tuple[Mention, ...]
    problem: str | None
    failure: str | None


def photo_page(
    store: Store, config: Config, standing: Standing, number: int, faces: Sequence[FaceView]
) -> PhotoPage | None:
    """The page of the photo with this number; None where there is none."""
    place = photo_place(store, config, number)
    if place is None:
        return None
    photo = store.photos.by_id(number)
    named = mentions(store, config, number)
    taken_up = [
        known.annotation.region
        for known in store.annotations.of(number)
        if known.annotation.source == AnnotationSource.ANSWER and known.annotation.region is not None
    ]
    shown = answered_faces(
        faces, answers_about(standing, photo), named.mentions, taken_up, names_now(store, standing.renames)
    )
    there = {face.id for face in shown}
    others = tuple(each for each in named.mentions if each.face is None or each.face not in there)
    return PhotoPage(place, shown, others, named.problem, photo.failure)


def answered_faces(
    faces: Iterable[FaceView],
    answers: Iterable[FaceAnswer],
    named: Sequence[Mention],
    taken_up: Sequence[Region] = (),
    name_now: NameNow = str,
) -> tuple[PhotoFace, ...]:
    """The faces as the answers have them, from left to right; with boxes that were drawn where no face is. Pure.

    `taken_up` are the regions of answers that the state knows.
    """
    left = list(answers)
    shown = []
    for face in faces:
        said = max(left, key=lambda each: overlap(each.region, face.region), default=None)
        if said is not None and overlap(said.region, face.region) >= _SAME_FACE:
            left.remove(said)
        else:
            said = None
        shown.append(_face(face, said, tuple(each for each in named if each.face == face.id), name_now))
    drawn = (
        PhotoFace(
            id=None,
            region=said.region,
            state=FaceState.CONFIRMED,
            person=said.person,
            confidence=None,
            is_waiting=all(overlap(region, said.region) < _SAME_FACE for region in taken_up),
            mentions=(),
        )
        for said in left
        if said.verdict == AnswerKind.DRAW
    )
    return tuple(sorted([*shown, *drawn], key=lambda each: each.region.x))


def _face(face: FaceView, said: FaceAnswer | None, named: tuple[Mention, ...], name_now: NameNow) -> PhotoFace:
    state, confidence = FaceState(face.state), face.confidence
    person = None if face.person is None else name_now(face.person)
    if said is not None and said.verdict is not None:
        state, person, confidence = _STATES[said.verdict], said.person, None
    elif said is not None and person in said.rejected:
        state, person, confidence = FaceState.UNKNOWN, None, None
    is_waiting = (state, person) != (face.state, face.person)
    return PhotoFace(face_ids.shown(face.id), face.region, state, person, confidence, is_waiting, named)
