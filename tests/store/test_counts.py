"""What is counted: faces, however many sources name them, and nothing that facedaemon wrote."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.store import KnownMark, Store, Verdict
from facedaemon.values import Mark, MarkSource, MarkState, Region
from tests import fakes

LEFT, RIGHT, CORNER = Region(0.1, 0.2, 0.2, 0.3), Region(0.6, 0.2, 0.2, 0.3), Region(0.0, 0.8, 0.1, 0.1)
ANOTHER_CORNER = Region(0.001, 0.801, 0.1, 0.1)
PHOTO = Path("/photos/a.jpg")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A state that knows one photo with two faces; the left one is confirmed."""
    with closing(Store.open(tmp_path)) as opened:
        look = fakes.look(fakes.face(LEFT, seed=1), fakes.face(RIGHT, seed=2))
        photo = opened.photos.put_look(PHOTO, fakes.fingerprint(5), look)
        opened.faces.put_verdict(opened.faces.of(photo.id)[0].id, Verdict(MarkState.CONFIRMED, "Anna", 1.0))
        yield opened


def mark(person: str, region: Region | None, source: MarkSource) -> Mark:
    """A name in one source."""
    return Mark(PHOTO, source, MarkState.CONFIRMED, person, region)


DIGIKAM, MWG, MP = MarkSource.DIGIKAM, MarkSource.MWG, MarkSource.MP

READ: dict[str, tuple[list[KnownMark], tuple[int, int]]] = {
    "one source": ([KnownMark(mark("Anna", LEFT, DIGIKAM), 1)], (1, 0)),
    "three sources": ([KnownMark(mark("Anna", LEFT, source), 1) for source in (DIGIKAM, MWG, MP)], (1, 0)),
    "two names for one face": ([KnownMark(mark(name, LEFT, DIGIKAM), 1) for name in ("Anna", "Berta")], (1, 0)),
    "a region without a face": (
        [KnownMark(mark("Anna", LEFT, DIGIKAM), 1), KnownMark(mark("Berta", CORNER, DIGIKAM), None)],
        (1, 1),
    ),
    "the same in two sources, rounded": (
        [
            KnownMark(mark("Berta", CORNER, DIGIKAM), None),
            KnownMark(mark("Berta", ANOTHER_CORNER, MWG), None),
        ],
        (1, 1),
    ),
    "an outdated region beside the face": (
        [KnownMark(mark("Anna", LEFT, DIGIKAM), 1), KnownMark(mark("Anna", CORNER, MWG), None)],
        (1, 0),
    ),
    "our own regions": ([KnownMark(mark("Berta", RIGHT, source), None, own=True) for source in (MWG, MP)], (1, 0)),
    "a name without a region": ([KnownMark(mark("Berta", None, DIGIKAM), None)], (1, 0)),
}


@pytest.mark.parametrize("case", READ)
def test_faces_are_counted_not_marks(store: Store, case: str) -> None:
    """Confirmed faces, and confirmed regions that show none, each once."""
    marks, counts = READ[case]
    store.marks.replace(1, marks)
    assert marks == store.marks.of(1)
    assert counts == store.marks.counts()
