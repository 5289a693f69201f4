"""A small real library: photos of the sample, the real networks, a state of its own."""

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from facedaemon.config import Config, load
from facedaemon.pipeline.one_pass import Steps
from facedaemon.pipeline.reports import ScanReport
from facedaemon.pipeline.scan import scan_photos
from facedaemon.pipeline.session import Session, open_session
from facedaemon.vision import FaceAnalyzer, find_models
from tests.made_once import made_once

PEOPLE = ("Gray Davis", "Hamid Karzai", "Jack Straw", "Tom Daschle")


@dataclass(frozen=True)
class SmallLibrary:
    """Photos of four people below `root`, digiKam's database beside it."""

    root: Path
    database: Path
    state: Path

    def session(self, *, write_suggestions: bool = False, policy: str = "suggest") -> Session:
        """A session on this library; the caller closes it."""
        settings = {
            "photos": {"roots": [str(self.root)]},
            "library": {"digikam": {"database": str(self.database), "write_suggestions": write_suggestions}},
            "sidecar": {"policy": policy},
            "state_directory": str(self.state),
        }
        return open_session(load(self.state.parent / "empty.yaml", settings), home=self.state.parent)


@pytest.fixture(scope="session")
def model_files(model_files: Path) -> Iterator[Path]:
    """The same; the networks stay loaded, as in a daemon at work, and all sessions of this process share them."""
    analyzer = FaceAnalyzer.open(find_models(Config(), {"FACEDAEMON_MODELS": str(model_files)}))
    yield model_files
    del analyzer


@pytest.fixture(scope="session")
def scanned_once(shared: Path, model_files: Path, tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """The small library after its first scan; tests take copies (`library`)."""
    assert model_files.is_dir()
    return made_once(tmp_path_factory, "small", lambda folder: _scanned(shared, folder))


def _scanned(shared: Path, folder: Path) -> SmallLibrary:
    small = SmallLibrary(folder / "photos", folder / "digikam4.db", folder / "state")
    (folder / "empty.yaml").write_text("")
    source = shared / "data/library"
    shutil.copyfile(source / "digikam4.db", small.database)
    with sqlite3.connect(small.database) as connection:
        connection.execute("UPDATE AlbumRoots SET identifier = replace(identifier, '/library', ?)", (str(small.root),))
        names = connection.execute(
            "SELECT DISTINCT Albums.relativePath || '/' || Images.name FROM Images"
            " JOIN Albums ON Albums.id = Images.album JOIN ImageTags ON ImageTags.imageid = Images.id"
            f" JOIN Tags ON Tags.id = ImageTags.tagid WHERE Tags.name IN ({', '.join('?' * len(PEOPLE))}) ORDER BY 1",
            PEOPLE,
        ).fetchall()
    connection.close()
    for (name,) in names:
        target = small.root / name.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / "photos" / name.lstrip("/"), target)
    session = small.session()
    finished(session)
    session.close()
    return small


@pytest.fixture
def library(scanned_once: SmallLibrary, tmp_path: Path) -> SmallLibrary:
    """A copy of the scanned library that a test may change; the photos keep their times, and are known by them."""
    for name in ("photos", "state"):
        shutil.copytree(scanned_once.root.parent / name, tmp_path / name, copy_function=shutil.copy2)
    shutil.copyfile(scanned_once.database, tmp_path / "digikam4.db")
    (tmp_path / "empty.yaml").write_text("")
    copied = SmallLibrary(tmp_path / "photos", tmp_path / "digikam4.db", tmp_path / "state")
    _rename_roots(scanned_once.root, copied)
    return copied


@pytest.fixture
def session(library: SmallLibrary) -> Iterator[Session]:
    """A session on the copy, nothing left to do."""
    opened = library.session()
    finished(opened)
    yield opened
    opened.close()


def finished(session: Session, paths: list[Path] | None = None) -> ScanReport:
    """A scan, run to its end."""
    return drained(scan_photos(session, paths))


def drained(steps: Steps) -> ScanReport:
    """The report of a pass, run to its end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            report = end.value
            assert isinstance(report, ScanReport)
            return report


def _rename_roots(before: Path, library: SmallLibrary) -> None:
    """The copy lies elsewhere: its paths in the database and in the state follow, as if it had been scanned there."""
    with sqlite3.connect(library.database) as connection:
        connection.execute(
            "UPDATE AlbumRoots SET identifier = replace(identifier, ?, ?)", (str(before), str(library.root))
        )
    connection.close()
    with sqlite3.connect(library.state / "state.db") as connection:
        for photo, path in connection.execute("SELECT id, path FROM photo").fetchall():
            moved = library.root / Path(path.decode()).relative_to(before)
            seen = moved.stat()
            connection.execute(
                "UPDATE photo SET path = ?, inode = ?, mtime_ns = ?, ctime_ns = ? WHERE id = ?",
                (str(moved).encode(), seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns, photo),
            )
        connection.execute("DELETE FROM ledger")
    connection.close()


def image_of(connection: sqlite3.Connection, library: SmallLibrary, photo: Path) -> int:
    """The number that digiKam gave to a photo."""
    question = (
        "SELECT Images.id FROM Images JOIN Albums ON Albums.id = Images.album"
        " WHERE Albums.relativePath || '/' || Images.name = ?"
    )
    return int(connection.execute(question, (f"/{photo.relative_to(library.root)}",)).fetchone()[0])
