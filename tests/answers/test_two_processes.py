"""The file of answers, kept open by one process while the same process and others open and close it."""

import subprocess
import sys
from pathlib import Path

import pytest

from facedaemon.answers import AnswerKind, AnswerLog, Saying

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
