"""Groups of a person's faces."""

import numpy as np

from facedaemon.gallery.subcentroids import linked


def test_faces_are_joined_by_the_mean_of_their_likenesses() -> None:
    """Two groups stay apart although one pair of them is alike: the mean over all pairs decides."""
    alike = np.full((6, 6), 0.3, np.float32)
    alike[:3, :3] = alike[3:, 3:] = 0.8
    alike[2, 3] = alike[3, 2] = 0.75
    assert [0, 0, 0, 1, 1, 1] == linked(alike, 0.55).tolist()
    assert [0] * 6 == linked(alike, 0.3).tolist()


def test_one_face_is_one_group() -> None:
    """A single face has one look."""
    assert [0] == linked(np.ones((1, 1), np.float32), 0.55).tolist()
