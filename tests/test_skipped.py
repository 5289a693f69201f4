"""Skipped tests are counted, and a failure where everything is there to run them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

TESTS = """import pytest
from tests.skipped import pytest_sessionfinish, pytest_terminal_summary
@pytest.mark.parametrize("reason", {reasons})
def test_one(reason: str) -> None:
    pytest.skip(reason)
def test_other(tmp_path: object) -> None:
    assert tmp_path is not None
"""


@pytest.mark.parametrize(
    ("reasons", "named", "status"),
    [
        (["no photos", "no photos", "no program"], True, 1),
        (["no photos", "no photos", "no program"], False, 0),
        (["this machine has no bfloat16"], True, 0),
    ],
)
@pytest.mark.parametrize("processes", ["0", pytest.param("1", marks=pytest.mark.slow)])
def test_skipped_tests_are_counted_in_one_line(
    tmp_path: Path, reasons: list[str], named: bool, status: int, processes: str
) -> None:
    """By reason; with the sample photos named, only what this machine cannot do at all may be skipped."""
    (tmp_path / "conftest.py").write_text(TESTS.splitlines()[1], encoding="utf-8")
    (tmp_path / "test_it.py").write_text(TESTS.format(reasons=reasons), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("FACEDAEMON_", "PYTEST_"))}
    environment |= {"PYTHONPATH": str(REPOSITORY), **({"FACEDAEMON_SHARED": "/anywhere"} if named else {})}
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", str(tmp_path), "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "--numprocesses", processes, str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert status == done.returncode, done.stdout
    (line,) = [line for line in done.stdout.splitlines() if "tests were skipped" in line]
    assert line.startswith(f"{len(reasons)} tests were skipped")
    assert all(reason in line for reason in reasons)
    assert ("none of them may be skipped" in done.stdout) == (status == 1)
