"""What was written outside the state, what was answered and what was rejected: each may be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from facedaemon import face_ids
from facedaemon.answers import Answer, AnswerKind, AnswerSource, Standing
from facedaemon.geometry import overlap
from facedaemon.store import SAME_REGION_OVERLAP, RejectionRecord, Store, WriteRecord

MOST = 50


@dataclass(frozen=True, slots=True)
class ShownWrite:
    """A write, and the number of its photo in this state; None where the photo is not known any more."""

    write: WriteRecord
    photo: int | None


@dataclass(frozen=True, slots=True)
class ShownRejection:
    """A rejection with the short id of the face at its place, None where none is known.

    `answer` is the answer by which it was rejected here, None where it was rejected elsewhere.
    """

    record: RejectionRecord
    face: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer that counts, and its face, where it is about one."""

    answer: Answer
    face: str | None


def writes(store: Store, before: int | None = None, search: str = "", most: int = MOST) -> tuple[ShownWrite, ...]:
    """The newest writes with numbers below `before`, of photos with `search` in their path."""
    found = store.writes.page(most, before, search)
    known: dict[Path, int | None] = {}
    for write in found:
        if write.photo not in known:
            photo = store.photos.get(write.photo)
            known[write.photo] = None if photo is None else photo.id
    return tuple(ShownWrite(write, known[write.photo]) for write in found)


def shown_answers(standing: Standing, first: int = 0, most: int = MOST) -> tuple[tuple[ShownAnswer, ...], int]:
    """The answers given here that count, newest first, from number `first` on; and how many there are. Pure."""
    own = [
        answer
        for answer in reversed(standing.answers)
        if answer.saying.source == AnswerSource.FACEDAEMON and answer.saying.kind != AnswerKind.UNSAY
    ]
    return tuple(ShownAnswer(answer, _face(answer)) for answer in own[first : first + most]), len(own)


def rejections(
    store: Store, standing: Standing, first: int = 0, most: int = MOST, person: str | None = None
) -> tuple[tuple[ShownRejection, ...], int]:
    """The rejections, newest first, from number `first` on, of one `person` or all; and how many there are."""
    records = [r for r in reversed(store.rejections.all()) if person in (None, r.rejection.person)]
    rejects = [answer for answer in standing.answers if answer.saying.kind == AnswerKind.REJECT]
    shown = (
        ShownRejection(record, _face_at(store, record), _answer_of(record, rejects, standing))
        for record in records[first : first + most]
    )
    return tuple(shown), len(records)


def _face(answer: Answer) -> str | None:
    place = answer.saying.face
    if place is None or place.content is None:
        return None
    return face_ids.shown(face_ids.face_id(place.content, place.region))


def _face_at(store: Store, record: RejectionRecord) -> str | None:
    photo = store.photos.get(record.rejection.path)
    faces = [] if photo is None else store.faces.of(photo.id)
    best = max(faces, key=lambda face: overlap(face.region, record.rejection.region), default=None)
    is_there = best is not None and overlap(best.region, record.rejection.region) >= SAME_REGION_OVERLAP
    return face_ids.shown(best.short_id) if best is not None and is_there else None


def _answer_of(record: RejectionRecord, rejects: Sequence[Answer], standing: Standing) -> str | None:
    """The answer here that says the same of the same picture, the last one where there are several."""
    said = record.rejection
    for answer in reversed(rejects):
        place = answer.saying.face
        is_there = place is not None and (place.path == said.path or (place.content or "") == said.content)
        is_same = standing.name_of(answer) == said.person
        if is_there and is_same and place is not None and overlap(place.region, said.region) >= SAME_REGION_OVERLAP:
            return answer.id
    return None
