import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from facedaemon.errors import ExitCode, Fatal
from facedaemon.library import DigikamLibrary, Wanted, open_library
from facedaemon.values import AnnotationState, Region
from tests.library.samples import BILL, GRAY, IGNORED, UNCONFIRMED, UNKNOWN, Sample

RECT = '<rect x="30" y="45" width="60" height="75"/>'
REGION = Region(0.2, 0.3, 0.4, 0.5)
WANTED = Wanted(REGION, "Bill Frist")


def states(library: DigikamLibrary, photo: Path) -> list[tuple[AnnotationState, str | None]]:
    """What the library says of the photo's faces."""
    return [
        (annotation.state, annotation.person)
        for annotation in library.snapshot().annotations
        if annotation.photo == photo
    ]


def test_a_suggestion_is_written_byte_for_byte_as_digikam_does(sample: Sample) -> None:
    """Two rows in ImageTagProperties; every other table and row stays as it was."""
    image, photo = sample.photo_without_faces()
    before = sample.dump()
    with open_library(sample.location) as library:
        plan = library.write(photo, [WANTED])
        assert [(AnnotationState.SUGGESTED, "Bill Frist")] == states(library, photo)
    rows = [
        (image, UNCONFIRMED, "autodetectedPerson", f"{BILL},autodetectedFace,{RECT}"),
        (image, BILL, "autodetectedFace", RECT),
    ]
    assert rows == sample.faces(image)
    assert rows == sorted((row.image_id, row.tag_id, row.property, row.value) for row in plan.inserted)
    after = sample.dump()
    after["ImageTagProperties"] = [row for row in after["ImageTagProperties"] if row not in rows]
    assert before == after


def test_taking_back_leaves_all_tables_as_they_were(sample: Sample) -> None:
    """Also the Unknown face that had been replaced, twice where it stood twice."""
    image, photo = sample.photo_without_faces()
    sample.add_face(image, UNKNOWN, "autodetectedFace", RECT)
    sample.add_face(image, UNKNOWN, "autodetectedFace", RECT)
    before = sample.dump()
    with open_library(sample.location) as library:
        plan = library.write(photo, [WANTED])
        assert 2 == len(plan.deleted)
        assert [(AnnotationState.SUGGESTED, "Bill Frist")] == states(library, photo)
        library.take_back(photo, plan.changes)
    assert before == sample.dump()


def test_what_digikam_remembers_moves_with_the_face_in_the_same_transaction(sample: Sample) -> None:
    """To the person's tag when the suggestion is written, and back to Unknown when it is taken back."""
    image, photo = sample.photo_without_faces()
    sample.add_face(image, UNKNOWN, "autodetectedFace", RECT)
    sample.add_face(image, UNKNOWN, "faceTagExtendedData", f"{RECT},{GRAY}")
    before = sample.dump()
    with open_library(sample.location) as library:
        plan = library.write(photo, [WANTED])
        assert (image, BILL, "faceTagExtendedData", f"{RECT},{GRAY}") in sample.faces(image)
        assert 3 == len(sample.faces(image))
        library.take_back(photo, plan.changes)
        assert before == sample.dump()
        [refused] = library.write(photo, [Wanted(REGION, "Gray Davis")]).refused
    assert "rejected" in refused.reason
    assert before == sample.dump()


@pytest.mark.parametrize("required", ["5", "17", "99", None])
def test_neither_the_required_version_nor_an_index_decides(sample: Sample, required: str | None) -> None:
    """DBVersionRequired differs between a fresh and a migrated database, and a migrated one may have fewer indexes."""
    sample.execute("DELETE FROM Settings WHERE keyword = 'DBVersionRequired'")
    if required is not None:
        sample.execute("INSERT INTO Settings VALUES ('DBVersionRequired', ?)", required)
    _, photo = sample.photo_without_faces()
    with open_library(sample.location) as library:
        assert library.write(photo, [WANTED]).changes


