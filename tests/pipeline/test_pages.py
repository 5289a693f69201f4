"""What is asked next: suggestions a person at a time, groups one at a time, without what was answered already."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from facedaemon.answers import AnswerKind, Saying
from facedaemon.config import Config
from facedaemon.dates import DateSource, Taken
from facedaemon.pipeline.answering.answers import Answering, Answers
from facedaemon.pipeline.reading import group_pages, suggestion_pages
from facedaemon.pipeline.reading.answered_faces import AnsweredFaces
from facedaemon.pipeline.reading.group_pages import GroupPage, Known, halves
from facedaemon.pipeline.reading.suggestion_pages import PAGE, PersonPage
from facedaemon.pipeline.rejections import Barred
from facedaemon.store import GroupChanges, Place, Store, Verdict
from facedaemon.values import AnnotationState, Region
from tests import made_values

LEFT, RIGHT = Region(0.1, 0.2, 0.2, 0.3), Region(0.6, 0.2, 0.2, 0.3)


class Desk:
    """A state with made-up faces, and the user who answers beside it."""

    def __init__(self, folder: Path) -> None:
        self.config = Config.model_validate({"photos": {"roots": [str(folder)]}, "state_directory": str(folder)})
        self.store = Store.open(folder)
        self.answered = AnsweredFaces(folder)
        self.faces: dict[str, int] = {}
        self._number = 0

    def close(self) -> None:
        """Close all files."""
        self.store.close()
        self.answered.close()

    def photo(self, *, content: str | None = None, seed: int | None = None, minute: int | None = None) -> str:
        """A photo with one face; the face's id."""
        self._number += 1
        number = self._number
        face = made_values.face(LEFT, seed=number if seed is None else seed)
        made = self.store.photos.put_analysis(
            Path(f"/photos/{number}.jpg"),
            made_values.fingerprint(number),
            made_values.analysis(face, content=content or f"{number:032}"),
        )
        if minute is not None:
            self.store.photos.put_dates(made.id, Taken(60 * minute, DateSource.EXIF), None)
        (record,) = self.store.faces.of(made.id)
        self.faces[record.short_id] = record.id
        return record.short_id

    def suggest(self, person: str, *confidences: float) -> list[str]:
        """New photos of which each shows the person with that confidence; their faces."""
        made = [self.photo() for _ in confidences]
        for face, confidence in zip(made, confidences, strict=True):
            self.store.suggestions.put(self.faces[face], person, confidence, 1, 0.0)
        return made

    def group(self, number: int, count: int, *, first_minute: int = 0) -> list[str]:
        """New photos whose faces are one group."""
        made = [self.photo(seed=1000 * number, minute=first_minute + at) for at in range(count)]
        self.store.groups.put({self.faces[face]: Place(number) for face in made}, GroupChanges())
        return made

    def say(self, kind: AnswerKind, *faces: str, person: str = "") -> str:
        """Answer; gives the first answer's id."""
        with closing(Answers.open(self.config)) as answers:
            records = answers.faces(faces)
            done: Answering
            if kind == AnswerKind.CONFIRM:
                done = answers.name(records, person, 1.0)
            elif kind == AnswerKind.REJECT:
                done = answers.reject(records, person, 1.0)
            else:
                done = answers.set_aside(records, kind, 1.0)
        return done.answers[0][0].id

    def about(self, saying: Saying) -> None:
        """An answer about a person."""
        with closing(Answers.open(self.config)) as answers:
            answers.about_person(saying, 1.0)

    def suggestions(self, *arguments: object) -> PersonPage | None:
        """The next page of suggestions."""
        return suggestion_pages.page(self.store, self.answered, *arguments)  # type: ignore[arg-type]

    def groups(self, wanted: str | None = None, after: tuple[int, int] | None = None) -> GroupPage | None:
        """The next group."""
        return group_pages.page(self.store, self.answered, Known(None, Barred(self.store, "model")), wanted, after)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A fresh one."""
    with closing(Desk(tmp_path)) as made:
        yield made


def _shown(page: PersonPage | None) -> tuple[str, list[str]]:
    assert page is not None
    return page.turn.person, [face.id for face in page.faces]


def test_people_come_one_after_the_other_the_surest_faces_first(desk: Desk) -> None:
    """Most suggestions first, then by name; after the last one there is nobody."""
    anna = desk.suggest("Anna", 0.91, 0.99)
    carla, bert = desk.suggest("Carla", 0.95), desk.suggest("Bert", 0.97)
    first = desk.suggestions()
    assert ("Anna", anna[::-1]) == _shown(first)
    assert first is not None
    assert (2, 2) == (first.turn.faces, first.waiting)
    second = desk.suggestions(None, None, first.turn.order)
    assert ("Bert", bert) == _shown(second)
    assert second is not None
    third = desk.suggestions(None, None, second.turn.order)
    assert ("Carla", carla) == _shown(third)
    assert third is not None
    assert desk.suggestions(None, None, third.turn.order) is None
    assert ("Carla", carla) == _shown(desk.suggestions("Carla"))


def test_a_person_with_many_suggestions_has_several_pages(desk: Desk) -> None:
    """The next page begins where the last one ended, also among faces of equal confidence; each face comes once."""
    made = desk.suggest("Anna", *[0.9] * (PAGE + 1), *[0.8] * PAGE)
    seen: list[str] = []
    rest, pages = None, 0
    while (page := desk.suggestions("Anna", rest, (-10_000, ""))) is not None and page.faces:
        seen += [face.id for face in page.faces]
        rest, pages = page.rest, pages + 1
        if rest is None:
            break
    assert made == seen
    assert pages == 3


@pytest.mark.parametrize("kind", [AnswerKind.CONFIRM, AnswerKind.REJECT, AnswerKind.IGNORE, AnswerKind.NOT_A_FACE])
def test_what_was_answered_is_not_asked_again(desk: Desk, kind: AnswerKind) -> None:
    """At once, before any pass takes the answer up; taken back, it is asked again."""
    one, other = desk.suggest("Anna", 0.99, 0.95)
    answer = desk.say(kind, one, person="Anna")
    assert ("Anna", [other]) == _shown(desk.suggestions())
    desk.about(Saying(AnswerKind.UNSAY, takes_back=answer))
    assert ("Anna", [one, other]) == _shown(desk.suggestions())


def test_the_next_person_follows_when_all_is_answered(desk: Desk) -> None:
    """Whoever was asked for and has nothing left gives way to the next one."""
    anna, bert = desk.suggest("Anna", 0.99, 0.95), desk.suggest("Bert", 0.9)
    desk.say(AnswerKind.CONFIRM, *anna, person="Anna")
    assert ("Bert", bert) == _shown(desk.suggestions("Anna"))
    assert ("Bert", bert) == _shown(desk.suggestions("nobody of this name"))


def test_a_rejection_of_another_name_leaves_the_suggestion(desk: Desk) -> None:
    """A face that is not Bert may still be Anna."""
    faces = desk.suggest("Anna", 0.99)
    desk.say(AnswerKind.REJECT, *faces, person="Bert")
    assert ("Anna", faces) == _shown(desk.suggestions())


def test_a_rejection_holds_for_a_person_who_was_renamed_since(desk: Desk) -> None:
    """The state suggests the former name until a pass has taken the new one up."""
    one, other = desk.suggest("Anna", 0.99, 0.9)
    desk.say(AnswerKind.REJECT, one, person="Anna")
    desk.about(Saying(AnswerKind.RENAME, person="Anna", other="Anna Example"))
    assert ("Anna", [other]) == _shown(desk.suggestions())


def test_nobody_is_asked_about_somebody_who_is_hidden(desk: Desk) -> None:
    """Also before a pass has withdrawn the suggestions."""
    desk.suggest("Anna", 0.99, 0.9)
    bert = desk.suggest("Bert", 0.9)
    desk.about(Saying(AnswerKind.HIDE, person="Anna"))
    assert ("Bert", bert) == _shown(desk.suggestions())


def test_copies_of_a_photo_are_asked_about_once(desk: Desk) -> None:
    """One answer is about all copies."""
    made = [desk.photo(content="the same") for _ in range(3)]
    for record in desk.store.faces.with_short_id(made[0]):
        desk.store.suggestions.put(record.id, "Anna", 0.9, 1, 0.0)
    assert ("Anna", made[:1]) == _shown(desk.suggestions())
    desk.say(AnswerKind.CONFIRM, made[0], person="Anna")
    assert desk.suggestions() is None


def test_photos_that_are_away_are_not_asked_about(desk: Desk) -> None:
    """They do not count for the order either."""
    anna, bert = desk.suggest("Anna", 0.99, 0.98, 0.97), desk.suggest("Bert", 0.9, 0.8)
    away = [desk.store.faces.get(desk.faces[face]).photo for face in anna[:2]]
    desk.store.photos.put_missing(away[:1], missing=True)
    desk.store.photos.put_absent(away[1:], 1.0)
    assert ("Bert", bert) == _shown(desk.suggestions())
    assert ("Anna", anna[2:]) == _shown(desk.suggestions("Anna"))


def test_the_best_confirmed_faces_are_shown_beside_the_suggested_ones(desk: Desk) -> None:
    """So that one sees whom the name means."""
    desk.suggest("Anna", 0.9)
    confirmed = desk.photo()
    desk.store.faces.put_verdict(desk.faces[confirmed], Verdict(AnnotationState.CONFIRMED, "Anna", 1.0))
    page = desk.suggestions()
    assert page is not None
    assert [confirmed] == [face.id for face in page.known]


def _members(page: GroupPage | None) -> tuple[str, set[str]]:
    assert page is not None
    return page.group.id, {face.whole_id for face in page.group.faces}


def test_groups_come_one_after_the_other_and_keep_their_place(desk: Desk) -> None:
    """The largest first; a group of which faces are left is shown again, one that is answered gives way to the next."""
    small, large, middle = desk.group(1, 2), desk.group(2, 5), desk.group(3, 3)
    first = desk.groups()
    assert ("g2", set(large)) == _members(first)
    assert first is not None
    assert ["g3", "g1"] == [each.id for each in first.coming]
    desk.say(AnswerKind.CONFIRM, *large[:3], person="Anna")
    assert ("g2", set(large[3:])) == _members(desk.groups("g2"))
    desk.say(AnswerKind.IGNORE, *large[3:])
    second = desk.groups("g2", first.place)
    assert ("g3", set(middle)) == _members(second)
    assert second is not None
    third = desk.groups(None, second.place)
    assert ("g1", set(small)) == _members(third)
    assert third is not None
    assert desk.groups(None, third.place) is None
    assert ("g3", set(middle)) == _members(desk.groups())


def test_a_group_of_one_minute_is_not_asked_about(desk: Desk) -> None:
    """A stranger who passed by."""
    passing = [desk.photo(seed=1, minute=7) for _ in range(4)]
    desk.store.groups.put({desk.faces[face]: Place(1) for face in passing}, GroupChanges())
    desk.group(2, 2)
    page = desk.groups()
    assert "g2" == _members(page)[0]
    assert page is not None
    assert () == page.coming


def test_a_rejected_face_stays_in_its_group(desk: Desk) -> None:
    """It is still to be named."""
    faces = desk.group(1, 2)
    desk.say(AnswerKind.REJECT, faces[0], person="Anna")
    assert set(faces) == _members(desk.groups())[1]


def test_a_group_of_two_people_is_divided() -> None:
    """Each half is one of them; the half of the first face is not the other one."""
    one, two = made_values.vector(1, 64), made_values.vector(2, 64)
    noise = [made_values.vector(10 + at, 64) for at in range(9)]
    mixed = np.array([(one if at % 3 else two) + 0.3 * noise[at] for at in range(9)], np.float32)
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    assert [at % 3 == 0 for at in range(9)] == halves(mixed, 1).tolist()
    assert [at % 3 != 0 for at in range(9)] == halves(mixed, 3).tolist()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_equal_faces_are_not_divided(count: int) -> None:
    """There is nothing to tell them apart by."""
    assert not halves(np.repeat(made_values.vector(1)[None], count, axis=0), 0).any()
