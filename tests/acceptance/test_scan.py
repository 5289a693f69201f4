"""The main job on the sample library: right names, few wrong ones, nothing changed that is not ours."""

import pytest

from tests.acceptance.conftest import EveryScanned

pytestmark = pytest.mark.slow


def test_it_looks_at_every_photo(every_scanned: EveryScanned) -> None:
    """One scan, and nothing else, goes from a photo folder and a digiKam library to suggestions."""
    assert 0 == every_scanned.first.status, every_scanned.first.err
    assert "" == every_scanned.first.err
    photos = every_scanned.first.summary["photos"]
    indexed = every_scanned.indexed
    assert {"seen": 855, "indexed": indexed, "unchanged": 855 - indexed, "failed": 0} == photos


def test_people_get_their_right_names(every_scanned: EveryScanned) -> None:
    """Of the photos of known people that nobody confirmed, 97 % get the right name and at most 2 a wrong one."""
    names = every_scanned.place.main_names()
    known = {
        name: t.person for name, t in every_scanned.place.truth.items() if t.person is not None and not t.confirmed
    }
    assert 279 == len(known)
    wrong = {name: names[name] for name in known if names.get(name, known[name]) != known[name]}
    assert 2 >= len(wrong), wrong
    right = sum(names.get(name) == person for name, person in known.items())
    assert 0.97 * len(known) <= right


def test_strangers_get_no_name(every_scanned: EveryScanned) -> None:
    """Of the photos of strangers, at most 3 get any name."""
    named = {item["photo"] for item in every_scanned.place.suggestions()}
    strangers = {name for name, true in every_scanned.place.truth.items() if true.person is None}
    assert 150 == len(strangers)
    assert 3 >= len(named & strangers), named & strangers


def test_confirmed_faces_are_read_and_train(every_scanned: EveryScanned) -> None:
    """Every confirmed face of digiKam's database is read, and those fit for it are trained on."""
    confirmed = every_scanned.first.summary["confirmed"]
    assert 426 == confirmed["read"] == confirmed["used"] + confirmed["left_out"]
    assert 0.9 * 426 <= confirmed["used"]


def test_a_confirmed_face_gets_no_suggestion(every_scanned: EveryScanned) -> None:
    """What a human confirmed is not asked again."""
    names = every_scanned.place.main_names()
    assert [] == [name for name, true in every_scanned.place.truth.items() if true.confirmed and name in names]


def test_digikams_database_is_as_it_was(every_scanned: EveryScanned) -> None:
    """Reading the library leaves its database byte for byte, or row by row, what it was."""
    assert every_scanned.rows_before == every_scanned.rows()


def test_a_second_scan_changes_nothing(every_scanned: EveryScanned) -> None:
    """Nothing is new, so no photo is looked at and no file is written."""
    place = every_scanned.place
    before = {path: path.stat().st_mtime_ns for path in place.photos.rglob("*")}
    second = place.json("scan").summary
    assert {"seen": 855, "indexed": 0, "unchanged": 855, "failed": 0} == second["photos"]
    assert 0 == second["sidecars"]["written"] == second["sidecars"]["refused"]
    assert {"new": 0, "changed": 0, "withdrawn": 0} == {k: v for k, v in second["suggestions"].items() if k != "open"}
    assert every_scanned.first.summary["generation"] == second["generation"]
    assert before == {path: path.stat().st_mtime_ns for path in place.photos.rglob("*")}
    assert every_scanned.rows_before == every_scanned.rows()
