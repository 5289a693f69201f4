"""Confirmed names that are wrong: they are found, corrected, or checked and found right."""

import pytest

from tests.acceptance.digikam_user import DigikamUser
from tests.acceptance.place import Place

WRONG = 5


@pytest.fixture
def wrong(known_place: Place) -> dict[str, str]:
    """Photos to their right person, of which a user of digiKam confirmed another one."""
    human = DigikamUser(known_place)
    people = sorted({true.person for true in known_place.truth.values() if true.person is not None})
    planted: dict[str, str] = {}
    for number in range(WRONG):
        person, other = people[number % len(people)], people[(number + 1) % len(people)]
        rects = human.confirmed(person)
        photo = next(name for name in sorted(rects) if name not in planted and known_place.truth[name].confirmed)
        human.take_confirmation_away(photo, person)
        human.confirm(photo, other, rects[photo])
        planted[photo] = person
    known_place.json("scan")
    return planted


def _doubtful(place: Place) -> dict[str, dict[str, str]]:
    """The lines of `audit` by photo, worst first."""
    root = f"{place.photos}/"
    return {line["photo"].removeprefix(root): line for line in place.json("audit").lines}


def test_a_name_that_was_checked_is_not_doubted_again(known_place: Place, wrong: dict[str, str]) -> None:
    """`audit` lists planted names first; one that is confirmed once more is not listed again, and `unsay` lists it."""
    place = known_place
    listed = _doubtful(place)
    assert set(wrong) <= set(list(listed)[: WRONG + 1])
    photo = next(iter(listed))
    face, person = listed[photo]["face"], listed[photo]["person"]
    words = place.run("audit")
    assert f"facedaemon confirm {face}" in words.err
    assert "% from the left" not in words.out
    (answer,) = place.json("confirm", face).lines
    assert (person, "confirm") == (answer["person"], answer["kind"])
    assert listed.keys() - {photo} == _doubtful(place).keys()
    place.json("scan")  # the answer is taken up, and training may judge the face anew
    assert photo not in _doubtful(place)
    place.json("unsay")
    place.json("scan")
    assert photo in _doubtful(place)


def test_naming_another_person_is_no_check(known_place: Place, wrong: dict[str, str]) -> None:
    """A first answer about a face is no second look: a slip in it is still found by `audit`."""
    place = known_place
    photo, person = next(iter(wrong.items()))
    listed = _doubtful(place)
    place.json("name", listed[photo]["face"], person)
    place.json("scan")
    assert photo not in _doubtful(place)
    place.json("name", listed[photo]["face"], listed[photo]["person"])
    place.json("scan")
    assert photo in _doubtful(place)


def test_correcting_wrong_names_shows_as_better(known_place: Place, wrong: dict[str, str]) -> None:
    """`evaluate` compares with the last time on the same faces: five corrected names are five that are right now."""
    place = known_place
    first = place.json("evaluate").summary
    assert first["since"] is None
    listed = _doubtful(place)
    assert first == place.json("evaluate").summary  # nothing changed, so there is nothing to compare with
    corrected = {listed[photo]["face"] for photo in wrong}
    for photo, person in wrong.items():
        place.json("name", listed[photo]["face"], person)
    place.json("scan")
    since = place.json("evaluate").summary["since"]
    assert corrected <= set(since["better"])
    assert since["right"] >= since["right_before"] + WRONG - len(since["worse"])
    assert since["wrong"] < since["wrong_before"]
    assert since == place.json("evaluate").summary["since"]
    words = place.run("evaluate").out
    assert f"{len(since['better'])} more get the name" in words.replace("\n", " ")
    past = place.json("evaluate", "--history").lines
    assert [WRONG <= past[0]["doubtful"], past[1]["doubtful"] < past[0]["doubtful"]] == [True, True]
    assert 2 == len(past)
    (place.state / "evaluations.json").write_text("{}")
    assert place.json("evaluate").summary["since"] is None


def test_a_scan_says_how_many_names_look_wrong(known_place: Place, wrong: dict[str, str]) -> None:
    """The number in a scan's summary is that of the lines of `audit`; the command is named."""
    doubtful = len(_doubtful(known_place))
    assert doubtful == known_place.json("scan").summary["doubtful"] >= len(wrong)
    assert "facedaemon audit" in known_place.run("scan").out


def test_what_was_taken_back_is_written_again_when_asked(known_place: Place) -> None:
    """After `undo` nothing is written, which it says, with how to have it again: `scan --write-again`."""
    place = known_place
    place.json("scan")
    before = {name: sidecar.read_bytes() for name, sidecar in place.sidecars().items()}
    assert before
    assert "facedaemon scan --write-again" in place.run("undo").err
    assert 0 == place.json("scan").summary["sidecars"]["written"]
    first = next(iter(before))
    assert 1 == place.json("scan", "--write-again", str(place.photos / first)).summary["sidecars"]["written"]
    assert len(before) - 1 == place.json("scan", "--write-again").summary["sidecars"]["written"]
    assert before.keys() == place.sidecars().keys()
    assert 0 == place.json("scan", "--write-again").summary["sidecars"]["written"]


def test_many_answers_are_counted_and_names_misspelt_are_guessed(known_place: Place) -> None:
    """A bulk answer prints a summary; a name that nobody has is compared with those that are known."""
    place = known_place
    place.json("scan")
    person = max(sorted(set(place.main_names().values())), key=list(place.main_names().values()).count)
    for arguments in (["samples", person + "x"], ["confirm", "--all-of", person[:-1] + "z"]):
        assert f"did you mean {person}?" in place.run(*arguments).err
    faces = [line["face"] for line in place.json("suggestions").lines]
    done = place.run("ignore", *faces)
    lines = done.out.splitlines()
    assert (0, 1 if len(faces) > 10 else len(faces)) == (done.status, len(lines))
    assert len(faces) <= 10 or lines[0].startswith(f"{len(faces)} faces in ")
