"""Judging galleries and names."""

from dataclasses import replace

import numpy as np

from facedaemon.gallery import audit, build, compare, explain, is_promotable, match, refusal, validate
from tests.gallery.made_faces import directions, faces, library, names

PEOPLE = directions(30, 1)


def test_validation_of_a_clean_library_finds_nearly_all() -> None:
    """Faces held out with their burst are named rightly, and the same faces as strangers hardly ever."""
    samples = library(faces(PEOPLE, 6, 2), names(30, 6))
    seen = validate(build(samples), samples)
    assert 180 == seen.figures.probes
    assert seen.figures.tpir > 0.98
    assert seen.figures.fpir < 0.02
    assert seen.figures.wrong_per_100 <= 1.0
    assert 30 == len(seen.by_person)


def test_a_held_out_face_is_judged_without_its_copies() -> None:
    """A person with one photo, copied ten times, cannot be validated at all."""
    vectors = np.concatenate([faces(PEOPLE, 4, 2), np.repeat(directions(1, 9), 10, axis=0)])
    samples = library(vectors, (*names(30, 4), *["copied"] * 10))
    assert "copied" not in {score.person for score in validate(build(samples), samples).by_person}


def test_the_same_samples_may_be_promoted_again() -> None:
    """A rebuild from unchanged confirmations is not worse."""
    samples = library(faces(PEOPLE, 6, 2), names(30, 6))
    former, new = compare(build(samples), build(samples), samples)
    assert former == new
    assert is_promotable(former, new)
    assert is_promotable(None, new)


def test_poisoned_confirmations_are_refused_or_harmless() -> None:
    """With 40 % of one person's names wrong, a new gallery is refused with the reason, or names the person as well."""
    clean = library(faces(PEOPLE, 10, 2), names(30, 10))
    former = build(clean)
    for poison in (faces(PEOPLE[1:2], 7, 8), directions(7, 9), faces(directions(1, 10), 7, 11)):
        samples = library(np.concatenate([clean.vectors, poison]), (*clean.persons, *["person 000"] * 7))
        new = build(samples)
        before, after = compare(former, new, samples)
        probes = faces(PEOPLE[:1], 50, 12)
        matches = match(new, probes, np.full(50, 0.9, np.float32))
        harmless = ((matches.best == 0) & (matches.confidence >= new.threshold)).mean() > 0.97
        assert harmless or not is_promotable(before, after)


def test_a_lost_person_is_a_reason_to_refuse() -> None:
    """A gallery that no longer knows one person is not promoted, however small the share of faces."""
    samples = library(faces(PEOPLE, 6, 2), names(30, 6))
    former = validate(build(samples), samples)
    without = tuple(replace(score, right=0) if score.person == "person 007" else score for score in former.by_person)
    reason = refusal(former, replace(former, by_person=without))
    assert reason is not None
    assert "person 007" in reason


def test_the_audit_puts_wrong_names_first() -> None:
    """Mislabelled faces come worst first, with who they look like and the nearest samples of both."""
    vectors, persons = faces(PEOPLE, 8, 2), list(names(30, 8))
    wrong = {5: "person 009", 100: "person 020", 200: "person 002"}
    for row, person in wrong.items():
        persons[row] = person
    samples = library(vectors, tuple(persons))
    found = audit(samples, build(samples))
    assert set(wrong) == {item.sample for item in found}
    truth = names(30, 8)
    for item in found:
        assert truth[item.sample] == item.looks_like
        assert item.nearest_own is not None
        assert item.nearest_other is not None
        assert item.nearest_other.similarity > item.nearest_own.similarity
    assert sorted((item.score for item in found), reverse=True) == [item.score for item in found]


def test_an_explanation_shows_the_nearest_people_and_samples() -> None:
    """The named person leads, with the samples that made the name."""
    samples = library(faces(PEOPLE, 6, 2), names(30, 6))
    gallery = build(samples)
    changed_samples = explain(faces(PEOPLE[4:5], 1, 3)[0], 0.9, samples, gallery)
    assert "person 004" == changed_samples.candidates[0][0]
    assert changed_samples.candidates[0][2] >= changed_samples.threshold
    assert "person 004" == changed_samples.nearest[0].person
    assert 5 == len(changed_samples.candidates) == len(changed_samples.nearest)
