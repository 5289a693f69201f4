"""What follows from the answers: order, taking back, faces, names."""

from dataclasses import replace
from pathlib import Path

import pytest

from facedaemon.answers import Answer, AnswerKind, FacePlace, Saying, Standing, active
from facedaemon.answers.rules import last_commands
from facedaemon.geometry import ORIENTATIONS, displayed, stored
from facedaemon.values import Region

HERE = FacePlace("c", Path("/a.jpg"), Region(0.1, 0.2, 0.3, 0.25))
BESIDE = replace(HERE, region=Region(0.6, 0.2, 0.3, 0.25))


def _all(*sayings: Saying) -> list[Answer]:
    return [Answer(f"id{n}", n, f"command{n}", "", saying) for n, saying in enumerate(sayings, 1)]


def _said(*kinds: tuple[AnswerKind, str | None] | str) -> list[Answer]:
    """Answers about one face; a text takes back the answer of that id."""
    return _all(
        *(
            Saying(AnswerKind.UNSAY, takes_back=each) if isinstance(each, str) else Saying(each[0], HERE, each[1])
            for each in kinds
        )
    )


def _verdict(found: Standing) -> tuple[AnswerKind | None, str | None, set[str]]:
    faces = found.about_faces(found.by_content.get("c", ()), 1)
    if not faces:
        return None, None, set()
    (face,) = faces
    return face.verdict, face.person, set(face.rejected)


YES, NO, IGNORE, NOTHING = AnswerKind.CONFIRM, AnswerKind.REJECT, AnswerKind.IGNORE, AnswerKind.NOT_A_FACE


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([(YES, "Anna")], (YES, "Anna", set())),
        ([(YES, "Anna"), (YES, "Bob")], (YES, "Bob", set())),
        ([(YES, "Anna"), (NO, "Anna")], (None, None, {"Anna"})),
        ([(NO, "Anna"), (YES, "Anna")], (YES, "Anna", set())),
        ([(YES, "Anna"), (NO, "Bob")], (YES, "Anna", {"Bob"})),
        ([(NO, "Anna"), (IGNORE, None)], (IGNORE, None, {"Anna"})),
        ([(IGNORE, None), (YES, "Anna")], (YES, "Anna", set())),
        ([(YES, "Anna"), (NOTHING, None)], (NOTHING, None, set())),
        ([(YES, "Anna"), "id1"], (None, None, set())),
        ([(YES, "Anna"), (YES, "Bob"), "id2"], (YES, "Anna", set())),
        ([(YES, "Anna"), (NO, "Anna"), "id2"], (YES, "Anna", set())),
        ([(YES, "Anna"), "id1", "id2"], (YES, "Anna", set())),
        ([(YES, "Anna"), "id9"], (YES, "Anna", set())),
    ],
)
def test_the_later_answer_about_a_face_counts(
    answers: list[tuple[AnswerKind, str | None] | str], expected: tuple[AnswerKind | None, str | None, set[str]]
) -> None:
    """A later answer outdoes an earlier one of its kind; one that is taken back is as if it had never been given."""
    assert expected == _verdict(active(_said(*answers)))


def test_the_order_is_that_of_the_numbers_wherever_the_answers_were_written_down() -> None:
    """The same answers from two computers, imported in either order, mean the same."""
    answers = _said((YES, "Anna"), (YES, "Bob"), (NO, "Bob"))
    assert _verdict(active(answers)) == _verdict(active(reversed(answers)))
    tied = [replace(answers[0], number=1, id="a"), replace(answers[1], number=1, id="b")]
    assert _verdict(active(tied)) == _verdict(active(reversed(tied))) == (YES, "Bob", set())


def test_two_faces_of_a_photo_are_two() -> None:
    """An answer about one face says nothing about the one beside it."""
    found = active(_all(Saying(YES, HERE, "Anna"), Saying(YES, BESIDE, "Bob"), Saying(NO, BESIDE, "Anna")))
    faces = found.about_faces(found.by_content["c"], 1)
    assert [("Anna", ()), ("Bob", ("Anna",))] == [(face.person, face.rejected) for face in faces]


