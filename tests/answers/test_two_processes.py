"""The file of answers, kept open by one process while the same process and others open and close it."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.answers import AnswerKind, AnswerLog, Saying, file_state

_COUNT = """
import sys
from pathlib import Path
from facedaemon.answers import AnswerLog
with AnswerLog.open(Path(sys.argv[1])) as log:
    print(len(log.all()))
"""


def _counted_elsewhere(folder: Path) -> int:
    """How many answers another process sees; it closes the file as its last user would."""
    done = subprocess.run([sys.executable, "-c", _COUNT, str(folder)], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_an_answer_is_not_lost_where_the_file_is_opened_twice(tmp_path: Path, mode: int) -> None:
    """What is written by a connection that stays open is seen by all, however often others come and go.

    A process that closes any descriptor of a file loses its locks on it (fcntl(2)); then another process would take
    itself for the last user of the database and remove the log that is being written.
    """
    with AnswerLog.open(tmp_path) as kept:
        kept.append([Saying(AnswerKind.HIDE, person="Anna")], 0.0)
        for number in range(2, 6):
            (tmp_path / "answers.db").chmod(mode)
            with AnswerLog.open(tmp_path) as other:
                other.all()
            assert number - 1 == _counted_elsewhere(tmp_path)
            kept.append([Saying(AnswerKind.HIDE, person=f"Anna {number}")], 0.0)
            assert number == _counted_elsewhere(tmp_path)
            assert number == len(kept.all())


def test_two_answers_at_one_time_of_the_clock_are_noticed(tmp_path: Path) -> None:
    """File times go in steps, and a log that SQLite begins again does not grow: a look a moment later differs."""
    wal = tmp_path / "answers.db-wal"
    with AnswerLog.open(tmp_path) as log:
        log.append([Saying(AnswerKind.HIDE, person=f"{number} {'Anna' * 50}") for number in range(50)], 0.0)
        with closing(sqlite3.connect(tmp_path / "answers.db")) as other:
            other.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        log.append([Saying(AnswerKind.HIDE, person="Bob")], 0.0)
        first, seen = wal.stat(), file_state(tmp_path)
        log.append([Saying(AnswerKind.HIDE, person="Carl")], 0.0)
        os.utime(wal, ns=(first.st_atime_ns, first.st_mtime_ns))
        os.utime(tmp_path / "answers.db", ns=(first.st_atime_ns, first.st_mtime_ns))
        assert first.st_size == wal.stat().st_size
        later = [file_state(tmp_path, lambda: first.st_mtime_ns + 10**9) for _ in range(2)]
    assert seen != later[0] == later[1]
