"""The daemon's jobs on a real library: what would end a command does not end a service."""

import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from facedaemon.config import Config, load
from facedaemon.daemon.port import Activity
from facedaemon.daemon.work import PhotoWork
from facedaemon.errors import Unavailable
from facedaemon.jobs import Job, ReadLibrary, Rebuild, Rescan, ScanPhotos
from facedaemon.pipeline.service.status import read_status
from facedaemon.pipeline.session import open_session
from facedaemon.values import SuggestionState
from tests.pipeline.conftest import SmallLibrary


@pytest.fixture
def work(library: SmallLibrary) -> Iterator[PhotoWork]:
    """The work of a daemon on the scanned library, as far as a first rescan brings it."""
    work = PhotoWork(library.session())
    _done(work, Rescan())
    yield work
    work.close()


def _done(work: PhotoWork, job: Job) -> None:
    for _ in work.handle(job):
        pass


def _config(library: SmallLibrary) -> Config:
    settings = {"photos": {"roots": [str(library.root)]}, "state_directory": str(library.state)}
    return load(library.state.parent / "empty.yaml", settings)


def _make_unknown(database: Path) -> None:
    """As if a digiKam of years to come had upgraded it."""
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE Settings SET value = '99' WHERE keyword = 'DBVersion'")
        connection.execute("ALTER TABLE ImageTagProperties RENAME TO FaceProperties")
    connection.close()


def _damage(database: Path) -> None:
    database.write_bytes(b"no database any more" * 1000)


@pytest.mark.parametrize("spoil", [_make_unknown, _damage, Path.unlink], ids=["unknown version", "damaged", "gone"])
def test_a_library_that_becomes_unusable_is_waited_for(library: SmallLibrary, work: PhotoWork, spoil: object) -> None:
    """Nothing known is lost, new photos are analysed, `status` says what is wrong since when; later all is well."""
    kept = library.database.with_name("kept.db")
    shutil.copy2(library.database, kept)
    before = read_status(_config(library))
    assert callable(spoil)
    spoil(library.database)
    with suppress(Unavailable):
        work.change_token()
    with pytest.raises(Unavailable):  # what is to be read is not read yet
        _done(work, ReadLibrary())
    new = library.root / "new.jpg"
    new.write_bytes(min(library.root.rglob("*.jpg")).read_bytes() + b"\0")
    _done(work, ScanPhotos((new,)))
    _done(work, Rescan())
    now = read_status(_config(library))
    assert before.photos + 1 == now.photos
    assert {} == {state: count for state, count in now.suggestions.items() if state != SuggestionState.OPEN}
    assert str(library.database.parent) in now.library["reason"]
    assert str(library.database.parent) in "\n".join(now.words())
    shutil.copy2(kept, library.database)
    _done(work, ReadLibrary())
    assert {} == read_status(_config(library)).library


def test_after_a_rest_it_sees_as_before(library: SmallLibrary, work: PhotoWork) -> None:
    """The networks are unloaded when nothing is to do, and loaded again for the next photo."""
    first, second = library.root / "first.jpg", library.root / "second.jpg"
    taken = min(library.root.rglob("*.jpg")).read_bytes()
    first.write_bytes(taken[:-2] + b"\0\1" + taken[-2:])
    _done(work, ScanPhotos((first,)))
    work.unload()
    work.unload()
    second.write_bytes(taken[:-2] + b"\0\2" + taken[-2:])
    _done(work, ScanPhotos((second,)))
    with closing(sqlite3.connect(library.state / "state.db")) as state:
        seen = state.execute(
            "SELECT count(*), count(DISTINCT content), count(DISTINCT face.x), count(DISTINCT vector) FROM photo"
            " JOIN face ON photo = photo.id JOIN embedding ON face = face.id WHERE path IN (?, ?)",
            (bytes(first), bytes(second)),
        ).fetchone()
    assert (2, 2, 1, 1) == seen


