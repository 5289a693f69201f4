"""Training and matching on made-up libraries."""

from dataclasses import replace

import numpy as np
import pytest

from facedaemon.config import Suggestions, Training
from facedaemon.gallery import (
    NOBODY,
    Gallery,
    Reason,
    Samples,
    build,
    change_since,
    match,
    may_suggest,
    suggest,
    updated,
    validate,
)
from tests.gallery.made_faces import WIDTH, directions, faces, library, names, unit

GOOD = np.full(10_000, 0.9, np.float32)


def test_faces_get_their_persons_name_and_strangers_get_none() -> None:
    """New faces of known people are named, faces of nobody are not."""
    people = directions(30, 1)
    gallery = build(library(faces(people, 6, 2), names(30, 6)))
    matches = match(gallery, faces(people, 4, 3), GOOD[:120])
    right = np.array([gallery.people[row] for row in matches.best]) == np.array(names(30, 4))
    assert (right & (matches.confidence >= gallery.threshold)).mean() > 0.99
    strangers = match(gallery, directions(2000, 4), GOOD[:2000])
    assert (strangers.confidence >= gallery.threshold).mean() <= 0.002


@pytest.mark.parametrize(("people", "each"), [(1, 1), (1, 3), (2, 3), (3, 1)])
def test_a_tiny_library_works_sanely(people: int, each: int) -> None:
    """One or two people with few photos: their own faces are found, strangers are left alone."""
    known = directions(people, 1)
    gallery = build(library(faces(known, each, 2), names(people, each)))
    assert (match(gallery, directions(500, 3), GOOD[:500]).confidence < gallery.threshold).all()
    matches = match(gallery, faces(known, 20, 4), GOOD[: people * 20])
    right = np.array([gallery.people[row] for row in matches.best]) == np.array(names(people, 20))
    assert (right & (matches.confidence >= gallery.threshold)).mean() > (0.3 if each == 1 else 0.95)


def test_an_empty_library_names_nobody() -> None:
    """Without a confirmation there is no name."""
    gallery = build(library(np.zeros((0, WIDTH), np.float32), ()))
    matches = match(gallery, directions(3, 1), GOOD[:3])
    assert [NOBODY] * 3 == list(matches.best)
    assert not may_suggest(gallery, matches, [0, 1, 2])
    assert [None] * 3 == suggest(gallery, matches, [0, 1, 2])


def test_poor_faces_do_not_train() -> None:
    """A sample below `min_quality` is left out, with the reason."""
    samples = library(
        faces(directions(3, 1), 4, 2), names(3, 4), quality=np.array([0.2, 0.9, 0.9, 0.9] * 3, np.float32)
    )
    gallery = build(samples, Training(min_quality=0.3))
    assert {Reason.QUALITY: 3} == gallery.left_out()
    assert 9 == gallery.used
    assert 12 == build(samples, Training(min_quality=0.1)).used


def test_copies_count_once() -> None:
    """Fifty copies of one photo weigh as much as that photo alone."""
    people = directions(5, 1)
    vectors, persons = faces(people, 3, 2), names(5, 3)
    once = build(library(vectors, persons))
    many = build(library(np.concatenate([vectors, np.repeat(vectors[:1], 50, axis=0)]), (*persons, *persons[:1] * 50)))
    assert np.allclose(once.unit_centroids, many.unit_centroids, atol=1e-4)


def test_photos_of_one_date_are_no_burst() -> None:
    """A library whose files all got one date, by copying, still has as many photos as it had."""
    samples = library(faces(directions(4, 1), 5, 2), names(4, 5))
    same_date = replace(samples, groups=np.zeros(20, np.int64))
    assert np.allclose(build(samples).unit_centroids, build(same_date).unit_centroids, atol=1e-5)


