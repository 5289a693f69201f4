"""What a distribution can run: without sample photos, models, portraits, browser, database server and network."""

import os
import re
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY
from tests.documents import blocks

DOCUMENT = REPOSITORY / "docs/packages.md"
CHOICE = re.search(r'-m "([^"]+)"', DOCUMENT.read_text(encoding="utf-8"))
FILES = (
    "tests/vision/test_face_analyzer.py",
    "tests/vision/test_fetch.py",
    "tests/library/test_snapshot.py",
    "tests/acceptance/test_two_people.py",
    "tests/acceptance/test_groups.py",
    "tests/test_names.py",
)
"""Some that need one of these, some that need none."""


def test_the_tests_that_a_distribution_chooses_need_nothing_that_it_has_not() -> None:
    """Where all of it is absent, which fails a test that asks for it, those that are left pass."""
    assert CHOICE is not None
    nowhere = dict.fromkeys(("FACEDAEMON_SHARED", "FACEDAEMON_MODELS", "FACEDAEMON_PORTRAITS"), "/nowhere")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", CHOICE[1], *FILES]
    environment = {**os.environ, **nowhere, "CI": "true"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, env=environment, check=False)
    assert 0 == done.returncode, done.stdout
    assert re.search(r"[1-9]\d* passed, [1-9]\d* deselected", done.stdout), done.stdout


def test_every_marker_is_described(pytestconfig: pytest.Config) -> None:
    """Those of the document are those of the configuration."""
    configured = {line.partition(":")[0] for line in pytestconfig.getini("markers")}
    described = set(re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))
    assert described
    assert described <= configured
    assert CHOICE is not None
    assert described == set(re.findall(r"not (\w+)", CHOICE[1]))
    assert any("pytest" in block.text for block in blocks(DOCUMENT))
