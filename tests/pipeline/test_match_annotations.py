"""Marks of humans, matched to faces; decisions about suggestions."""

from pathlib import Path

import pytest

from facedaemon.pipeline.annotations import match_annotations
from facedaemon.pipeline.annotations.decide import Since, decisions
from facedaemon.store import FaceRecord, KnownAnnotation, SuggestionRecord, Verdict
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation, Quality, Region, SuggestionState

PHOTO = Path("/photos/a.jpg")
LEFT, RIGHT = Region(0.2, 0.2, 0.2, 0.3), Region(0.6, 0.2, 0.2, 0.3)


def face(number: int, region: Region) -> FaceRecord:
    """A detected face."""
    return FaceRecord(number, 1, region, 0.9, Quality(0.9), True, False, Verdict())


def annotation(
    person: str | None,
    region: Region | None,
    state: AnnotationState = AnnotationState.CONFIRMED,
    source: AnnotationSource = AnnotationSource.DIGIKAM,
) -> FaceAnnotation:
    """What a source says."""
    return FaceAnnotation(PHOTO, source, state, person, region)


def suggestion(number: int, person: str) -> SuggestionRecord:
    """An open suggestion of ours."""
    return SuggestionRecord(number, PHOTO, LEFT, person, 0.9, 1, SuggestionState.OPEN)


def moved(region: Region, right: float, down: float, scale: float = 1) -> Region:
    """The region, moved by shares of its own size and scaled about its corner."""
    return Region(region.x + right * region.w, region.y + down * region.h, region.w * scale, region.h * scale)


@pytest.mark.parametrize(
    ("region", "trust"),
    [
        (LEFT, 1.0),
        (moved(LEFT, 0.1, 0.1), 1.0),
        (moved(LEFT, 0.2, 0.2, 0.5), 0.9),
        (moved(LEFT, -0.5, -0.3, 2.5), 0.9),
        (moved(LEFT, -0.4, -0.4, 0.6), 0.5),
    ],
    ids=["equal", "shifted", "inside", "around", "touching"],
)
def test_a_region_means_the_face_it_lies_on_and_is_trusted_less_the_looser_it_lies(
    region: Region, trust: float
) -> None:
    """Regions drawn by hand, tighter boxes and whole libraries of displaced regions all find their face."""
    (found,) = match_annotations.match([annotation("Anna", region)], [face(1, LEFT), face(2, RIGHT)])
    assert (found.face, found.trust) == (1, trust)


@pytest.mark.parametrize("region", [None, Region(0, 0, 1, 1), Region(0.0, 0.7, 0.1, 0.1), Region(0.2, 0.2, 0, 0)])
def test_a_region_that_means_no_face_finds_none(region: Region | None) -> None:
    """No region, the whole photo, somewhere else, nothing: no face gets a name from these."""
    (found,) = match_annotations.match([annotation("Anna", region)], [face(1, LEFT)])
    assert found.face is None


def test_two_names_never_share_a_face() -> None:
    """Each gets the face it lies on best, in whatever order they come."""
    anna, bob = annotation("Anna", moved(LEFT, 0.1, 0)), annotation("Bob", moved(LEFT, 0.3, 0))
    for annotations in ([anna, bob], [bob, anna]):
        by_name = {item.annotation.person: item.face for item in match_annotations.match(annotations, [face(1, LEFT)])}
        assert by_name == {"Anna": 1, "Bob": None}


@pytest.mark.parametrize("second", [moved(LEFT, 0.1, 0.1), moved(LEFT, 0.2, 0.2, 0.5), moved(LEFT, -0.1, -0.1, 3.4)])
def test_a_second_rectangle_of_one_person_names_no_other_face(second: Region) -> None:
    """It lies on the face that has the name already; without that face it means the one that it touches."""
    annotations = [annotation("Anna", LEFT), annotation("Anna", second)]
    for order in (annotations, annotations[::-1]):
        found = match_annotations.match(order, [face(1, LEFT), face(2, moved(LEFT, 1, 0))])
        assert [1, 1] == [item.face for item in found]
    twice = [annotation("Anna", LEFT), annotation("Anna", RIGHT)]  # a mirror
    assert {1, 2} == {item.face for item in match_annotations.match(twice, [face(1, LEFT), face(2, RIGHT)])}


def test_the_library_outdoes_metadata_about_the_same_face() -> None:
    """A face renamed in digiKam keeps that name though the file still holds the old one."""
    old, new = annotation("Bob", LEFT, source=AnnotationSource.MWG), annotation("Anna", LEFT)
    found = match_annotations.verdicts(match_annotations.match([old, new], [face(1, LEFT)]))
    assert found == {1: Verdict(AnnotationState.CONFIRMED, "Anna", 1.0)}


