"""Rejections are listed and taken back."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.copied import copied
from tests.acceptance.daemon_process import daemon
from tests.acceptance.digikam_user import DigikamUser
from tests.acceptance.place import Json, Place
from tests.review.served import served

HOW: dict[str, Callable[[Place, Json], list[str]]] = {
    "by number": lambda _, item: [str(item["id"])],
    "by person": lambda _, item: ["--person", item["person"]],
    "by photo": lambda _, item: ["--photo", item["photo"]],
    "by photo, roundabout": lambda place, item: [
        "--photo",
        f"{place.photos}/../{place.photos.name}/{_below(place, item)}",
    ],
    "by all of them": lambda _, item: [str(item["id"]), "--person", item["person"], "--photo", item["photo"]],
}


def _below(place: Place, item: Json) -> str:
    return str(item["photo"]).removeprefix(f"{place.photos}/")


@pytest.fixture(scope="module")
def rejected(analysed: Place, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Json]:
    """A place where a suggestion was taken away in digiKam and a scan has read that; and the suggestion. For copies."""
    place = copied(analysed, tmp_path_factory.mktemp("rejected") / "place")
    place.configure(library={"digikam": {"database": str(place.database), "write_suggestions": True}})
    place.json("scan")
    photos = [item["photo"] for item in place.suggestions()]
    taken = next(item for item in place.suggestions() if photos.count(item["photo"]) == 1)
    DigikamUser(place).set_unknown(taken["photo"], taken["region"])
    place.json("scan")
    assert taken["photo"] not in {item["photo"] for item in place.suggestions()}
    return place, taken


@pytest.fixture
def place(rejected: tuple[Place, Json], tmp_path: Path) -> Place:
    """A copy of it."""
    return copied(rejected[0], tmp_path / "place")


@pytest.fixture
def taken(rejected: tuple[Place, Json]) -> Json:
    """The suggestion that was taken away."""
    return rejected[1]


@pytest.mark.parametrize("how", HOW)
def test_a_rejection_taken_back_is_suggested_again(place: Place, taken: Json, how: str) -> None:
    """It is listed with where, what and when; after `forget` the next scan shows the name as before."""
    (listed,) = place.json("rejections", "list").lines
    assert (str(place.photos / taken["photo"]), taken["person"]) == (listed["photo"], listed["person"])
    assert {"number", "photo", "region", "person", "evidence", "time", "id", "decided"} == listed.keys()
    assert place.json("rejections").lines == [listed]
    done = place.json("rejections", "forget", *HOW[how](place, listed)).summary
    assert ([listed], []) == (done["forgotten"], done["kept"])
    assert [] == place.json("rejections", "list").lines
    assert {"rejected"}.isdisjoint(item["state"] for item in place.suggestions("--all"))
    place.json("scan")
    again = {(item["photo"], item["person"]) for item in place.suggestions()}
    assert (taken["photo"], taken["person"]) in again
    assert taken["person"] in place.sidecars()[taken["photo"]].read_text(encoding="utf-8")
    assert 0 == place.json("scan").summary["suggestions"]["withdrawn"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name what to forget"),
        (("999",), "there is no rejection 999"),
        (("--person", "Nobody Known"), "there is no such rejection"),
        (("--photo", "/nowhere.jpg"), "there is no such rejection"),
    ],
)
def test_what_is_not_rejected_cannot_be_forgotten(place: Place, words: tuple[str, ...], said: str) -> None:
    """Wrong usage, told in one line; all rejections stay."""
    done = place.run("rejections", "forget", *words)
    assert (2, 1) == (done.status, len(done.err.splitlines()))
    assert said in done.err
    assert 1 == len(place.json("rejections", "list").lines)


def test_without_a_state_nothing_is_rejected(place: Place) -> None:
    """No state is made for looking, or for forgetting."""
    shutil.rmtree(place.state)
    for words in (("list",), ("forget", "1")):
        done = place.run("rejections", *words)
        assert (0, True) == (done.status, "nothing is known yet" in done.err)
    assert not (place.state / "state.db").exists()


def test_what_digikam_remembers_is_to_be_cleared_there(place: Place) -> None:
    """A rejection of digiKam's own memory is named and kept, since the next pass would read it again."""
    with closing(sqlite3.connect(place.state / "state.db")) as state, state:
        state.execute("UPDATE rejection SET evidence = 'remembered by digiKam'")
    done = place.run("rejections", "forget", "1")
    assert 1 == done.status
    assert "digiKam remembers this itself: clear it there" in done.err
    assert 1 == len(place.json("rejections", "list").lines)


def _by_command(place: Place, item: Json) -> None:
    done = place.json("rejections", "forget", str(item["id"]))
    assert ([item], []) == (done.summary["forgotten"], done.summary["kept"])
    assert "facedaemon is running" in done.err


def _by_page(place: Place, item: Json) -> None:
    with served(place) as page:
        client = page.client()
        assert f'name="rejection" value="{item["id"]}"' in client.get("/written/rejections").text
        after = client.say("forget", ("rejection", str(item["id"])), back="/written/rejections").text
        assert "The rejection was taken back" in after
        assert 'name="rejection"' not in after


@pytest.mark.slow
@pytest.mark.parametrize("way", [_by_command, _by_page])
def test_a_running_daemon_takes_it_back(place: Place, taken: Json, way: Callable[[Place, Json], None]) -> None:
    """The service owns the state, so it does what the command or the page asks, and suggests it again by itself."""
    (listed,) = place.json("rejections", "list").lines
    with daemon(place) as running:
        running.tells("STATUS=Watching 1 folder")
        way(place, listed)
        assert [] == place.json("rejections", "list").lines
        name = (taken["photo"], taken["person"])
        running.until(
            lambda: name in {(item["photo"], item["person"]) for item in place.suggestions()}, "not suggested again"
        )
        assert [] == list((place.state / "requests").iterdir())
        unknown = place.run("rejections", "forget", "999")
        assert (2, True) == (unknown.status, "there is no rejection 999" in unknown.err)
        assert 0 == running.stop()
