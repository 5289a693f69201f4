"""What `pipx install` gets."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from facedaemon.cli.shipped import shipped

REPOSITORY = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this source tree, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "from hatchling.build import build_wheel; import sys; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stderr
    return zipfile.ZipFile(folder / done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", ["config.example.yaml", "systemd/facedaemon.service", "systemd/facedaemon@.service"])
def test_the_wheel_holds_what_the_commands_write(wheel: zipfile.ZipFile, name: str) -> None:
    """`init` and `install-service` find their templates in an installation as in the source tree."""
    assert shipped(name).read_bytes() == wheel.read(f"facedaemon/share/{name}")


def test_the_wheel_holds_every_migration_and_the_manifest(wheel: zipfile.ZipFile) -> None:
    """Files that are not Python, but without which nothing works, are installed too."""
    package = REPOSITORY / "facedaemon"
    needed = [*package.rglob("*.sql"), *package.rglob("*.toml")]
    assert {"001.sql", "manifest.toml"} <= {path.name for path in needed}
    assert {path.relative_to(REPOSITORY).as_posix() for path in needed} <= set(wheel.namelist())


def test_the_manual_page_is_installed(wheel: zipfile.ZipFile) -> None:
    """`man facedaemon` works after `pipx install`, which links share/man."""
    assert any(name.endswith(".data/data/share/man/man1/facedaemon.1") for name in wheel.namelist())


def test_the_wheel_holds_no_weights_and_no_tests(wheel: zipfile.ZipFile) -> None:
    """Only the program: the networks are fetched by it, with their own licences."""
    assert [] == [name for name in wheel.namelist() if name.endswith((".onnx", ".bin")) or "tests/" in name]
    assert sum(info.compress_size for info in wheel.infolist()) < 1_000_000