def test_unknown_and_suggested_marks_are_no_verdict() -> None:
    """Only a human's confirmation, or a human's refusal to care, says anything of a face."""
    annotations = [
        annotation(None, LEFT, AnnotationState.UNKNOWN),
        annotation("Anna", RIGHT, AnnotationState.SUGGESTED),
    ]
    assert match_annotations.verdicts(match_annotations.match(annotations, [face(1, LEFT), face(2, RIGHT)])) == {}


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        (annotation("Anna", LEFT), SuggestionState.ACCEPTED),
        (annotation("Bob", LEFT), SuggestionState.REJECTED),
        (annotation(None, LEFT, AnnotationState.IGNORED), SuggestionState.REJECTED),
        (annotation(None, LEFT, AnnotationState.UNKNOWN), SuggestionState.REJECTED),
    ],
    ids=["confirmed", "corrected", "ignored", "removed"],
)
def test_what_a_human_does_with_a_suggestion_in_digikam_is_understood(
    now: FaceAnnotation, outcome: SuggestionState
) -> None:
    """Confirm accepts; another name, Ignore and Remove reject (docs/digikam-database.md 5)."""
    was = [KnownAnnotation(annotation("Anna", LEFT, AnnotationState.SUGGESTED), 1)]
    after = match_annotations.match([now], [face(1, LEFT)])
    found = decisions(was, after, [suggestion(1, "Anna")], Since(detected=None))
    assert [(d.person, d.outcome) for d in found] == [("Anna", outcome)]


def test_digikams_own_detection_rejects_nothing() -> None:
    """An unknown face that digiKam's scan put where we suggest a name is no human's word."""
    after = match_annotations.match([annotation(None, LEFT, AnnotationState.UNKNOWN)], [face(1, LEFT)])
    assert decisions([], after, [suggestion(1, "Anna")], Since(detected=True)) == []


def test_digikams_own_suggestion_that_was_removed_is_rejected_for_us_too() -> None:
    """Who said no to digiKam's guess need not say it again to ours."""
    was = [KnownAnnotation(annotation("Anna", LEFT, AnnotationState.SUGGESTED), 1)]
    after = match_annotations.match([annotation(None, LEFT, AnnotationState.UNKNOWN)], [face(1, LEFT)])
    (found,) = decisions(was, after, [], Since())
    assert (found.face, found.person, found.outcome) == (1, "Anna", SuggestionState.REJECTED)


def test_a_suggestion_nobody_touched_stays_open() -> None:
    """Reading the same marks again decides nothing."""
    before = annotation("Anna", LEFT, AnnotationState.SUGGESTED)
    after = match_annotations.match([before], [face(1, LEFT)])
    assert decisions([KnownAnnotation(before, 1)], after, [suggestion(1, "Anna")], Since()) == []


TURNED_LEFT, TURNED_RIGHT = Region(0.1, 0.6, 0.3, 0.2), Region(0.7, 0.1, 0.3, 0.2)


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([[LEFT, RIGHT], [TURNED_LEFT, TURNED_RIGHT]], 0),  # as written
        ([[TURNED_LEFT, TURNED_RIGHT], [LEFT, RIGHT]], 1),
        ([[TURNED_LEFT], [TURNED_RIGHT], [RIGHT]], 2),
        ([[TURNED_LEFT], [moved(LEFT, 0.2, 0)], [moved(LEFT, 0.1, 0)]], 2),  # the one that lies better
        ([[moved(LEFT, 0.2, 0)], [LEFT]], 0),  # as many as written: as written
        ([[LEFT, TURNED_LEFT], [TURNED_RIGHT, RIGHT]], 0),
        ([[LEFT, TURNED_LEFT], [LEFT, RIGHT]], 1),
        ([[TURNED_LEFT], [TURNED_RIGHT]], 0),  # nobody is there: as written
        ([[LEFT, LEFT], [LEFT, RIGHT]], 1),  # a face counts once
        ([[], []], 0),
    ],
)
def test_the_reading_that_lies_on_faces_is_meant(readings: list[list[Region]], expected: int) -> None:
    """Of a list whose frame is in doubt; without evidence it is read as it is written."""
    assert expected == match_annotations.best_reading(readings, [face(1, LEFT), face(2, RIGHT)])
    assert 0 == match_annotations.best_reading(readings, [])


def test_a_face_that_a_region_drew_is_no_evidence_for_it() -> None:
    """Only faces that the detector found by itself distinguish readings."""
    user_drawn = FaceRecord(1, 1, LEFT, 0, Quality(0.9), True, True, Verdict())
    assert 0 == match_annotations.best_reading([[RIGHT], [LEFT]], [user_drawn])
