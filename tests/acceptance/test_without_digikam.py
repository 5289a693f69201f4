"""Faces are named from the command line alone: no other program, no name to begin with."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.acceptance.daemon_process import Daemon
from tests.acceptance.place import Json, Place, small_library

NONE = {"digikam": {"database": "none"}}


@pytest.fixture
def alone(shared: Path, model_files: Path, tmp_path: Path) -> Place:
    """Photos of two people and some strangers, nobody named, no digiKam; looked at once."""
    place = small_library(shared, model_files, tmp_path / "place", people=2, strangers=3)
    place.configure(library=NONE)
    assert place.json("scan").summary["suggestions"]["open"] == 0
    return place


def _faces(place: Place, most: int) -> dict[str, str]:
    """The id of the main face of so many photos of everybody, by the photo's name."""
    found: dict[str, str] = {}
    for person in sorted({true.person for true in place.truth.values() if true.person}):
        for name in [name for name, true in place.truth.items() if true.person == person][:most]:
            faces = place.json("faces", str(place.photos / name)).lines
            middle = [face for face in faces if _is_in_the_middle(face["region"])]
            if len(middle) == 1:
                found[name] = middle[0]["face"]
    return found


def _is_in_the_middle(region: Mapping[str, float]) -> bool:
    return abs(region["x"] + region["w"] / 2 - 0.5) < 0.2 and abs(region["y"] + region["h"] / 2 - 0.5) < 0.25


def _name_some(place: Place, each: int = 5) -> dict[str, str]:
    """So many faces of everybody are named; gives who is on the photos of the others."""
    faces = _faces(place, each)
    for person in sorted({place.truth[name].person or "" for name in faces}):
        place.json("name", *(face for name, face in faces.items() if place.truth[name].person == person), person)
    return {name: true.person for name, true in place.truth.items() if true.person and name not in faces}


def test_some_faces_are_named_and_the_next_scan_suggests_the_rest(alone: Place) -> None:
    """With the command line alone: no suggestion is wrong, most other faces get one. Then all is taken back."""
    left = _name_some(alone)
    alone.json("scan")
    suggested = alone.main_names()
    assert {name: left[name] for name in suggested if name in left} == {
        name: person for name, person in suggested.items() if name in left
    }
    assert len(suggested.keys() & left.keys()) > 0.7 * len(left)
    person = next(iter(suggested.values()))
    sure = [item for item in alone.suggestions() if item["person"] == person and item["confidence"] > 0.5]
    done = alone.json("confirm", "--all-of", person, "--surer-than", "0.5").lines
    assert len(done) == len(sure)
    assert {answer["person"] for answer in done} == {person}
    alone.json("scan")
    assert person not in {item["person"] for item in alone.suggestions()}
    commands = len({line["moment"] for line in alone.json("answers").lines})
    alone.json("unsay", str(commands))
    alone.json("scan")
    assert [] == alone.suggestions()
    assert [] == alone.json("people").lines


def test_a_running_daemon_takes_an_answer_up(alone: Place) -> None:
    """While it runs: faces are named, the others are suggested, a rejected one is gone; nobody calls `scan`."""
    daemon = Daemon(alone)
    try:
        daemon.tells("READY=1")
        _name_some(alone)
        daemon.until(alone.suggestions, "nobody is suggested")
        item = alone.suggestions()[0]
        alone.json("reject", item["face"])
        daemon.until(
            lambda: item["face"] not in {each["face"] for each in alone.suggestions()},
            "the rejected name is still there",
        )
        assert 0 == daemon.stop()
    finally:
        daemon.close()


def test_answers_that_cannot_be_meant_are_refused(alone: Place) -> None:
    """A slip of a known name, an unknown face, a box outside the photo: exit status 2, what to do, nothing written."""
    face = next(iter(_faces(alone, 1).values()))
    photo = str(alone.photos / next(iter(alone.truth)))
    alone.json("name", face, "Anna Example")
    wrong: list[tuple[list[str], str]] = [
        (["name", face, "Anna Exmaple"], "close to Anna Example; for a new person add --new"),
        (["name", face, "anna example"], "--new"),
        (["name", face, "Unknown"], "names nobody"),
        (["name", face, " "], "no name"),
        (["name", face], "then the person"),
        (["name", "f00000", "Bob"], "no face has this id"),
        (["name", "Bob", "Bob"], "no face's id"),
        (["confirm"], "--all-of"),
        (["confirm", face], "nobody is suggested"),
        (["confirm", "--all-of", "Anna Example", "--surer-than", "95"], "0 to 1"),
        (["draw", photo, "0.9,0.9,0.5,0.5", "Bob"], "no box"),
        (["draw", photo, "10,10,100,100", "Bob"], "no box"),
        (["draw", photo + "x", "0.1,0.1,0.2,0.2", "Bob"], "no photo that is known"),
        (["people", "rename", "Nobody", "Bob"], "nobody is called"),
        (["people", "merge", "Anna Example", "Anna Example"], "same name"),
        (["unsay", "--answer", "zz"], "no answer"),
        (["answers", "import", photo], "cannot be read"),
    ]
    for arguments, words in wrong:
        done = alone.run(*arguments)
        assert (done.status, words in done.err) == (2, True), (arguments, done)
    assert len(alone.json("answers").lines) == 1
    assert [_kind(alone.json("name", face, "Anna Exmaple", "--new").lines[0])] == [("confirm", "Anna Exmaple")]


def _shown(place: Place) -> set[tuple[str, str]]:
    return {(item["face"], item["person"]) for item in place.suggestions()}


def _kind(answer: Json) -> tuple[str, str]:
    return answer["kind"], answer["person"]


def test_answers_are_saved_and_taken_over(alone: Place, tmp_path: Path) -> None:
    """An export has a line for each answer, is its owner's alone, and comes back after answers and state are gone."""
    alone.json("name", *_faces(alone, 2).values(), "Anna")
    alone.json("unsay")
    saved = tmp_path / "saved.jsonl"
    alone.json("answers", "export", str(saved))
    assert saved.stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in saved.read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["confirm"] * 4 + ["unsay"] * 4
    assert alone.json("answers", "import", str(saved)).summary == {"new": 0, "known": 8}
    for file in alone.state.iterdir():
        file.unlink()
    assert alone.json("answers", "import", str(saved)).summary == {"new": 8, "known": 0}
    assert [line["taken_back"] for line in alone.json("answers").lines] == [True] * 4 + [False] * 4


def test_without_state_and_answers_nothing_of_the_users_is_harmed(alone: Place) -> None:
    """Both are deleted: photos are as they were, the next scan begins again, commands say what to do."""
    face = next(iter(_faces(alone, 1).values()))
    alone.json("name", face, "Anna")
    alone.json("scan")
    photos = {path: path.read_bytes() for path in alone.photos.rglob("*.jpg")}
    for file in alone.state.iterdir():
        file.unlink()
    assert "facedaemon scan" in alone.run("name", face, "Anna").err
    alone.json("scan")
    assert photos == {path: path.read_bytes() for path in alone.photos.rglob("*.jpg")}
