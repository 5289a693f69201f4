"""Most photos are deleted on purpose: said once, they are let go of; a drive that is away never is."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.digikam_user import DigikamUser
from tests.acceptance.place import Json, Place

pytestmark = pytest.mark.slow


@pytest.fixture
def place(known_place: Place) -> Place:
    """Its photos need not be looked at again in every test."""
    return known_place


KEPT = 3  # photos that are left


def _emptied(place: Place) -> list[Path]:
    """Scanned, then all photos but some are deleted; gives these."""
    place.json("scan")
    listed = [place.photos / item["photo"] for item in place.suggestions()]
    files = sorted(path for path in place.photos.rglob("*.jpg"))
    left = [next(path for path in files if path not in listed), *listed[-1:], files[-1]][:KEPT]
    for path in files:
        if path not in left:
            path.unlink()
    return left


def _known(place: Place) -> set[str]:
    with closing(sqlite3.connect(place.state / "state.db")) as state:
        return {bytes(path).decode() for (path,) in state.execute("SELECT path FROM photo")}


def test_a_wanted_deletion_is_said_once(place: Place) -> None:
    """Until then each pass, `status` and `check` name it, and absent photos are not listed; then all is as usual."""
    left = _emptied(place)
    deleted = len(place.truth) - len(set(left))
    waiting = place.run("scan", "--json")
    assert 1 == waiting.status
    assert f"facedaemon forget --missing {place.photos}" in waiting.err
    assert {place.photos / item["photo"] for item in place.suggestions()} <= set(left)
    (absent,) = place.json("status").summary["absent"]
    assert (str(place.photos), deleted, len(place.truth)) == (absent["root"], absent["photos"], absent["of"])
    assert "facedaemon forget --missing" in place.run("status").out
    assert f"{deleted} of its {len(place.truth)} photos are not there" in place.run("check").out
    done = place.json("forget", "--missing", str(place.photos)).summary
    assert (deleted, []) == (done["forgotten"], done["kept"])
    assert {str(path) for path in left} == _known(place)
    assert 0 == place.json("scan").summary["photos"]["failed"]
    assert [] == place.json("status").summary["absent"]
    assert {place.photos / item["photo"] for item in place.suggestions()} <= set(left)
    assert 0 == place.json("forget", "--missing", str(place.photos)).summary["forgotten"]


def test_a_rejection_outlives_its_photo(place: Place) -> None:
    """A photo that comes back from a backup is looked at again, and the rejected name stays away; a copy of it too."""
    place.configure(library={"digikam": {"database": str(place.database), "write_suggestions": True}})
    place.json("scan")
    taken: Json = place.suggestions()[0]
    DigikamUser(place).set_unknown(taken["photo"], taken["region"])
    place.json("scan")
    photo = place.photos / taken["photo"]
    kept = place.folder / "backup.jpg"
    shutil.move(photo, kept)
    assert 1 == place.json("forget", "--missing", str(photo)).summary["forgotten"]
    assert 1 == len(place.json("rejections").lines)
    shutil.copyfile(kept, photo)
    shutil.copyfile(kept, photo.with_name("copy.jpg"))
    place.json("scan")
    named = {(Path(item["photo"]).name, item["person"]) for item in place.suggestions()}
    assert {(photo.name, taken["person"]), ("copy.jpg", taken["person"])}.isdisjoint(named)


def _root_away(place: Place) -> str:
    place.photos.rename(place.folder / "away")
    return str(place.photos)


def _root_not_mounted(place: Place) -> str:
    place.photos.rename(place.folder / "away")
    place.photos.mkdir()
    return str(place.photos)


def _album_of_a_root_away(place: Place) -> str:
    album = (place.photos / next(iter(place.truth))).parent
    _root_away(place)
    return str(album)


def _folder_above(place: Place) -> str:
    _root_away(place)
    return str(place.folder)


def _unknown(place: Place) -> str:
    return str(place.folder / "nothing")


@pytest.mark.parametrize(
    "where",
    [_root_away, _root_not_mounted, _album_of_a_root_away, _folder_above, _unknown],
    ids=lambda f: f.__name__[1:],
)
def test_what_may_be_a_drive_that_is_away_is_refused(place: Place, where: object) -> None:
    """In one line with what to do; nothing is forgotten, and all is there when the drive is back."""
    place.json("scan")
    before = _known(place)
    assert callable(where)
    done = place.run("forget", "--missing", where(place))
    assert (2, 1) == (done.status, len(done.err.splitlines()))
    assert before == _known(place)


@pytest.mark.parametrize("words", [(), ("--missing",), ("--missing", "--json")])
def test_nothing_is_forgotten_without_a_folder_or_an_answer(place: Place, words: tuple[str, ...]) -> None:
    """Where nobody can be asked, the folders are named with the command for each."""
    _emptied(place)
    before = _known(place)
    done = place.run("forget", *words)
    assert (2, "") == (done.status, done.out)
    assert "facedaemon forget --missing" in done.err
    assert before == _known(place)


def test_photos_that_come_back_are_listed_again(place: Place) -> None:
    """Nothing is lost while nobody said anything: neither suggestions nor names, and nothing is looked at again."""
    place.json("scan")
    before = place.suggestions()
    shutil.copytree(place.photos, place.folder / "away", copy_function=shutil.copy2)
    for path in sorted(place.photos.rglob("*.jpg"))[1:]:
        path.rename(place.folder / "away" / path.relative_to(place.photos))
    assert 1 == place.run("scan").status
    assert len(before) > len(place.suggestions())
    for path in sorted((place.folder / "away").rglob("*.jpg")):
        path.rename(place.photos / path.relative_to(place.folder / "away"))
    assert 0 == place.json("scan").summary["photos"]["indexed"]
    assert before == place.suggestions()
    assert [] == place.json("status").summary["absent"]


def test_no_faces_of_forgotten_photos_train(place: Place) -> None:
    """When everybody's confirmed photos are gone for good, nobody is known, and passes go on."""
    place.json("scan")
    for name, true in place.truth.items():
        if true.confirmed:
            (place.photos / name).unlink()
    place.run("scan")
    place.json("forget", "--missing", str(place.photos))
    summary = place.json("scan").summary
    assert (0, 0) == (summary["confirmed"]["used"], summary["suggestions"]["open"])