@pytest.mark.parametrize("table", ["ImageTagProperties", "AlbumRoots"])
def test_a_newer_schema_is_read_by_looking_and_never_written_to(sample: Sample, table: str) -> None:
    """As long as everything that is read is there; else the error names the version and what is missing."""
    _, photo = sample.photo_without_faces()
    sample.execute("UPDATE Settings SET value = '18' WHERE keyword = 'DBVersion'")
    sample.execute(f"ALTER TABLE {table} ADD COLUMN news INTEGER")
    before = sample.dump()
    with open_library(sample.location) as library:
        assert 426 == len(library.snapshot().annotations)
        [refused] = library.write(photo, [WANTED]).refused
        assert "version 18" in refused.reason
        assert before == sample.dump()
        column = "value" if table == "ImageTagProperties" else "identifier"
        sample.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO other")
        for use in (library.snapshot, lambda: library.write(photo, [WANTED])):
            with pytest.raises(Fatal, match=f"18 is newer.*{column}") as caught:
                use()
            assert ExitCode.LIBRARY == caught.value.exit_code


def test_a_plan_changes_nothing(sample: Sample) -> None:
    """It says what a write would do."""
    _, photo = sample.photo_without_faces()
    before = sample.dump()
    with open_library(sample.location) as library:
        plan = library.plan(photo, [WANTED])
        assert before == sample.dump()
        assert plan == replace(library.write(photo, [WANTED]), seen=())


def test_writing_again_writes_nothing(sample: Sample) -> None:
    """After a crash the photo is simply done again."""
    image, photo = sample.photo_without_faces()
    with open_library(sample.location) as library:
        library.write(photo, [WANTED])
        again = library.write(photo, [WANTED])
    assert ((), (WANTED,)) == (again.steps, again.active)
    assert 2 == len(sample.faces(image))


def test_a_confirmed_suggestion_is_left_to_the_human(sample: Sample) -> None:
    """The name was accepted in digiKam: taking back finds nothing of ours."""
    image, photo = sample.photo_without_faces()
    with open_library(sample.location) as library:
        plan = library.write(photo, [WANTED])
        sample.confirm(image, BILL, RECT)
        before = sample.dump()
        back = library.take_back(photo, plan.changes)
        assert [(AnnotationState.CONFIRMED, "Bill Frist")] == states(library, photo)
    assert ((), 1) == (back.steps, len(back.refused))
    assert before == sample.dump()


def test_remove_in_digikam_is_seen_as_unknown(sample: Sample) -> None:
    """DigiKam keeps no memory of whom the human rejected; the face is there, without a name."""
    image, photo = sample.photo_without_faces()
    with open_library(sample.location) as library:
        library.write(photo, [WANTED])
        sample.execute("DELETE FROM ImageTagProperties WHERE imageid = ?", image)
        sample.add_face(image, UNKNOWN, "autodetectedFace", RECT)
        assert [(AnnotationState.UNKNOWN, None)] == states(library, photo)


def test_an_ignored_face_stays_ignored(sample: Sample) -> None:
    """The reason is said, nothing is written."""
    image, photo = sample.photo_without_faces()
    sample.add_face(image, IGNORED, "ignoredFace", RECT)
    before = sample.dump()
    with open_library(sample.location) as library:
        [refused] = library.write(photo, [WANTED]).refused
    assert "ignored" in refused.reason
    assert before == sample.dump()


def test_another_schema_is_never_written_to(sample: Sample) -> None:
    """An older one is read, but not changed."""
    _, photo = sample.photo_without_faces()
    sample.execute("UPDATE Settings SET value = '15' WHERE keyword = 'DBVersion'")
    before = sample.dump()
    with open_library(sample.location) as library:
        [refused] = library.write(photo, [WANTED]).refused
    assert "version 15" in refused.reason
    assert before == sample.dump()


def test_a_photo_that_digikam_does_not_know_is_refused(sample: Sample, tmp_path: Path) -> None:
    """Outside of all roots, or not scanned yet, or in the trash."""
    image, photo = sample.photo_without_faces()
    sample.execute("UPDATE Images SET status = 3 WHERE id = ?", image)
    with open_library(sample.location) as library:
        for unknown in (photo, tmp_path / "x.jpg", sample.photos / "new.jpg"):
            [refused] = library.write(unknown, [WANTED]).refused
            assert "does not know" in refused.reason


def test_what_was_written_is_taken_back_wherever_the_photo_is_now(sample: Sample) -> None:
    """Moved, renamed or gone, and not yet noticed by digiKam: the rows are known by their own image."""
    before = sample.dump()
    _, photo = sample.photo_without_faces()
    with open_library(sample.location) as library:
        plan = library.write(photo, [WANTED])
        for place in (photo.with_name("moved.jpg"), Path(os.fsdecode(b"/\xff/\xff.jpg"))):
            assert "does not know" in library.write(place, [WANTED]).refused[0].reason
        library.take_back(Path(os.fsdecode(b"/\xff/\xff.jpg")), plan.changes)
    assert before == sample.dump()


