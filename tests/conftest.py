"""Where tests find real photos, libraries and models; without them such tests skip (tests/skipped.py)."""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from facedaemon.config import Config
from facedaemon.vision.models import locate, search_path, used_entries
from tests.deadlines import joined
from tests.markers import pytest_collection_modifyitems
from tests.skipped import pytest_sessionfinish, pytest_terminal_summary

__all__ = [
    "pytest_collection_modifyitems",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
]  # pytest looks for its hooks here

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture
def disk_path() -> Iterator[Path]:
    """A folder on the disk: that of `tmp_path` may lie in memory (`.ci/in-memory`)."""
    with tempfile.TemporaryDirectory(prefix="facedaemon-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real photos and libraries (`data/...`)."""
    named = os.environ.get("FACEDAEMON_SHARED")
    folder = Path(named or REPOSITORY.parent / "shared")
    if not folder.is_dir():
        absent = f"the sample photos are absent: {folder} is not a folder"
        pytest.fail(absent) if named else pytest.skip(f"{absent} (set FACEDAEMON_SHARED)")
    return folder


@pytest.fixture(scope="session")
def model_files() -> Path:
    """The folder with the networks' weights."""
    needed = [file for entry in used_entries(Config(), ()) for file in entry.files]
    folders = search_path(Config(), os.environ)
    for folder in folders:
        if all(locate(file, (folder,)) for file in needed):
            return folder
    absent = f"the networks are absent: none of {', '.join(map(str, folders))} has them"
    if os.environ.get("FACEDAEMON_MODELS"):
        pytest.fail(absent)
    pytest.skip(f"{absent} (facedaemon models install)")


@pytest.fixture(scope="session")
def other_recogniser(model_files: Path) -> Path:
    """A recogniser that no manifest knows, with an answer to a picture as SFace has it."""
    path = model_files / "mobilefacenet_128_sface_io.onnx"
    if not path.is_file():
        pytest.skip(f"a recogniser that nobody publishes is absent: {path.name}")
    return path


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is not None:
        return found
    reason = f"{name} is absent: install mariadb-server"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def mariadb_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A MariaDB server of our own: no network, no password, gone after the tests."""
    installer, server = _program("mariadb-install-db"), _program("mariadbd")
    folder = tmp_path_factory.mktemp("mariadb")
    data, socket = f"--datadir={folder / 'data'}", folder / "socket"
    user = ["--user=root"] if os.getuid() == 0 else []
    subprocess.run(
        [installer, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db", *user],
        check=True,
        capture_output=True,
    )
    options = [f"--socket={socket}", f"--pid-file={folder / 'pid'}", "--skip-networking", "--skip-log-bin"]
    small = [
        "--innodb-buffer-pool-size=16M",
        "--innodb-log-file-size=8M",
        "--innodb-flush-method=nosync",
        "--innodb-flush-log-at-trx-commit=0",
    ]
    with subprocess.Popen(
        [server, "--no-defaults", data, *options, *small, *user], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "ready for connections" in line:
                break
        else:
            pytest.fail(f"the MariaDB server does not start:\n{''.join(said)}")
        # read to the end: a server whose warnings nobody reads stops when the pipe is full
        rest = threading.Thread(target=said.extend, args=(process.stderr,), daemon=True, name="MariaDB's output")
        rest.start()
        yield socket
        process.terminate()
        joined(rest)
