"""A name that a human took away never comes back: digiKam's ways of saying so, also after a rebuild from scratch."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.daemon_process import daemon
from tests.acceptance.digikam_user import DigikamUser
from tests.acceptance.place import Json, Place

pytestmark = pytest.mark.slow


@pytest.fixture
def place(known_place: Place) -> Place:
    """Its photos need not be looked at again in every test."""
    return known_place


def _shows_suggestions(place: Place) -> None:
    place.configure(library={"digikam": {"database": str(place.database), "write_suggestions": True}})


def _shown(place: Place) -> set[tuple[str, str]]:
    return {(item["photo"], item["person"]) for item in place.suggestions()}


def _some_suggestions(place: Place) -> list[Json]:
    """Such as stand alone on their photo, of as many people as there are."""
    listed = place.suggestions()
    photos = [item["photo"] for item in listed]
    return list({item["person"]: item for item in listed if photos.count(item["photo"]) == 1}.values())


def _are_gone_for_good(place: Place, taken: list[Json]) -> None:
    """Neither a scan nor a rebuild from nothing brings the names back; the state knows them as rejected."""
    gone = {(item["photo"], item["person"]) for item in taken}
    for commands in ((), ("rebuild", "--from-scratch")):
        if commands:
            place.json(*commands)
        place.json("scan")
        assert set() == _shown(place) & gone
        for photo, person in gone:
            sidecar = place.sidecars().get(photo)
            assert sidecar is None or person not in sidecar.read_text(encoding="utf-8")
        assert set() == DigikamUser(place).unconfirmed().keys() & {photo for photo, _ in gone}
    states = {(item["photo"], item["person"]): item["state"] for item in place.suggestions("--all")}
    assert {"rejected"} == {states[one] for one in gone}


@pytest.mark.parametrize("in_digikam", [True, False])
def test_rejected_names_never_come_back(place: Place, in_digikam: bool) -> None:
    """Removed, ignored or corrected by a human in digiKam, whether our suggestions are shown there or not."""
    if in_digikam:
        _shows_suggestions(place)
    place.json("scan")
    human = DigikamUser(place)
    removed, ignored, corrected, *others = _some_suggestions(place)
    assert in_digikam == (removed["photo"] in human.unconfirmed())
    human.set_unknown(removed["photo"], removed["region"])
    human.ignore(ignored["photo"], ignored["region"])
    human.confirm(corrected["photo"], removed["person"], corrected["region"])
    _are_gone_for_good(place, [removed, ignored, corrected])
    assert {(item["photo"], item["person"]) for item in others} <= _shown(place)
    assert corrected["photo"] in {item["photo"] for item in _samples(place, removed["person"])}


def _samples(place: Place, person: str) -> list[Json]:
    listed = place.json("samples", person).lines
    return [{**item, "photo": Path(item["photo"]).relative_to(place.photos).as_posix()} for item in listed]


def test_the_daemon_reads_a_rejection(place: Place) -> None:
    """While it runs, a name taken away in digiKam leaves the sidecar."""
    _shows_suggestions(place)
    place.json("scan")
    taken = _some_suggestions(place)[0]
    sidecar = place.sidecars()[taken["photo"]]
    with daemon(place) as running:
        running.tells("STATUS=Watching 1 folder")
        DigikamUser(place).set_unknown(taken["photo"], taken["region"])
        running.until(
            lambda: not sidecar.exists() or taken["person"] not in sidecar.read_text(encoding="utf-8"),
            "the sidecar still shows the name",
        )
        assert 0 == running.stop()
    _are_gone_for_good(place, [taken])


def test_suggestions_stand_in_digikam_as_its_own(place: Place) -> None:
    """Where the config allows it, digiKam's "Unconfirmed" view shows each name, and nothing confirmed is touched."""
    before = _confirmed_rows(place)
    _shows_suggestions(place)
    place.json("scan")
    shown = DigikamUser(place).unconfirmed()
    main = place.main_names()
    assert main == {photo: shown[photo][0] for photo in main}
    assert before == _confirmed_rows(place)


def _confirmed_rows(place: Place) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(place.database)) as database:
        return database.execute(
            "select * from ImageTagProperties where property in ('tagRegion', 'faceToTrain')"
            " union all select *, '', '' from ImageTags order by 1, 2, 3, 4"
        ).fetchall()
