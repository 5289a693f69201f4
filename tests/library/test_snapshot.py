import json
from pathlib import Path

import pytest

from facedaemon.dates import DateSource, Taken
from facedaemon.library import Snapshot, open_library
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation, Region
from tests.library.samples import BILL, GRAY, IGNORED, UNCONFIRMED, UNKNOWN, Sample

RECT = '<rect x="30" y="45" width="60" height="75"/>'
REGION = Region(0.2, 0.3, 0.4, 0.5)


def snapshot(sample: Sample) -> Snapshot:
    """What the library says now."""
    with open_library(sample.location) as library:
        return library.snapshot()


def annotations_of(sample: Sample, photo: Path) -> list[FaceAnnotation]:
    """The photo's marks."""
    return [annotation for annotation in snapshot(sample).annotations if annotation.photo == photo]


def digikam_annotation(
    photo: Path, state: AnnotationState, person: str | None, by_hand: bool = False
) -> FaceAnnotation:
    """A mark at `REGION`."""
    return FaceAnnotation(photo, AnnotationSource.DIGIKAM, state, person, REGION, by_hand)


def test_the_sample_library_is_read_whole(sample: Sample, shared: Path) -> None:
    """Every confirmed face of a library that a real digiKam 8.6 made, the same from both kinds of database."""
    truth = json.loads((shared / "data/library/truth.json").read_text())
    confirmed = {sample.photos / name: it["person"] for name, it in truth.items() if it["confirmed"]}
    found = snapshot(sample)
    assert 426 == len(found.annotations)
    assert {AnnotationState.CONFIRMED} == {annotation.state for annotation in found.annotations}
    assert 279 == sum(annotation.by_hand for annotation in found.annotations)
    assert set(confirmed) == {annotation.photo for annotation in found.annotations}
    assert 60 == len(found.people)
    assert (sample.version, "{994c61bb-99fb-4457-b804-82c778873ab4}") == (found.version, found.database_id)
    assert () == found.problems


def test_an_unknown_face(sample: Sample) -> None:
    """Detected, or drawn by hand and not named yet."""
    image, photo = sample.photo_without_faces()
    sample.add_face(image, UNKNOWN, "autodetectedFace", RECT)
    assert [digikam_annotation(photo, AnnotationState.UNKNOWN, None)] == annotations_of(sample, photo)


def test_a_suggested_face(sample: Sample) -> None:
    """Two rows hold it: one with the person's tag, one with the tag for unconfirmed faces."""
    image, photo = sample.photo_without_faces()
    sample.add_face(image, BILL, "autodetectedFace", RECT)
    sample.add_face(image, UNCONFIRMED, "autodetectedPerson", f"{BILL},autodetectedFace,{RECT}")
    assert [digikam_annotation(photo, AnnotationState.SUGGESTED, "Bill Frist")] == annotations_of(sample, photo)


def test_a_face_confirmed_by_hand(sample: Sample) -> None:
    """`faceToTrain` at the same rect proves a human's click."""
    image, photo = sample.photo_without_faces()
    sample.confirm(image, BILL, RECT)
    assert [digikam_annotation(photo, AnnotationState.CONFIRMED, "Bill Frist", by_hand=True)] == annotations_of(
        sample, photo
    )


def test_a_face_confirmed_in_metadata(sample: Sample) -> None:
    """Imported or renamed: confirmed, but `faceToTrain` is absent or lies elsewhere."""
    image, photo = sample.photo_without_faces()
    sample.execute("INSERT INTO ImageTags VALUES (?, ?)", image, BILL)
    sample.add_face(image, BILL, "tagRegion", RECT)
    sample.add_face(image, BILL, "faceToTrain", '<rect x="1" y="1" width="60" height="75"/>')
    assert [digikam_annotation(photo, AnnotationState.CONFIRMED, "Bill Frist")] == annotations_of(sample, photo)


def test_an_ignored_face(sample: Sample) -> None:
    """A human wants to see it no more."""
    image, photo = sample.photo_without_faces()
    sample.add_face(image, IGNORED, "ignoredFace", RECT)
    assert [digikam_annotation(photo, AnnotationState.IGNORED, None)] == annotations_of(sample, photo)


def test_a_person_without_a_region(sample: Sample) -> None:
    """Tagged by hand: somewhere in the photo."""
    image, photo = sample.photo_without_faces()
    sample.execute("INSERT INTO ImageTags VALUES (?, ?)", image, BILL)
    annotation = FaceAnnotation(photo, AnnotationSource.DIGIKAM, AnnotationState.CONFIRMED, "Bill Frist", None)
    assert [annotation] == annotations_of(sample, photo)


