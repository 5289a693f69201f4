"""Real databases: a copy of a library that digiKam made, as an SQLite file and on a MariaDB server."""

import itertools
from pathlib import Path

import pytest

from tests.library.samples import FILES, Sample, mariadb_sample, sqlite_sample

_numbers = itertools.count()


@pytest.fixture(params=FILES)
def version(request: pytest.FixtureRequest) -> int:
    """The version of digiKam's schema: that of 8.2 to 8.6, and that of 9.1."""
    chosen: int = request.param
    return chosen


@pytest.fixture
def sqlite_library(shared: Path, tmp_path: Path, version: int) -> Sample:
    """A fresh copy of the sample library as an SQLite file."""
    return sqlite_sample(shared, tmp_path, version)


@pytest.fixture
def mariadb_library(shared: Path, mariadb_socket: Path, version: int) -> Sample:
    """A fresh copy of the sample library on a MariaDB server."""
    return mariadb_sample(shared, mariadb_socket, f"digikam{next(_numbers)}", version)


@pytest.fixture(params=["sqlite_library", "mariadb_library"])
def sample(request: pytest.FixtureRequest, version: int) -> Sample:
    """A fresh copy of the sample library, in each schema and on each kind of database in turn."""
    assert version in FILES
    chosen: Sample = request.getfixturevalue(request.param)
    return chosen
