"""How many faces a conclusion needs: one fewer concludes nothing, and one that is enough does."""

import numpy as np
import pytest

from facedaemon.figures import Figures
from facedaemon.gallery import Reason, build
from facedaemon.gallery.validate import PersonScore, Validation, refusal
from facedaemon.values import Vectors
from tests.gallery.made_faces import WIDTH, directions, faces, library, names


def _with_likenesses(likenesses: list[list[float]]) -> Vectors:
    """Faces that are so alike: rows whose products are the matrix."""
    rows = np.zeros((len(likenesses), WIDTH), np.float32)
    rows[:, : len(likenesses)] = np.linalg.cholesky(np.array(likenesses))
    return rows


def test_a_lone_face_takes_no_faces_from_two_that_agree() -> None:
    """It is like both, more than these are like each other; still its own name is the wrong one."""
    alike = _with_likenesses([[1.0, 0.45, 0.8], [0.45, 1.0, 0.8], [0.8, 0.8, 1.0]])
    others = faces(directions(6, 3), 4, 4)
    samples = library(np.concatenate([alike, others]), ("Ann", "Ann", "Bea", *names(6, 4)))
    assert (None, None, Reason.LOOKS_LIKE_ANOTHER) == build(samples).doubts(samples)[:3]


def test_two_faces_that_agree_claim_a_third() -> None:
    """A face that is like two of Bea's and unlike its own person's is left out as hers."""
    people = directions(8, 1)
    ann, bea = faces(people[:1], 3, 2), faces(people[1:2], 3, 3)
    samples = library(
        np.concatenate([ann, bea, faces(people[2:], 4, 4)]), (*["Ann"] * 3, "Bea", "Bea", "Ann", *names(6, 4))
    )
    assert (*[None] * 5, Reason.LOOKS_LIKE_ANOTHER) == build(samples).doubts(samples)[:6]


def test_faces_that_do_not_agree_claim_nobody() -> None:
    """Three of Bea's, each hardly like another, of which one seems to fit: they take no face from two of Ann's."""
    likenesses = [
        [1.0, 0.4, 0.5, 0.45, 0.45],
        [0.4, 1.0, 0.0, 0.0, 0.0],
        [0.5, 0.0, 1.0, 0.28, 0.28],
        [0.45, 0.0, 0.28, 1.0, 0.0],
        [0.45, 0.0, 0.28, 0.0, 1.0],
    ]
    vectors = np.concatenate([_with_likenesses(likenesses), faces(directions(3, 3), 4, 4)])
    samples = library(vectors, ("Ann", "Ann", "Bea", "Bea", "Bea", *names(3, 4)))
    assert (None, None) == build(samples).doubts(samples)[:2]


def _judged(person: str, faces: int, right: int) -> Validation:
    others = PersonScore("everybody else", 1000, 1000, 0)
    return Validation(
        Figures(2, 1000 + faces, 1000, 1.0, 0.0, 0.5, 0.9), (others, PersonScore(person, faces, right, 0))
    )


@pytest.mark.parametrize(("faces", "is_refused"), [(1, False), (4, False), (5, True), (20, True)])
def test_a_person_counts_from_five_held_out_faces_on(faces: int, is_refused: bool) -> None:
    """Of fewer one cannot say that the new generation has lost somebody; from five on it is a reason to refuse."""
    reason = refusal(_judged("Ann", faces, faces), _judged("Ann", faces, 0))
    assert is_refused == (reason is not None)
    assert reason is None or "Ann" in reason
