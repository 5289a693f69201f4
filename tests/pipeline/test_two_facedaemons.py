"""Two computers, one library: neither rejects the other's suggestions or writes for ever; decisions of humans count."""

import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from facedaemon.pipeline.session import Session
from facedaemon.values import SuggestionState
from tests.pipeline.conftest import finished
from tests.pipeline.named_photos import SIDECAR, NamedPhotos

PERSON = "Tony_Blair"


@pytest.fixture
def photos(shared: Path, model_files: Path, tmp_path: Path) -> NamedPhotos:
    """Six portraits of somebody who is named, four of whom nobody named, some strangers."""
    assert model_files.is_dir()
    place = NamedPhotos(tmp_path, shared / "data/faces/lfw")
    numbers = sorted(int(path.stem[-4:]) for path in (place.lfw / PERSON).iterdir())[:10]
    for at, number in enumerate(numbers):
        place.add(PERSON, number, "Tony" if at < 6 else None)
    place.strangers(4)
    return place


def _opened(photos: NamedPhotos, computer: str, **suggestions: Any) -> Session:
    settings: dict[str, Any] = {"state_directory": str(photos.folder / computer), "suggestions": suggestions}
    return photos.session(**settings)


def _sidecars(photos: NamedPhotos) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in photos.root.glob("*.xmp")}


def _rejections(session: Session) -> int:
    return len(session.store.rejections.all())


@pytest.mark.slow
@pytest.mark.parametrize("strict", [0.999999, 0.05])
def test_computers_with_other_thresholds_come_to_rest(photos: NamedPhotos, strict: float) -> None:
    """After each had its turn twice nobody writes any more, and nothing was taken for a human's no."""
    with (
        closing(_opened(photos, "one", min_confidence=0.3)) as one,
        closing(_opened(photos, "two", min_confidence=strict)) as two,
    ):
        for _ in range(2):
            finished(one)
            finished(two)
        before = _sidecars(photos)
        assert any(b"<facedaemon:Suggestions" in text for text in before.values())
        for _ in range(2):
            assert [0, 0] == [finished(session).written for session in (one, two)]
        assert before == _sidecars(photos)
        assert [0, 0] == [_rejections(session) for session in (one, two)]


def test_a_humans_rejection_is_read_and_the_name_does_not_come_back(photos: NamedPhotos) -> None:
    """A list that is deleted whole is a rejection of what stood in it; the other one does not write it again."""
    with closing(_opened(photos, "one")) as one, closing(_opened(photos, "two")) as two:
        finished(one)
        finished(two)
        path, text = next((p, t) for p, t in sorted(_sidecars(photos).items()) if b"<facedaemon:Suggestions" in t)
        path.write_bytes(re.sub(rb"<facedaemon:Suggestions>.*</facedaemon:Suggestions>", b"", text, flags=re.DOTALL))
        for session in (one, two, one, two):
            finished(session)
        assert 1 == _rejections(one) + _rejections(two)
        assert b"<facedaemon:Suggestions" not in path.read_bytes()


def test_a_decision_clears_what_the_other_one_suggests(photos: NamedPhotos) -> None:
    """A confirmed face leaves the list, whichever of both wrote it; the other one accepts that."""
    with closing(_opened(photos, "one")) as one, closing(_opened(photos, "two", min_confidence=1.0)) as two:
        finished(one)
        item = next(iter(one.store.suggestions.all(SuggestionState.OPEN)))
        assert [] == list(two.store.suggestions.all(SuggestionState.OPEN))
        path = item.photo.with_name(item.photo.name + ".xmp")
        node = re.search("<rdf:Description.*</rdf:Description>", SIDECAR.format("Tony"), flags=re.DOTALL)
        assert node is not None
        path.write_text(path.read_text().replace("</rdf:RDF>", node[0] + "</rdf:RDF>", 1))
        finished(two)
        assert "<facedaemon:Suggestions" not in path.read_text()
        before = _sidecars(photos)
        finished(one)
        finished(two)
        assert before == _sidecars(photos)
        assert [0, 0] == [_rejections(session) for session in (one, two)]
