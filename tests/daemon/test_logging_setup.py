"""The log as journald and people get it."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from facedaemon.daemon.logging_setup import REPEAT_SECONDS, JournalFormatter, OncePerCause, leads_to_journal, set_up
from facedaemon.errors import ExitCode, Fatal


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The root logger, put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def _record(message: str, level: int = logging.WARNING, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("test", level, __file__, 1, message, arguments, None)


def test_every_line_has_its_level() -> None:
    """The problems of a config, and the lines of a traceback, have each the level of their message."""
    error = Fatal("config.yaml has 1 problem:", ExitCode.USAGE, ["  line 2: x"])
    record = _record("kept: %s", logging.ERROR, error)
    assert "<3>kept: config.yaml has 1 problem:\n<3>  line 2: x" == JournalFormatter().format(record)
    record.exc_info = (ValueError, ValueError("one\ntwo"), None)
    assert JournalFormatter().format(record).endswith("\n<3>  ValueError: one\n<3>  two")


def test_a_name_begins_no_line_of_the_log() -> None:
    """A photo's name that holds newlines and escape sequences stays one line, and steers no terminal."""
    name = Path("/photos/a\n<2>kernel: down\r\x1b[2Jb\udcff.jpg")
    shown = JournalFormatter().format(_record("%s: %d of %s", logging.WARNING, name, 3, {"x": "\u202e\x9b"}))
    assert r"<4>/photos/a\n<2>kernel: down\r\x1b[2Jb\xff.jpg: 3 of {'x': '\u202e\x9b'}" == shown
    assert r"<4>a\nb" == JournalFormatter().format(_record("a\nb"))


def test_the_same_message_is_logged_once_an_hour() -> None:
    """A cause that stays is not repeated; another one is reported at once."""
    times = iter([0.0, 1.0, 2.0, REPEAT_SECONDS])
    once = OncePerCause(times.__next__)
    assert [True, False, True, True] == [once.filter(_record(text)) for text in ("away", "away", "full", "away")]


def test_another_mistake_in_the_same_place_is_news() -> None:
    """Two exceptions under the same message are two causes."""
    once = OncePerCause(lambda: 0.0)
    records = [_record("a job failed", logging.ERROR) for _ in range(3)]
    for record, error in zip(records, (ValueError("one"), ValueError("two"), ValueError("one")), strict=True):
        record.exc_info = (type(error), error, None)
    assert [True, True, False] == [once.filter(record) for record in records]


def test_what_is_remembered_is_bounded() -> None:
    """Ten thousand different messages leave no more in memory than the newest."""
    once = OncePerCause(lambda: 0.0, remembered=10)
    for number in range(10_000):
        once.filter(_record(str(number)))
    assert [False, True] == [once.filter(_record("9999")), once.filter(_record("0"))]


def test_a_redirected_stream_is_no_journal(tmp_path: Path) -> None:
    """Only the very stream that systemd named gets prefixes."""
    with (tmp_path / "log").open("w") as stream, (tmp_path / "other").open("w") as other:
        seen = os.fstat(stream.fileno())
        environment = {"JOURNAL_STREAM": f"{seen.st_dev}:{seen.st_ino}"}
        assert [True, False] == [leads_to_journal(stream, environment), leads_to_journal(other, environment)]


def test_the_journal_gets_prefixes_and_news(tmp_path: Path, root_logger: logging.Logger) -> None:
    """Under journald INFO is let through and every line begins with its level."""
    with (tmp_path / "log").open("w") as stream:
        seen = os.fstat(stream.fileno())
        set_up(stream, {"JOURNAL_STREAM": f"{seen.st_dev}:{seen.st_ino}"})
        root_logger.info("hello")
    assert "<6>hello\n" == (tmp_path / "log").read_text(encoding="utf-8")
