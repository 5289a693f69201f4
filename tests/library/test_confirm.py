"""A face that a human answered, as digiKam's own *Confirm* leaves it in the database."""

from dataclasses import replace
from pathlib import Path

import pytest

from facedaemon.library import DigikamLibrary, Wanted, from_json, open_library, to_json, with_tags_of
from facedaemon.values import AnnotationState, Region
from tests.library.samples import BILL, GRAY, IGNORED, UNCONFIRMED, UNKNOWN, Sample

RECT = '<rect x="30" y="45" width="60" height="75"/>'
NEAR = '<rect x="33" y="47" width="58" height="70"/>'
REGION = Region(0.2, 0.3, 0.4, 0.5)
WANTED = Wanted(REGION, "Bill Frist", is_confirmed=True)
GUESS = Wanted(REGION, "Bill Frist")


def _states(library: DigikamLibrary, photo: Path) -> list[tuple[AnnotationState, str | None, bool]]:
    return [(each.state, each.person, each.by_hand) for each in library.snapshot().annotations if each.photo == photo]


def _tags(sample: Sample, image: int) -> list[int]:
    return sorted(tag for (tag,) in sample.query("SELECT tagid FROM ImageTags WHERE imageid = ?", image))


@pytest.mark.parametrize(
    "there",
    [
        [],
        [(UNKNOWN, "autodetectedFace", NEAR)],
        [(UNKNOWN, "autodetectedFace", NEAR), (UNKNOWN, "faceTagExtendedData", f"{NEAR},{GRAY}")],
        [(BILL, "autodetectedFace", NEAR), (UNCONFIRMED, "autodetectedPerson", f"{BILL},autodetectedFace,{NEAR}")],
        [(GRAY, "autodetectedFace", NEAR), (UNCONFIRMED, "autodetectedPerson", f"{GRAY},autodetectedFace,{NEAR}")],
    ],
    ids=["nothing", "unknown", "unknown with a rejection", "suggested", "another suggested"],
)
def test_the_rows_are_those_of_digikams_confirm_and_all_come_back(
    sample: Sample, there: list[tuple[int, str, str]]
) -> None:
    """At the rectangle that digiKam has; what it remembers of the face moves along; taken back row for row."""
    image, photo = sample.photo_without_faces()
    for row in there:
        sample.add_face(image, *row)
    before = sample.dump()
    rect = NEAR if there else RECT
    moved = [(image, BILL, name, text) for _, name, text in there if name == "faceTagExtendedData"]
    with open_library(sample.location) as library:
        plan = library.write(photo, [WANTED])
        assert sample.faces(image) == sorted(
            [(image, BILL, "faceToTrain", rect), (image, BILL, "tagRegion", rect), *moved]
        )
        assert _tags(sample, image) == sorted({*(tag for i, tag in before["ImageTags"] if i == image), BILL})
        assert (AnnotationState.CONFIRMED, "Bill Frist", True) in _states(library, photo)
        assert not library.write(photo, [WANTED]).steps
        library.take_back(photo, from_json(to_json(plan.changes)))
    assert sample.dump() == before


def test_our_suggestion_becomes_a_confirmed_face_in_one_transaction(sample: Sample) -> None:
    """Withdrawn and confirmed together; taking back leaves the face as it was before both."""
    image, photo = sample.photo_without_faces()
    sample.add_face(image, UNKNOWN, "autodetectedFace", RECT)
    before = sample.dump()
    with open_library(sample.location) as library:
        shown = library.write(photo, [GUESS])
        done = library.write(photo, [WANTED], shown.changes)
        assert sample.faces(image) == [(image, BILL, "faceToTrain", RECT), (image, BILL, "tagRegion", RECT)]
        library.take_back(photo, done.changes)
    assert sample.dump() == before


@pytest.mark.parametrize(
    ("row", "tag"),
    [
        ((GRAY, "tagRegion", NEAR), GRAY),
        ((IGNORED, "ignoredFace", NEAR), None),
        ((BILL, "tagRegion", NEAR), BILL),
        ((UNKNOWN, "faceTagExtendedData", f"{NEAR},{BILL}"), None),
        ((UNKNOWN, "autodetectedFace", '<rect x="30" y="45" width="30" height="60"/>'), None),
        ((UNKNOWN, "autodetectedFace", "no rectangle"), None),
    ],
    ids=["another confirmed", "ignored", "confirmed already", "rejected there", "beside", "not understood"],
)
def test_what_a_human_did_in_digikam_stays(sample: Sample, row: tuple[int, str, str], tag: int | None) -> None:
    """Also what is unclear: another face may be meant."""
    image, photo = sample.photo_without_faces()
    sample.add_face(image, *row)
    if row[2].endswith('width="30" height="60"/>'):
        sample.add_face(image, GRAY, "autodetectedFace", NEAR)
    if tag is not None:
        sample.execute("INSERT INTO ImageTags VALUES (?, ?)", image, tag)
    before = sample.dump()
    with open_library(sample.location) as library:
        plan = library.write(photo, [WANTED])
    assert not plan.changes
    assert sample.dump() == before


