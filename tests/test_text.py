"""Whatever stands in a name, it is only shown: by a terminal, in JSON, on the desktop, by systemd."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from facedaemon import text
from facedaemon.errors import ExitCode, Fatal, PhotoError

HOSTILE = [
    "two\nlines",
    "return\rover",
    "tab\tand\x0bmore",
    "clear\x1b[2J\x1b]0;title\x07",
    "eight-bit\x9b31m",
    "nothing\x00more\x7f",
    "turned\u202egpj.exe",
    "isolated\u2066x\u2069",
    "paragraph\u2028\u2029",
    "no UTF-8 \udcff",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_terminal_shows_a_name_and_obeys_none_of_it(name: str) -> None:
    """A line stays one line of characters that are printed, and can be encoded."""
    shown = text.for_terminal(["first", f"photo {name}: fine"])
    assert 1 == shown.count("\n")
    assert all(c.isprintable() for c in shown.replace("\n", ""))
    assert shown.encode("utf-8").startswith(b"first\nphoto ")


@pytest.mark.parametrize("name", ["Zoë", "Ольга", "محمد", "नम\u200dस्ते", "👩\u200d👩\u200d👧", "a\\b", "日本\u3000語"])
def test_names_of_all_languages_stay_as_they_are(name: str) -> None:
    """Only what steers is replaced: joiners of letters and emoji are part of a name."""
    assert name == text.one_line(name)


@pytest.mark.parametrize("name", HOSTILE)
def test_json_keeps_the_value_and_steers_nothing(name: str) -> None:
    """A program reads the very name; a person who reads the JSON at a terminal is safe too."""
    shown = text.for_json(json.dumps({"photo": name}, ensure_ascii=False))
    assert {"photo": name} == json.loads(shown)
    assert all(c.isprintable() for c in shown)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_message_of_every_error_is_safe(name: str) -> None:
    """Errors are safe from the moment they are made, wherever they are shown; details are lines of their own."""
    assert 0 == str(PhotoError(Path(name), f"no {name}")).count("\n")
    shown = str(Fatal(f"{name}: wrong:", ExitCode.USAGE, [f"  one {name}", "  two"]))
    assert 2 == shown.count("\n")
    assert all(c.isprintable() for c in shown.replace("\n", ""))


def test_a_notice_holds_no_markup() -> None:
    """A person called <img src=...> is shown by these letters, and a name of a megabyte by its beginning."""
    shown = text.for_notification("<img src='x'/> & <b>b</b>\x1b\nsecond line")
    assert "&lt;img src='x'/&gt; &amp; &lt;b&gt;b&lt;/b&gt;\\x1b\nsecond line" == shown
    assert len(text.for_notification("<" * 1_000_000)) < 5 * text.NOTIFICATION_CHARACTERS


@pytest.mark.parametrize("name", [*HOSTILE, "a\rWATCHDOG=trigger", "a\nSTOPPING=1", "é" * 5000])
def test_a_status_is_one_assignment(name: str) -> None:
    """No character of a name begins another message to systemd, and none is too long for it."""
    shown = text.for_status(f"Looking at {name}")
    assert shown.isprintable()
    assert len(shown.encode("utf-8")) <= text.STATUS_BYTES


@pytest.mark.parametrize("name", ["a b", "100%n", 'quo"ted', "back\\slash", "new\nExecStartPre=touch", "re\rt", "t\tb"])
def test_a_word_of_a_unit_is_read_back_as_it_was(tmp_path: Path, name: str) -> None:
    """A word stays a word in its line: systemd reads the unit, and finds no other line in it."""
    unit = tmp_path / "one.service"
    lines = ["[Service]", f"ExecStart=/bin/true {text.for_unit(name)}", f"Environment={text.for_unit(f'X={name}')}"]
    unit.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert len(lines) == len(unit.read_text(encoding="utf-8").splitlines())
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is absent")
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert "" == done.stderr


def test_bytes_that_are_no_utf8_are_refused_for_a_unit() -> None:
    """A line with them would be ignored, and with it the config that was meant."""
    with pytest.raises(UnicodeEncodeError):
        text.for_unit("/photos/\udcff.yaml")


@pytest.mark.parametrize(
    ("number", "words", "shown"),
    [
        (0, ("answer",), "0 answers"),
        (1, ("answer",), "1 answer"),
        (2, ("answer",), "2 answers"),
        (1, ("person", "people"), "1 person"),
        (3, ("answer contradicts", "answers contradict"), "3 answers contradict"),
    ],
)
def test_a_number_agrees_with_what_it_counts(number: int, words: tuple[str, ...], shown: str) -> None:
    """One is singular, all other numbers are plural, zero too."""
    assert shown == text.counted(number, *words)
