"""Numbers in messages: one is singular, and an answer about many faces is counted instead of listed."""

import shutil
from pathlib import Path

import pytest

from tests.acceptance.place import Place
from tests.portrait_place import named_portraits, portraits_folder


@pytest.fixture
def place(model_files: Path, tmp_path: Path) -> Place:
    """The portraits of two people, none of whom is named."""
    return named_portraits(portraits_folder(), model_files, tmp_path, named=0)


def test_a_group_that_is_named_is_counted(place: Place) -> None:
    """`name GROUP` says how many faces in how many photos became whom; then one face alone is listed, as one."""
    place.json("scan")
    group = place.json("groups").lines[0]
    sure = [face["face"] for face in group["faces"] if not face["guess"]]
    assert len(sure) > 10
    done = place.run("name", group["group"], "Anna Example")
    assert [f"{len(sure)} faces in {len(sure)} photos are Anna Example"] == done.out.splitlines()
    assert f"{len(sure)} answers written down" in done.err
    one = place.run("name", sure[0], "Anna Example")
    assert 1 == len(one.out.splitlines())
    assert "1 answer written down" in one.err


def test_a_library_of_one_photo(place: Place) -> None:
    """Every number of a scan, of the status and of an answer agrees with what it counts."""
    first, *others = sorted(place.photos.iterdir())
    for other in others:
        other.unlink()
    assert "1 photo: 1 analysed, 0 unchanged, 0 failed; 1 face found" in place.run("scan").out
    assert "1 photo, 1 face" in place.run("status").out.splitlines()
    face = place.json("faces", str(first)).lines[0]["face"]
    answered = place.run("name", face, "Anna Example").err
    assert "1 answer written down; the next 'facedaemon scan' takes it up. To take it back" in answered
    assert "1 confirmed face read: 1 trains, 0 left out" in place.run("scan").out
    assert "1 confirmed, 1 trains" in place.run("people").out
    assert "1 answer saved" in place.run("answers", "export", str(place.folder / "answers.jsonl")).err
    assert "1 sample; left out: none" in place.run("rebuild").out
    shutil.copy(first, place.photos / "copy.jpg")
    assert "2 photos: 1 analysed" in place.run("scan").out
