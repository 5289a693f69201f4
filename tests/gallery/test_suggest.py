"""Names for the faces of one photo."""

from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from facedaemon.gallery import Matches, build, match, suggest
from facedaemon.gallery.suggest import _assigned
from tests.gallery.made_faces import directions, faces, library, names

PEOPLE = directions(10, 1)
GALLERY = build(library(faces(PEOPLE, 6, 2), names(10, 6)))


def matched(*who: int) -> Matches:
    """Matches of one face for each of these people."""
    probes = np.concatenate([faces(PEOPLE[[row]], 1, 50 + place) for place, row in enumerate(who)])
    return match(GALLERY, probes, np.full(len(who), 0.9, np.float32))


def test_a_person_is_named_once_in_a_photo() -> None:
    """Of two faces like one person only the likelier one gets the name."""
    matches = matched(3, 3, 5)
    names_given = [p.person if p else None for p in suggest(GALLERY, matches, [0, 1, 2])]
    assert 1 == names_given.count("person 003")
    assert "person 005" == names_given[2]
    likelier = int(np.argmax(matches.confidence[:2]))
    assert "person 003" == names_given[likelier]


def test_a_person_confirmed_in_the_photo_is_not_named_again() -> None:
    """Who stands in the photo already is not suggested for another face."""
    assert [None] == suggest(GALLERY, matched(3), [0], taken={"person 003"})


def test_a_rejected_name_never_comes_back() -> None:
    """After a rejection the face stays without a name; the second best does not step in unless sure by itself."""
    assert [None] == suggest(GALLERY, matched(3), [0], rejected=[{"person 003"}])


def test_a_rejection_says_nothing_about_other_faces() -> None:
    """Where one face of a person was rejected, every other face is matched as before, however alike."""
    people = directions(10, 1)
    samples = library(faces(people, 6, 2), names(10, 6))
    probes = faces(people, 20, 81)
    good = np.full(len(probes), 0.9, np.float32)
    before = match(build(samples), probes, good)
    rejected = replace(samples, rejected=faces(people, 1, 80), rejected_persons=names(10, 1))
    after = match(build(rejected), probes, good)
    assert (before.best.tolist(), before.confidence.tolist()) == (after.best.tolist(), after.confidence.tolist())


def test_one_sample_needs_more_certainty() -> None:
    """The same likeness makes a person with one sample less sure than one with several."""
    alone = build(library(faces(PEOPLE, 6, 2)[[0, *range(6, 60)]], names(10, 6)[:1] + names(10, 6)[6:]))
    probe = faces(PEOPLE[:1], 1, 9)
    good = np.ones(1, np.float32)
    assert match(alone, probe, good).confidence[0] < match(GALLERY, probe, good).confidence[0]


def test_two_people_equally_like_a_face_share_its_confidence() -> None:
    """Of twins neither is sure."""
    twins = directions(10, 1)
    twins[1] = twins[0]
    gallery = build(library(faces(twins, 6, 2), names(10, 6)))
    matches = match(gallery, faces(twins[:1], 20, 3), np.full(20, 0.9, np.float32))
    assert np.median(matches.confidence) < 0.95


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from("abcd"), st.sampled_from([0.55, 0.6, 0.7, 0.8, 0.9, 0.99]), max_size=2),
        max_size=5,
    )
)
def test_the_assignment_is_the_best_of_all(candidates: list[dict[str, float]]) -> None:
    """No other way of giving each name once adds up to more confidence."""
    chosen = _assigned(candidates)
    given_names = [name for name in chosen if name]
    assert len(set(given_names)) == len(given_names)
    best = 0.0
    for way in product(*[[None, *found] for found in candidates]):
        used = [name for name in way if name]
        if len(set(used)) == len(used):
            best = max(best, sum(found[name] for name, found in zip(way, candidates, strict=True) if name))
    total = sum(found[name] for name, found in zip(chosen, candidates, strict=True) if name)
    assert abs(best - total) < 1e-6
