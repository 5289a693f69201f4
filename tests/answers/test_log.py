"""The file of answers: only added to, by several processes, kept whatever happens."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from facedaemon.answers import AnswerKind, AnswerLog, FacePlace, NotAnAnswer, Saying, from_line, to_line
from facedaemon.answers.answer_file import FILE_NAME, looked_at, migrations
from facedaemon.answers.log import readable
from facedaemon.errors import ExitCode, Fatal
from facedaemon.values import Region
from tests.deadlines import TIMEOUT

PLACE = FacePlace("c0ffee", Path(os.fsdecode(b"/photos/\xff.jpg")), Region(0.1, 0.2, 0.3, 0.25), 6, "m", b"\0\x3c")
ANNA = Saying(AnswerKind.CONFIRM, PLACE, "Anna")

APPENDER = """
import sys
from pathlib import Path
from facedaemon.answers import AnswerKind, AnswerLog, Saying
for number in range(int(sys.argv[3])):
    with AnswerLog.open(Path(sys.argv[1])) as log:
        log.append([Saying(AnswerKind.HIDE, person=f"{sys.argv[2]} {number}")], 0.0)
    print(number, flush=True)
"""


def _filled(folder: Path, count: int = 3) -> Path:
    with AnswerLog.open(folder) as log:
        log.append([replace(ANNA, person=f"Person {n}") for n in range(count)], 1.5)
    return folder / FILE_NAME


def test_an_answer_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Path bytes, region, vector, names and the moment come back; the number grows by one."""
    with AnswerLog.open(tmp_path) as log:
        first, second = log.append([ANNA, Saying(AnswerKind.UNSAY, takes_back="x")], 1.5)
    with AnswerLog.open(tmp_path) as log:
        assert [first, second] == log.all()
        assert looked_at(tmp_path) == (2, None)
    assert (first.saying, first.moment) == (ANNA, "1970-01-01T00:00:01.500+00:00")
    assert (second.number, second.command) == (first.number + 1, first.command)


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """The folder has mode 0700, everything in it 0600, whatever the umask."""
    former = os.umask(0)
    try:
        with AnswerLog.open(tmp_path / "state") as log:
            log.append([ANNA], 0.0)
            modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
    finally:
        os.umask(former)
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


@pytest.mark.parametrize("statement", ["DELETE FROM answer", "UPDATE answer SET person = 'Bob'"])
def test_nothing_is_ever_changed(tmp_path: Path, statement: str) -> None:
    """SQLite itself refuses to change or delete an answer."""
    with closing(sqlite3.connect(_filled(tmp_path))) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)


def test_four_processes_append_at_once_and_one_is_killed(tmp_path: Path) -> None:
    """What a process reported as written is there once, in one order without gaps; nothing else harms it."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", APPENDER, str(tmp_path), name, "1000" if name == "killed" else "15"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b", "c", "killed")
    ]
    written: dict[str, int] = {}
    killed = processes[3]
    assert killed.stdout is not None
    for line in killed.stdout:
        if int(line) == 4:
            killed.kill()
            break
    for name, process in zip(("a", "b", "c", "killed"), processes, strict=True):
        written[name] = len(process.communicate(timeout=TIMEOUT)[0].splitlines()) + 5 * (process is killed)
    with AnswerLog.open(tmp_path) as log:
        answers = log.all()
    names = [answer.saying.person for answer in answers]
    assert len(names) == len(set(names))
    assert {f"{name} {n}" for name in written for n in range(written[name])} <= set(names)
    assert [answer.number for answer in answers] == list(range(1, len(answers) + 1))


def test_a_damaged_file_is_named_kept_and_never_replaced(tmp_path: Path) -> None:
    """The error names the file and the way out; its bytes are as they were, and a copy is made once."""
    path = _filled(tmp_path, 400)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 & ~4095
    data[middle : middle + 4096 * 4] = os.urandom(4096 * 4)
    path.write_bytes(data)
    for _ in range(2):
        with pytest.raises(Fatal, match=r"answers\.db.*damaged.*answers export") as raised:
            AnswerLog.open(tmp_path).all()
        assert raised.value.exit_code == ExitCode.USAGE
    assert path.read_bytes() == data
    assert looked_at(tmp_path)[1] is not None
    assert (tmp_path / "answers.db.damaged").read_bytes() == data
    assert 100 < len(readable(path)) < 400


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    """Whatever somebody put there is neither replaced nor emptied."""
    (tmp_path / FILE_NAME).write_text("my notes\n" * 200)
    with pytest.raises(Fatal, match="answers"):
        AnswerLog.open(tmp_path)
    assert (tmp_path / FILE_NAME).read_text() == "my notes\n" * 200


def test_a_newer_file_is_refused_and_not_changed(tmp_path: Path) -> None:
    """A file of a newer facedaemon is left to it."""
    path = _filled(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(Fatal, match="update facedaemon"):
        AnswerLog.open(tmp_path)


def test_an_older_file_is_copied_before_it_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy holds the answers in the older form."""
    path = _filled(tmp_path)
    newer = [*migrations(), "ALTER TABLE answer ADD COLUMN note TEXT;"]
    monkeypatch.setattr("facedaemon.answers.answer_file.migrations", lambda: newer)
    with AnswerLog.open(tmp_path) as log:
        assert len(log.all()) == 3
    with closing(sqlite3.connect(path.with_suffix(f".v{len(newer) - 1}.backup"))) as copy:
        assert copy.execute("SELECT count(*) FROM answer").fetchone() == (3,)


