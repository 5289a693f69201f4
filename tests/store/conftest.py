"""States to work on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from facedaemon.store import Store


@pytest.fixture
def tmp_path(disk_path: Path) -> Path:
    """On the disk: what its file system does is part of what these tests try."""
    return disk_path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A fresh state."""
    opened = Store.open(tmp_path)
    yield opened
    opened.close()
