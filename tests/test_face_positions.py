"""Where a face is in a photo, as a person would say it."""

import pytest

from facedaemon.face_positions import ordinal, position
from facedaemon.values import Region


def _face(x: float, y: float, size: float = 0.1) -> Region:
    return Region(x - size / 2, y - size / 2, size, size)


@pytest.mark.parametrize(
    ("face", "others", "words"),
    [
        (_face(0.5, 0.2), [], "the only face, upper third"),
        (_face(0.5, 0.5), [_face(0.2, 0.5), _face(0.8, 0.5)], "2nd of 3 from the left, middle third"),
        (_face(0.5, 0.9), [_face(0.6, 0.1)], "1st of 2 from the left, lower third"),
        (_face(0.5, 0.9), [_face(0.5, 0.1)], "2nd of 2 from the left, lower third"),  # one above the other
        (_face(-0.02, 0.5), [_face(0.3, 0.5)], "1st of 2 from the left, middle third"),  # cut off by the edge
    ],
)
def test_a_face_is_counted_from_the_left(face: Region, others: list[Region], words: str) -> None:
    """Faces are counted by their centres, whether the face itself is among them or was moved a little since."""
    assert words == position(face, others).words()
    assert words == position(face, [*others, face]).words()
    moved = Region(face.x + 0.01, face.y, face.w, face.h)
    assert words == position(face, [moved, *others]).words()


def test_each_face_of_a_group_has_its_own_number() -> None:
    """Faces of a dense group that overlap a little have positions of their own."""
    faces = [_face(0.1 + 0.07 * number, 0.4 + 0.02 * (number % 2)) for number in range(12)]
    assert list(range(1, 13)) == [position(face, faces).number for face in faces]


def test_all_faces_of_a_photo_are_counted_among_as_many() -> None:
    """Two faces that overlap by more than half, as one before the other, are two in every line of a list."""
    faces = [_face(0.3, 0.5, 0.2), _face(0.33, 0.52, 0.2), _face(0.8, 0.5)]
    assert [(1, 3), (2, 3), (3, 3)] == [((at := position(face, faces)).number, at.of) for face in faces]


def test_numbers_are_counted_as_english_does() -> None:
    """First, second and third, but eleventh to thirteenth."""
    assert ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"] == [
        ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)
    ]
