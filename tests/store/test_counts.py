"""What is counted: faces, however many sources name them, and nothing that facedaemon wrote."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.store import KnownAnnotation, Store, Verdict
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation, Region
from tests import made_values

LEFT, RIGHT, CORNER = Region(0.1, 0.2, 0.2, 0.3), Region(0.6, 0.2, 0.2, 0.3), Region(0.0, 0.8, 0.1, 0.1)
ANOTHER_CORNER = Region(0.001, 0.801, 0.1, 0.1)
PHOTO = Path("/photos/a.jpg")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A state that knows one photo with two faces; the left one is confirmed."""
    with closing(Store.open(tmp_path)) as opened:
        analysis = made_values.analysis(made_values.face(LEFT, seed=1), made_values.face(RIGHT, seed=2))
        photo = opened.photos.put_analysis(PHOTO, made_values.fingerprint(5), analysis)
        opened.faces.put_verdict(opened.faces.of(photo.id)[0].id, Verdict(AnnotationState.CONFIRMED, "Anna", 1.0))
        yield opened


def annotation(person: str, region: Region | None, source: AnnotationSource) -> FaceAnnotation:
    """A name in one source."""
    return FaceAnnotation(PHOTO, source, AnnotationState.CONFIRMED, person, region)


DIGIKAM, MWG, MP = AnnotationSource.DIGIKAM, AnnotationSource.MWG, AnnotationSource.MP

READ: dict[str, tuple[list[KnownAnnotation], tuple[int, int]]] = {
    "one source": ([KnownAnnotation(annotation("Anna", LEFT, DIGIKAM), 1)], (1, 0)),
    "three sources": ([KnownAnnotation(annotation("Anna", LEFT, source), 1) for source in (DIGIKAM, MWG, MP)], (1, 0)),
    "two names for one face": (
        [KnownAnnotation(annotation(name, LEFT, DIGIKAM), 1) for name in ("Anna", "Berta")],
        (1, 0),
    ),
    "a region without a face": (
        [
            KnownAnnotation(annotation("Anna", LEFT, DIGIKAM), 1),
            KnownAnnotation(annotation("Berta", CORNER, DIGIKAM), None),
        ],
        (1, 1),
    ),
    "the same in two sources, rounded": (
        [
            KnownAnnotation(annotation("Berta", CORNER, DIGIKAM), None),
            KnownAnnotation(annotation("Berta", ANOTHER_CORNER, MWG), None),
        ],
        (1, 1),
    ),
    "an outdated region beside the face": (
        [KnownAnnotation(annotation("Anna", LEFT, DIGIKAM), 1), KnownAnnotation(annotation("Anna", CORNER, MWG), None)],
        (1, 0),
    ),
    "our own regions": (
        [KnownAnnotation(annotation("Berta", RIGHT, source), None, own=True) for source in (MWG, MP)],
        (1, 0),
    ),
    "a name without a region": ([KnownAnnotation(annotation("Berta", None, DIGIKAM), None)], (1, 0)),
}


@pytest.mark.parametrize("case", READ)
def test_faces_are_counted_not_marks(store: Store, case: str) -> None:
    """Confirmed faces, and confirmed regions that show none, each once."""
    annotations, counts = READ[case]
    store.annotations.replace(1, annotations)
    assert annotations == store.annotations.of(1)
    assert counts == store.annotations.counts()
