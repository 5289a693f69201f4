"""Who was named, found by an index: as if all answers were read."""

import random
from pathlib import Path

import pytest

from facedaemon.answers import AnswerKind, AnswerLog, FacePlace, Saying, active
from facedaemon.pipeline.answering.known_names import people_answered
from facedaemon.values import Region

NAMES = ["Anna", "Bert", "Carla", "Dora"]


def _saying(draw: random.Random, log: AnswerLog) -> Saying:
    """One of the things that humans say, about a few pictures and people, often about one another."""
    place = FacePlace(f"picture {draw.randrange(4)}", Path("/photo.jpg"), Region(0.1, 0.1, 0.2, 0.2))
    person, other = draw.sample(NAMES, 2)
    known = log.all()
    kind = draw.choice(["name", "name", "draw", "reject", "rename", "merge", "unsay", "follow"])
    if kind == "unsay" and known:
        return Saying(AnswerKind.UNSAY, takes_back=draw.choice(known).id)
    named = [each for each in known if each.saying.kind == AnswerKind.CONFIRM and each.saying.follows is None]
    if kind == "follow" and named:
        return Saying(AnswerKind.CONFIRM, place, person, follows=draw.choice(named).id)
    if kind in ("rename", "merge"):
        return Saying(AnswerKind(kind), person=person, other=other)
    return Saying({"draw": AnswerKind.DRAW, "reject": AnswerKind.REJECT}.get(kind, AnswerKind.CONFIRM), place, person)


@pytest.mark.parametrize("seed", range(40))
def test_the_people_are_those_whom_the_answers_name_now(tmp_path: Path, seed: int) -> None:
    """Renames, answers that were taken back, and taking back that was taken back included."""
    draw = random.Random(seed)
    with AnswerLog.open(tmp_path) as log:
        for number in range(draw.randrange(1, 14)):
            log.append([_saying(draw, log)], float(number))
        found = active(log.all())
    named = [each for each in found.answers if each.saying.kind in (AnswerKind.CONFIRM, AnswerKind.DRAW)]
    assert {found.name_of(each) for each in named} == people_answered(tmp_path)


def test_the_answers_about_some_pictures_say_the_same_as_all(tmp_path: Path) -> None:
    """What stands about a picture does not depend on whether the answers about others are read."""
    draw = random.Random(7)
    with AnswerLog.open(tmp_path) as log:
        for number in range(60):
            log.append([_saying(draw, log)], float(number))
        whole = active(log.all())
        for content in {*whole.by_content, "no such picture"}:
            some = active(log.about([content]))
            expected = whole.about_faces(whole.by_content.get(content, ()), 1)
            assert expected == some.about_faces(some.by_content.get(content, ()), 1)
            repeated = {
                each.saying.follows
                for each in whole.answers
                if each.saying.face and each.saying.face.content == content
            }
            assert all(
                each.id in repeated for other in some.by_content.keys() - {content} for each in some.by_content[other]
            )
