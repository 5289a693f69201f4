"""What is reported as written survives a power cut: contents, then the name, then the folder that holds the name."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from facedaemon.sidecar.replace import leftover
from tests.library.samples import mariadb_sample, sqlite_sample

CALLS = "fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,openat"

REPLACE = """
import sys
from pathlib import Path
from facedaemon.sidecar.replace import Edit, apply
path, before, after = Path(sys.argv[1]), *(None if word == "-" else word.encode() for word in sys.argv[2:])
apply(Edit(path, None, before, after))
"""
LEFTOVER = """
import sys
from pathlib import Path
from facedaemon.sidecar.replace import remove_leftover
assert remove_leftover(Path(sys.argv[1]), None)
"""
BACKUP = """
import sys
from pathlib import Path
from facedaemon.library import open_library
open_library(sys.argv[1]).backup(Path(sys.argv[2]))
"""


@pytest.fixture
def tmp_path(disk_path: Path) -> Path:
    """On the disk: what its file system does is part of what these tests try."""
    return disk_path


def _calls(strace: Path, folder: Path, script: str, *words: str) -> list[tuple[str, str]]:
    """The calls that change or secure something below `folder`, in order: their name, and the path as strace has it."""
    trace = folder.parent / "trace"
    command = [str(strace), "-f", "-y", "-s", "300", "-e", f"trace={CALLS}", "-o", str(trace)]
    done = subprocess.run([*command, sys.executable, "-c", script, *words], capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    found = []
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        call = re.match(r"\d+ +(\w+)\((.*)\) += (\d+)", line)
        if call is None or str(folder) not in line or (call[1] == "openat" and "O_CREAT" not in line):
            continue
        found.append((call[1], call[2]))
    return found


def _is_sync_of(call: tuple[str, str], path: Path) -> bool:
    return call[0] in {"fsync", "fdatasync"} and call[1].endswith(f"<{path}>")


def _names(call: tuple[str, str]) -> bool:
    """Whether the call gives a file its name, or takes one away."""
    return call[0].startswith(("rename", "link", "unlink"))


@pytest.mark.parametrize(("before", "after"), [("-", "new"), ("old", "new"), ("old", "-")])
def test_a_sidecars_name_is_secured_after_its_contents(strace: Path, tmp_path: Path, before: str, after: str) -> None:
    """Made, replaced and removed: first the new bytes, then the name, last the folder."""
    folder = tmp_path / "photos"
    folder.mkdir()
    sidecar = folder / "a.jpg.xmp"
    if before != "-":
        sidecar.write_text(before, encoding="utf-8")
    calls = _calls(strace, folder, REPLACE, str(sidecar), before, after)
    assert _is_sync_of(calls[-1], folder), calls
    assert any(_names(call) for call in calls)
    if after != "-":
        contents = next(number for number, call in enumerate(calls) if call[0] == "fsync")
        named = next(number for number, call in enumerate(calls) if _names(call))
        assert not _is_sync_of(calls[contents], folder)
        assert contents < named, calls


def test_what_a_crash_left_is_removed_for_good(strace: Path, tmp_path: Path) -> None:
    """The temporary file does not come back with the power."""
    folder = tmp_path / "photos"
    folder.mkdir()
    leftover(folder / "a.jpg.xmp").touch()
    calls = _calls(strace, folder, LEFTOVER, str(folder / "a.jpg.xmp"))
    assert ["unlinkat", "fsync"] == [name for name, _ in calls]
    assert _is_sync_of(calls[-1], folder)


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_backup_is_secured_before_anything_is_written(
    strace: Path, shared: Path, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    """Its bytes and its name are on the disk when `backup` returns, whichever database digiKam uses."""
    if kind == "sqlite":
        library = sqlite_sample(shared, tmp_path, 16)
    else:
        library = mariadb_sample(shared, request.getfixturevalue("mariadb_socket"), "durable", 16)
    folder = tmp_path / "state"
    folder.mkdir()
    calls = _calls(strace, folder, BACKUP, library.location, str(folder / "before.backup"))
    assert _is_sync_of(calls[-1], folder), calls
    assert any(call[0] == "fsync" and not _is_sync_of(call, folder) for call in calls)
