"""`make` says what is missing before it installs anything, and hands folders over as they were written."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile, in which nothing is installed."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copyfile(REPOSITORY / name, tmp_path / name)
    return tmp_path


def _make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    # without what `make test` hands to those that it starts
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "PHOTOS"))}
    environment = {**kept, "HOME": str(folder / "home"), "LC_ALL": "C"}
    return subprocess.run(
        ["make", *words], capture_output=True, text=True, cwd=folder, env=environment, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "Say where your photos are"),
        (["scan", "PHOTOS="], "Say where your photos are"),
        (["run", "PHOTOS=/nowhere"], "/nowhere: there is no such folder"),
        (["run", "PHOTOS=~/nowhere"], "/home/nowhere: there is no such folder"),
        (["scan", "PHOTOS=/it's $HOME `x`"], "/it's $HOME `x`: there is no such folder"),
        (["bench-recognition", "FACES=/nowhere"], "/nowhere: is not there"),
        (["bench-verification", "FACES=/nowhere"], "/nowhere: is not there"),
        (["bench-quality", "FACES=/nowhere"], "/nowhere: is not there"),
        (["bench-detection", "GROUPS=/nowhere"], "/nowhere: is not there"),
        (["bench", "CAMERA=/nowhere"], "/nowhere: is not there"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_installed(checkout: Path, words: list[str], said: str) -> None:
    """One line, status 2, and no virtual environment."""
    done = _make(checkout, *words)
    first, *rest = done.stderr.splitlines()
    assert said in first
    assert ["make"] == [line.partition(":")[0] for line in rest]
    assert 2 == done.returncode
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("name", ["plain", "two words", "5$", "$HOME", "it's", 'a"b', "a;b"])
def test_a_folder_arrives_as_it_was_written(checkout: Path, name: str) -> None:
    """Whatever a shell or make would read into its name; `~` is the home, also where the shell left it."""
    program = checkout / "env" / "bin" / "facedaemon"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\n[ "$1" = models ] || printf "%s|" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    for file in ("bin/python", "installed"):
        (checkout / "env" / file).touch()
    photos = checkout / "home" / name
    photos.mkdir(parents=True)
    for written in (str(photos), f"~/{name}"):
        done = _make(checkout, "scan", "VENV=env", f"PHOTOS={written}")
        assert f"scan|--photos|{photos}|" == done.stdout, done.stderr


@pytest.mark.parametrize("module", ["recognition", "verification", "quality", "detection", "bench", "memory", "scale"])
def test_a_benchmark_looks_whether_its_photos_are_there(module: str) -> None:
    """Called by its module as well."""
    text = (REPOSITORY / "benchmarks" / f"{module}.py").read_text(encoding="utf-8")
    folders = [line for line in text.splitlines() if 'argument("--' in line and "Path" in line]
    assert [] == [line for line in folders if any(f'"--{n}"' in line for n in ("faces", "groups", "animals", "photos"))]
    assert "existing_folder" in text
