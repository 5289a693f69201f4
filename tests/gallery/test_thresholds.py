"""Right and wrong names against the threshold."""

from itertools import pairwise

import numpy as np
import pytest

from facedaemon.gallery import at_thresholds, build, validate
from tests.gallery.made_faces import directions, faces, library, names

PEOPLE = directions(30, 1)


def test_the_figures_at_the_threshold_in_use_are_those_of_the_validation() -> None:
    """A plot and `evaluate` never contradict each other."""
    samples = library(faces(PEOPLE, 6, 2, likeness=0.6), names(30, 6))
    gallery = build(samples)
    measured = validate(gallery, samples)
    [at] = at_thresholds(gallery, samples, (gallery.threshold,))
    assert measured.figures.tpir == pytest.approx(at.right)
    assert measured.figures.fpir == pytest.approx(at.strangers)


def test_a_higher_threshold_shows_fewer_names() -> None:
    """Right names and named strangers only become fewer from each threshold to the next."""
    samples = library(faces(PEOPLE, 6, 2, likeness=0.5), names(30, 6))
    found = at_thresholds(build(samples), samples)
    assert [at.threshold for at in found] == sorted(at.threshold for at in found)
    for lower, higher in pairwise(found):
        assert higher.right <= lower.right
        assert higher.strangers <= lower.strangers
    assert found[0].right > found[-1].right


def test_nothing_is_plotted_where_nothing_can_be_held_out() -> None:
    """One face of each person, or none at all, measures nothing."""
    single = library(faces(PEOPLE, 1, 2), names(30, 1))
    assert () == at_thresholds(build(single), single)
    none = library(np.zeros((0, 128), np.float32), ())
    assert () == at_thresholds(build(single), none)
