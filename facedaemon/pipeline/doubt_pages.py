"""Confirmed faces that are probably mislabelled, as people answer them: each between the two people that it may be."""

from collections.abc import Sequence
from dataclasses import dataclass

from facedaemon.answers import FaceAnswer, Renames
from facedaemon.figures import LookAlikes
from facedaemon.pipeline.answered_faces import AnsweredFaces, by_face
from facedaemon.store import DoubtRecord, Store

FACES = 4  # of each of the two people are shown


@dataclass(frozen=True, slots=True)
class ShownDoubt:
    """A doubtful face by its short id, and faces of both people, as they are called now, the most similar one first.

    `pair` where both look alike; `looks_like` is None where the face is like nobody known.
    """

    face: str
    person: str
    looks_like: str | None
    score: float
    own: tuple[str, ...]
    other: tuple[str, ...]
    pair: LookAlikes | None


@dataclass(frozen=True, slots=True)
class DoubtPage:
    """Some of the doubtful faces that nobody answered, worst first; `total` are there, found at `made` (seconds)."""

    doubts: tuple[ShownDoubt, ...]
    total: int
    made: float | None


def page(store: Store, answered: AnsweredFaces, first: int = 0, most: int = 10, person: str | None = None) -> DoubtPage:
    """Those from number `first` on; of one `person`, as confirmed or by likeness, where one is named."""
    renames = answered.about(()).renames
    records = [
        each
        for each in waiting(store, answered)
        if person is None or person in {renames.everywhere(name) for name in (each.person, each.looks_like) if name}
    ]
    figures = store.assessments.figures()
    shown = tuple(_shown(store, renames, records[first : first + most]))
    return DoubtPage(shown, len(records), None if figures is None else figures[0])


def waiting(store: Store, answered: AnsweredFaces) -> list[DoubtRecord]:
    """The doubtful faces of which nothing was answered that settles the doubt, worst first; one of each picture."""
    records = store.assessments.doubts()
    faces = store.faces.many(each.face for each in records)
    photos = {photo.id: photo for photo in store.photos.numbered({face.photo for face in faces.values()})}
    standing = answered.about(photos.values())
    said = by_face(standing, faces.values(), photos)
    left = [each for each in records if not settles(said.get(each.face), standing.renames.everywhere(each.person))]
    return list({faces[each.face].short_id: each for each in reversed(left)}.values())[::-1]


def settles(said: FaceAnswer | None, person: str) -> bool:
    """Whether an answer about a face ends the doubt that it is this person. Pure.

    It does where the name was checked, or is another one now. What was confirmed once may have been a slip.
    """
    if said is None:
        return False
    return said.is_checked or person in said.rejected or (said.verdict is not None and said.person != person)


def _shown(store: Store, renames: Renames, records: Sequence[DoubtRecord]) -> list[ShownDoubt]:
    near = {each for record in records for each in (record.face, record.nearest_own, record.nearest_other) if each}
    faces = store.faces.many(near)
    people = {record.person for record in records} | {record.looks_like for record in records if record.looks_like}
    best = store.people.best(people, FACES + 1)

    def of(person: str | None, nearest: int | None, itself: str) -> tuple[str, ...]:
        ids = [faces[nearest].short_id] if nearest in faces else []
        ids += best.get(person, []) if person is not None else []
        return tuple(dict.fromkeys(each for each in ids if each != itself))[:FACES]

    found = []
    for record in records:
        itself = faces[record.face].short_id
        pairs = store.assessments.look_alikes(record.person)
        found.append(
            ShownDoubt(
                face=itself,
                person=renames.everywhere(record.person),
                looks_like=None if record.looks_like is None else renames.everywhere(record.looks_like),
                score=record.score,
                own=of(record.person, record.nearest_own, itself),
                other=of(record.looks_like, record.nearest_other, itself),
                pair=next((pair for pair in pairs if record.looks_like in (pair.one, pair.other)), None),
            )
        )
    return found
