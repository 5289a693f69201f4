"""One click on a right face for each person of the sample library: what it costs, and that a confirmation undoes it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.acceptance.copied import copied
from tests.acceptance.digikam_user import DigikamUser
from tests.acceptance.place import Json, Place

pytestmark = pytest.mark.slow


@pytest.fixture
def place(known_place: Place) -> Place:
    """Its photos need not be looked at again in every test."""
    return known_place


@dataclass(frozen=True)
class Figures:
    """How many samples train, and how many names are suggested."""

    used: int
    open: int


def _figures(place: Place) -> Figures:
    summary = place.json("scan").summary
    return Figures(summary["confirmed"]["used"], summary["suggestions"]["open"])


def _one_each(place: Place) -> list[Json]:
    """A right suggestion for each person that has one."""
    right = [item for item in place.suggestions() if place.truth[item["photo"]].person == item["person"]]
    return list({item["person"]: item for item in right}.values())


def _in_digikam(place: Place, clicked: list[Json]) -> list[tuple[str, str]]:
    shown = DigikamUser(place).unconfirmed()
    return [(item["photo"], item["person"]) for item in clicked if item["photo"] in shown]


@pytest.fixture(scope="module")
def whole(whole_analysed: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The whole sample library, its suggestions shown in digiKam."""
    place = copied(whole_analysed, tmp_path_factory.mktemp("clicks") / "place")
    place.configure(library={"digikam": {"database": str(place.database), "write_suggestions": True}})
    return place


CLICKS: dict[str, Callable[[DigikamUser, Json], None]] = {
    "Ignore": lambda human, item: human.ignore(item["photo"], item["region"]),
    "Remove": lambda human, item: human.set_unknown(item["photo"], item["region"]),
}


@pytest.mark.parametrize("click", CLICKS)
def test_one_click_for_each_person_costs_that_face_alone(whole: Place, click: str) -> None:
    """Every sample still trains and every other name is still shown; confirmed afterwards, all is as before."""
    human = DigikamUser(whole)
    before = _figures(whole)
    clicked = _one_each(whole)
    assert len(clicked) >= 30
    for item in clicked:
        CLICKS[click](human, item)
    after = _figures(whole)
    assert before.used - 2 <= after.used
    assert before.open - len(clicked) - 3 <= after.open <= before.open - len(clicked)
    gone = {(item["photo"], item["person"]) for item in clicked}
    assert gone.isdisjoint((item["photo"], item["person"]) for item in whole.suggestions())
    for item in clicked:
        human.confirm(item["photo"], item["person"], item["region"])
    confirmed = _figures(whole)
    assert before.used + len(clicked) - 2 <= confirmed.used
    assert before.open - len(clicked) - 1 <= confirmed.open
    assert [] == [line for line in whole.json("rejections", "list").lines if (line["photo"], line["person"]) in gone]
    for item in clicked:
        human.take_confirmation_away(item["photo"], item["person"])
    again = _figures(whole)
    assert (before.used, before.open) == (again.used, again.open)
