"""What facedaemon wrote is found again wherever it went: moved, copied, or written before the state was lost."""

import shutil
from pathlib import Path

import pytest

from facedaemon.pipeline.session import Session
from facedaemon.pipeline.undo import undo_writes
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.test_scan import suggested_photo

FOREIGN = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>kept</dc:title></rdf:Description>
</rdf:RDF></x:xmpmeta>"""


def _sidecar(photo: Path) -> Path:
    return photo.with_name(f"{photo.name}.xmp")


def _sidecars(library: SmallLibrary) -> dict[Path, str]:
    return {path: path.read_text() for path in library.root.rglob("*.xmp")}


@pytest.fixture
def photo(library: SmallLibrary, session: Session) -> Path:
    """A photo whose sidecar, another program's, shows a suggestion."""
    found = suggested_photo(library, session).photo
    _sidecar(found).write_text(FOREIGN)
    finished(session)
    assert "Suggestions" in _sidecar(found).read_text()
    return found


def test_a_moved_sidecar_is_undone_where_it_lies(library: SmallLibrary, session: Session, photo: Path) -> None:
    """A folder that was renamed, sidecars and all, is as it was before facedaemon, under its new name."""
    album = photo.parent.rename(photo.parent.with_name("renamed"))
    finished(session)
    list(undo_writes(session))
    assert {_sidecar(album / photo.name): FOREIGN} == _sidecars(library)


def test_a_sidecar_left_behind_is_undone_there(library: SmallLibrary, session: Session, photo: Path) -> None:
    """Where only the photo moved, the sidecar at its old place is restored, and the new one goes away."""
    photo.rename(photo.with_name("moved.jpg"))
    finished(session)
    assert _sidecar(photo.with_name("moved.jpg")).exists()
    list(undo_writes(session))
    assert {_sidecar(photo): FOREIGN} == _sidecars(library)


def test_a_copied_sidecar_is_undone_too(library: SmallLibrary, session: Session, photo: Path) -> None:
    """What a copy of photo and sidecar holds of ours is ours there as well."""
    copy = photo.with_name("copy.jpg")
    shutil.copyfile(photo, copy)
    shutil.copyfile(_sidecar(photo), _sidecar(copy))
    finished(session)
    list(undo_writes(session))
    texts = _sidecars(library)
    assert {_sidecar(photo), _sidecar(copy)} == texts.keys()
    assert FOREIGN == texts[_sidecar(photo)]
    assert "facedaemon" not in texts[_sidecar(copy)]


@pytest.mark.parametrize("still_suggested", [True, False])
def test_what_a_lost_state_wrote_is_known_again(
    library: SmallLibrary, session: Session, photo: Path, still_suggested: bool
) -> None:
    """A list of ours is found by its namespace: brought in line with what is suggested now, and undone."""
    session.close()
    shutil.rmtree(library.state)
    if not still_suggested:
        text = _sidecar(photo).read_text().replace("<facedaemon:Generation>1", "<facedaemon:Generation>7")
        _sidecar(photo).write_text(text.replace("facedaemon:Name>", "facedaemon:Name>Not "))
    again = library.session()
    try:
        finished(again)
        assert "Not " not in _sidecar(photo).read_text()
        list(undo_writes(again))
        assert {_sidecar(photo)} == _sidecars(library).keys()
        assert "facedaemon" not in _sidecar(photo).read_text()
        assert "<dc:title>kept</dc:title>" in _sidecar(photo).read_text()
    finally:
        again.close()
