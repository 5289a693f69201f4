"""Folders of a real disk are watched."""

from pathlib import Path

import pytest


@pytest.fixture
def tmp_path(disk_path: Path) -> Path:
    """On the disk: what its file system does is part of what these tests try."""
    return disk_path
