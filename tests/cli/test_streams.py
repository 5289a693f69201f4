"""Standard streams that are closed, full or left by their reader, and a user without a usual home."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TIMEOUT = 120.0
COMMANDS = ["init", "check", "scan", "faces x.jpg", "status", "--help"]
HARMLESS = [command for command in COMMANDS if command not in {"init", "install-service"}]
"""Those that write nothing into the home of whoever runs the tests."""


def _shell(line: str, folder: Path, **environment: str | None) -> subprocess.CompletedProcess[str]:
    """What a user types, with `facedaemon` in it, in a home of its own; a variable that is None is not set."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "NOTIFY_", "SUDO_"))}
    settings = {**kept, "HOME": str(folder / "home"), "FACEDAEMON": f"{sys.executable} -m facedaemon", **environment}
    return subprocess.run(
        ["bash", "-c", line.replace("facedaemon", "$FACEDAEMON", 1)],
        capture_output=True,
        text=True,
        env={key: value for key, value in settings.items() if value is not None},
        cwd=folder,
        timeout=TIMEOUT,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a home and one folder of photos, in which there is no photo."""
    (tmp_path / "home" / "Pictures").mkdir(parents=True)
    (tmp_path / "home" / "Pictures" / "note.txt").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("command", "closed"),
    [*((command, "<&- >&- 2>&-") for command in COMMANDS), ("scan", "2>&-"), ("check", ">&-")],
)
def test_a_closed_stream_is_no_error(folder: Path, command: str, closed: str) -> None:
    """The status is that of the same command with open streams, and there is no traceback."""
    expected = _shell(f"facedaemon {command}", folder)
    shutil.rmtree(folder / "home" / ".config", ignore_errors=True)  # what init and install-service would find
    shutil.rmtree(folder / "home" / ".local", ignore_errors=True)
    done = _shell(f"facedaemon {command} {closed}", folder)
    assert "Traceback" not in f"{expected.stderr}{done.stderr}{done.stdout}"
    assert expected.returncode == done.returncode


@pytest.mark.parametrize("command", ["check", "--help", "check --json", "init"])
def test_a_full_disk_behind_the_output_is_one_line(folder: Path, command: str) -> None:
    """What cannot be written is an error, reported once; with --json as an object."""
    done = _shell(f"facedaemon {command} > /dev/full", folder)
    (line,) = (line for line in done.stderr.splitlines() if "No space left" in line)
    error = "standard output cannot be written: No space left on device"
    assert line == (json.dumps({"error": error, "exit_code": 2}) if "--json" in command else f"facedaemon: {error}")
    assert 2 == done.returncode
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["check", "--help", "models list --json"])
def test_a_reader_who_goes_away_is_no_error(folder: Path, command: str) -> None:
    """`| head -1`, or a pager that is left, ends the command with status 0, without a word."""
    done = _shell(f"facedaemon {command} | true; echo ${{PIPESTATUS[0]}}", folder)
    assert ("0\n", "") == (done.stdout, done.stderr)


def test_a_reader_who_goes_away_from_what_is_said_on_the_side(folder: Path) -> None:
    """Whoever reads standard error may go: the result still comes, with the command's own status."""
    done = _shell("set -o pipefail; { facedaemon status -vv 2>&3 | cat; echo $?; } 3> >(exec true)", folder)
    assert done.stdout.endswith("0\n")
    assert "Nothing is known yet" in done.stdout


def test_no_file_takes_the_number_of_a_closed_stream(folder: Path) -> None:
    """A library that prints to standard output or error cannot print into the state."""
    done = _shell("facedaemon scan >&- 2>&-", folder)
    assert 0 == done.returncode or 3 == done.returncode
    state = folder / "home" / ".local" / "state" / "facedaemon" / "state.db"
    assert not state.exists() or state.read_bytes().startswith(b"SQLite format 3\0")


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
@pytest.mark.parametrize("option", ["", "--json"])
def test_a_terminal_of_another_encoding(folder: Path, encoding: str, option: str) -> None:
    """A name that it cannot show is spelled out; JSON stays JSON."""
    photos = folder / "home" / "Pictures" / "Ольга €"
    photos.mkdir()
    line = f"facedaemon check {option} --config config.yaml"
    (folder / "config.yaml").write_text(f"photos: {{roots: ['{photos}']}}\n", encoding="utf-8")
    done = _shell(f"{line} | iconv -f {encoding} -t utf-8", folder, PYTHONIOENCODING=encoding)
    assert "Traceback" not in done.stderr
    assert "iconv" not in done.stderr
    assert (r"\u041e" in done.stdout) == (encoding != "utf-8")


@pytest.fixture
def nobody() -> list[str]:
    """Words before a command that run it as a user whom the system does not know."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("this machine: only root can become another user")
    return ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"]


@pytest.mark.parametrize(
    ("command", "home"), [*((command, None) for command in HARMLESS), ("check", ""), ("check", "relative/home")]
)
def test_home_is_not_set(folder: Path, command: str, home: str | None) -> None:
    """The system's own entry for the user counts; nothing is made below the present folder."""
    state = str(folder / "state")
    done = _shell(f"facedaemon {command}", folder, HOME=home, XDG_STATE_HOME=state, XDG_CONFIG_HOME=state)
    assert "Traceback" not in done.stderr
    assert {"home", "state"} >= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_user_whom_the_system_does_not_know(nobody: list[str], command: str) -> None:
    """As in a container: what needs a home says so in one line, with what to do."""
    environment = {key: value for key, value in os.environ.items() if key not in {"HOME", "FACEDAEMON_MODELS"}}
    program = [*nobody, sys.executable, "-m", "facedaemon", *command.split()]
    done = subprocess.run(
        program, capture_output=True, text=True, env=environment, cwd="/", timeout=TIMEOUT, check=False
    )
    if ("Permission denied" in done.stderr and "site-packages" in done.stderr) or "No module named" in done.stderr:
        pytest.skip("this machine: another user cannot read the program")
    assert "Traceback" not in done.stderr
    assert done.returncode == 0 or done.stderr


@pytest.mark.parametrize("variable", ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"])
def test_a_relative_folder_is_ignored(folder: Path, variable: str) -> None:
    """As the XDG specification has it: no folder is made below wherever one happens to be."""
    for command in ("init", "models list", "scan", "status"):
        _shell(f"facedaemon {command}", folder, **{variable: "somewhere"})
    assert {"home"} == {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("variable", ["XDG_CONFIG_HOME", "XDG_STATE_HOME"])
@pytest.mark.parametrize("command", ["init", "scan", "status"])
def test_a_folder_that_cannot_be_made(folder: Path, variable: str, command: str) -> None:
    """What lies in the way is named in one line."""
    (folder / "file").touch()
    done = _shell(f"facedaemon {command}", folder, **{variable: str(folder / "file" / "x")})
    assert "Traceback" not in done.stderr
    if (command == "init") == (variable == "XDG_CONFIG_HOME"):
        assert str(folder / "file") in f"{done.stderr}{done.stdout}"
