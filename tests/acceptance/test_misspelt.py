"""A person's name that nobody has is compared with the known ones, in every command that takes one."""

from pathlib import Path

import pytest

from tests.acceptance.place import Place
from tests.portrait_place import EILEEN, GRACE, named_portraits, portraits_folder

FACE = "FACE"  # the id of a face that is suggested to be Grace


@pytest.fixture(scope="module")
def place(model_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two people's portraits after a scan; one of Eileen's is not Grace."""
    made = named_portraits(portraits_folder(), model_files, tmp_path_factory.mktemp("portraits"))
    made.json("scan")
    face = next(item["face"] for item in made.json("suggestions").lines if item["person"] == EILEEN)
    made.json("reject", face, "--person", GRACE)
    made.json("scan")
    return made


def _grace(place: Place) -> str:
    return str(next(item["face"] for item in place.json("suggestions").lines if item["person"] == GRACE))


@pytest.mark.parametrize(
    "words",
    [
        ("reject", FACE, "--person", "Grace Hoper"),
        ("reject", FACE, "--person", "grace hopper"),
        ("confirm", FACE, "--person", "Grcae Hopper"),
        ("confirm", "--all-of", "Grcae Hopper"),
        ("rejections", "forget", "--person", "Grcae Hopper"),
        ("people", "rename", "Grcae Hopper", "Grace Brewster"),
        ("people", "merge", "Grcae Hopper", EILEEN),
        ("people", "merge", EILEEN, "Grcae Hopper"),
        ("people", "hide", "Grcae Hopper"),
        ("people", "birth", "Grcae Hopper", "1906-12-09"),
        ("samples", "Grcae Hopper"),
    ],
    ids=" ".join,
)
def test_the_known_name_is_shown_and_nothing_is_answered(place: Place, words: tuple[str, ...]) -> None:
    """A slip of a known name is wrong usage, never an answer about a person who does not exist."""
    before = place.run("answers", "--json").out
    done = place.run(*(_grace(place) if word == FACE else word for word in words))
    assert f"did you mean {GRACE}?" in done.err
    assert (0 if words[0] == "samples" else 2) == done.status
    assert before == place.run("answers", "--json").out


def test_a_name_that_is_close_to_nobody(place: Place) -> None:
    """Nobody can be renamed who is not known; that a face is not somebody unknown here is an answer."""
    assert "'facedaemon people' lists all" in place.run("people", "hide", "Zoe Young").err
    assert "'facedaemon rejections list'" in place.run("rejections", "forget", "--person", "Zoe Young").err
    face = _grace(place)
    (answer,) = place.json("reject", face, "--person", "Zoe Young").lines
    place.json("unsay")
    assert ("reject", "Zoe Young") == (answer["kind"], answer["person"])
    assert "by now. Nothing was confirmed" in place.run("confirm", face, "--person", "Zoe Young").err


@pytest.mark.parametrize("name", ["Grace Hoper", "grace hopper", "Grace B. Hopper"])
def test_a_new_name_may_resemble_the_old_one(place: Place, name: str) -> None:
    """A misspelt name is corrected without a question: the old name is no other person."""
    (answer,) = place.json("people", "rename", GRACE, name).lines
    place.json("unsay")
    assert (GRACE, name) == (answer["person"], answer["other"])


def test_a_new_name_that_is_close_to_another_person(place: Place) -> None:
    """It may be a slip of that one's name, so it is asked about as any other."""
    done = place.run("people", "rename", GRACE, f"{EILEEN}s")
    assert (2, True) == (done.status, f"close to {EILEEN}" in done.err)
