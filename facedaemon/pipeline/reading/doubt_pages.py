"""Confirmed faces that are probably mislabelled, as people answer them: each between the two people that it may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from facedaemon.answers import FaceAnswer
from facedaemon.figures import LookAlikes
from facedaemon.pipeline.annotations.answered import by_face
from facedaemon.pipeline.people.names_now import NameNow, names_now
from facedaemon.pipeline.reading.answered_faces import AnsweredFaces
from facedaemon.pipeline.reading.before_birth import SCORE, BeforeBirth, confirmed_before_birth
from facedaemon.store import DoubtRecord, Store

FACES = 4  # of each of the two people are shown


@dataclass(frozen=True, slots=True)
class ShownDoubt:
    """A doubtful face by its short id, and faces of both people, as they are called now, the most similar one first.

    `pair` where both look alike; `looks_like` is None where the face is like nobody known. `before_birth` where the
    photo states to be from before the person was born.
    """

    face: str
    person: str
    looks_like: str | None
    score: float
    own: tuple[str, ...]
    other: tuple[str, ...]
    pair: LookAlikes | None
    before_birth: BeforeBirth | None = None


@dataclass(frozen=True, slots=True)
class DoubtPage:
    """Some of the doubtful faces that nobody answered, worst first; `total` are there, found at `made` (seconds)."""

    doubts: tuple[ShownDoubt, ...]
    total: int
    made: float | None


def page(store: Store, answered: AnsweredFaces, first: int = 0, most: int = 10, person: str | None = None) -> DoubtPage:
    """Those from number `first` on; of one `person`, as confirmed or by likeness, where one is named."""
    now = names_now(store, answered.about(()).renames)
    records = [
        each
        for each in waiting(store, answered)
        if person is None or person in {now(name) for name in (each.person, each.looks_like) if name}
    ]
    figures = store.assessments.figures()
    early = before_birth(store, answered)
    shown = tuple(_shown(store, now, records[first : first + most], early))
    return DoubtPage(shown, len(records), None if figures is None else figures[0])


def waiting(store: Store, answered: AnsweredFaces) -> list[DoubtRecord]:
    """The doubtful faces of which nothing was answered that settles the doubt, worst first; one of each picture.

    First those in photos from before the person's birth.
    """
    early = before_birth(store, answered)
    known = {each.face: each for each in store.assessments.doubts()}
    records = [_doubt(each, known.get(face)) for face, each in early.items()]
    records += [each for face, each in known.items() if face not in early]
    faces = store.faces.many(each.face for each in records)
    photos = {photo.id: photo for photo in store.photos.numbered({face.photo for face in faces.values()})}
    standing = answered.about(photos.values())
    said = by_face(standing, faces.values(), photos)
    now = names_now(store, standing.renames)
    left = [each for each in records if not settles(said.get(each.face), now(each.person))]
    return list({faces[each.face].short_id: each for each in reversed(left)}.values())[::-1]


def before_birth(store: Store, answered: AnsweredFaces) -> dict[int, BeforeBirth]:
    """The confirmed faces in photos from before the person's birth, by number."""
    people = answered.about(())
    return {each.face: each for each in confirmed_before_birth(store, names_now(store, people.renames), people.born)}


def _doubt(early: BeforeBirth, known: DoubtRecord | None) -> DoubtRecord:
    """As a doubt; by likeness it may be one as well."""
    if known is None:
        return DoubtRecord(early.face, early.person, None, SCORE, None, None)
    return replace(known, score=SCORE)


def settles(said: FaceAnswer | None, person: str) -> bool:
    """Whether an answer about a face ends the doubt that it is this person. Pure.

    It does where the name was checked, or is another one now. What was confirmed once may have been a slip.
    """
    if said is None:
        return False
    return said.is_checked or person in said.rejected or (said.verdict is not None and said.person != person)


def _shown(
    store: Store, now: NameNow, records: Sequence[DoubtRecord], early: Mapping[int, BeforeBirth]
) -> list[ShownDoubt]:
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
                person=now(record.person),
                looks_like=None if record.looks_like is None else now(record.looks_like),
                score=record.score,
                own=of(record.person, record.nearest_own, itself),
                other=of(record.looks_like, record.nearest_other, itself),
                pair=next((pair for pair in pairs if record.looks_like in (pair.one, pair.other)), None),
                before_birth=early.get(record.face),
            )
        )
    return found