def test_the_limit_keeps_the_most_different_faces() -> None:
    """Of 60 samples of a person 10 train, and no two of them are as similar as the most similar of all."""
    samples = library(faces(directions(2, 1), 60, 2), names(2, 60))
    gallery = build(samples, Training(max_samples_per_person=10))
    assert {Reason.LIMIT: 100} == gallery.left_out()
    assert 20 == gallery.used
    kept = [row for row, doubt in enumerate(gallery.doubts(samples)) if doubt is None and row < 60]
    alike = samples.vectors[:60] @ samples.vectors[:60].T - 2 * np.eye(60)
    assert alike[np.ix_(kept, kept)].max() < alike.max()


def test_the_order_of_samples_is_of_no_matter() -> None:
    """A shuffled library gives the same bytes."""
    people = directions(10, 1)
    samples = library(faces(people, 6, 2), names(10, 6), strangers=directions(50, 3))
    shuffle = np.random.default_rng(4).permutation(60)
    other = replace(samples.chosen(shuffle), strangers=samples.strangers[::-1])
    assert build(samples).to_bytes() == build(other).to_bytes()


def test_two_looks_of_a_person_are_two_prototypes() -> None:
    """A person whose child and adult faces differ is found by both."""
    people = directions(12, 1)
    child = unit(0.35 * people[0] + np.sqrt(1 - 0.35**2) * directions(1, 5)[0])[None]
    vectors = np.concatenate([faces(people, 8, 2), faces(child, 8, 3)])
    gallery = build(library(vectors, (*names(12, 8), *["person 000"] * 8)))
    assert 2 == (gallery.subcentroid_owner == 0).sum()
    probes = np.concatenate([faces(people[:1], 20, 6), faces(child, 20, 7)])
    matches = match(gallery, probes, GOOD[:40])
    assert ((matches.best == 0) & (matches.confidence >= gallery.threshold)).all()


def test_many_samples_do_not_attract_strangers() -> None:
    """Beside people with 5 samples, one with 300 gets at most three times its share of the strangers' names."""
    people = directions(100, 1)
    vectors = np.concatenate([faces(people, 5, 2), faces(people[:1], 295, 3)])
    gallery = build(library(vectors, (*names(100, 5), *["person 000"] * 295)))
    matches = match(gallery, directions(20_000, 4), np.full(20_000, 0.9, np.float32))
    likeliest = np.argsort(-matches.confidence)[:200]
    assert (matches.best[likeliest] == 0).mean() <= 3 / 100


def test_unknown_faces_of_known_people_do_not_spoil_the_calibration() -> None:
    """Where most unnamed faces show the people themselves, names stay as sure as without them."""
    people = directions(20, 1)
    samples = library(faces(people, 6, 2), names(20, 6))
    unnamed = np.concatenate([faces(people, 20, 5), directions(100, 6)])
    gallery = build(replace(samples, strangers=unnamed))
    matches = match(gallery, faces(people, 5, 7), GOOD[:100])
    assert (matches.confidence >= gallery.threshold).mean() > 0.97


