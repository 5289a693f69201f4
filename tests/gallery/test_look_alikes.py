"""Siblings and twins: which people are named as look-alikes, and how many of their faces are mixed up."""

from dataclasses import replace

import numpy as np
import pytest

from facedaemon.figures import LookAlikes
from facedaemon.gallery import Samples, build, look_alikes, validate
from facedaemon.values import Vectors
from tests.gallery.made_faces import directions, faces, library, names, unit

OTHERS = directions(20, 1)
FIRST = OTHERS[:1]


def _relative(likeness: float, seed: int = 5) -> Vectors:
    """Somebody whose direction is so much like the first person's."""
    aside = directions(1, seed)
    aside = unit(aside - (aside @ FIRST.T) * FIRST)
    return unit(likeness * FIRST + np.sqrt(1 - likeness**2) * aside)


def _with(people: Vectors, each: int, seed: int = 9) -> Samples:
    """Twenty people with six faces each, and these relatives of the first with `each`."""
    vectors = np.concatenate([faces(OTHERS, 6, 2), faces(people, each, seed)])
    relatives = tuple(f"relative {number}" for number in range(len(people)) for _ in range(each))
    return library(vectors, (*names(len(OTHERS), 6), *relatives))


def _found(samples: Samples) -> tuple[LookAlikes, ...]:
    return look_alikes(build(samples), samples)


def test_nobody_looks_alike_among_strangers() -> None:
    """In a library of unrelated people no pair is named."""
    assert () == _found(library(faces(directions(60, 3), 6, 2), names(60, 6)))


@pytest.mark.parametrize("likeness", [0.65, 0.8, 0.9, 0.95])
def test_siblings_are_named_with_their_held_out_faces(likeness: float) -> None:
    """The faces of both are counted; who is mixed up is whom `validate` calls wrong."""
    samples = _with(_relative(likeness), 30)
    gallery = build(samples)
    [pair] = look_alikes(gallery, samples)
    assert ("person 000", "relative 0", True) == (pair.one, pair.other, pair.is_measured)
    assert ("relative 0", "person 000", None) == tuple(map(pair.beside, ("person 000", "relative 0", "person 001")))
    by_person = {score.person: score for score in validate(gallery, samples).by_person}
    both = [by_person[pair.one], by_person[pair.other]]
    assert (sum(one.faces for one in both), sum(one.wrong for one in both)) == (pair.faces, pair.mixed_up)


def test_the_nearer_two_people_are_the_more_are_mixed_up() -> None:
    """Twins more than siblings, where names are shown at the same certainty."""
    mixed_up = []
    for likeness in (0.65, 0.95):
        samples = _with(_relative(likeness), 60)
        [pair] = look_alikes(replace(build(samples), threshold=0.3), samples)
        mixed_up.append(pair.mixed_up)
    assert mixed_up[0] < mixed_up[1]


@pytest.mark.parametrize(("each", "is_measured"), [(2, False), (3, False), (10, True)])
def test_for_few_faces_no_share_is_given(each: int, is_measured: bool) -> None:
    """One of two is not called 50 %."""
    samples = _with(_relative(0.8), each)
    few = samples.chosen([0, 1, 2, *range(6, len(samples))])
    [pair] = _found(few)
    assert pair.faces <= 3 + each
    assert pair.is_measured == is_measured


def test_each_pair_of_three_siblings_is_named() -> None:
    """Most mixed up first, in an order that does not depend on the samples' order."""
    samples = _with(np.concatenate([_relative(0.8), _relative(0.8, 6)]), 20)
    pairs = _found(samples)
    assert {("person 000", "relative 0"), ("person 000", "relative 1"), ("relative 0", "relative 1")} == {
        (pair.one, pair.other) for pair in pairs
    }
    assert sorted(pairs, key=lambda pair: -pair.mixed_up) == list(pairs)
    assert pairs == _found(samples.chosen(np.arange(len(samples))[::-1]))


def test_a_wrong_name_is_no_mix_up() -> None:
    """A face of one sibling that bears the other's name is a matter for `audit`, not of likeness."""
    samples = _with(_relative(0.6), 30)
    persons = list(samples.persons)
    persons[0] = "relative 0"
    assert all(pair.mixed_up <= 1 for pair in _found(replace(samples, persons=tuple(persons))))


def test_without_anybody_there_are_no_pairs() -> None:
    """Nor with one person, nor where no sample is known."""
    alone = library(faces(FIRST, 6, 2), names(1, 6))
    assert () == _found(alone)
    assert () == look_alikes(build(alone), alone.chosen(np.zeros(6, bool)))
