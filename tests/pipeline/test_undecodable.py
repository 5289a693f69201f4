"""A photo that was looked at once and cannot be any more, in which somebody is confirmed where no face was detected."""

import os
import sqlite3
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import MappingProxyType

import pytest

from facedaemon import vision
from facedaemon.errors import PhotoError
from facedaemon.pipeline.library_snapshot import LibraryReader, read_library
from facedaemon.pipeline.list_photos import PhotoListing
from facedaemon.pipeline.one_pass import Everything, run_pass
from facedaemon.pipeline.rebuild import rebuild_gallery
from facedaemon.pipeline.reports import ScanReport
from facedaemon.pipeline.session import Session
from facedaemon.values import AS_THE_FILE_SAYS, Display, EmbeddedFace, PhotoAnalysis, Region
from tests.pipeline.conftest import SmallLibrary, drained, finished, image_of
from tests.pipeline.test_scan import confirmed, withdrawn_confirmation


def name_a_corner(library: SmallLibrary, session: Session, photo: Path) -> None:
    """A human draws a region in a corner, where nobody is, and names it after a person of another photo."""
    with closing(sqlite3.connect(library.database)) as connection, connection:
        image = image_of(connection, library, photo)
        others = sorted(set(confirmed(session).values()) - {confirmed(session)[photo]})
        (tag,) = connection.execute("SELECT id FROM Tags WHERE name = ?", (others[0],)).fetchone()
        connection.execute("INSERT INTO ImageTags VALUES (?, ?)", (image, tag))
        connection.execute(
            "INSERT INTO ImageTagProperties VALUES (?, ?, 'tagRegion', ?)",
            (image, tag, '<rect x="0" y="0" width="12" height="14"/>'),
        )


def synced_only(session: Session) -> ScanReport:
    """A pass that only reads the library, as after a change of its database."""
    return drained(run_pass(session, PhotoListing(), LibraryReader(session), Everything()))


def _is_garbage(photo: Path) -> None:
    photo.write_bytes(os.urandom(photo.stat().st_size))


def _is_cut_off(photo: Path) -> None:
    os.truncate(photo, 300)


def _is_a_folder(photo: Path) -> None:
    photo.unlink()
    photo.mkdir()


def _is_a_link(photo: Path) -> None:
    photo.rename(photo.with_suffix(".elsewhere"))
    photo.symlink_to(photo.with_suffix(".elsewhere"))


def _is_a_pipe(photo: Path) -> None:
    photo.unlink()
    os.mkfifo(photo)


@pytest.mark.parametrize("breaks", [_is_garbage, _is_cut_off, Path.unlink, _is_a_folder, _is_a_link, _is_a_pipe])
def test_one_photo_that_cannot_be_decoded_any_more_stops_no_other(
    library: SmallLibrary, session: Session, breaks: Callable[[Path], None]
) -> None:
    """It is named once in each pass; what was confirmed and taken back elsewhere is learned, suggested and written."""
    other = withdrawn_confirmation(library, session)
    broken = max(confirmed(session))
    assert broken != other
    name_a_corner(library, session, broken)
    saved = broken.read_bytes()
    breaks(broken)
    report = synced_only(session)
    assert [broken] == [path for path, _ in report.failures]
    assert other not in confirmed(session)
    assert [other] == [item.photo for item in session.store.suggestions.all()]
    assert (1, 1) == (report.new, report.written)
    assert broken in confirmed(session)
    assert [broken] == [path for path, _ in synced_only(session).failures]
    if broken.is_dir():
        broken.rmdir()
    broken.unlink(missing_ok=True)
    broken.write_bytes(saved)
    assert [] == finished(session).failures


class WatchedAnalyzer(vision.FaceAnalyzer):
    """The real networks, noting whether a transaction of the state is open whenever they are asked."""

    def __init__(self, analyzer: vision.FaceAnalyzer, is_open: Callable[[], bool]) -> None:
        self.__dict__.update(analyzer.__dict__)
        self.is_open = is_open
        self.asked: list[bool] = []

    def analyse_regions(
        self, path: Path, regions: Sequence[Region], display: Display = AS_THE_FILE_SAYS
    ) -> list[EmbeddedFace | None]:
        """As the networks do."""
        self.asked.append(self.is_open())
        return super().analyse_regions(path, regions, display)

    def analyse_or_error(self, path: Path, display: Display = AS_THE_FILE_SAYS) -> PhotoAnalysis | PhotoError:
        """As the networks do; for several photos it is asked in threads of its own, which nothing is noted of."""
        if threading.current_thread() is threading.main_thread():
            self.asked.append(self.is_open())
        return super().analyse_or_error(path, display)

    def analyse_many(
        self, paths: Iterable[Path], workers: int, displays: Mapping[Path, Display] = MappingProxyType({})
    ) -> Generator[tuple[Path, PhotoAnalysis | PhotoError], None, None]:
        """As the networks do."""
        looks = super().analyse_many(paths, workers, displays)
        while True:
            self.asked.append(self.is_open())
            try:
                yield next(looks)
            except StopIteration:
                return


@pytest.mark.slow
def test_nothing_is_looked_at_while_the_state_is_locked(library: SmallLibrary, session: Session) -> None:
    """Neither in a scan, nor while listening, nor in a rebuild from scratch does a transaction wait for networks."""
    with closing(sqlite3.connect(library.state / "state.db", timeout=0, isolation_level=None)) as another:

        def is_open() -> bool:
            try:
                another.execute("BEGIN IMMEDIATE")
                another.execute("ROLLBACK")
            except sqlite3.OperationalError:
                return True
            return False

        watched = WatchedAnalyzer(session.analyzer, is_open)
        session.__dict__["analyzer"] = watched
        photo = max(confirmed(session))
        name_a_corner(library, session, photo)
        synced_only(session)
        assert [False] == watched.asked
        list(rebuild_gallery(session, from_scratch=True))
        (library.root / "new.jpg").write_bytes(photo.read_bytes() + b"\0")
        finished(session)
    assert len(watched.asked) > 5
    assert not any(watched.asked)
    assert read_library(session).annotations
