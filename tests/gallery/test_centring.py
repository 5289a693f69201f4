"""Likeness among the strangers that are near: what a face has in common with many is not its person's own."""

import numpy as np
import pytest

from facedaemon.gallery import build, match
from tests.gallery.made_faces import directions, faces, library, names, unit

GOOD = np.full(400, 0.9, np.float32)


def test_children_get_their_names_at_the_certainty_that_adults_do() -> None:
    """Faces that are all alike get names, and strangers among them do not, without a threshold of their own."""
    common = directions(1, 20)
    people = np.concatenate([unit(directions(200, 21) + 0.7 * common), directions(200, 22)])
    known, strangers = np.r_[people[:20], people[200:220]], np.r_[people[20:100], people[220:300]]
    gallery = build(library(faces(known, 3, 2, 0.7), names(40, 3), strangers=faces(strangers, 1, 3, 0.7)))
    asked = match(gallery, faces(known, 10, 4, 0.7), GOOD)
    right = (asked.best == np.repeat(np.arange(40), 10)) & (asked.confidence >= gallery.threshold)
    new = match(gallery, faces(np.r_[people[100:200], people[300:]], 1, 5, 0.7), GOOD[:200])
    named = new.confidence >= gallery.threshold
    assert right[:200].mean() > 0.85
    assert right[200:].mean() > 0.85
    assert named[:100].mean() <= 0.02
    assert named[100:].mean() <= 0.02


@pytest.mark.parametrize("count", [2, 3, 5])
def test_unnamed_photos_of_a_known_person_hide_nobody(count: int) -> None:
    """A few hard photos of somebody, more like each other than like the confirmed ones, are still that person's."""
    people = directions(30, 1)
    apart = unit(0.62 * people[:1] + np.sqrt(1 - 0.62**2) * directions(1, 9))
    hard = faces(apart, count, 8, 0.9)
    samples = library(faces(people, 5, 2), names(30, 5), strangers=np.concatenate([hard, directions(100, 7)]))
    gallery = build(samples)
    found = match(gallery, hard, GOOD[:count])
    assert (found.best == 0).all()
    assert (found.confidence >= gallery.threshold).mean() >= 0.8  # one of five may be too hard


@pytest.mark.parametrize("likeness", [0.7, 0.85])
def test_siblings_do_not_take_each_other_away(likeness: float) -> None:
    """Somebody who resembles another known person is named as surely as without that person."""
    people = directions(20, 1)
    aside = unit(directions(1, 5) - (directions(1, 5) @ people[:1].T) * people[:1])
    sibling = unit(likeness * people[:1] + np.sqrt(1 - likeness**2) * aside)
    both = np.concatenate([people, sibling])
    gallery = build(library(faces(both, 5, 2), names(21, 5)))
    asked = match(gallery, faces(both[[0, 20]], 50, 4), GOOD[:100])
    right = asked.best == np.repeat([0, 20], 50)
    assert (right & (asked.confidence >= gallery.threshold)).mean() > 0.9
    assert (~right & (asked.confidence >= gallery.threshold)).mean() <= 0.01
