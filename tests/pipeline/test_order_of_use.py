"""Photos that teach who people are come first, then the newest."""

import random

import pytest

from facedaemon.pipeline import order_of_use
from facedaemon.pipeline.order_of_use import A_FEW, in_order_of_use


def order(times: list[int], people: dict[int, set[str]]) -> list[int]:
    """The places, in the order of use."""
    return list(in_order_of_use(times, people))


def test_a_few_photos_of_each_person_then_the_newest() -> None:
    """Ten photos of Anna, the newest of all, do not keep Bert's oldest waiting behind them."""
    annas, berts, others = range(10), range(10, 12), range(12, 40)
    times = [*(1000 - place for place in annas), *(1, 0), *(100 + place for place in others)]
    found = order(times, {**{place: {"Anna"} for place in annas}, **{place: {"Bert"} for place in berts}})
    assert [0, 1, 2, 10, 11] == found[: A_FEW + 2]
    assert sorted(others, reverse=True) == [place for place in found if place in others]
    assert [*annas[A_FEW:]] == found[-len(annas[A_FEW:]) :]


def test_others_do_not_wait_for_thousands_of_confirmed_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where thousands are confirmed, new photos get names before all of the confirmed ones were analysed."""
    monkeypatch.setattr(order_of_use, "TURN", 10)
    people = {place: {f"person {place}"} for place in range(100)}
    found = order([*range(150)], people)
    assert [True] * 10 + [False] * 10 + [True] * 10 + [False] * 10 == [place in people for place in found[:40]]
    assert [*range(149, 139, -1)] == found[10:20]


@pytest.mark.parametrize(
    ("times", "people"),
    [
        ([], {}),
        ([5], {0: {"Anna"}}),
        ([7] * 9, {}),
        ([7] * 9, {4: {"Anna"}, 2: {"Anna", "Bert"}}),
        ([-5, 2**62, 0, -(2**62)], {3: set()}),
        (random.Random(1).choices(range(50), k=3000), {place: {f"{place % 7}"} for place in range(0, 3000, 2)}),
    ],
    ids=["none", "one", "one date", "one date, named", "odd dates", "many"],
)
def test_each_photo_comes_once(times: list[int], people: dict[int, set[str]]) -> None:
    """Whatever the dates and however many are confirmed; those of one date stay in their order."""
    found = order(times, people)
    assert [*range(len(times))] == sorted(found)
    others = [place for place in found if place not in people]
    assert others == sorted(others, key=lambda place: (-times[place], place))


def test_a_photo_of_several_people_counts_for_whoever_has_fewest() -> None:
    """A group photo with one new face comes in the first round."""
    people = {place: {"Anna"} for place in range(6)} | {6: {"Anna", "Bert"}}
    assert {0, 1, 2, 6} == set(order([10, 9, 8, 7, 6, 5, 1], people)[:4])
