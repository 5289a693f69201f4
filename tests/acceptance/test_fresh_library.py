"""Commands before anything is known, or anybody is confirmed: nothing to show is no error; a wrong path is one."""

import json
from pathlib import Path

import pytest

from tests.acceptance.place import Done, Place

LISTS = ("suggestions", "people", "groups", "audit", "rejections", "answers")
OBJECTS = ("evaluate", "status")


@pytest.fixture
def fresh(model_files: Path, tmp_path: Path) -> Place:
    """A folder with a photo of nobody, never scanned."""
    place = Place(tmp_path / "place", model_files, {})
    place.photos.mkdir(parents=True)
    (place.photos / "note.txt").touch()
    place.configure(library={"digikam": {"database": "none"}})
    return place


def _error(done: Done) -> str:
    """The one JSON object that says why a command ended, with its exit status."""
    (line,) = done.err.splitlines()
    values = json.loads(line)
    assert done.status == values["exit_code"]
    return str(values["error"])


@pytest.mark.parametrize("command", LISTS)
def test_nothing_to_list(fresh: Place, command: str) -> None:
    """Before and after a first scan a list is empty, with exit status 0 and a sentence about what comes first."""
    for _ in range(2):
        done = fresh.run(command)
        assert (0, "") == (done.status, done.out), done.err
        assert done.err.strip()
        assert (0, []) == ((quiet := fresh.run(command, "--json")).status, quiet.lines)
        fresh.json("scan")


def test_nothing_to_measure_or_train(fresh: Place) -> None:
    """After a scan in which nobody is confirmed nothing is trained, measured or gone back to: exit status 0."""
    fresh.json("scan")
    assert 0 == fresh.json("evaluate").summary["probes"]
    rebuilt = fresh.json("rebuild").summary
    assert (None, False) == (rebuilt["generation"], rebuilt["promoted"])
    assert "nobody is confirmed" in rebuilt["why"]
    assert {"generation": None} == fresh.json("rollback").summary
    for command in ("evaluate", "rebuild", "rollback"):
        done = fresh.run(command)
        assert (0, True, "") == (done.status, bool(done.out), done.err)


def test_explain_before_anybody_is_confirmed(analysed: Place) -> None:
    """Each face says that nobody is confirmed; nothing is measured."""
    lines = analysed.json("explain", str(analysed.photos / min(analysed.truth))).lines
    assert lines
    assert all("nobody is confirmed yet" in line["why"] and line["threshold"] is None for line in lines)


@pytest.mark.parametrize("command", ["explain", "faces"])
def test_photos_that_are_not_known(fresh: Place, command: str) -> None:
    """A photo that no scan has seen is no error; one outside the roots, or one that is not there, is wrong usage."""
    photo = fresh.photos / "new.jpg"
    fresh.json("scan")
    photo.write_bytes(b"x")
    done = fresh.run(command, str(photo))
    assert (0, True) == (done.status, "facedaemon scan" in done.err)
    outside = fresh.folder / "outside.jpg"
    outside.write_bytes(b"x")
    assert "lies outside photos.roots" in _error(fresh.run(command, str(outside), "--json"))
    assert "no such photo" in _error(fresh.run(command, str(fresh.photos / "absent.jpg"), "--json"))


@pytest.mark.parametrize(
    "arguments",
    [["scan", "--jsn"], ["faces"], ["models", "bogus"], ["undo", "--since", "soon"], ["name", "f00000", "x"]],
)
def test_wrong_usage_as_json(fresh: Place, arguments: list[str]) -> None:
    """With --json every error is one object on standard error, with the exit status; standard output stays empty."""
    done = fresh.run(*arguments, "--json")
    assert (2, "") == (done.status, done.out)
    assert _error(done)
