"""A library of portraits that was scanned, and servers over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.copied import copied
from tests.acceptance.place import Place
from tests.made_once import made_once
from tests.portrait_place import named_portraits, portraits_folder
from tests.review.served import Client, Served, served


@pytest.fixture(scope="session")
def scanned(model_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two people, seven photos of each named, five suggested; never changed. Tests take copies of it (`place`)."""
    pictures = portraits_folder()

    def make(folder: Path) -> Place:
        place = named_portraits(pictures, model_files, folder / "place")
        assert place.json("scan").summary["photos"]["failed"] == 0
        return place

    return made_once(tmp_path_factory, "review-portraits", make)


@pytest.fixture
def place(scanned: Place, tmp_path: Path) -> Place:
    """A scanned place that a test may change."""
    return copied(scanned, tmp_path / "place")


@pytest.fixture(scope="module")
def looked_at(scanned: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over a place that no test changes; its link lets in one: `visitor`, or a browser."""
    place = copied(scanned, tmp_path_factory.mktemp("looked-at") / "place")
    with served(place) as running:
        yield running


@pytest.fixture(scope="module")
def visitor(looked_at: Served) -> Client:
    """A signed-in client that only looks."""
    return looked_at.client()


@pytest.fixture(scope="module")
def attacked(scanned: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that is attacked again and again."""
    place = copied(scanned, tmp_path_factory.mktemp("attacked") / "place")
    with served(place) as running:
        yield running


@pytest.fixture(scope="module")
def insider(attacked: Served) -> Client:
    """The browser of its user."""
    return attacked.client()


@pytest.fixture
def running(place: Place) -> Iterator[Served]:
    """A server over a place of its own."""
    with served(place) as server:
        yield server


@pytest.fixture
def client(running: Served) -> Client:
    """A signed-in client of it, which may answer."""
    return running.client()
