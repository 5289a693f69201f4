"""Who owns a state, as others see it."""

import fcntl
import os
import subprocess
import threading
from pathlib import Path

import pytest

from facedaemon.store import Locked, StateLock
from facedaemon.store.lock import LOCK_NAME, holder
from tests.deadlines import TIMEOUT, joined


def test_the_owner_is_named_while_it_lives(tmp_path: Path) -> None:
    """Its number is known to others, and nobody owns the state after it."""
    lock = StateLock(tmp_path)
    found = holder(tmp_path)
    assert found is not None
    assert os.getpid() == found.process
    lock.release()
    assert holder(tmp_path) is None


def test_a_shorter_number_replaces_a_longer_one(tmp_path: Path) -> None:
    """Nothing of a former owner's number is left."""
    (tmp_path / LOCK_NAME).write_text("123456789012\n")
    lock = StateLock(tmp_path)
    assert f"{os.getpid()}\n" == (tmp_path / LOCK_NAME).read_text()
    lock.release()


@pytest.mark.parametrize("written", ["", "\n", "no number", "\0\0"])
def test_an_owner_that_has_not_written_its_number_is_unknown(tmp_path: Path, written: str) -> None:
    """Between taking the lock and writing there is a moment; the state is owned then, too."""
    (tmp_path / LOCK_NAME).write_text(written)
    with (tmp_path / LOCK_NAME).open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        found = holder(tmp_path)
        assert found is not None
        assert found.process is None
        with pytest.raises(Locked, match="process unknown"):
            StateLock(tmp_path)


def test_who_only_asks_for_the_owner_keeps_nobody_out(tmp_path: Path) -> None:
    """A `status` that a busy machine holds up has the lock for a second; the owner of before has ended."""
    ended = subprocess.Popen(["true"])
    ended.wait(TIMEOUT)
    (tmp_path / LOCK_NAME).write_text(f"{ended.pid}\n")
    with (tmp_path / LOCK_NAME).open("rb") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        over = threading.Timer(1, lambda: fcntl.flock(asking, fcntl.LOCK_UN))
        over.start()
        StateLock(tmp_path).release()
        joined(over)
