"""States to work on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from facedaemon.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A fresh state."""
    opened = Store.open(tmp_path)
    yield opened
    opened.close()
