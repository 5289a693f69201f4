"""Real databases: a copy of a library that digiKam made, as an SQLite file and on a MariaDB server."""

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.library.samples import FILES, Sample, mariadb_sample, sqlite_sample

_numbers = itertools.count()


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


@pytest.fixture(params=FILES)
def version(request: pytest.FixtureRequest) -> int:
    """The version of digiKam's schema: that of 8.2 to 8.6, and that of 9.1."""
    chosen: int = request.param
    return chosen


@pytest.fixture
def sqlite_library(shared: Path, tmp_path: Path, version: int) -> Sample:
    """A fresh copy of the sample library as an SQLite file."""
    return sqlite_sample(shared, tmp_path, version)


@pytest.fixture
def mariadb_library(shared: Path, mariadb_socket: Path, version: int) -> Sample:
    """A fresh copy of the sample library on a MariaDB server."""
    return mariadb_sample(shared, mariadb_socket, f"digikam{next(_numbers)}", version)


@pytest.fixture(params=["sqlite_library", "mariadb_library"])
def sample(request: pytest.FixtureRequest, version: int) -> Sample:
    """A fresh copy of the sample library, in each schema and on each kind of database in turn."""
    assert version in FILES
    chosen: Sample = request.getfixturevalue(request.param)
    return chosen
