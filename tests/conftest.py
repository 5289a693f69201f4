"""Where tests find real photos, libraries and models; without them such tests skip, but never in CI."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent


def _folder_or_skip(variable: str, beside_the_clone: str, what: str) -> Path:
    folder = Path(os.environ.get(variable) or REPOSITORY.parent / "shared" / beside_the_clone)
    if folder.is_dir():
        return folder
    reason = f"{what} are absent: {folder} is not a folder (set {variable})"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real photos and libraries (`data/...`)."""
    return _folder_or_skip("FACEDAEMON_SHARED", "", "the sample photos")


@pytest.fixture(scope="session")
def model_files() -> Path:
    """The folder with the networks' weights."""
    return _folder_or_skip("FACEDAEMON_MODELS", "models", "the models")


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
        yield socket
        process.terminate()
