"""Children who grow up: faces that lie years apart do not contradict each other, and each period is kept."""

from dataclasses import replace

import numpy as np
import pytest

from facedaemon.config import Training
from facedaemon.gallery import Reason, Samples, audit, build, match, updated
from facedaemon.gallery.periods import Periods
from facedaemon.gallery.prototypes import left_out_similarity
from facedaemon.values import Vectors
from tests.gallery.made_faces import directions, faces, library, names, unit

OTHERS = directions(20, 1)
CHILD, ADULT, STRANGER, BETWEEN = directions(4, 7)[:, None]
ANNA = "Anna"


def _grown_up(parts: list[tuple[Vectors, int, float]], likeness: float = 0.82) -> Samples:
    """Twenty people of one period, and Anna: of each part some faces of one direction from one year (NaN: unknown)."""
    own = [faces(direction, count, 20 + row, likeness) for row, (direction, count, _) in enumerate(parts)]
    years = [np.full(120, 2015.0), *(year + np.arange(count) / 100 for _, count, year in parts)]
    number = sum(count for _, count, _ in parts)
    return library(
        np.concatenate([faces(OTHERS, 6, 2), *own]),
        (*names(20, 6), *[ANNA] * number),
        years=np.concatenate(years).astype(np.float32),
    )


def _left_out(samples: Samples) -> list[int]:
    """Which of Anna's faces do not train."""
    return [row - 120 for row, doubt in enumerate(build(samples).doubts(samples)) if doubt is not None]


def _undated(samples: Samples) -> Samples:
    return replace(samples, years=None)


def test_child_and_adult_train_both() -> None:
    """Five childhood photos and five of the adult, unlike each other: all train, and either names Anna."""
    samples = _grown_up([(CHILD, 5, 1990), (ADULT, 5, 2015)])
    assert [] == _left_out(samples)
    gallery = build(samples)
    for direction in (CHILD, ADULT):
        found = match(gallery, faces(direction, 20, 50), np.full(20, 0.9, np.float32))
        assert all(gallery.people[row] == ANNA for row in found.best)
        assert (found.confidence >= gallery.threshold).mean() > 0.9
    assert [] == [doubt for doubt in audit(samples, gallery) if doubt.person == ANNA]


@pytest.mark.parametrize("count", [1, 2])
def test_few_photos_of_another_time_are_not_disputed(count: int) -> None:
    """One or two childhood photos beside many of the adult train; taken in the same year they would be wrong."""
    samples = _grown_up([(ADULT, 10, 2015), (CHILD, count, 1990)])
    assert [] == _left_out(samples)
    assert [] == [doubt for doubt in audit(samples, build(samples)) if doubt.person == ANNA]
    one_day = replace(samples, years=np.full(len(samples), 2015, np.float32))
    assert ([10], [10]) == (_left_out(one_day)[:1], _left_out(_undated(samples))[:1])


def test_a_wrong_name_within_a_period_is_disputed() -> None:
    """A stranger among the childhood photos is an outlier there, whatever the adult photos show."""
    assert [5] == _left_out(_grown_up([(CHILD, 5, 1990), (STRANGER, 1, 1990.5), (ADULT, 5, 2015)]))


def test_a_wrong_name_of_another_time_still_cannot_be_somebody_elses() -> None:
    """A face that is clearly another person's is not Anna's, whenever it was taken."""
    samples = _grown_up([(ADULT, 5, 2015), (OTHERS[:1], 1, 1990)])
    gallery = build(samples)
    assert gallery.doubts(samples)[125] is Reason.LOOKS_LIKE_ANOTHER


def test_faces_that_agree_across_years_support_each_other() -> None:
    """An adult changes little: photos ten years apart that are alike count as each other's support."""
    parts = [(ADULT, 1, year) for year in (1990.0, 2000.0, 2010.0, 2020.0)]
    assert [] == _left_out(_grown_up(parts))
    # the lone one of 2005 is like another person of the library by 0.5, and as like its own
    mixed = unit(ADULT + OTHERS[:1])
    assert [] == _left_out(_grown_up([*parts, (mixed, 1, 2005.0)], 0.9))


