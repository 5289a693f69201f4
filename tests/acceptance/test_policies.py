"""What the config's sidecar policy puts into sidecars, and that none of it comes back as a human's word."""

import shutil
from pathlib import Path

import pytest

from tests.acceptance.digikam_user import DigikamUser
from tests.acceptance.place import Json, Place
from tests.acceptance.test_sidecars import read_by_exiftool

pytestmark = pytest.mark.slow


@pytest.fixture
def place(known_place: Place) -> Place:
    """Its photos need not be looked at again in every test."""
    return known_place


def _regions(read: Json) -> set[str]:
    """The names that other programs take for confirmed, in both spellings; a name in only one fails."""
    mwg = {item["Name"] for item in read.get("RegionInfo", {}).get("RegionList", [])}
    microsoft = {item["PersonDisplayName"] for item in read.get("RegionInfoMP", {}).get("Regions", [])}
    assert mwg == microsoft
    return mwg


def test_policy_none_only_lists(place: Place) -> None:
    """The names are listed and nothing is written; changing it to suggest writes them, without looking again."""
    place.configure(sidecar={"policy": "none"})
    place.json("scan")
    assert [] != place.suggestions()
    assert {} == place.sidecars()
    place.configure(sidecar={"policy": "suggest"})
    assert 0 == place.json("scan").summary["photos"]["indexed"]
    assert {item["photo"] for item in place.suggestions()} == place.sidecars().keys()


def test_policy_regions_writes_what_every_program_reads(place: Place, exiftool: Path) -> None:
    """Each suggestion is a named region, MWG and Microsoft; changing back to suggest takes the regions out."""
    place.configure(sidecar={"policy": "regions"})
    place.json("scan")
    wanted: dict[str, set[str]] = {}
    for item in place.suggestions():
        wanted.setdefault(item["photo"], set()).add(item["person"])
    sidecars = place.sidecars()
    read = read_by_exiftool(exiftool, sidecars.values())
    assert wanted == {photo: _regions(read[path]) for photo, path in sidecars.items()}
    place.configure(sidecar={"policy": "suggest"})
    place.json("scan")
    read = read_by_exiftool(exiftool, sidecars.values())
    assert {frozenset()} == {frozenset(_regions(item)) for item in read.values()}
    assert all("Suggestions" in item for item in read.values())


@pytest.mark.parametrize("forgotten", [False, True], ids=["state kept", "state lost"])
def test_regions_of_ours_are_never_confirmations(place: Place, forgotten: bool) -> None:
    """What facedaemon wrote as named regions is not read back as confirmed, even where its state was lost."""
    place.configure(sidecar={"policy": "regions"})
    first = place.json("scan").summary["confirmed"]
    before = place.suggestions()
    if forgotten:
        shutil.rmtree(place.state)
    place.json("scan")
    place.json("rebuild", "--from-scratch")
    assert first["read"] == place.json("scan").summary["confirmed"]["read"]
    assert {(i["photo"], i["person"]) for i in before} == {(i["photo"], i["person"]) for i in place.suggestions()}


@pytest.mark.parametrize("in_digikam", [False, True])
def test_an_accepted_suggestion_trains_and_leaves_the_sidecar(place: Place, in_digikam: bool) -> None:
    """Once a human confirmed the name it is no suggestion any more, and the face is one of the person's samples."""
    place.configure(library={"digikam": {"database": str(place.database), "write_suggestions": in_digikam}})
    place.json("scan")
    accepted = place.suggestions()[0]
    photo, person = accepted["photo"], accepted["person"]
    human = DigikamUser(place)
    human.confirm(photo, person, accepted["region"])
    place.json("scan")
    assert photo not in human.unconfirmed()
    assert photo in human.confirmed(person)
    assert (photo, person) not in {(item["photo"], item["person"]) for item in place.suggestions()}
    states = {(item["photo"], item["person"]): item["state"] for item in place.suggestions("--all")}
    assert "accepted" == states[photo, person]
    assert str(place.photos / photo) in {item["photo"] for item in place.json("samples", person).lines}
    sidecar = place.sidecars().get(photo)
    assert sidecar is None or person not in sidecar.read_text(encoding="utf-8")