def test_a_rebuild_without_confirmed_faces_is_no_failure(
    model_files: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The nightly rebuild of somebody who has named nobody yet says so and does nothing."""
    assert model_files.is_dir()
    (tmp_path / "photos").mkdir()
    settings = {
        "photos": {"roots": [str(tmp_path / "photos")]},
        "library": {"digikam": {"database": "none"}},
        "state_directory": str(tmp_path / "state"),
    }
    (tmp_path / "empty.yaml").write_text("")
    work = PhotoWork(open_session(load(tmp_path / "empty.yaml", settings), home=tmp_path))
    with caplog.at_level(logging.INFO):
        _done(work, Rebuild())
    work.close()
    assert any("nobody is confirmed yet" in message for message in caplog.messages)


def test_status_shows_what_is_done_how_fast_and_what_failed(library: SmallLibrary, work: PhotoWork) -> None:
    """Queue, pace, time left and last rebuild; photos and sidecars that cannot be used, until they can."""
    work.note(
        Activity(
            "looking at photos 50 of 100", waiting=2, done=50, total=100, per_minute=30.0, seconds_left=100, names=7
        )
    )
    _done(work, Rebuild())
    (library.root / "broken.jpg").write_bytes(b"")
    photo = min(path for path in library.root.rglob("*.jpg") if path.stat().st_size)
    sidecar = photo.with_name(photo.name + ".xmp")
    before = sidecar.read_bytes() if sidecar.exists() else None
    sidecar.write_text("<x:xmpmeta")
    _done(work, Rescan())
    values = read_status(_config(library)).values()
    assert "looking at photos 50 of 100" == values["doing"]
    assert {"done": 50, "total": 100, "per_minute": 30.0, "seconds_left": 100, "names": 7} == values["progress"]
    assert 2 == values["waiting"]
    assert isinstance(values["rebuild"]["promoted"], bool)
    assert values["rebuild"]["time"] is not None
    assert [str(library.root / "broken.jpg")] == [item["photo"] for item in values["failed"]]
    assert [str(photo)] == [item["photo"] for item in values["sidecars_failed"]]
    words = "\n".join(read_status(_config(library)).words())
    assert "30 photos a minute" in words
    assert str(sidecar.parent) in words
    sidecar.unlink() if before is None else sidecar.write_bytes(before)
    _done(work, Rescan())
    assert [] == read_status(_config(library)).values()["sidecars_failed"]


def test_every_folder_and_every_photo_is_a_step(library: SmallLibrary) -> None:
    """Between two of them the daemon feeds the watchdog, stops when it must, and does a new photo first."""
    work = PhotoWork(library.session())
    steps = [step for step in work.handle(Rescan()) if step is not None]
    work.close()
    photos = sorted(library.root.rglob("*.jpg"))
    folders = {path for path in library.root.rglob("*") if path.is_dir()} | {library.root}
    assert folders == {step.path for step in steps if step.stage == "looking through folders"}
    looked = [step.path for step in steps if step.stage == "looking at photos" and step.path is not None]
    assert photos == sorted(looked)


def test_a_photo_that_arrives_while_folders_are_looked_through_is_not_taken_for_deleted(
    library: SmallLibrary, work: PhotoWork
) -> None:
    """Another job looks at it in the middle of the rescan, which has its folder behind it already."""
    new = library.root / "new.jpg"
    rescan = work.handle(Rescan())
    last = max(photo.parent for photo in library.root.rglob("*.jpg"))
    for step in rescan:
        if step is not None and step.path == last:
            new.write_bytes(min(library.root.rglob("*.jpg")).read_bytes() + b"\0")
            _done(work, ScanPhotos((new,)))
            break
    for _ in rescan:
        pass
    with closing(sqlite3.connect(library.state / "state.db")) as state:
        (missing,) = state.execute("SELECT missing FROM photo WHERE path = ?", [os.fsencode(new)]).fetchone()
    assert 0 == missing
