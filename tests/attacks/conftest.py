"""Two people who share a folder: Anna, whose facedaemon it is, and Bert, who attacks."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.library.samples import Sample, sqlite_sample


@dataclass(frozen=True)
class User:
    """Somebody with a number; within `acting` this process does what he may do."""

    number: int

    @contextmanager
    def acting(self) -> Iterator[None]:
        """The process has his user and group, and no other group."""
        groups = os.getgroups()
        os.setgroups([])
        os.setegid(self.number)
        os.seteuid(self.number)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(0)
            os.setgroups(groups)


@pytest.fixture
def anna() -> User:
    """The victim."""
    return _user(40001)


@pytest.fixture
def bert() -> User:
    """The neighbour."""
    return _user(40002)


def _user(number: int) -> User:
    if os.geteuid() != 0:
        pytest.skip("this machine: only root can act as two users")
    return User(number)


@pytest.fixture
def commons(anna: User) -> Iterator[Path]:
    """A folder of Anna's in which everybody may write."""
    folder = Path(tempfile.mkdtemp(prefix="commons-"))
    os.chown(folder, anna.number, anna.number)
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(anna: User) -> Iterator[Path]:
    """A folder of Anna's that nobody else can look into."""
    folder = Path(tempfile.mkdtemp(prefix="home-"))
    os.chown(folder, anna.number, anna.number)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def common_library(shared: Path, commons: Path, anna: User) -> Sample:
    """Anna's digiKam database in the shared folder, readable by all, writable by her."""
    sample = sqlite_sample(shared, commons)
    os.chown(sample.location, anna.number, anna.number)
    Path(sample.location).chmod(0o644)
    return sample