def test_importing_twice_doubles_nothing(tmp_path: Path) -> None:
    """Lines that are here already are known; on another computer all are new, with their own order."""
    _filled(tmp_path / "here")
    with AnswerLog.open(tmp_path / "here") as here, AnswerLog.open(tmp_path / "there") as there:
        there.append([ANNA], 0.0)
        lines = [to_line(answer) for answer in here.all()]
        assert here.add(map(from_line, lines)).known == 3
        assert (there.add(map(from_line, lines)).new, there.add(map(from_line, lines)).new) == (3, 0)
        assert here.all() == there.all()[1:]
        assert there.append([ANNA], 0.0)[0].number == 4


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"confirm"', '"bless"'),
        ('"x": 0.1', '"x": NaN'),
        ('"x": 0.1', '"x": "left"'),
        ('"w": 0.3', '"w": 0'),
        ('"number": 1', '"number": -1'),
        ('"number": 1', '"number": 9223372036854775807'),
        ('"orientation": 6', '"orientation": 9'),
        ('"vector": "ADw="', '"vector": "ADw"'),
        ('"person": "Anna"', '"person": "\\u200b"'),
        ('"moment": "1970', '"moment": "about 1970'),
        ('"face"', '"nose"'),
        ("{", "["),
    ],
)
def test_a_line_that_is_no_answer_is_refused(tmp_path: Path, was: str, becomes: str) -> None:
    """What was spoiled on the way is not written down; the reason is given."""
    with AnswerLog.open(tmp_path) as log:
        line = to_line(log.append([ANNA], 0.0)[0])
    assert was in line
    with pytest.raises(NotAnAnswer):
        from_line(line.replace(was, becomes, 1))


@pytest.mark.parametrize("born", ["2015-05-17", "2015-05", "2015", None])
def test_a_birth_date_survives_export_and_import(tmp_path: Path, born: str | None) -> None:
    """As it was given, also that none is known any more."""
    with AnswerLog.open(tmp_path) as log:
        (answer,) = log.append([Saying(AnswerKind.BORN, person="Anna", born=born)], 0.0)
        assert (answer, answer) == (from_line(to_line(answer)), log.all()[0])


@pytest.mark.parametrize("born", ["2015-02-30", "20150517", "May 2015", ""])
def test_what_is_no_birth_date_is_refused(tmp_path: Path, born: str) -> None:
    """Of a line that was spoiled, or comes from another program."""
    with AnswerLog.open(tmp_path) as log:
        line = to_line(log.append([Saying(AnswerKind.BORN, person="Anna", born="2015")], 0.0)[0])
    with pytest.raises(NotAnAnswer):
        from_line(line.replace('"2015"', f'"{born}"'))
