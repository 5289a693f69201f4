"""Suggestions as people answer them: a person at a time, the surest faces first."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from facedaemon.answers import Standing
from facedaemon.pipeline.annotations.answered import by_face
from facedaemon.pipeline.people.names_now import NameNow, names_now
from facedaemon.pipeline.reading.answered_faces import AnsweredFaces
from facedaemon.store import FaceRecord, PhotoRecord, Store, SuggestionRecord

PAGE = 60  # faces that a person looks at before the next answer
KNOWN = 8  # confirmed faces to compare them with


@dataclass(frozen=True, slots=True)
class PicturedFace:
    """A face to be shown: its whole short id, its photo's number and path; `confidence` of a suggested name."""

    id: str
    number: int
    photo: Path
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, by the name in the state.

    People come in the order of how many faces are suggested, most first, then by name.
    """

    faces: int
    person: str

    @property
    def order(self) -> tuple[int, str]:
        """Later turns are greater."""
        return -self.faces, self.person


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One page of the suggestions of one person: `person`, as they are called now.

    `known` are confirmed faces, the best first; `faces` the suggested ones, the surest first. `rest` is where the
    person's next page begins, None where this is the last one. `waiting` counts the people who come after this one.
    """

    turn: Turn
    person: str
    known: tuple[PicturedFace, ...]
    faces: tuple[PicturedFace, ...]
    rest: tuple[float, int] | None
    waiting: int


def page(
    store: Store,
    answered: AnsweredFaces,
    person: str | None = None,
    rest: tuple[float, int] | None = None,
    after: tuple[int, str] | None = None,
) -> PersonPage | None:
    """The next page: that of `person` from `rest` on where there is one, else the first of the next person.

    `after` is the order of the turn before (`Turn.order`), None to begin with the first. None where nobody is left.
    """
    turns = [Turn(faces, name) for name, faces in store.suggestions.people().items()]
    asked = [turn for turn in turns if turn.person == person]
    coming = [turn for turn in turns if after is None or turn.order > after]
    for turn in [*asked, *(turn for turn in coming if turn.person != person)]:
        found = _page(store, answered, turn, rest if turn.person == person else None)
        if found is not None:
            faces, further = found
            waiting = sum(other.order > turn.order for other in turns)
            person = names_now(store, answered.about(()).renames)(turn.person)
            return PersonPage(turn, person, known_faces(store, turn.person), faces, further, waiting)
    return None


def _page(
    store: Store, answered: AnsweredFaces, turn: Turn, rest: tuple[float, int] | None
) -> tuple[tuple[PicturedFace, ...], tuple[float, int] | None] | None:
    """The faces of a page and where the next one begins; None where none of the person's is still to be answered."""
    shown: dict[str, PicturedFace] = {}
    for batch in _batches(store, turn.person, rest):
        faces = store.faces.many(item.face for item in batch)
        photos = {photo.id: photo for photo in store.photos.numbered({face.photo for face in faces.values()})}
        standing = answered.about(photos.values())
        name_now = names_now(store, standing.renames)
        if name_now(turn.person) in standing.hidden:
            return None
        open_faces = _open(batch, faces, photos, standing, name_now)
        for item in batch:
            if len(shown) == PAGE:
                return tuple(shown.values()), rest
            rest = (item.confidence, item.id)
            if item.face in open_faces and item.short_id not in shown:  # a photo's copies show the same face
                face = faces[item.face]
                shown[item.short_id] = PicturedFace(item.short_id, face.photo, item.photo, item.confidence)
    return (tuple(shown.values()), None) if shown else None


def _batches(store: Store, person: str, rest: tuple[float, int] | None) -> Iterator[list[SuggestionRecord]]:
    """The person's open suggestions, the surest first."""
    while batch := store.suggestions.surest(person, PAGE + 1, rest):
        yield batch
        rest = batch[-1].confidence, batch[-1].id


def _open(
    batch: list[SuggestionRecord],
    faces: dict[int, FaceRecord],
    photos: dict[int, PhotoRecord],
    standing: Standing,
    name_now: NameNow,
) -> set[int]:
    """The faces to which nothing was answered that settles this name."""
    said = by_face(standing, faces.values(), photos)
    still = set()
    for item in batch:
        answer = said.get(item.face)
        name = name_now(item.person)
        if answer is None or (answer.verdict is None and name not in answer.rejected):
            still.add(item.face)
    return still


def known_faces(store: Store, person: str) -> tuple[PicturedFace, ...]:
    """Some confirmed faces of a person, the best first, one of each picture."""
    faces = store.faces.best_of(person, 2 * KNOWN)
    photos = {photo.id: photo for photo in store.photos.numbered({face.photo for face in faces})}
    different = list({face.short_id: face for face in reversed(faces)}.values())[::-1]
    return tuple(PicturedFace(face.short_id, face.photo, photos[face.photo].path) for face in different[:KNOWN])