def test_people_whom_digikam_does_not_have_are_not_made(sample: Sample) -> None:
    """A running digiKam would not know the new tag: the name goes through the sidecar."""
    _, photo = sample.photo_without_faces()
    before = sample.dump()
    with open_library(sample.location) as library:
        [refused] = library.write(photo, [replace(WANTED, person="Nobody Yet")]).refused
    assert "no person named Nobody Yet" in refused.reason
    assert sample.dump() == before


def test_a_tag_that_the_photo_had_stays_when_the_face_is_taken_back(sample: Sample) -> None:
    """It is on the photo for another reason; and so it is where somebody tagged a second face with it since."""
    image, photo = sample.photo_without_faces()
    sample.execute("INSERT INTO ImageTags VALUES (?, ?)", image, BILL)
    before = sample.dump()
    other = '<rect x="100" y="100" width="40" height="40"/>'
    with open_library(sample.location) as library:
        library.take_back(photo, library.write(photo, [WANTED]).changes)
        assert sample.dump() == before
        sample.execute("DELETE FROM ImageTags WHERE imageid = ? AND tagid = ?", image, BILL)
        plan = library.write(photo, [WANTED])
        sample.add_face(image, BILL, "tagRegion", other)
        library.take_back(photo, plan.changes)
    assert sample.faces(image) == [(image, BILL, "tagRegion", other)]
    assert BILL in _tags(sample, image)


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_faces_of_one_person_the_last_takes_the_tag_along(sample: Sample, first: int) -> None:
    """Taken back together, or one after the other in either order: the photo has no tag of ours left."""
    _, photo = sample.photo_without_faces()
    before = sample.dump()
    both = [Wanted(Region(0.1, 0.1, 0.2, 0.2), "Bill Frist", is_confirmed=True)]
    both.append(replace(both[0], region=Region(0.6, 0.6, 0.2, 0.2)))
    with open_library(sample.location) as library:
        library.take_back(photo, library.write(photo, both).changes)
        assert sample.dump() == before
        changes = library.write(photo, both).changes
        gone, kept = changes[first], changes[1 - first]
        done = library.write(photo, [], [gone])
        library.take_back(photo, with_tags_of([kept], done.withdrawn))
    assert sample.dump() == before


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE ImageTagProperties SET tagid = {GRAY} WHERE tagid = {BILL} AND imageid = ?",
        f"DELETE FROM ImageTagProperties WHERE tagid = {BILL} AND imageid = ?",
        f"UPDATE ImageTagProperties SET value = '{NEAR}' WHERE tagid = {BILL} AND imageid = ?",
    ],
    ids=["renamed", "removed", "moved"],
)
def test_what_was_changed_in_digikam_since_is_not_taken_back(sample: Sample, change: str) -> None:
    """DigiKam's own later changes win."""
    image, photo = sample.photo_without_faces()
    with open_library(sample.location) as library:
        plan = library.write(photo, [WANTED])
        sample.execute(change, image)
        before = sample.dump()
        [refused] = library.take_back(photo, plan.changes).refused
    assert "changed in digiKam" in refused.reason
    assert sample.dump() == before


def test_a_digikam_that_has_learned_the_face_changes_nothing(sample: Sample) -> None:
    """Some releases drop `faceToTrain` once they have: the face is still ours to take back."""
    image, photo = sample.photo_without_faces()
    before = sample.dump()
    with open_library(sample.location) as library:
        plan = library.write(photo, [WANTED])
        sample.execute("DELETE FROM ImageTagProperties WHERE property = 'faceToTrain' AND imageid = ?", image)
        library.take_back(photo, plan.changes)
    assert sample.dump() == before


def test_a_database_of_another_digikam_is_not_written_to(sample: Sample) -> None:
    """Nothing is taken back there either: the same numbers are other photos."""
    _, photo = sample.photo_without_faces()
    with open_library(sample.location) as library:
        plan = library.write(photo, [WANTED])
        sample.execute("UPDATE Settings SET value = 'other' WHERE keyword = 'databaseUUID'")
        before = sample.dump()
        assert library.take_back(photo, plan.changes).kept == plan.changes
    assert sample.dump() == before