def test_a_scanned_photo_is_known(sample: Sample) -> None:
    """DigiKam's own detection went over it."""
    image, photo = sample.photo_without_faces()
    assert not any(version.is_scanned for version in snapshot(sample).row_versions.values())
    sample.execute("INSERT INTO Tags (id, pid, name) VALUES (1000, 1, 'Scanned for Faces')")
    sample.execute("INSERT INTO TagProperties VALUES (1000, 'internalTag', NULL)")
    sample.execute("INSERT INTO ImageTags VALUES (?, 1000)", image)
    first = snapshot(sample).row_versions
    assert {photo} == {path for path, version in first.items() if version.is_scanned}
    assert image == first[photo].image
    sample.execute("REPLACE INTO ImageTags VALUES (?, 1000)", image)  # as digiKam does when it goes over it again
    again = snapshot(sample).row_versions
    assert (sample.placeholder == "?") == (first[photo].detection != again[photo].detection)


@pytest.mark.parametrize("tag", [UNKNOWN, GRAY])
def test_names_that_a_human_rejected_are_read(sample: Sample, tag: int) -> None:
    """DigiKam 9.1 keeps them with the face, whatever tag that hangs on; one row or several, in every schema."""
    image, photo = sample.photo_without_faces()
    sample.add_face(image, tag, "autodetectedFace", RECT)
    sample.add_face(image, tag, "faceTagExtendedData", f"{RECT},{BILL};{GRAY}")
    sample.add_face(image, UNKNOWN, "faceTagExtendedData", f"{RECT},{BILL}")
    rejected = [
        annotation for annotation in annotations_of(sample, photo) if annotation.state == AnnotationState.REJECTED
    ]
    assert [
        digikam_annotation(photo, AnnotationState.REJECTED, name) for name in ("Bill Frist", "Gray Davis")
    ] == rejected


@pytest.mark.parametrize(
    "value",
    [
        "",
        RECT,
        f"{RECT},",
        f"{RECT},x;;-1",
        f"{BILL}",
        f"odd,{BILL}",
        f"{RECT};{BILL}",
        f"{RECT},{'9' * 40}",
        None,
    ],
)
def test_a_memory_of_another_form_hides_nothing(sample: Sample, value: str | None) -> None:
    """What is not understood there rejects nobody, and the photo's faces are read all the same."""
    image, photo = sample.photo_without_faces()
    sample.add_face(image, UNKNOWN, "autodetectedFace", RECT)
    sample.execute("INSERT INTO ImageTagProperties VALUES (?, ?, 'faceTagExtendedData', ?)", image, UNKNOWN, value)
    sample.add_face(image, UNKNOWN, "faceTagExtendedData", f"{RECT},{UNKNOWN};{BILL} ;odd")
    annotations = [
        digikam_annotation(photo, AnnotationState.UNKNOWN, None),
        digikam_annotation(photo, AnnotationState.REJECTED, "Bill Frist"),
    ]
    assert annotations == annotations_of(sample, photo)
    assert () == snapshot(sample).problems


def test_equal_rows_are_one_face(sample: Sample) -> None:
    """DigiKam's table has no key: what stands twice is still one face."""
    image, photo = sample.photo_without_faces()
    sample.add_face(image, UNKNOWN, "autodetectedFace", RECT)
    sample.add_face(image, UNKNOWN, "autodetectedFace", RECT)
    assert 1 == len(annotations_of(sample, photo))


def test_a_rotated_photo_has_its_faces_in_the_displayed_frame(sample: Sample) -> None:
    """DigiKam keeps the stored size beside rects of the displayed photo."""
    image, photo = sample.photo_without_faces()
    sample.execute("UPDATE ImageInformation SET width = 600, height = 400, orientation = 6 WHERE imageid = ?", image)
    sample.add_face(image, UNKNOWN, "autodetectedFace", '<rect x="160" y="120" width="80" height="60"/>')
    [annotation] = annotations_of(sample, photo)
    assert Region(160 / 400, 120 / 600, 80 / 400, 60 / 600) == annotation.region


@pytest.mark.parametrize(
    ("created", "modified", "day"),
    [
        ("1987-06-05T04:03:02.000", "2026-11-23T21:37:31.775", "1987-06-05"),
        ("1987-06-05 04:03:02", None, "1987-06-05"),
        ("2026-11-23T21:37:31.771", "2026-11-23T21:37:31.775", None),
        ("2026-11-23T21:37:30", "2026-11-23T21:37:32", None),
        ("1970-01-01T00:00:00.000", "2026-11-23T21:37:31.775", None),
        (None, "2026-11-23T21:37:31.775", None),
    ],
)
def test_a_date_is_known_where_digikam_found_one(
    sample: Sample, created: str | None, modified: str | None, day: str | None
) -> None:
    """Also of photos without faces; where it found none it keeps the time of the file, which says nothing."""
    image, photo = sample.photo_without_faces()
    assert {} == snapshot(sample).dates
    sample.execute("UPDATE ImageInformation SET creationDate = ? WHERE imageid = ?", created, image)
    sample.execute("UPDATE Images SET modificationDate = ? WHERE id = ?", modified, image)
    found = {path: Taken(moment, DateSource.DIGIKAM).day for path, moment in snapshot(sample).dates.items()}
    assert ({} if day is None else {photo: day}) == found


