"""Jobs of the daemon take turns; one that goes on after another does not take that one's changes for a human's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from facedaemon.daemon.work import PhotoWork
from facedaemon.jobs import Job, ReadLibrary, Rescan, ScanFolders, ScanPhotos
from facedaemon.pipeline.session import Session
from facedaemon.values import SuggestionState
from tests.pipeline.conftest import SmallLibrary
from tests.pipeline.test_scan import confirmed, withdrawn_confirmation


@pytest.fixture
def session(library: SmallLibrary) -> Session:
    """A session that shows its suggestions in digiKam, too; the work closes it."""
    return library.session(write_suggestions=True)


@pytest.fixture
def work(session: Session) -> Iterator[PhotoWork]:
    """The daemon's work on it, nothing left to do."""
    opened = PhotoWork(session)
    do(opened, Rescan())
    yield opened
    opened.close()


def do(work: PhotoWork, *jobs: Job) -> None:
    """The jobs, one after the other."""
    for job in jobs:
        for _ in work.handle(job):
            pass


@pytest.mark.parametrize("kind", [Rescan, ScanFolders])
def test_a_job_that_goes_on_has_read_what_came_meanwhile(
    library: SmallLibrary, session: Session, work: PhotoWork, kind: type[Job]
) -> None:
    """What was shown in digiKam while a pass was under way is not taken away by nobody."""
    photo = withdrawn_confirmation(library, session)
    copies = [_copy(photo, library.root / f"copy-{number}.jpg") for number in range(3)]
    outer = work.handle(Rescan() if kind is Rescan else ScanFolders((library.root,)))
    step = next(outer)
    while step is None or step.stage != "looking at photos" or step.done < step.total:
        step = next(outer)
    do(work, ScanPhotos((*copies, photo)), ReadLibrary())
    shown = [item.photo for item in session.store.suggestions.all(SuggestionState.OPEN)]
    assert photo in shown
    for _ in outer:
        pass
    do(work, ReadLibrary(), Rescan())
    assert [] == session.store.rejections.all()
    assert shown == [item.photo for item in session.store.suggestions.all(SuggestionState.OPEN)]


def test_our_own_withdrawal_is_no_humans_decision(library: SmallLibrary, session: Session, work: PhotoWork) -> None:
    """A sidecar that we wrote wakes a look; the library had been read before our row in it was taken back."""
    photo = withdrawn_confirmation(library, session)
    do(work, ReadLibrary(), ReadLibrary())
    (shown,) = session.store.suggestions.all(SuggestionState.OPEN)
    assert photo == shown.photo
    aside = library.root.parent / "aside.jpg"
    place = max(confirmed(session))
    place.rename(aside)
    do(work, ScanPhotos((place,)), ScanPhotos((photo,)))
    moved = photo.rename(library.root / "moved.jpg")
    do(
        work,
        ScanPhotos((photo, moved)),
        ScanPhotos((moved,)),
        ReadLibrary(),
        ScanPhotos((moved,)),
        ReadLibrary(),
        Rescan(),
    )
    assert [] == session.store.rejections.all()


def _copy(photo: Path, to: Path) -> Path:
    to.write_bytes(photo.read_bytes())
    return to
