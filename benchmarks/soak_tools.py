"""What the soak tests share: places to work on, and what a process takes."""

import os
import shlex
import sqlite3
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.acceptance.place import Place, small_library


def shared() -> Path:
    """The folder with the sample library."""
    return Path(os.environ.get("FACEDAEMON_SHARED", "../shared")).resolve()


def models() -> Path:
    """The folder with the networks."""
    return Path(os.environ.get("FACEDAEMON_MODELS", shared() / "models"))


@contextmanager
def sample_library(people: int = 12, strangers: int = 30) -> Iterator[Place]:
    """A part of the sample library, never scanned."""
    with tempfile.TemporaryDirectory(prefix="facedaemon-soak-") as folder:
        yield small_library(shared(), models(), Path(folder), people, strangers)


@contextmanager
def empty_library() -> Iterator[Place]:
    """A place without photos and without digiKam."""
    with tempfile.TemporaryDirectory(prefix="facedaemon-soak-") as folder:
        place = Place(Path(folder), models(), {})
        place.photos.mkdir()
        place.configure(library={"digikam": {"database": "none"}})
        yield place


def tiny_jpeg(number: int) -> bytes:
    """A small picture of its own."""
    pixels = np.random.default_rng(number).integers(0, 255, (6, 6, 3), np.uint8)
    _, encoded = cv2.imencode(".jpg", cv2.resize(pixels, (48, 48)))
    return encoded.tobytes()


def _environment(unit: Path) -> dict[str, str]:
    lines = unit.read_text(encoding="utf-8").splitlines()
    received = (line.removeprefix("Environment=") for line in lines if line.startswith("Environment="))
    return dict(setting.split("=", 1) for settings in received for setting in shlex.split(settings))


UNIT = _environment(Path(__file__).parent.parent / "systemd" / "facedaemon.service")
"""The environment that the systemd unit sets."""


def rows(place: Place, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What the state answers."""
    with closing(sqlite3.connect(f"{place.state.as_uri()}/state.db?mode=ro", uri=True)) as database:
        return database.execute(statement, values).fetchall()


def processor_seconds(process: int) -> float:
    """User and system time so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    """Resident memory of the process and of its children, in MB; pages that they share count once."""
    return sum(memory_of_each(process))


def memory_of_each(process: int) -> list[float]:
    """That of the process, then of each child."""
    listed = {child for task in Path(f"/proc/{process}/task").glob("*/children") for child in _text(task).split()}
    return [_resident(process), *(_resident(int(child)) for child in listed)]


def descriptors(process: int) -> int:
    """How many files it has open."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def middle(values: list[float]) -> float:
    """The median."""
    return statistics.median(values)


def _resident(process: int) -> float:
    """Memory in MB; what several processes share counts for each by its part (proc_pid_smaps(5), "Pss")."""
    lines = _text(Path(f"/proc/{process}/smaps_rollup")).splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except OSError:
        return ""