@pytest.mark.parametrize("now", ORIENTATIONS)
@pytest.mark.parametrize("then", ORIENTATIONS)
def test_a_face_is_found_after_the_photo_was_turned(then: int, now: int) -> None:
    """Another EXIF orientation than at the answer's time: the region is where the face is displayed now."""
    place = replace(HERE, region=displayed(HERE.region, then), orientation=then)
    found = active(_all(Saying(YES, place, "Anna")))
    (face,) = found.about_faces(found.by_content["c"], now)
    assert all(abs(getattr(stored(face.region, now), side) - getattr(HERE.region, side)) < 1e-9 for side in "xywh")


def test_names_follow_later_renames_and_merges_only() -> None:
    """Who is renamed keeps the answers of before; somebody who gets the old name later is another person."""
    rename = Saying(AnswerKind.RENAME, person="Anna", other="Anna Example")
    merge = Saying(AnswerKind.MERGE, person="Anna Example", other="Ann")
    found = active(_all(Saying(YES, HERE, "Anna"), rename, Saying(YES, BESIDE, "Anna"), merge))
    assert ["Ann", "Anna"] == [face.person for face in found.about_faces(found.by_content["c"], 1)]
    assert found.renames.everywhere("Anna") == "Ann"
    back = Saying(AnswerKind.RENAME, person="Anna Example", other="Anna")
    assert _verdict(active(_all(Saying(YES, HERE, "Anna"), rename, back)))[1] == "Anna"


RENAME, MERGE = (Saying(kind, person="Anna", other="Ann") for kind in (AnswerKind.RENAME, AnswerKind.MERGE))
AGAIN = replace(HERE, content="edited")


def _back(number: int) -> Saying:
    return Saying(AnswerKind.UNSAY, takes_back=f"id{number}")


@pytest.mark.parametrize(
    ("sayings", "names", "rejected"),
    [
        ([RENAME, Saying(YES, HERE, "Ann"), _back(1)], ["Anna"], set()),
        ([Saying(YES, HERE, "Anna"), RENAME, Saying(YES, BESIDE, "Ann"), _back(2)], ["Anna", "Anna"], set()),
        ([RENAME, _back(1), Saying(YES, HERE, "Ann")], ["Ann"], set()),
        ([Saying(YES, HERE, "Ann"), RENAME, _back(2)], ["Ann"], set()),
        ([RENAME, Saying(NO, HERE, "Ann"), _back(1)], [None], {"Anna"}),
        ([MERGE, Saying(YES, HERE, "Ann"), _back(1)], ["Ann"], set()),
        ([MERGE, Saying(NO, HERE, "Ann"), _back(1)], [None], {"Ann", "Anna"}),
        ([Saying(YES, HERE, "Anna"), MERGE, Saying(NO, HERE, "Ann"), _back(2)], [None], {"Ann", "Anna"}),
        ([MERGE, Saying(NO, HERE, "Ann"), _back(1), Saying(YES, HERE, "Anna")], ["Anna"], {"Ann"}),
        ([MERGE, _back(1), Saying(NO, HERE, "Ann")], [None], {"Ann"}),
        ([MERGE, Saying(NO, HERE, "Ann"), _back(1), _back(3)], [None], {"Ann"}),
    ],
)
def test_a_rename_is_taken_back_after_more_was_answered(
    sayings: list[Saying], names: list[str | None], rejected: set[str]
) -> None:
    """Answers that were given under the new name are about the same person; a merged name rejected is neither one."""
    found = active(_all(*sayings))
    faces = found.about_faces(found.by_content["c"], 1)
    assert (names, rejected) == ([face.person for face in faces], {name for face in faces for name in face.rejected})


@pytest.mark.parametrize("change", [RENAME, MERGE])
def test_what_is_repeated_for_an_edited_picture_follows_the_first_answer(change: Saying) -> None:
    """It was repeated under a name that was taken back since: it means whom the first answer means."""
    sayings = Saying(YES, HERE, "Anna"), change, Saying(YES, AGAIN, "Ann", follows="id1"), _back(2)
    found = active(_all(*sayings))
    assert ["Anna"] == [face.person for face in found.about_faces(found.by_content["edited"], 1)]


