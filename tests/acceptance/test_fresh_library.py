"""Commands before anything is known, or anybody is confirmed: nothing to show is no error; a wrong path is one."""

import json

import pytest

from tests.acceptance.place import Done, Place

LISTS = ("suggestions", "people", "groups", "audit", "rejections", "answers")
OBJECTS = ("evaluate", "status")


def _error(done: Done) -> str:
    """The one JSON object that says why a command ended, with its exit status."""
    (line,) = done.err.splitlines()
    values = json.loads(line)
    assert done.status == values["exit_code"]
    return str(values["error"])


@pytest.mark.parametrize("command", LISTS)
def test_nothing_to_list(empty_place: Place, command: str) -> None:
    """Before and after a first scan a list is empty, with exit status 0 and a sentence about what comes first."""
    for _ in range(2):
        done = empty_place.run(command)
        assert (0, "") == (done.status, done.out), done.err
        assert done.err.strip()
        assert (0, []) == ((quiet := empty_place.run(command, "--json")).status, quiet.lines)
        empty_place.json("scan")


def test_nothing_to_measure_or_train(empty_place: Place) -> None:
    """After a scan in which nobody is confirmed nothing is trained, measured or gone back to: exit status 0."""
    empty_place.json("scan")
    assert 0 == empty_place.json("evaluate").summary["probes"]
    rebuilt = empty_place.json("rebuild").summary
    assert (None, False) == (rebuilt["generation"], rebuilt["promoted"])
    assert "nobody is confirmed" in rebuilt["why"]
    assert {"generation": None} == empty_place.json("rollback").summary
    for command in ("evaluate", "rebuild", "rollback"):
        done = empty_place.run(command)
        assert (0, True, "") == (done.status, bool(done.out), done.err)


def test_explain_before_anybody_is_confirmed(analysed: Place) -> None:
    """Each face says that nobody is confirmed; nothing is measured."""
    lines = analysed.json("explain", str(analysed.photos / min(analysed.truth))).lines
    assert lines
    assert all("nobody is confirmed yet" in line["why"] and line["threshold"] is None for line in lines)


@pytest.mark.parametrize("command", ["unsay", "forget --missing", "evaluate --history", "undo"])
def test_nothing_to_take_back(empty_place: Place, command: str) -> None:
    """Before anything is known and after a first scan: exit status 0, and a sentence that says so."""
    for _ in range(2):
        done = empty_place.run(*command.split())
        assert (0, True) == (done.status, bool(done.out + done.err)), done.err
        empty_place.json("scan")


@pytest.mark.parametrize("command", ["explain", "faces"])
def test_a_wrong_path_before_the_first_scan(empty_place: Place, command: str) -> None:
    """It is wrong usage also where nothing is known yet; a photo below a root is not."""
    (empty_place.photos / "new.jpg").write_bytes(b"x")
    assert 0 == empty_place.run(command, str(empty_place.photos / "new.jpg")).status
    (empty_place.folder / "outside.jpg").write_bytes(b"x")
    assert "lies outside photos.roots" in _error(
        empty_place.run(command, str(empty_place.folder / "outside.jpg"), "--json")
    )
    assert "no such photo" in _error(empty_place.run(command, str(empty_place.photos / "absent.jpg"), "--json"))


@pytest.mark.parametrize("command", ["explain", "faces"])
def test_photos_that_are_not_known(empty_place: Place, command: str) -> None:
    """A photo that no scan has seen is no error; one outside the roots, or one that is not there, is wrong usage."""
    photo = empty_place.photos / "new.jpg"
    empty_place.json("scan")
    photo.write_bytes(b"x")
    done = empty_place.run(command, str(photo))
    assert (0, True) == (done.status, "facedaemon scan" in done.err)
    outside = empty_place.folder / "outside.jpg"
    outside.write_bytes(b"x")
    assert "lies outside photos.roots" in _error(empty_place.run(command, str(outside), "--json"))
    assert "no such photo" in _error(empty_place.run(command, str(empty_place.photos / "absent.jpg"), "--json"))


@pytest.mark.parametrize(
    "arguments",
    [["scan", "--jsn"], ["faces"], ["models", "bogus"], ["undo", "--since", "soon"], ["name", "f00000", "x"]],
)
def test_wrong_usage_as_json(empty_place: Place, arguments: list[str]) -> None:
    """With --json every error is one object on standard error, with the exit status; standard output stays empty."""
    done = empty_place.run(*arguments, "--json")
    assert (2, "") == (done.status, done.out)
    assert _error(done)