def test_a_photo_is_found_through_a_link_to_its_root(sample: Sample, tmp_path: Path) -> None:
    """The user's Pictures may be a link to the disk on which digiKam knows the collection."""
    image, photo = sample.photo_without_faces()
    (tmp_path / "Pictures").symlink_to(sample.photos)
    with open_library(sample.location) as library:
        assert library.write(tmp_path / "Pictures" / photo.relative_to(sample.photos), [WANTED]).changes
    assert 2 == len(sample.faces(image))


def test_a_photo_is_found_whatever_its_name(sample: Sample) -> None:
    """Quotes, percent signs and other scripts are data, never SQL; case is not ignored."""
    image, photo = sample.photo_without_faces()
    name = "Robert'); DROP TABLE Images;-- 100% 山田👩‍🚀.JPG"
    sample.execute("UPDATE Images SET name = ? WHERE id = ?", name, image)
    with open_library(sample.location) as library:
        assert library.write(photo.with_name(name.lower()), [WANTED]).refused
        assert library.write(photo.with_name(name), [WANTED]).changes
    assert 2 == len(sample.faces(image))


def test_the_size_of_a_rotated_photo_is_the_displayed_one(sample: Sample) -> None:
    """The rect is in pixels of the photo as a human sees it."""
    image, photo = sample.photo_without_faces()
    sample.execute("UPDATE ImageInformation SET width = 600, height = 400, orientation = 6 WHERE imageid = ?", image)
    with open_library(sample.location) as library:
        library.write(photo, [Wanted(Region(0.4, 0.2, 0.2, 0.1), "Bill Frist")])
    assert '<rect x="160" y="120" width="80" height="60"/>' in {value for *_, value in sample.faces(image)}


def test_a_failed_write_leaves_nothing(sample: Sample) -> None:
    """Both rows or none: a write that fails at the second one is rolled back."""
    image, photo = sample.photo_without_faces()
    on_failure = (
        "SELECT RAISE(ABORT, 'disk') WHERE NEW.property = 'autodetectedPerson';"
        if sample.placeholder == "?"
        else "IF NEW.property = 'autodetectedPerson' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'disk'; END IF;"
    )
    each = "" if sample.placeholder == "?" else "FOR EACH ROW"
    sample.execute(f"CREATE TRIGGER fail BEFORE INSERT ON ImageTagProperties {each} BEGIN {on_failure} END")
    with open_library(sample.location) as library, pytest.raises(Exception, match="disk"):
        library.write(photo, [WANTED])
    assert [] == sample.faces(image)


HUMAN = """
import sqlite3, pymysql, sys
location, database, placeholder, *images = sys.argv[1:]
if placeholder == "?":
    connection = sqlite3.connect(location, timeout=30)
else:
    connection = pymysql.connect(unix_socket=location, user="root", database=database, ssl_disabled=True)
cursor = connection.cursor()
for image in images:
    for _ in range(3):
        cursor.execute("INSERT INTO ImageTagProperties VALUES (%s, 15, 'x', 'y')" % image)
        connection.commit()
"""


def test_nothing_is_lost_beside_another_writer(sample: Sample) -> None:
    """Another process writes rows of the very photos in which suggestions are written and taken back."""
    images = sample.query(
        "SELECT i.id, a.relativePath, i.name FROM Images i JOIN Albums a ON a.id = i.album WHERE i.id NOT IN"
        " (SELECT imageid FROM ImageTagProperties) ORDER BY i.id LIMIT 60"
    )
    place, _, socket = sample.location.partition("?unix_socket=")
    arguments = [socket or place, place.rpartition("/")[2], sample.placeholder, *(str(image) for image, *_ in images)]
    with (
        subprocess.Popen([sys.executable, "-c", HUMAN, *arguments]) as other,
        open_library(sample.location) as library,
    ):
        for image, folder, name in images:
            photo = Path(f"{sample.photos}{folder}", name)
            plan = library.write(photo, [WANTED])
            if image % 2:
                library.take_back(photo, plan.changes)
    assert 0 == other.returncode
    for image, *_ in images:
        rows = sample.faces(image)
        assert 3 == rows.count((image, GRAY, "x", "y"))
        assert (0 if image % 2 else 2) == len(rows) - 3
