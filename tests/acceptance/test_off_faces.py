"""`explain` on a photo whose confirmed rectangle does not lie on the face: what was asked about comes first."""

from dataclasses import replace
from pathlib import Path

import pytest

from facedaemon.values import Region
from tests.acceptance.place import Done, Place
from tests.portrait_place import EILEEN, GRACE, NAMED, name_in_sidecar, named_portraits, portraits_folder
from tests.portraits import PORTRAITS, photos


@pytest.fixture
def place(model_files: Path, tmp_path: Path) -> Place:
    """Two people's portraits, never scanned."""
    return named_portraits(portraits_folder(), model_files, tmp_path)


def _explained(place: Place, person: str, region: Region) -> tuple[Done, str]:
    """What is said of a photo of Eileen where another program has a person's name at a region; the face's id."""
    photo = place.photos / f"{EILEEN} {NAMED:02}.jpg"
    name_in_sidecar(photo, person, region)
    place.json("scan")
    (face,) = place.json("explain", str(photo)).lines
    assert "your rectangle" not in face["why"]
    return place.run("explain", str(photo)), face["face"]


def _eileen() -> Region:
    return list(photos(portraits_folder(), PORTRAITS[1]))[NAMED].face


def test_a_rectangle_beside_the_face(place: Place) -> None:
    """It counts for the face that it touches, which is somebody else: that is said first, as `audit` says it."""
    where = _eileen()
    done, face = _explained(place, GRACE, replace(where, x=where.x + 0.75 * where.w))
    first, *others = done.out.splitlines()
    assert first.startswith(f"your rectangle for {GRACE}")
    assert f"is not on a face; {face} beside it looks like {EILEEN}" in first
    assert f"but counts as {GRACE}. Where that is wrong:  facedaemon name {face} '{EILEEN}'" in first
    assert others[0].startswith(face)
    assert [face] == [doubt["face"] for doubt in place.json("audit").lines]


def test_a_rectangle_where_no_face_is(place: Place) -> None:
    """Nothing is near it: no face can be found there, and the face elsewhere is explained after it."""
    done, face = _explained(place, GRACE, Region(0.85, 0.85, 0.1, 0.12))
    first, *others = done.out.splitlines()
    assert first.startswith(f"your rectangle for {GRACE} (2nd of 2 from the left, lower third)")
    assert first.endswith("shows no face that can be found")
    assert others[0].startswith(face)


@pytest.mark.parametrize(("person", "shift"), [(EILEEN, 0.75), (EILEEN, 0.0), (GRACE, 0.0)])
def test_nothing_is_said_of_a_rectangle_that_is_understood(place: Place, person: str, shift: float) -> None:
    """One that lies on its face, or beside the face of the person itself, as in photos that were scaled later."""
    where = _eileen()
    done, face = _explained(place, person, replace(where, x=where.x + shift * where.w))
    assert "your rectangle" not in done.out
    assert done.out.startswith(face)
