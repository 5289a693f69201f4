"""What humans have said of a face when a page showed it, so that an answer made there replaces no newer one.

A page that was opened a while ago shows a face as it was. Meanwhile another tab, a command, or another program may have
said who it is. The form carries the version that it was made of; only where it is the face's version still, the answer
is written down (docs/decisions/081).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from facedaemon import face_ids
from facedaemon.answers import AnswerKind, FaceAnswer, Renames
from facedaemon.pipeline.annotations.answered import by_face
from facedaemon.pipeline.reading.answered_faces import AnsweredFaces
from facedaemon.store import FaceRecord, PhotoRecord, Store
from facedaemon.values import AnnotationState, Evidence, FaceState

_LETTERS = 8  # of a code: one of two names in 10^12 is mistaken for the other

_STATES = {
    AnswerKind.CONFIRM: FaceState.CONFIRMED,
    AnswerKind.DRAW: FaceState.CONFIRMED,
    AnswerKind.IGNORE: FaceState.IGNORED,
    AnswerKind.NOT_A_FACE: FaceState.NOT_A_FACE,
}
_ELSEWHERE = {AnnotationState.CONFIRMED: FaceState.CONFIRMED, AnnotationState.IGNORED: FaceState.IGNORED}
_OWN = frozenset({Evidence.CONFIRMED, Evidence.OTHER_NAME, Evidence.IGNORED, Evidence.ANSWERED})
"""Rejections that follow from a statement or an answer, which are looked at themselves."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A human said that a face is this: CONFIRMED with a person, IGNORED or NOT_A_FACE.

    `is_checked`: the name was confirmed before, and found right when it was looked at again.
    """

    state: FaceState
    person: str | None = None
    is_checked: bool = False


@dataclass(frozen=True, slots=True)
class FaceVersion:
    """What humans have said of one face: several statements where copies of its photo are named differently.

    `rejected` are the people whom it is not.
    """

    statements: tuple[Statement, ...] = ()
    rejected: frozenset[str] = frozenset()

    @property
    def code(self) -> str:
        """The version in short, for a form: the statements, then each rejected name."""
        return "-".join([_code_of(self.statements), *sorted(map(_code, self.rejected))])


class Weight(StrEnum):
    """What becomes of an answer: it is written down, says nothing new, or was made without knowing a newer one."""

    NEW = "new"
    SAME = "same"
    OLDER = "older"


def weigh(kind: AnswerKind, person: str | None, shown: str, now: FaceVersion) -> Weight:
    """What becomes of an answer made on a page that showed the version `shown` (`FaceVersion.code`). Pure."""
    statements, *rejected = shown.split("-")
    is_as_shown = statements == _code_of(now.statements)
    is_newly_rejected = person is not None and person in now.rejected and _code(person) not in rejected
    if kind == AnswerKind.REJECT:
        is_named_so = any(each.person == person for each in now.statements)
        if is_named_so and not is_as_shown:
            return Weight.OLDER
        return Weight.SAME if is_newly_rejected and not is_named_so else Weight.NEW
    wanted = Statement(_STATES[kind], person if kind == AnswerKind.CONFIRM else None)
    checked = replace(wanted, is_checked=True)
    if not is_as_shown and now.statements:
        is_said = all(each in (wanted, checked) for each in now.statements)
        return Weight.SAME if is_said else Weight.OLDER
    was_taken_back = not is_as_shown and statements in (_code_of([wanted]), _code_of([checked]))
    return Weight.OLDER if was_taken_back or (kind == AnswerKind.CONFIRM and is_newly_rejected) else Weight.NEW


def versions(store: Store, answered: AnsweredFaces, ids: Iterable[str]) -> dict[str, FaceVersion]:
    """The versions of the faces with these short ids, whole ones or beginnings, as far as they are known."""
    read = {each: face_ids.read(each) for each in ids}
    whole = {each for each in read.values() if each is not None and face_ids.is_whole(each)}
    begun = sorted({each for each in read.values() if each is not None} - whole)
    faces = [*store.faces.with_whole_ids(whole), *(face for each in begun for face in store.faces.with_short_id(each))]
    photos = {photo.id: photo for photo in store.photos.numbered({face.photo for face in faces})}
    standing = answered.about(photos.values())
    said = by_face(standing, faces, photos)
    copies: dict[str, list[FaceRecord]] = {}
    for face in faces:
        for beginning in (face.short_id, *(each for each in begun if face.short_id.startswith(each))):
            copies.setdefault(beginning, []).append(face)
    return {
        each: _version(copies[short], said, _rejected(store, copies[short], photos), standing.renames)
        for each, short in read.items()
        if short in copies
    }


def _version(
    copies: Iterable[FaceRecord], said: Mapping[int, FaceAnswer], elsewhere: Iterable[str], renames: Renames
) -> FaceVersion:
    """Of a face in all copies of its photo; `elsewhere` are the people rejected in other programs. Pure."""
    statements: set[Statement] = set()
    rejected = {renames.everywhere(person) for person in elsewhere}
    for face in copies:
        answer, verdict = said.get(face.id), face.verdict
        person = None if verdict.person is None else renames.everywhere(verdict.person)
        if answer is not None:
            rejected.update(answer.rejected)
        if answer is not None and answer.verdict is not None:
            statements.add(Statement(_STATES[answer.verdict], answer.person, answer.is_checked))
        elif verdict.state in _ELSEWHERE and (answer is None or person not in answer.rejected):
            statements.add(Statement(_ELSEWHERE[verdict.state], person))
    ordered = sorted(statements, key=lambda each: (each.state, each.person or "", each.is_checked))
    return FaceVersion(tuple(ordered), frozenset(rejected))


def _rejected(store: Store, copies: Iterable[FaceRecord], photos: Mapping[int, PhotoRecord]) -> set[str]:
    """The people rejected for this face in other programs."""
    return {
        item.rejection.person
        for face in copies
        for item in store.rejections.at(photos[face.photo].content, photos[face.photo].path, face.region)
        if item.rejection.evidence not in _OWN
    }


def _code_of(statements: Iterable[Statement]) -> str:
    return _code("\n".join(f"{each.state}\t{each.is_checked}\t{each.person or ''}" for each in statements))


def _code(words: str) -> str:
    number = int.from_bytes(hashlib.sha256(words.encode("utf-8", "surrogateescape")).digest()[:8], "big")
    return "".join(face_ids.LETTERS[number >> 5 * at & 31] for at in range(_LETTERS))
