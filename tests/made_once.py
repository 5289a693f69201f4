"""What takes long to make is made by one of the processes that run tests, for all of them."""

import fcntl
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from tests.deadlines import within

Made = TypeVar("Made")

LONGEST = 800.0  # seconds; the test that makes it is ended after 900


def made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """What `make` gives for a folder of its own; made by the first process of this run that asks, the others wait.

    It is handed over by pickle: values that name files below the folder, which nobody may change.
    """
    base = folders.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    kept = base / f"{name}.pickle"
    with (base / f"{name}.lock").open("w") as lock:
        within(lambda: fcntl.flock(lock, fcntl.LOCK_EX), f"{name}, which another process is making", LONGEST)
        if not kept.exists():
            shutil.rmtree(base / name, ignore_errors=True)  # of one that failed
            (base / name).mkdir()
            kept.write_bytes(pickle.dumps(make(base / name)))
        made: Made = pickle.loads(kept.read_bytes())
    return made
