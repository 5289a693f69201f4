"""The photos that a benchmark is given."""

import sys
from pathlib import Path


def existing_folder(text: str) -> Path:
    """A folder of a benchmark's command line; ends the benchmark with one line where it is not there."""
    path = Path(text)
    if not path.is_dir():
        print(f"{path}: there is no such folder; CONTRIBUTING.md tells which photos a benchmark needs", file=sys.stderr)
        raise SystemExit(2)
    return path