@pytest.mark.parametrize("swapped_in_both", [False, True])
def test_two_people_swapped_in_one_period(swapped_in_both: bool) -> None:
    """One childhood photo of each under the other's name is found out by the other childhood photos of both."""
    bob_child, bob_adult = directions(2, 11)[:, None]
    years = [(1990.0, CHILD, bob_child), (2015.0, ADULT, bob_adult)]
    vectors, persons, taken = [faces(OTHERS, 6, 2)], list(names(20, 6)), [np.full(120, 2015.0)]
    wrong = []
    for period, (year, anna, bob) in enumerate(years):
        for person, right, other in ((ANNA, anna, bob), ("Bob", bob, anna)):
            swap = swapped_in_both or period == 0
            if swap:
                wrong.append(len(persons) + 4)
            vectors += [faces(right, 4, 30 + period), faces(other if swap else right, 1, 40 + period)]
            persons += [person] * 5
            taken.append(np.full(5, year))
    samples = library(np.concatenate(vectors), tuple(persons), years=np.concatenate(taken).astype(np.float32))
    doubts = build(samples).doubts(samples)
    assert wrong == [row for row, doubt in enumerate(doubts) if doubt is not None]
    assert {Reason.LOOKS_LIKE_ANOTHER} == {doubts[row] for row in wrong}


def test_all_photos_of_one_day_are_as_without_dates() -> None:
    """Nor do dates of which nobody knows any change a thing."""
    samples = _grown_up([(ADULT, 6, 2015), (STRANGER, 1, 2015.01), (CHILD, 1, 2015.02)])
    for years in (np.full(len(samples), 2015.5), np.full(len(samples), np.nan), samples.years):
        dated = replace(samples, years=np.asarray(years, np.float32))
        assert build(_undated(samples)).to_bytes() == build(dated).to_bytes()


def test_a_photo_without_a_date_belongs_to_every_period() -> None:
    """It is judged by all of the person's faces, and speaks for those that it is like."""
    unknown = float("nan")
    assert [] == _left_out(_grown_up([(CHILD, 3, 1990), (ADULT, 5, 2015), (ADULT, 1, unknown), (CHILD, 1, unknown)]))
    assert [8] == _left_out(_grown_up([(CHILD, 3, 1990), (ADULT, 5, 2015), (STRANGER, 1, unknown)]))


def test_each_period_keeps_some_of_the_samples_that_may_train() -> None:
    """Of many good photos of the adult and few poor ones of the child, thinning keeps those of the child."""
    samples = _grown_up([(ADULT, 60, 2015), (unit(CHILD + ADULT), 4, 1990)])
    quality = samples.quality.copy()
    quality[180:] = 0.31
    samples = replace(samples, quality=quality)
    gallery = build(samples, Training(max_samples_per_person=10))
    kept = [row for row in range(120, 184) if gallery.doubts(samples)[row] is None]
    assert len(kept) == 10
    assert any(row >= 180 for row in kept)


def test_one_confirmation_is_learned_as_in_a_rebuild() -> None:
    """A gallery that is refined by a childhood photo knows what one built from all knows."""
    samples = _grown_up([(ADULT, 5, 2015), (CHILD, 3, 1990)])
    before = build(samples.chosen(np.arange(len(samples) - 1)))
    refined, built = updated(before, samples, [ANNA]), build(samples)
    assert refined.doubts(samples) == built.doubts(samples)
    assert (refined.unit_centroids * built.unit_centroids).sum(axis=1).min() > 0.9999


def test_the_order_of_samples_does_not_matter() -> None:
    """Sums over periods are the same to the last bit."""
    samples = _grown_up([(CHILD, 5, 1990), (ADULT, 7, 2015), (BETWEEN, 3, 2002), (ADULT, 2, float("nan"))])
    shuffled = samples.chosen(np.random.default_rng(3).permutation(len(samples)))
    assert build(samples).to_bytes() == build(shuffled).to_bytes()


def test_a_period_is_as_if_its_samples_were_all() -> None:
    """Left-out likeness within a period, computed by running sums, is that of a library of these samples alone."""
    draw = np.random.default_rng(5)
    vectors, weights = faces(directions(3, 5), 40, 6), draw.random(120).astype(np.float32)
    owner, burst = np.repeat(np.arange(3), 40), np.arange(120) // 2 * 2
    years = np.where(draw.random(120) < 0.2, np.nan, draw.uniform(1980, 2020, 120))
    periods = Periods(years, owner, burst)
    found = periods.left_out_similarity(vectors, weights, left_out_similarity(vectors, owner, weights, burst))
    counted = periods.counts(np.zeros(120, np.int64), weights > 0.5)
    for row in range(120):
        rows = np.flatnonzero((owner == owner[row]) & periods.near(row, np.arange(120)))
        place = int(np.flatnonzero(rows == row)[0])
        alone = left_out_similarity(
            vectors[rows], np.zeros(len(rows), np.int64), weights[rows], _from_zero(burst[rows])
        )
        assert found[row] == pytest.approx(alone[place], abs=1e-5, nan_ok=True)
        assert counted[row] == len(np.unique(burst[rows][weights[rows] > 0.5]))


def _from_zero(burst: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.unique(burst, return_inverse=True)[1]
