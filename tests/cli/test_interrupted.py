"""Ctrl+C and faults of facedaemon itself end a command with a status of their own, and never with half a message."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from facedaemon.errors import ExitCode
from tests.deadlines import TIMEOUT

pytestmark = pytest.mark.slow

# sends SIGINT to itself when the module is about to be loaded: no clock decides what Ctrl+C meets
_AT = """
import os, signal, sys

class AtImport:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, AtImport())
sys.argv = ["facedaemon", {command!r}, *{options!r}]
from facedaemon.__main__ import main
main()
"""


def _run(code: str, home: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=TIMEOUT, check=False
    )


@pytest.mark.parametrize("options", [[], ["--json"]])
@pytest.mark.parametrize(
    "module", ["facedaemon.cli", "typer", "facedaemon.errors", "facedaemon.pipeline", "facedaemon.config"]
)
def test_ctrl_c_while_a_command_starts(tmp_path: Path, module: str, options: list[str]) -> None:
    """Whichever module is being loaded, it ends with 130 and at most one line."""
    done = _run(_AT.format(module=module, command="status", options=options), tmp_path)
    assert ExitCode.INTERRUPTED == done.returncode
    assert ("", True) == (done.stdout, len(done.stderr.splitlines()) <= 1), done.stderr


def test_ctrl_c_that_a_shell_ignores_stays_ignored(tmp_path: Path) -> None:
    """A job in the background of a script ignores it, as the shell asked."""
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    done = _run(code + _AT.format(module="facedaemon.cli", command="status", options=[]), tmp_path)
    assert ExitCode.DONE == done.returncode, done.stderr


def test_a_fault_of_ours_has_its_own_status(tmp_path: Path) -> None:
    """The traceback is there for a report, then one line; with --json that line is an object."""
    # a module that cannot be loaded, as after half an update
    code = """
import sys
sys.modules["facedaemon.pipeline"] = None
sys.argv = ["facedaemon", "people", *{options!r}]
from facedaemon.__main__ import main
main()
"""
    for options, begin in ([], "facedaemon: an unexpected error"), (["--json"], '{"error": "an unexpected error'):
        done = _run(code.format(options=options), tmp_path)
        assert ExitCode.UNEXPECTED == done.returncode
        assert "Traceback" in done.stderr
        assert done.stderr.splitlines()[-1].startswith(begin)


def _is_reading(process: int) -> None:
    """Wait until it sleeps (proc(5)): a signal between the question and the read would be seen after the read only."""
    pause, until = Event(), time.monotonic() + TIMEOUT
    while Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "S":
        assert time.monotonic() < until, "it never reads the answer"
        pause.wait(0.01)


@pytest.mark.parametrize(("typed", "status"), [(b"\x03", ExitCode.INTERRUPTED), (b"\x04", ExitCode.USAGE)])
def test_a_question_without_an_answer(tmp_path: Path, typed: bytes, status: ExitCode) -> None:
    """Ctrl+C and the end of the input at a question are told apart from a result."""
    code = """
import sys, typer
from facedaemon import cli
cli.app.command("ask")(lambda: typer.confirm("Really?", err=True))
sys.argv = ["facedaemon", "ask"]
cli.main()
"""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "HOME": str(tmp_path)},
        preexec_fn=lambda: os.login_tty(theirs),  # noqa: PLW1509 - no threads here
    ) as asked:
        os.close(theirs)
        shown = b""
        while b"Really?" not in shown:
            shown += os.read(ours, 1000)
        _is_reading(asked.pid)
        os.write(ours, typed)
        assert status == asked.wait(TIMEOUT)
    os.close(ours)
