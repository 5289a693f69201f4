"""The main job end to end with nothing but what every clone can have: photos of two people, and no digiKam."""

import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pyexiv2
import pytest

from facedaemon.values import Region
from tests.acceptance.copied import copied
from tests.acceptance.daemon_process import daemon
from tests.acceptance.place import Place
from tests.portrait_place import EILEEN, GRACE, NAMED, name_in_sidecar, named_portraits, portraits_folder, sidecar_of


@pytest.fixture
def tmp_path(disk_path: Path) -> Path:
    """On the disk: what its file system does is part of what these tests try."""
    return disk_path


def _contents(place: Place) -> dict[str, bytes]:
    """Every file below the photos' root."""
    return {path.name: path.read_bytes() for path in place.photos.iterdir()}


@pytest.fixture(scope="module")
def album(model_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The two people's photos, the first of each named, never scanned."""
    return named_portraits(portraits_folder(), model_files, tmp_path_factory.mktemp("album"))


@pytest.fixture(scope="module")
def scanned(album: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The same after its first scan. Tests take copies of it (`place`)."""
    place = copied(album, tmp_path_factory.mktemp("scanned") / "place")
    assert {"seen": 24, "indexed": 24, "unchanged": 0, "failed": 0} == place.json("scan").summary["photos"]
    return place


@pytest.fixture
def place(scanned: Place, tmp_path: Path) -> Place:
    """A scanned place that a test may change."""
    return copied(scanned, tmp_path / "place")


def test_both_people_get_their_names_and_photos_stay_as_they_were(album: Place, scanned: Place) -> None:
    """Every photo that nobody named has its right name; photos and their user's sidecars keep every byte."""
    everything = {name: true.person for name, true in scanned.truth.items() if not true.confirmed}
    assert everything == {item["photo"]: item["person"] for item in scanned.suggestions()}
    after = _contents(scanned)
    assert after == {**after, **_contents(album)}
    assert {f"{name}.xmp" for name in everything} == after.keys() - _contents(album).keys()


def test_another_program_reads_the_names_in_the_sidecars(scanned: Place) -> None:
    """Exiv2 finds the person in facedaemon's own namespace, and no region that it could take for a human's."""
    for person in (GRACE, EILEEN):
        for name in scanned.unconfirmed(person):
            with pyexiv2.Image(str(sidecar_of(scanned.photos / name))) as opened:
                read = opened.read_xmp()
            assert person == read["Xmp.facedaemon.Suggestions[1]/facedaemon:Name"]
            assert not [key for key in read if "mwg-rs" in key]


def test_a_second_scan_changes_nothing(place: Place) -> None:
    """Nothing is new: no photo is looked at, and no file below the root is written."""
    before = _contents(place)
    second = place.json("scan").summary
    assert {"seen": 24, "indexed": 0, "unchanged": 24, "failed": 0} == second["photos"]
    assert before == _contents(place)


def test_somebody_whom_nobody_named_gets_no_name(album: Place, tmp_path: Path) -> None:
    """With one known person all photos of the other stay silent, and the known one still gets the name."""
    place = copied(album, tmp_path / "place")
    for sidecar in place.photos.glob(f"{EILEEN}*.xmp"):
        sidecar.unlink()
    place.json("scan")
    expected = dict.fromkeys(place.unconfirmed(GRACE), GRACE)
    assert expected == {item["photo"]: item["person"] for item in place.suggestions()}


def test_undo_takes_every_sidecar_back(album: Place, place: Place) -> None:
    """After `undo` the folder is as it was before the first scan, and the next scan leaves it so."""
    undone = place.json("undo").summary
    assert len(place.truth) - 2 * NAMED == undone["removed"]
    assert _contents(album) == _contents(place)
    place.json("scan")
    assert _contents(album) == _contents(place)


def test_a_rejected_name_never_comes_back(place: Place) -> None:
    """A list that its user deleted stays away through a scan and a rebuild from nothing; the others keep theirs."""
    rejected = place.unconfirmed(GRACE)[0]
    sidecar = sidecar_of(place.photos / rejected)
    text = sidecar.read_text(encoding="utf-8")
    without = re.sub("<facedaemon:Suggestions>.*</facedaemon:Suggestions>", "", text, flags=re.DOTALL)
    sidecar.write_text(without, encoding="utf-8")
    place.json("scan")
    assert [GRACE] == [item["person"] for item in place.json("rejections", "list").lines]
    place.json("rebuild", "--from-scratch")
    place.json("scan")
    named = {item["photo"] for item in place.suggestions()}
    assert rejected not in named
    assert set(place.unconfirmed(EILEEN)) <= named
    assert not sidecar.exists() or GRACE not in sidecar.read_text(encoding="utf-8")


def test_a_confirmation_becomes_a_sample_and_ends_the_question(place: Place) -> None:
    """A suggestion that its user confirms, by a region in the photo's sidecar, trains and is not asked again."""
    photo = place.unconfirmed(EILEEN)[0]
    (item,) = [item for item in place.suggestions() if item["photo"] == photo]
    name_in_sidecar(place.photos / photo, EILEEN, Region(**item["region"]))
    confirmed = sidecar_of(place.photos / photo).read_bytes()
    place.json("scan")
    assert photo not in {item["photo"] for item in place.suggestions()}
    assert str(place.photos / photo) in {sample["photo"] for sample in place.json("samples", EILEEN).lines}
    assert confirmed == sidecar_of(place.photos / photo).read_bytes()


def test_names_that_are_taken_back_take_their_suggestions_along(place: Place) -> None:
    """When a person's names are all removed, nobody is suggested as that person any more."""
    for name, true in place.truth.items():
        if true.person == GRACE and true.confirmed:
            sidecar_of(place.photos / name).unlink()
    place.json("scan")
    assert {EILEEN} == {item["person"] for item in place.suggestions()}
    assert not [name for name in place.unconfirmed(GRACE) if sidecar_of(place.photos / name).exists()]


def test_the_daemon_names_a_new_photo_and_reads_a_new_name(place: Place) -> None:
    """A photo that arrives gets its sidecar, and a face that is confirmed meanwhile counts, without anybody asking."""
    new, confirmed = place.unconfirmed(GRACE)[:2]
    card = place.folder / new
    shutil.move(place.photos / new, card)
    sidecar_of(place.photos / new).unlink()
    (item,) = [item for item in place.suggestions() if item["photo"] == confirmed]
    assert place.photos / confirmed not in _confirmed(place)
    with daemon(place) as running:
        running.tells("STATUS=Watching 1 folder")
        shutil.copyfile(card, place.photos / new)
        running.until(sidecar_of(place.photos / new).exists, "the new photo got no sidecar")
        name_in_sidecar(place.photos / confirmed, GRACE, Region(**item["region"]))
        running.until(lambda: place.photos / confirmed in _confirmed(place), "the new name was not read")
        assert 0 == running.stop()
    assert GRACE in sidecar_of(place.photos / new).read_text(encoding="utf-8")


def _confirmed(place: Place) -> set[Path]:
    """The photos with a confirmed face, by the state itself."""
    with closing(sqlite3.connect(f"file:{place.state / 'state.db'}?mode=ro", uri=True)) as state:
        rows = state.execute("SELECT path FROM photo JOIN face ON face.photo = photo.id WHERE state = 'confirmed'")
        return {Path(os.fsdecode(path)) for (path,) in rows}
