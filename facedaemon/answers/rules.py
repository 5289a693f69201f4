"""What follows from all answers: which count, and what they say of the faces of a photo and of people. Pure.

A later answer about the same face replaces an earlier one; one that is taken back is as if it had never been given, so
that the one before it counts again. Names follow renames and merges that were answered later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from facedaemon.answers.model import ABOUT_FACES, Answer, AnswerKind, AnswerSource, FacePlace
from facedaemon.answers.renames import Renames, all_renames
from facedaemon.geometry import displayed, overlap, stored
from facedaemon.values import Region

SAME_FACE = 0.5  # overlap of the regions of two answers that are about one face

_NAMES = (AnswerKind.CONFIRM, AnswerKind.DRAW)
_VERDICTS = (*_NAMES, AnswerKind.IGNORE, AnswerKind.NOT_A_FACE)


@dataclass(frozen=True, slots=True)
class FaceAnswer:
    """What the answers say of one face of a photo, in the frame in which it was asked for.

    `verdict` is CONFIRM, DRAW, IGNORE, NOT_A_FACE, or None; `person` the confirmed one. `rejected` are the people whom
    this face is not. `by` are the ids of the answers that say so. `is_checked`: somebody looked at the confirmed name
    again and found it right. `verdicts` are the ids of all answers that gave a verdict and still count, also those that
    a later one replaced; `rejections` those that took a name, by the name.
    """

    region: Region
    verdict: AnswerKind | None
    person: str | None
    rejected: tuple[str, ...]
    by: tuple[str, ...]
    is_checked: bool = False
    verdicts: tuple[str, ...] = ()
    rejections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Face:
    region: Region
    verdict: AnswerKind | None = None
    person: str | None = None
    verdict_by: str = ""
    is_checked: bool = False
    rejected: dict[str, str] = field(default_factory=dict)
    verdicts: list[str] = field(default_factory=list)
    rejections: dict[str, list[str]] = field(default_factory=dict)

    def take(self, kind: AnswerKind, person: str | None, answer: Answer) -> None:
        if kind == AnswerKind.REJECT and person is not None:
            self.rejected[person] = answer.id
            self.rejections.setdefault(person, []).append(answer.id)
            if self.verdict in _NAMES and self.person == person:
                self.verdict, self.person, self.is_checked = None, None, False
        elif kind in _VERDICTS:
            self.verdicts.append(answer.id)
            self.verdict, self.person, self.verdict_by = kind, person if kind in _NAMES else None, answer.id
            self.is_checked = answer.saying.is_checked
            if kind in _NAMES and person is not None:
                self.rejected.pop(person, None)

    def result(self) -> FaceAnswer:
        by = ([self.verdict_by] if self.verdict else []) + list(self.rejected.values())
        rejections = {person: tuple(ids) for person, ids in self.rejections.items()}
        return FaceAnswer(
            self.region,
            self.verdict,
            self.person,
            tuple(self.rejected),
            tuple(by),
            self.is_checked,
            tuple(self.verdicts),
            rejections,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """The answers that count, oldest first, and what they say of people.

    `taken_back` are the ids of those that do not count any more. `ever_named` are all that ever named a face, by the
    content of the picture: what was written because of them is ours. `found_again` are the ids of answers that were
    repeated for an edited picture, each with its content; `repeated` are those answers by id.
    """

    answers: tuple[Answer, ...] = ()
    taken_back: frozenset[str] = frozenset()
    renames: Renames = field(default_factory=Renames)
    hidden: frozenset[str] = frozenset()
    born: Mapping[str, str] = field(default_factory=dict)
    by_content: Mapping[str, Sequence[Answer]] = field(default_factory=dict)
    by_path: Mapping[Path, Sequence[Answer]] = field(default_factory=dict)
    ever_named: Mapping[str, Sequence[Answer]] = field(default_factory=dict)
    found_again: frozenset[tuple[str, str | None]] = frozenset()
    repeated: Mapping[str, Answer] = field(default_factory=dict)

    def about_faces(self, answers: Iterable[Answer], orientation: int) -> list[FaceAnswer]:
        """What these answers say together of each face of a photo that is displayed in an EXIF orientation (1 to 8).

        The answers are about one photo, or copies of it.
        """
        faces: list[_Face] = []
        for answer in sorted(answers, key=lambda each: each.order):
            place = answer.saying.face
            if place is None:
                continue
            region = in_frame(place, orientation)
            face = max(faces, key=lambda each: overlap(each.region, region), default=None)
            if face is None or overlap(face.region, region) < SAME_FACE:
                faces.append(face := _Face(region))
            face.region = region
            face.take(answer.saying.kind, self.name_of(answer), answer)
            if answer.saying.kind == AnswerKind.REJECT:
                for person in self._also_rejected(answer):
                    face.take(AnswerKind.REJECT, person, answer)
        return [found for face in faces if (found := face.result()).by]

    def name_of(self, answer: Answer) -> str | None:
        """The person whom the answer is about, as they are called now.

        An answer that was repeated for an edited picture names whom the first one names: a rename between both may
        have been taken back since.
        """
        said = self._first(answer)
        return None if said.saying.person is None else self.renames.now(said.saying.person, said.order)

    def _also_rejected(self, answer: Answer) -> frozenset[str]:
        said = self._first(answer)
        return frozenset() if said.saying.person is None else self.renames.also(said.saying.person, said.order)

    def _first(self, answer: Answer) -> Answer:
        first = self.repeated.get(answer.saying.follows or "", answer)
        return first if first.saying.kind == answer.saying.kind else answer


def in_frame(place: FacePlace, orientation: int) -> Region:
    """Where the face is in the photo as it is displayed in an EXIF orientation now."""
    if place.orientation == orientation:
        return place.region
    return displayed(stored(place.region, place.orientation), orientation)


def active(answers: Iterable[Answer]) -> Standing:
    """The answers that count now."""
    ordered = sorted(answers, key=lambda each: each.order)
    taken: dict[str, Answer] = {}
    for answer in reversed(ordered):
        if answer.saying.kind == AnswerKind.UNSAY and answer.id not in taken and answer.saying.takes_back:
            taken[answer.saying.takes_back] = answer
    counting = [answer for answer in ordered if not {answer.id, answer.saying.follows} & taken.keys()]
    renames = all_renames(ordered, taken)
    hidden, born = _about_people(counting, renames)
    about_faces = [answer for answer in counting if answer.saying.kind in ABOUT_FACES]
    by_path: dict[Path, list[Answer]] = {}
    for answer in about_faces:
        if answer.saying.face is not None:
            by_path.setdefault(answer.saying.face.path, []).append(answer)
    named = [answer for answer in ordered if answer.saying.kind in _NAMES]
    return Standing(
        answers=tuple(counting),
        taken_back=frozenset(taken),
        renames=renames,
        hidden=hidden,
        born=born,
        by_content=_by_content(about_faces),
        by_path=by_path,
        ever_named=_by_content(named),
        found_again=frozenset(
            (answer.saying.follows, answer.saying.face.content)
            for answer in ordered
            if answer.saying.follows is not None and answer.saying.face is not None
        ),
        repeated=_repeated(ordered),
    )


def _repeated(ordered: Sequence[Answer]) -> dict[str, Answer]:
    wanted = {answer.saying.follows for answer in ordered if answer.saying.follows is not None}
    return {answer.id: answer for answer in ordered if answer.id in wanted}


def _by_content(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        place = answer.saying.face
        if place is not None and place.content is not None:
            found.setdefault(place.content, []).append(answer)
    return found


def _about_people(counting: Sequence[Answer], renames: Renames) -> tuple[frozenset[str], dict[str, str]]:
    """Who is hidden, and the birth dates; a person's own date is preferred to that of somebody merged into them.

    Who was hidden and merged into somebody hides nobody: that one is shown, or hidden, by their own name.
    """
    hidden: set[str] = set()
    own: dict[str, str | None] = {}
    merged: dict[str, str | None] = {}
    for answer in counting:
        kind, person = answer.saying.kind, answer.saying.person
        name = "" if person is None else renames.now(person, answer.order)
        is_merged = person is not None and renames.was_merged(person, answer.order)
        if is_merged and kind in (AnswerKind.HIDE, AnswerKind.SHOW):
            continue
        if kind == AnswerKind.HIDE:
            hidden.add(name)
        elif kind == AnswerKind.SHOW:
            hidden.discard(name)
        elif kind == AnswerKind.BORN and person is not None:
            (merged if is_merged else own)[name] = answer.saying.born
    return frozenset(hidden), {name: born for name, born in {**merged, **own}.items() if born is not None}


def last_commands(found: Standing, count: int) -> list[Answer]:
    """The answers of the last `count` commands that can be taken back, newest first; taking back is not among them."""
    own = [a for a in found.answers if a.saying.source == AnswerSource.FACEDAEMON]
    human = [a for a in own if a.saying.kind != AnswerKind.UNSAY]
    commands = list(dict.fromkeys(answer.command for answer in reversed(human)))[:count]
    return [answer for answer in reversed(human) if answer.command in commands]
