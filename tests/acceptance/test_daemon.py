"""The daemon on a real library: new photos, new confirmations, signals."""

import json
import shutil
import sys

import pytest
from PIL import Image, ImageOps

from tests.acceptance.daemon_process import daemon
from tests.acceptance.digikam_user import DigikamUser
from tests.acceptance.place import Place
from tests.acceptance.traced_daemon import STEPS

PERSON = "Al Gore"


def _aside(place: Place, photo: str) -> None:
    """The photo is not in the library yet."""
    (place.folder / "card").mkdir()
    shutil.move(place.photos / photo, place.folder / "card" / "new.jpg")


def test_a_photo_that_is_copied_gets_its_sidecar(known_place: Place) -> None:
    """A photo that comes into a watched folder has its suggestion in a sidecar, without anybody asking."""
    place = known_place
    photo = place.unconfirmed(PERSON)[0]
    _aside(place, photo)
    with daemon(place) as running:
        running.tells("READY=1")
        running.tells("STATUS=Watching 1 folder")
        assert photo not in place.sidecars()
        shutil.copyfile(place.folder / "card" / "new.jpg", place.photos / photo)
        sidecar = running.until(lambda: place.sidecars().get(photo), f"{photo} got no sidecar")
        assert PERSON in sidecar.read_text(encoding="utf-8")
        assert 0 == running.stop()
    assert PERSON == place.main_names()[photo]


def test_a_confirmation_teaches_it_a_new_person(known_place: Place) -> None:
    """A face that is confirmed in digiKam becomes a sample, and other photos of that person get the name."""
    place = known_place
    human = DigikamUser(place)
    confirmed = [name for name, true in place.truth.items() if true.person == PERSON and true.confirmed]
    rects = human.confirmed(PERSON)
    assert set(confirmed) == rects.keys()
    for photo in confirmed:
        human.take_confirmation_away(photo, PERSON)
    place.json("scan")
    assert PERSON not in place.main_names().values()
    with daemon(place) as running:
        running.tells("READY=1")
        running.tells("STATUS=Watching 1 folder")
        human.confirm(confirmed[0], PERSON, rects[confirmed[0]])
        human.confirm(confirmed[1], PERSON, rects[confirmed[1]])
        others = place.unconfirmed(PERSON)
        running.until(lambda: any(name in place.sidecars() for name in others), "no other photo got the name")
        assert 0 == running.stop()
    samples = {item["photo"]: item for item in place.json("samples", PERSON).lines}
    assert {str(place.photos / name) for name in confirmed[:2]} == samples.keys()
    assert all(item["used"] for item in samples.values())
    assert PERSON in {place.main_names().get(name) for name in others}


def test_sigterm_ends_it_cleanly(known_place: Place) -> None:
    """Told to stop, it says so to systemd and ends with status 0, its state whole."""
    place = known_place
    place.json("scan")
    with daemon(place) as running:
        running.tells("READY=1")
        assert 0 == running.stop()
        assert "STOPPING=1" in running.received


@pytest.mark.parametrize("sidecars", [0, 3])
def test_sigterm_in_the_middle_of_the_first_scan(place: Place, sidecars: int) -> None:
    """Told to stop while it works, it ends with status 0; the next scan does the rest."""
    with daemon(place) as running:
        running.tells("READY=1")
        if sidecars:
            running.until(lambda: len(place.sidecars()) >= sidecars, "it writes no sidecar")
        else:
            running.tells("STATUS=looking at photos")
        assert 0 == running.stop()
        assert "STOPPING=1" in running.received
    rest = place.json("scan").summary
    assert len(place.truth) == rest["photos"]["indexed"] + rest["photos"]["unchanged"]
    assert {item["photo"] for item in place.suggestions()} == place.sidecars().keys()


def test_the_watchdog_is_fed_between_two_photos(place: Place) -> None:
    """While photos are looked at for the first time, systemd hears at least once for each that the work gets on."""
    with daemon(place, environment={"WATCHDOG_USEC": "40"}) as running:
        running.tells("STATUS=Watching")
        first = next(number for number, received in enumerate(running.received) if "looking at photos" in received)
        last = next(number for number, received in enumerate(running.received) if "STATUS=Watching" in received)
        assert running.received[first:last].count("WATCHDOG=1") >= len(place.truth)
        assert 0 == running.stop()


@pytest.mark.slow
def test_an_event_reaches_its_sidecar_through_few_files(known_place: Place) -> None:
    """From event to written sidecar at most 20 files pass the photo on: those on the call stack at each step."""
    place = known_place
    photo = place.unconfirmed(PERSON)[0]
    _aside(place, photo)
    new = ImageOps.mirror(Image.open(place.folder / "card" / "new.jpg"))  # the picture itself is known
    written = place.folder / "files.json"
    with daemon(place, before=[sys.executable, "-m", "tests.acceptance.traced_daemon", str(written)]) as running:
        running.tells("STATUS=Watching 1 folder")
        new.save(place.photos / photo, quality=95)
        running.until(lambda: place.sidecars().get(photo), f"{photo} got no sidecar")
        assert 0 == running.stop()
    stacks = json.loads(written.read_text(encoding="utf-8"))
    assert set(STEPS.values()) == stacks.keys()
    assert len({file for stack in stacks.values() for file in stack}) <= 20
