"""Places to work on, and the tools of others that judge what was written."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.acceptance.copied import copied
from tests.acceptance.place import Done, Place, put_database, small_library, whole_library
from tests.library.samples import on_server
from tests.made_once import made_once


def _tool(name: str, package: str) -> Path:
    found = shutil.which(name)
    if found is not None:
        return Path(found)
    reason = f"{name} is absent: apt-get install {package}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def exiftool() -> Path:
    """ExifTool, which has its own opinion of what is a sidecar."""
    return _tool("exiftool", "libimage-exiftool-perl")


@pytest.fixture(scope="session")
def strace() -> Path:
    """strace, which sees every system call."""
    return _tool("strace", "strace")


@pytest.fixture(scope="session")
def bubblewrap() -> Path:
    """bubblewrap, which gives a process its own view of files and network."""
    return _tool("bwrap", "bubblewrap")


@pytest.fixture
def place(shared: Path, model_files: Path, tmp_path: Path) -> Place:
    """A small library, never scanned."""
    return small_library(shared, model_files, tmp_path / "place")


@pytest.fixture
def empty_place(model_files: Path, tmp_path: Path) -> Place:
    """A place whose one folder holds no photo, never scanned; the daemon watches it at once."""
    place = Place(tmp_path / "place", model_files, {})
    place.photos.mkdir(parents=True)
    (place.photos / "note.txt").touch()
    place.configure(library={"digikam": {"database": "none"}})
    return place


@pytest.fixture(scope="session")
def analysed(shared: Path, model_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A small library that was scanned before anybody had a name. Tests take copies (`known_place`)."""

    def make(folder: Path) -> Place:
        place = small_library(shared, model_files, folder / "place")
        place.configure(library={"digikam": {"database": "none"}})
        summary = place.json("scan").summary
        assert (0, 0) == (summary["confirmed"]["read"], summary["sidecars"]["written"])
        place.configure()
        return place

    return made_once(tmp_path_factory, "analysed", make)


@pytest.fixture
def known_place(analysed: Place, tmp_path: Path) -> Place:
    """A small library whose faces are known and whose names are not: the next scan does all but look at the photos."""
    return copied(analysed, tmp_path / "place")


def _kind(param: tuple[int, bool]) -> str:
    return f"{param[0]}-{'mariadb' if param[1] else 'sqlite'}"


@dataclass(frozen=True)
class Scanned:
    """The sample library after its first scan, with what was there before. Read it, but change nothing."""

    place: Place
    first: Done
    database_before: bytes = field(repr=False)


@dataclass(frozen=True)
class EveryScanned(Scanned):
    """The same with any of digiKam's databases; `rows` gives all that stands in it, `rows_before` before the scan.

    `indexed` photos were to be analysed: all with the first database, none with the others.
    """

    indexed: int
    rows: Callable[[], object] = field(repr=False)
    rows_before: object = field(repr=False)


@pytest.fixture(scope="session", params=[(16, False), (17, False), (16, True), (17, True)], ids=_kind)
def every_scanned(
    request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> EveryScanned:
    """The sample library in schema 16 and 17, on SQLite and on a MariaDB server, each scanned once."""
    version, is_server = request.param
    if (version, is_server) == (16, False):
        whole: Scanned = request.getfixturevalue("scanned")
        read = whole.place.database.read_bytes
        photos = len(whole.place.truth)
        return EveryScanned(whole.place, whole.first, whole.database_before, photos, read, whole.database_before)
    place = copied(request.getfixturevalue("whole_analysed"), tmp_path_factory.mktemp("whole") / "place")
    put_database(shared, place, version)
    before = place.database.read_bytes()
    if not is_server:
        return EveryScanned(place, place.run("scan", "--json"), before, 0, place.database.read_bytes, before)
    socket = request.getfixturevalue("mariadb_socket")
    library = on_server(place.database, place.photos, socket, f"whole{version}", version)
    place.configure(library={"digikam": {"database": library.location}})
    rows = library.dump()
    return EveryScanned(place, place.run("scan", "--json"), before, 0, library.dump, rows)


@pytest.fixture(scope="session")
def whole_analysed(shared: Path, model_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The whole sample library, scanned before anybody had a name; for copies (`copied`)."""

    def make(folder: Path) -> Place:
        place = whole_library(shared, model_files, folder / "place")
        place.configure(library={"digikam": {"database": "none"}})
        place.json("scan")
        place.configure()
        return place

    return made_once(tmp_path_factory, "whole-analysed", make)


@pytest.fixture(scope="session")
def scanned(shared: Path, model_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """The whole sample library, scanned once. Only one test may scan it again; others read."""

    def make(folder: Path) -> Scanned:
        place = whole_library(shared, model_files, folder / "place")
        before = place.database.read_bytes()
        return Scanned(place, place.run("scan", "--json"), before)

    return made_once(tmp_path_factory, "whole", make)
