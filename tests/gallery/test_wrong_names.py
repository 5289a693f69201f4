"""Wrong names among the confirmed: they neither train nor name anybody."""

from dataclasses import replace

import numpy as np
import pytest

from facedaemon.gallery import Reason, Samples, audit, build, match, updated
from facedaemon.gallery.disputed import COST
from facedaemon.values import Vectors
from tests.gallery.made_faces import directions, faces, library, names, unit

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


def test_a_poor_face_shows_whose_its_neighbours_are() -> None:
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


def ann_with_a_wrong_face() -> tuple[Samples, Vectors]:
    """Ann's four faces, one more that is more like somebody else (row 4), other people, and faces of that somebody."""
    people = directions(12, 1)
    between = unit(people[:1] + 0.8 * people[1:2])
    own, rest = faces(people[1:2], 4, 3), faces(people[2:], 4, 4)
    samples = library(np.concatenate([own, between, rest]), (*["Ann"] * 5, *names(10, 4)))
    return samples, faces(people[:1], 5, 2, likeness=0.9)


@pytest.mark.parametrize(
    ("clicks", "groups", "weight"),
    [
        ((), (), 1.0),
        ((0,), (1,), 1.0),
        ((0, 0), (1, 2), 1.0),  # a copy
        ((0, 1, 2), (1, 2, 3), COST),
        ((0, 1, 2, 3, 4), (1, 2, 3, 4, 5), COST),
    ],
)
def test_only_rejections_that_agree_weigh_a_sample_down(
    clicks: tuple[int, ...], groups: tuple[int, ...], weight: float
) -> None:
    """One "no" costs no sample anything; several make the one that caused them doubtful, and it trains still."""
    samples, others = ann_with_a_wrong_face()
    before = build(samples)
    numbers = np.array(groups, np.int64) + 1000
    persons = ("Ann",) * len(clicks)
    changed_samples = replace(samples, rejected=others[list(clicks)], rejected_persons=persons, rejected_groups=numbers)
    for after in (build(changed_samples), updated(before, changed_samples, frozenset())):
        assert (None,) * len(changed_samples) == after.doubts(changed_samples)
        rows = after.rows_of(changed_samples)
        change = after.weights[rows] / before.weights[before.rows_of(samples)]
        assert [1.0] * 4 + [weight] + [1.0] * 40 == pytest.approx(change.tolist())
        assert (weight < 1) == (4 in {item.sample for item in audit(changed_samples, after)})


@pytest.mark.parametrize("count", [1, 2, 5])
def test_rejections_of_right_faces_cost_no_sample(count: int) -> None:
    """Repeated rejections of a person's right faces leave the gallery as it was."""
    people = directions(12, 1)
    samples = library(faces(people, 3, 2), names(12, 3))
    clicked = faces(people, count, 3)
    changed_samples = replace(samples, rejected=clicked, rejected_persons=names(12, count))
    before, after = build(samples), build(changed_samples)
    assert before.used == after.used == len(samples)
    assert before.weights.tolist() == after.weights.tolist()
    assert [] == audit(changed_samples, after)


def test_a_person_known_by_one_face_survives_a_rejection() -> None:
    """One no does not make a person unknown whose only sample is like the face in question."""
    samples = library(faces(directions(3, 1), 1, 2), names(3, 1))
    changed_samples = replace(samples, rejected=samples.vectors[:1], rejected_persons=samples.persons[:1])
    assert build(changed_samples).people == build(samples).people


def test_two_people_known_by_one_face_of_the_same_person_are_both_unsure() -> None:
    """Where a wrong name makes two people look alike, and each is known from one face, neither name is given."""
    people = directions(12, 1)
    alike = faces(people[:1], 2, 2)
    rest = faces(people[1:], 5, 3)
    samples = library(np.concatenate([alike, rest]), ("Ann", "Bob", *names(11, 5)))
    gallery = build(samples)
    matches = match(gallery, faces(people[:1], 50, 4), GOOD[:50])
    assert {"Ann", "Bob"} == {gallery.people[row] for row in np.unique(matches.best)}
    assert (matches.confidence >= gallery.threshold).mean() <= 0.05


def test_a_person_known_from_two_unlike_faces_is_named_by_either() -> None:
    """Two faces under one name that are not alike do not dispute each other: each names like one face alone."""
    people = directions(14, 1)
    two, rest = faces(people[:2], 1, 2), faces(people[2:], 5, 3)
    gallery = build(library(np.concatenate([two, rest]), ("Ann", "Ann", *names(12, 5))))
    ann = gallery.index["Ann"]
    assert (1, 2) == (gallery.counts[ann], (gallery.subcentroid_owner == ann).sum())
    probes = faces(people[:2], 25, 4)
    either = match(gallery, probes, GOOD)
    assert (either.best == ann).all()
    alone = match(build(library(np.concatenate([two[:1], rest]), ("Ann", *names(12, 5)))), probes[:25], GOOD[:25])
    assert np.abs(np.mean(either.confidence[:25]) - np.mean(alone.confidence)) < 0.15
    assert (either.confidence[25:] > 0.5).mean() > 0.5


def test_of_two_unlike_faces_the_one_that_is_somebody_elses_does_not_train() -> None:
    """A face that is another person's is out, although nothing else of its own person speaks against it."""
    people = directions(14, 1)
    vectors = np.concatenate([faces(people[:2], 1, 2), faces(people[1:2], 1, 5), faces(people[2:], 5, 3)])
    samples = library(vectors, ("Ann", "Ann", "Bob", *names(12, 5)))
    assert (None, Reason.LOOKS_LIKE_ANOTHER, None) == build(samples).doubts(samples)[:3]


def test_a_poor_face_decides_between_two_that_contradict_each_other() -> None:
    """Where two good faces are not one person's, the one that a blurred face is like stays, and names faces."""
    people = directions(14, 1)
    own, other, rest = faces(people[:1], 1, 2), faces(people[1:2], 1, 3), faces(people[2:], 5, 4)
    poor = unit(0.5 * people[:1] + np.sqrt(0.75) * directions(1, 5))
    quality = np.array([0.9, 0.9, 0.1, *[0.9] * 60], np.float32)
    samples = library(np.concatenate([own, other, poor, rest]), ("Ann", "Ann", "Ann", *names(12, 5)), quality=quality)
    gallery = build(samples)
    assert (None, Reason.OUTLIER, Reason.QUALITY) == gallery.doubts(samples)[:3]
    matches = match(gallery, faces(people[:1], 50, 6), GOOD)
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
    assert 0.35 < own[0] @ gallery.unit_centroids[gallery.index["person 000"]] < 0.45
    assert gallery.doubts(samples)[:2] == (None, Reason.QUALITY)
