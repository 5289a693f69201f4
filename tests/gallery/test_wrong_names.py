"""Wrong names among the confirmed: they neither train nor name anybody."""

from dataclasses import replace

import numpy as np

from facedaemon.gallery import Reason, build
from tests.gallery.crowd import directions, faces, library, names, unit

GOOD = np.full(50, 0.9, np.float32)


def test_wrong_names_do_not_train() -> None:
    """Of faces confirmed under another known person's name, nearly all are left out, and hardly a right one."""
    people = directions(40, 1)
    persons = np.array(names(40, 8))
    wrong = np.random.default_rng(2).permutation(320)[:32]
    persons[wrong] = persons[np.roll(wrong, 1)]
    mislabelled = persons != np.array(names(40, 8))
    samples = library(faces(people, 8, 3), tuple(persons.tolist()))
    left_out = np.array([doubt is not None for doubt in build(samples).doubts(samples)])
    assert left_out[mislabelled].mean() > 0.95
    assert left_out[~mislabelled].mean() < 0.01


def test_a_lone_wrong_name_does_not_steal_a_person() -> None:
    """A person whose only sample shows somebody else does not take that one's faces away."""
    people = directions(20, 1)
    vectors, persons = faces(people, 4, 2), list(names(20, 4))
    extra = faces(people[:1], 1, 3)
    samples = library(np.concatenate([vectors, extra]), (*persons, "somebody"))
    gallery = build(samples)
    assert "somebody" not in gallery.people
    assert Reason.LOOKS_LIKE_ANOTHER == gallery.doubts(samples)[-1]


def test_a_poor_face_tells_whose_its_neighbours_are() -> None:
    """Of two good faces under one name, the one that a blurred face of that person agrees with stays."""
    people = directions(3, 1)
    own, other = faces(people[:1], 2, 2), faces(people[1:2], 1, 3)
    rest = faces(people[2:], 4, 4)
    samples = library(
        np.concatenate([own, other, rest]),
        ("Ann", "Ann", "Ann", *["Carl"] * 4),
        quality=np.array([0.6, 0.1, 0.9, 0.9, 0.9, 0.9, 0.9], np.float32),
    )
    doubts = build(samples).doubts(samples)
    assert doubts[:3] == (None, Reason.QUALITY, Reason.OUTLIER)


def test_a_rejected_suggestion_weakens_the_sample_that_caused_it() -> None:
    """The sample most like the face that a human said no to does not train any more; the others do."""
    people = directions(12, 1)
    look_alike = faces(people[:1], 1, 2, likeness=0.99)
    between = unit(people[:1] + 0.8 * people[1:2])
    own, rest = faces(people[1:2], 4, 3), faces(people[2:], 4, 4)
    samples = library(np.concatenate([own, between, rest]), (*["Ann"] * 5, *names(10, 4)))
    before = build(samples)
    assert before.doubts(samples)[:5] == (None,) * 5
    told = replace(samples, rejected=look_alike, rejected_persons=("Ann",))
    for after in (build(told), before.updated(told, frozenset())):
        assert after.doubts(told)[:4] == (None,) * 4
        assert after.doubts(told)[4] is not None
        assert (after.centres[0] @ look_alike[0]) < (before.centres[0] @ look_alike[0])


def test_a_person_known_by_one_face_survives_a_rejection() -> None:
    """One no does not make a person unknown whose only sample is like the face in question."""
    samples = library(faces(directions(3, 1), 1, 2), names(3, 1))
    told = replace(samples, rejected=samples.vectors[:1], rejected_persons=samples.persons[:1])
    assert build(told).people == build(samples).people


def test_two_people_known_by_one_face_of_the_same_person_are_both_unsure() -> None:
    """Where a wrong name makes two people look alike, and each rests on one face, neither name is given."""
    people = directions(12, 1)
    alike = faces(people[:1], 2, 2)
    rest = faces(people[1:], 5, 3)
    samples = library(np.concatenate([alike, rest]), ("Ann", "Bob", *names(11, 5)))
    gallery = build(samples)
    matches = gallery.match(faces(people[:1], 50, 4), GOOD[:50])
    assert {"Ann", "Bob"} == {gallery.people[row] for row in np.unique(matches.best)}
    assert (matches.confidence >= gallery.threshold).mean() <= 0.05


def test_two_faces_that_contradict_each_other_make_no_sure_name() -> None:
    """Of two faces under one name that are not one person's one is wrong: neither is a name for anybody."""
    people = directions(14, 1)
    two, rest = faces(people[:2], 1, 2), faces(people[2:], 5, 3)
    gallery = build(library(np.concatenate([two, rest]), ("Ann", "Ann", *names(12, 5))))
    matches = gallery.match(faces(people[:2], 25, 4), GOOD)
    assert 0 == gallery.counts[gallery.index["Ann"]]
    assert (matches.confidence <= 0.5).all()
    assert not gallery.may_suggest(matches, range(50))


def test_a_poor_face_decides_between_two_that_contradict_each_other() -> None:
    """Where two good faces are not one person's, the one that a blurred face is like stays, and names faces."""
    people = directions(14, 1)
    own, other, rest = faces(people[:1], 1, 2), faces(people[1:2], 1, 3), faces(people[2:], 5, 4)
    poor = unit(0.5 * people[:1] + np.sqrt(0.75) * directions(1, 5))
    quality = np.array([0.9, 0.9, 0.1, *[0.9] * 60], np.float32)
    samples = library(np.concatenate([own, other, poor, rest]), ("Ann", "Ann", "Ann", *names(12, 5)), quality=quality)
    gallery = build(samples)
    assert (None, Reason.OUTLIER, Reason.QUALITY) == gallery.doubts(samples)[:3]
    matches = gallery.match(faces(people[:1], 50, 6), GOOD)
    assert (matches.confidence >= gallery.threshold).mean() > 0.5


def test_a_good_face_beside_a_poor_one_is_believed() -> None:
    """A person's only good face trains although their blurred one is hardly like it, and another person a little."""
    people = directions(14, 1)
    own = unit(faces(people[:1], 1, 2) + 0.55 * people[1:2])
    aside = directions(1, 8)
    poor = unit(0.25 * own + aside - (aside @ own.T) * own)
    quality = np.array([0.9, 0.1, *[0.9] * 65], np.float32)
    samples = library(
        np.concatenate([own, poor, faces(people[1:], 5, 3)]), ("Ann", "Ann", *names(13, 5)), quality=quality
    )
    gallery = build(samples)
    assert 0.35 < own[0] @ gallery.centres[gallery.index["person 000"]] < 0.45
    assert gallery.doubts(samples)[:2] == (None, Reason.QUALITY)
