"""Parts of a file."""

import os
from typing import BinaryIO

Span = tuple[int, int]
"""Where a part begins, and where it ends: the first byte after it. That may lie beyond the end of the file."""


def size_of(file: BinaryIO) -> int:
    """Bytes that the file has."""
    return file.seek(0, os.SEEK_END)
