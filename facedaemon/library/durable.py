"""What must be on the disk before digiKam's database is written to."""

import os
from pathlib import Path


def secure_names(folder: Path) -> None:
    """The names of the files in `folder` survive a power cut. Raises OSError."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
