"""Paths in little memory come out as they went in; what is worked through in batches is taken a batch at a time."""

from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from facedaemon.compact_paths import CompactPaths, batches

NAMES = st.binary(min_size=1, max_size=8).map(
    lambda name: name.replace(b"\0", b"\n").replace(b"/", b"\xff").decode("utf-8", "surrogateescape")
)
PATHS = st.lists(NAMES.filter(lambda name: name != "."), min_size=1, max_size=3).map(lambda parts: Path("/", *parts))
NUMBERS = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(PATHS, st.tuples(NUMBERS, NUMBERS))))
def test_paths_come_out_as_they_went_in(wanted: list[tuple[Path, tuple[int, int]]]) -> None:
    """In their order, twice if asked twice, with names that are no UTF-8, below the root of all or in any folder."""
    paths = CompactPaths(2)
    for path, numbers in wanted:
        paths.add(path, *numbers)
    assert [wanted, wanted] == [list(paths.items()), list(paths.items())]
    assert len(wanted) == len(paths)
    places = [*range(len(wanted))][::-2] * 2
    assert [wanted[place] for place in places] == list(paths.at(places))
    assert [numbers[1] for _, numbers in wanted] == list(paths.column(1))


@given(st.integers(0, 50), st.integers(1, 7))
def test_no_more_is_taken_than_a_batch(count: int, size: int) -> None:
    """When a batch is given, nothing of the next one was taken; together they are all, in order."""
    taken: list[int] = []

    def coming() -> Iterator[int]:
        for number in range(count):
            taken.append(number)
            yield number

    given: list[int] = []
    for batch in batches(coming(), size):
        given += batch
        assert (True, given) == (0 < len(batch) <= size, taken)
    assert list(range(count)) == given