def test_who_is_merged_does_not_hide_the_other() -> None:
    """Of two merged people the one whose name stays is hidden, or shown, as before."""
    hide_one, hide_other = (Saying(AnswerKind.HIDE, person=name) for name in ("Anna", "Ann"))
    assert active(_all(hide_one, MERGE)).hidden == frozenset()
    assert active(_all(hide_one, MERGE, _back(2))).hidden == {"Anna"}
    assert active(_all(hide_other, MERGE)).hidden == {"Ann"}


def test_hidden_people_are_shown_again_and_keep_it_through_a_rename() -> None:
    """Hiding follows the person; showing takes it back; a birth date stays with the person."""
    hide, show = Saying(AnswerKind.HIDE, person="Anna"), Saying(AnswerKind.SHOW, person="Ann")
    rename = Saying(AnswerKind.RENAME, person="Anna", other="Ann")
    born = Saying(AnswerKind.BORN, person="Anna", born="2001-02-03")
    assert active(_all(hide, born, rename)).hidden == {"Ann"}
    assert active(_all(hide, born, rename)).born == {"Ann": "2001-02-03"}
    assert active(_all(hide, rename, show)).hidden == frozenset()


def test_the_answers_of_one_command_are_taken_back_together() -> None:
    """The newest commands come first; what was taken back, and taking back, is not among them."""
    answers = _said((YES, "Anna"), (YES, "Bob"), (NO, "Bob"), "id3")
    answers[1] = replace(answers[1], command="command1")
    assert ["id2", "id1"] == [answer.id for answer in last_commands(active(answers), 1)]


def _born(person: str, born: str | None) -> Saying:
    return Saying(AnswerKind.BORN, person=person, born=born)


@pytest.mark.parametrize(
    ("sayings", "expected"),
    [
        ([_born("Anna", "2015")], {"Anna": "2015"}),
        ([_born("Anna", "2015"), _born("Anna", "2015-05")], {"Anna": "2015-05"}),
        ([_born("Anna", "2015"), _born("Anna", None)], {}),
        ([_born("Anna", "2015"), Saying(AnswerKind.UNSAY, takes_back="id1")], {}),
        ([_born("Anna", "2015"), _born("Anna", None), Saying(AnswerKind.UNSAY, takes_back="id2")], {"Anna": "2015"}),
        ([_born("Anna", "2015"), Saying(AnswerKind.RENAME, person="Anna", other="Ann")], {"Ann": "2015"}),
        ([_born("Anna", "2015"), Saying(AnswerKind.MERGE, person="Anna", other="Ann")], {"Ann": "2015"}),
        (
            [_born("Ann", "2014"), _born("Anna", "2015"), Saying(AnswerKind.MERGE, person="Anna", other="Ann")],
            {"Ann": "2014"},
        ),
        (
            [_born("Anna", "2015"), Saying(AnswerKind.MERGE, person="Anna", other="Ann"), _born("Ann", None)],
            {},
        ),
    ],
)
def test_the_latest_birth_date_counts_and_follows_the_person(sayings: list[Saying], expected: dict[str, str]) -> None:
    """Through renames and merges, where the one who stays keeps their own; it is taken back like any answer."""
    assert active(_all(*sayings)).born == expected


SWAPPED = [
    Saying(AnswerKind.RENAME, person=person, other=other)
    for person, other in (("Anna", "X"), ("Bob", "Anna"), ("X", "Bob"))
]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [RENAME], {"Anna": "Ann", "Ann": "Ann"}),
        ([RENAME], [RENAME], {"Anna": "Anna", "Ann": "Ann"}),
        ([RENAME], [RENAME, _back(1)], {"Ann": "Anna"}),
        ([MERGE], [MERGE, _back(1)], {"Ann": "Ann"}),
        (
            SWAPPED,
            SWAPPED,
            {"Anna": "Anna", "Bob": "Bob"},
        ),
        (
            [],
            SWAPPED,
            {"Anna": "Bob", "Bob": "Anna"},
        ),
    ],
)
def test_names_that_follow_some_renames_follow_the_others_once(
    before: list[Saying], after: list[Saying], expected: dict[str, str]
) -> None:
    """What is applied already is not applied again, also where two people got each other's name."""
    changed = active(_all(*after)).renames.since(active(_all(*before)).renames)
    assert expected == {name: changed.now(name) for name in expected}