def test_confidence_is_the_share_of_right_names() -> None:
    """Over held-out faces, half of them strangers, the expected calibration error is small."""
    people = directions(60, 1)
    gallery = build(library(faces(people, 5, 2, 0.6), names(60, 5)))
    known = match(gallery, faces(people, 20, 3, 0.6), GOOD[:1200])
    unknown = match(gallery, directions(1200, 4), GOOD[:1200])
    right = np.array([gallery.people[row] for row in known.best]) == np.array(names(60, 20))
    sure = np.concatenate([known.confidence, unknown.confidence])
    truth = np.concatenate([right, np.zeros(1200, bool)])
    bins = np.minimum((sure * 10).astype(int), 9)
    error = sum(abs(sure[bins == b].mean() - truth[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))
    assert error <= 0.05
    shown = sure >= gallery.threshold
    assert (~truth[shown]).mean() <= 0.01


def test_a_fixed_confidence_wins() -> None:
    """`min_confidence` replaces the threshold from the library."""
    samples = library(faces(directions(5, 1), 4, 2), names(5, 4))
    assert 0.83 == build(samples, suggestions=Suggestions(min_confidence=0.83)).threshold


def test_a_surer_threshold_is_higher() -> None:
    """One wrong name in 1000 takes more confidence than one in 100."""
    gallery = build(library(faces(directions(30, 1), 5, 2), names(30, 5)))
    assert gallery.calibration.threshold(0.001) > gallery.calibration.threshold(0.01)


def test_bytes_hold_the_whole_gallery() -> None:
    """A gallery read back from its bytes is the same; other bytes are refused."""
    samples = library(faces(directions(5, 1), 9, 2), names(5, 9))
    gallery = build(samples, generation=7)
    read = Gallery.from_bytes(gallery.to_bytes())
    assert gallery.to_bytes() == read.to_bytes()
    assert 7 == read.generation
    assert gallery.doubts(samples) == read.doubts(samples)
    with pytest.raises(ValueError, match="no gallery"):
        Gallery.from_bytes(b"something else")


def test_an_update_touches_only_the_changed_people() -> None:
    """After one confirmation the other people's prototypes are the same bits, and the changed one's is as rebuilt."""
    people = directions(20, 1)
    before = library(faces(people, 6, 2), names(20, 6))
    more = library(np.concatenate([before.vectors, faces(people[3:4], 1, 9)]), (*before.persons, "person 003"))
    former = build(before)
    gallery = updated(former, more, {"person 003"})
    same = [row for row in range(20) if row != 3]
    assert np.array_equal(former.centroids[same], gallery.centroids[same])
    assert np.allclose(build(more).unit_centroids[3], gallery.unit_centroids[3], atol=1e-2)
    assert 121 == gallery.used


def test_a_withdrawn_person_is_gone_after_an_update() -> None:
    """Where the last confirmation of a person was taken back, nobody is named so."""
    before = library(faces(directions(5, 1), 4, 2), names(5, 4))
    gallery = updated(build(before), before.chosen(np.arange(16)), {"person 004"})
    assert tuple(f"person {number:03}" for number in range(4)) == gallery.people


def test_all_samples_and_the_changed_peoples_alone_teach_the_same() -> None:
    """A large library that learns one person's changed samples is, to the last bit, one that was told everything."""
    people = directions(220, 1)
    before = library(faces(people, 9, 2), names(220, 9), rejected=directions(1, 7), rejected_persons=("person 012",))
    child = faces(unit(people[:1] * 0.4 + directions(1, 5))[:1], 9, 6)  # a second look of the first person
    after = library(
        np.concatenate([child, before.vectors[4:], faces(directions(1, 3), 3, 9)]),
        (*["person 000"] * 9, *before.persons[4:], *["a new person"] * 3),
        rejected=directions(2, 8),
        rejected_persons=("person 012", "person 100"),
    )
    changed = {"person 000", "person 012", "person 100", "a new person"}
    own = np.isin(np.array(after.persons), list(changed))
    former = build(before)
    changed_samples = updated(former, after, ())
    assert changed_samples.to_bytes() == updated(former, after.chosen(own), changed, is_whole=False).to_bytes()
    assert ("a new person", *names(220, 1)) == changed_samples.people
    assert (len(after), {"person 012", "person 100"}) == (
        len(changed_samples.keys),
        {changed_samples.people[row] for row in changed_samples.rejected_owner},
    )


def test_only_faces_that_a_change_can_reach_are_reached() -> None:
    """After a change of one person nobody else's faces get another first name, and few of them are looked at."""
    people = directions(210, 1)
    before = library(faces(people, 5, 2), names(210, 5))
    former = build(before)
    probes = faces(people, 10, 3)
    gallery = updated(former, before.chosen(np.arange(1, 1050)), {"person 000"})
    change = change_since(gallery, former)
    assert change is not None
    reached = change.reaches(probes)
    quality = np.full(len(probes), 0.9, np.float32)
    matches, fresh = match(former, probes, quality), match(gallery, probes, quality)
    assert reached[:10].all()
    assert reached.mean() < 0.1
    assert np.array_equal(matches.best[~reached], fresh.best[~reached])


def test_a_wrong_threshold_holds_until_it_is_set_anew() -> None:
    """A changed setting of a large library counts from the next confirmation on, without a rebuild."""
    samples = library(faces(directions(210, 1), 5, 2), names(210, 5))
    strict = updated(build(samples), samples, samples.persons, suggestions=Suggestions(min_confidence=0.99))
    assert 0.99 == strict.threshold


def test_uneven_samples_are_refused() -> None:
    """A sample without its quality is a mistake of the caller, and told at once."""
    with pytest.raises(ValueError, match="needs its vector"):
        Samples(directions(2, 1), ("a", "b"), np.ones(1, np.float32), np.arange(2))


def test_faces_that_are_alike_to_strangers_need_more_likeness() -> None:
    """Where a group of faces is alike among itself, as children's are, one bar holds for it and for all others."""
    children = unit(directions(400, 21) + 0.8 * directions(1, 22))
    adults = directions(400, 23)
    known, strangers = np.concatenate([children[:20], adults[:20]]), np.concatenate([children[20:200], adults[20:200]])
    samples = library(faces(known, 4, 24), names(40, 4), strangers=strangers)
    gallery = build(samples)
    new = np.concatenate([children[200:], adults[200:]])
    found = match(gallery, new, np.full(len(new), 0.9, np.float32))
    named = found.confidence >= gallery.threshold
    assert max(named[:200].mean(), named[200:].mean()) <= 0.02
    own = match(gallery, faces(known, 10, 25), GOOD[:400])
    right = (own.best == np.repeat(np.arange(40), 10)) & (own.confidence >= gallery.threshold)
    assert min(right[:200].mean(), right[200:].mean()) > 0.9


@pytest.mark.parametrize("each", [2, 3, 8])
def test_one_known_person_among_many_strangers(each: int) -> None:
    """With one known person no stranger gets the name, and nobody claims that names cannot be wrong."""
    person = directions(1, 1)
    samples = library(faces(person, each, 2), names(1, each), strangers=directions(400, 3))
    gallery = build(samples)
    strangers = match(gallery, directions(2000, 4), np.full(2000, 0.9, np.float32))
    assert (strangers.confidence < gallery.threshold).all()
    assert (match(gallery, faces(person, 100, 5), GOOD[:100]).confidence >= gallery.threshold).mean() >= 0.9
    assert validate(gallery, samples).figures.wrong_per_100 > 0


@pytest.mark.parametrize(("known", "others"), [(12, 100), (1, 100), (1, 0), (12, 3000)])
def test_unnamed_photos_of_a_known_person_do_not_hide_that_person(known: int, others: int) -> None:
    """Hundreds of unnamed faces of one person are no strangers to that person, and open no door to real ones."""
    people = directions(known, 1)
    unnamed = faces(people[:1], 400, 7)
    strangers = np.concatenate([unnamed, directions(others, 8)])
    gallery = build(library(faces(people, 4, 2), names(known, 4), strangers=strangers))
    found = match(gallery, unnamed, GOOD[:400])
    assert ((found.best == 0) & (found.confidence >= gallery.threshold)).mean() > 0.95
    new = match(gallery, directions(1000, 9), GOOD[:1000])
    assert (new.confidence >= gallery.threshold).mean() <= 0.005


def test_a_person_whom_nobody_names_hides_no_other() -> None:
    """A stranger in every second photo, who is a little like a known person, does not take that person's name away."""
    people = directions(12, 1)
    often = unit(people[:1] * 0.4 + directions(1, 9) * 0.9)
    strangers = np.concatenate([faces(often, 300, 7), directions(300, 8)])
    gallery = build(library(faces(people, 4, 2), names(12, 4), strangers=strangers))
    found = match(gallery, faces(people[:1], 100, 5), GOOD[:100])
    assert ((found.best == 0) & (found.confidence >= gallery.threshold)).mean() > 0.9
    assert (match(gallery, faces(often, 100, 6), GOOD[:100]).confidence < gallery.threshold).mean() > 0.97
