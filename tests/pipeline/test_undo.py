"""What facedaemon wrote is found again wherever it went: moved, copied, or written before the state was lost."""

import shutil
from pathlib import Path

import pytest

from facedaemon.pipeline.rejections import SUGGESTED_NOTE
from facedaemon.pipeline.reports import UndoReport
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.undo import undo_writes
from facedaemon.store import Rejection
from facedaemon.values import Evidence
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


def _undone(session: Session) -> UndoReport:
    steps = undo_writes(session)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            report = end.value
            assert isinstance(report, UndoReport)
            return report


@pytest.mark.parametrize("scanned", [False, True])
@pytest.mark.parametrize("leaves", ["an empty folder", "nothing"])
def test_what_lies_on_a_drive_that_is_away_is_undone_later(
    library: SmallLibrary, session: Session, photo: Path, leaves: str, scanned: bool
) -> None:
    """A folder of a root was on a drive: what is not there is not taken for undone, also after a scan without it."""
    drive = photo.parent.rename(library.root.parent / "drive")
    if leaves == "an empty folder":
        photo.parent.mkdir()
    if scanned:
        finished(session)
    report = _undone(session)
    assert _sidecar(photo) in report.away
    assert [] == report.refused
    if photo.parent.exists():
        photo.parent.rmdir()
    drive.rename(photo.parent)
    finished(session)
    assert [] == _undone(session).away
    assert {_sidecar(photo): FOREIGN} == _sidecars(library)


def test_below_an_empty_root_nothing_is_undone(library: SmallLibrary, session: Session, photo: Path) -> None:
    """The place of a drive that is not mounted is named; afterwards all is undone."""
    drive = library.root.rename(library.root.parent / "drive")
    library.root.mkdir()
    report = _undone(session)
    assert report.refused
    assert all("is empty" in reason for _, reason in report.refused)
    library.root.rmdir()
    drive.rename(library.root)
    _undone(session)
    assert {_sidecar(photo): FOREIGN} == _sidecars(library)


def test_of_deleted_photos_nothing_is_left_to_undo(library: SmallLibrary, session: Session, photo: Path) -> None:
    """A folder was deleted, and its photos were forgotten: undo finds nothing of ours, and does not complain."""
    shutil.rmtree(photo.parent)
    finished(session)
    gone = [record.id for record in session.store.photos.all() if record.path.parent == photo.parent]
    session.store.photos.forget(gone)
    report = _undone(session)
    assert ([], []) == (report.away, report.refused)
    assert {} == _sidecars(library)


def test_a_sidecar_that_we_removed_ourselves_is_not_missed(library: SmallLibrary, session: Session) -> None:
    """The last suggestion was withdrawn, and our sidecar with it; later the folder is not there any more."""
    shown = suggested_photo(library, session)
    rejection = Rejection(None, shown.photo, shown.region, shown.person, Evidence.REMOVED_FROM_SIDECAR)
    session.store.rejections.add(rejection, session.now())
    session.store.forget_note(SUGGESTED_NOTE)
    finished(session)
    assert not _sidecar(shown.photo).exists()
    shown.photo.parent.rename(library.root.parent / "drive")
    report = _undone(session)
    assert ([], []) == (report.away, report.refused)
