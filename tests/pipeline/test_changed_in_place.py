"""Files changed in place, with size, inode and time as before; and changes that only look like one."""

import io
import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from facedaemon.daemon.work import PhotoWork
from facedaemon.jobs import Rescan, ScanPhotos, joined
from facedaemon.pipeline.session import Session
from tests.pipeline.conftest import SmallLibrary, finished


def with_exif_orientation(photo: Path, orientation: int) -> None:
    """The photo states an orientation, encoded again."""
    with Image.open(photo) as image:
        exif = Image.Exif()
        exif[0x0112] = orientation
        encoded = io.BytesIO()
        image.save(encoded, "JPEG", exif=exif)
    photo.write_bytes(encoded.getvalue())


def turn_in_place(photo: Path, orientation: int) -> None:
    """One byte of EXIF is another, as `exiftool -P -overwrite_original_in_place` leaves it."""
    before = photo.stat()
    data = bytearray(photo.read_bytes())
    entry = data.index(b"\x01\x12\x00\x03\x00\x00\x00\x01")
    data[entry + 9] = orientation
    with photo.open("r+b") as file:
        file.write(data)
    os.utime(photo, ns=(before.st_atime_ns, before.st_mtime_ns))
    now = photo.stat()
    assert (before.st_size, before.st_ino, before.st_mtime_ns) == (now.st_size, now.st_ino, now.st_mtime_ns)


def orientation_of(session: Session, photo: Path) -> int | None:
    """The orientation in which its faces are stored."""
    known = session.store.photos.get(photo)
    assert known is not None
    return known.orientation


def forget_change_times(state: Path) -> None:
    """As a state that an older facedaemon left, or photos on a file system that keeps no such times."""
    with closing(sqlite3.connect(state / "state.db")) as connection, connection:
        connection.execute("UPDATE photo SET ctime_ns = NULL")


@pytest.fixture
def upright(library: SmallLibrary) -> Path:
    """A photo that states orientation 1."""
    photo = min(library.root.rglob("*.jpg"))
    with_exif_orientation(photo, 1)
    return photo


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_change_that_keeps_size_inode_and_time_is_seen(upright: Path, session: Session, orientation: int) -> None:
    """The time of change shows it, which no program sets back; the photo is analysed as it is displayed now."""
    assert 1 == orientation_of(session, upright)
    turn_in_place(upright, orientation)
    assert 1 == finished(session).indexed
    assert orientation == orientation_of(session, upright)
    assert 0 == finished(session).indexed


def _link_and_unlink(photo: Path) -> None:
    os.link(photo, photo.with_name("a link.jpg.part"))
    photo.with_name("a link.jpg.part").unlink()


def _rename_there_and_back(photo: Path) -> None:
    photo.rename(photo.with_name("away.part")).rename(photo)


HARMLESS = {
    "mode": lambda photo: photo.chmod(0o640),
    "owner": lambda photo: os.chown(photo, os.getuid(), os.getgid()),
    "link": _link_and_unlink,
    "rename": _rename_there_and_back,
    "times": lambda photo: os.utime(photo, ns=(0, photo.stat().st_mtime_ns)),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_what_changes_nothing_shown_costs_no_look(
    library: SmallLibrary, session: Session, caplog: pytest.LogCaptureFixture, change: Callable[[Path], None]
) -> None:
    """Rights, links, renames and backup programs change every file's time of change: faces and names stay as known."""
    photos = sorted(library.root.rglob("*.jpg"))
    names = {photo: [face.id for face in session.store.faces.of(photo.id)] for photo in session.store.photos.all()}
    for photo in photos:
        change(photo)
    caplog.set_level(logging.DEBUG, "facedaemon.pipeline.analyse")
    report = finished(session)
    assert (0, 0, len(photos)) == (report.indexed, report.failed, report.unchanged)
    assert not any("looked at" in message for message in caplog.messages)
    assert list(names.values()) == [
        [face.id for face in session.store.faces.of(photo.id)] for photo in session.store.photos.all()
    ]


def test_photos_known_before_change_times_were_kept_count_as_unchanged(library: SmallLibrary) -> None:
    """The first scan after an update looks at nothing, and from then on a change in place is seen."""
    photo = min(library.root.rglob("*.jpg"))
    with_exif_orientation(photo, 1)
    session = library.session()
    finished(session)
    session.close()
    forget_change_times(library.state)
    session = library.session()
    opened = [known.metadata for known in session.store.photos.all()]
    assert 0 == finished(session).indexed
    assert opened == [known.metadata for known in session.store.photos.all()]
    turn_in_place(photo, 6)
    assert 1 == finished(session).indexed
    session.close()


def test_an_event_has_the_photo_compared_where_no_change_time_is_kept(library: SmallLibrary, upright: Path) -> None:
    """Where `stat` shows nothing, the kernel's event that somebody wrote is enough; a sidecar's event is not."""
    session = library.session()
    finished(session)
    session.close()
    turn_in_place(upright, 8)
    forget_change_times(library.state)
    session = library.session()
    work = PhotoWork(session)
    for job, orientation in ((Rescan(), 1), (ScanPhotos((upright,), (upright,)), 1), (ScanPhotos((upright,)), 8)):
        list(work.handle(job))
        assert orientation == orientation_of(session, upright)
    work.close()


def test_a_photo_that_changed_itself_is_compared_whatever_was_joined_to_it() -> None:
    """An event of its sidecar, before or after, takes nothing away from its own."""
    own, beside = (
        ScanPhotos((Path("a.jpg"),)),
        ScanPhotos((Path("a.jpg"), Path("b.jpg")), (Path("a.jpg"), Path("b.jpg"))),
    )
    for jobs in ((own, beside), (beside, own)):
        job = joined(jobs)
        assert isinstance(job, ScanPhotos)
        assert (frozenset({Path("a.jpg")}), (Path("b.jpg"),)) == (job.changed, job.beside)