def test_only_visible_images_count(sample: Sample) -> None:
    """Trashed and obsolete ones and videos train nobody."""
    first, second, third = (annotation.photo for annotation in snapshot(sample).annotations[:3])
    for photo, column, value in ((first, "status", 3), (second, "status", 4), (third, "category", 2)):
        sample.execute(f"UPDATE Images SET {column} = ? WHERE name = ?", value, photo.name)
    assert {first, second, third}.isdisjoint(annotation.photo for annotation in snapshot(sample).annotations)


def test_a_region_whose_person_was_taken_off_the_photo_is_not_confirmed(sample: Sample) -> None:
    """The row of the region may stay behind when a human removes the tag."""
    photo = snapshot(sample).annotations[0].photo
    [(image,)] = sample.query("SELECT id FROM Images WHERE name = ?", photo.name)
    sample.execute("DELETE FROM ImageTags WHERE imageid = ?", image)
    found = snapshot(sample)
    assert photo not in {annotation.photo for annotation in found.annotations}
    assert [str(photo)] == [problem.subject for problem in found.problems]


def test_bad_rows_are_left_out_with_their_reason(sample: Sample) -> None:
    """One broken row hides no other face, and is named."""
    image, photo = sample.photo_without_faces()
    sample.add_face(image, UNKNOWN, "autodetectedFace", RECT)
    bad = [
        (UNKNOWN, "autodetectedFace", "nonsense"),
        (UNKNOWN, "autodetectedFace", '<rect x="72000" y="64000" width="60" height="75"/>'),
        (UNCONFIRMED, "autodetectedPerson", "x,autodetectedFace"),
        (UNCONFIRMED, "autodetectedPerson", f"{UNKNOWN},autodetectedFace,{RECT}"),
        (UNKNOWN, "tagRegion", RECT),
        (UNCONFIRMED, "autodetectedFace", RECT),
    ]
    for row in bad:
        sample.add_face(image, *row)
    found = snapshot(sample)
    assert [digikam_annotation(photo, AnnotationState.UNKNOWN, None)] == [
        annotation for annotation in found.annotations if annotation.photo == photo
    ]
    assert [str(photo)] * len(bad) == [problem.subject for problem in found.problems]


def test_a_photo_without_a_size_has_no_regions(sample: Sample) -> None:
    """Pixels mean nothing without it: the faces are left out, the reason is said once for each."""
    image, photo = sample.photo_without_faces()
    sample.add_face(image, UNKNOWN, "autodetectedFace", RECT)
    sample.execute("UPDATE ImageInformation SET width = 0 WHERE imageid = ?", image)
    assert [str(photo)] == [problem.subject for problem in snapshot(sample).problems]
    sample.execute("DELETE FROM ImageInformation WHERE imageid = ?", image)
    assert [str(photo)] == [problem.subject for problem in snapshot(sample).problems]


def test_a_name_cannot_lead_out_of_its_root(sample: Sample) -> None:
    """A hostile database does not make facedaemon look elsewhere."""
    first, second = (annotation.photo for annotation in snapshot(sample).annotations[:2])
    sample.execute("UPDATE Images SET name = '../../../etc/passwd' WHERE name = ?", first.name)
    sample.execute("UPDATE Albums SET relativePath = '/../..' WHERE relativePath = ?", f"/{_folder(sample, second)}")
    found = snapshot(sample)
    assert all(sample.photos in annotation.photo.parents for annotation in found.annotations)
    assert all(".." not in annotation.photo.parts for annotation in found.annotations)
    assert found.problems


def test_photos_of_an_unreachable_root_are_left_out(sample: Sample) -> None:
    """Their root is listed with the reason instead."""
    sample.execute("UPDATE AlbumRoots SET identifier = ?", "volumeid:?uuid=unplugged")
    found = snapshot(sample)
    assert () == found.annotations
    assert [None] == [root.path for root in found.roots]


def test_a_database_set_back_is_recognised(sample: Sample) -> None:
    """A backup loaded into the same place has an older scan; digiKam's own work changes neither that nor the file."""
    before = snapshot(sample)
    image, _ = sample.photo_without_faces()
    sample.confirm(image, BILL, RECT)
    after = snapshot(sample)
    assert (before.file_id, before.last_scan) == (after.file_id, after.last_scan)
    sample.execute("UPDATE Settings SET value = '2026-11-01T10:00:00' WHERE keyword = 'Scanned'")
    assert snapshot(sample).last_scan < before.last_scan


def test_names_in_any_script(sample: Sample) -> None:
    """What digiKam shows is what is read."""
    sample.execute("UPDATE TagProperties SET value = 'Łukasz 山田 👩‍🚀' WHERE tagid = ? AND property = 'person'", GRAY)
    assert GRAY == snapshot(sample).people["Łukasz 山田 👩‍🚀"]


def _folder(sample: Sample, photo: Path) -> str:
    return photo.parent.relative_to(sample.photos).as_posix()
