"""`make install` and `make uninstall`: what they put into a user's home, what they take away, and what they leave."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


@dataclass(frozen=True)
class User:
    """A home, a checkout whose environment is complete, and programs that this user has besides the system's."""

    home: Path
    checkout: Path
    programs: Path

    @property
    def command(self) -> Path:
        """What a shell finds as `facedaemon`."""
        return self.home / ".local/bin/facedaemon"

    @property
    def launcher(self) -> Path:
        """What the desktop's menu shows."""
        return self.home / ".local/share/applications/facedaemon-review.desktop"

    def make(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run make in the checkout; pipx is there only if a test made it."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "XDG_", "PIPX", "SUDO"))}
        path = f"{self.programs}:{self.checkout / 'system'}"
        all_of_it = {**kept, "HOME": str(self.home), "PATH": path, "LC_ALL": "C", **environment}
        return subprocess.run(
            ["make", *words],
            capture_output=True,
            text=True,
            cwd=self.checkout,
            env=all_of_it,
            timeout=60,
            check=False,
        )

    def pipx(self, script: str) -> None:
        """Give the user a pipx that does what the script does, and notes how it was called."""
        noted = f'echo "$@" >> {shlex.quote(str(self.home / "pipx called"))}\n'
        _program(self.programs / "pipx", noted + script)

    def files(self) -> set[str]:
        """Everything in the home."""
        return {path.relative_to(self.home).as_posix() for path in self.home.rglob("*") if not path.is_dir()}


def _program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture(params=["user", "my user's"])
def user(tmp_path: Path, request: pytest.FixtureRequest) -> User:
    """Without pipx, whatever this machine has; with a home whose name a shell might split."""
    user = User(tmp_path / request.param, tmp_path / "checkout", tmp_path / "programs")
    for folder in (user.home, user.checkout / ".venv/bin", user.checkout / "system", user.programs):
        folder.mkdir(parents=True)
    for name in ("make", "python3", "sh", "env", "sed", "mkdir", "touch", "ln", "rm"):
        found = shutil.which(name)
        assert found is not None
        (user.checkout / "system" / name).symlink_to(os.path.realpath(sys.executable if name == "python3" else found))
    for name in ("packaging", "share", "man"):
        shutil.copytree(REPOSITORY / name, user.checkout / name)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copyfile(REPOSITORY / name, user.checkout / name)
    _program(user.checkout / ".venv/bin/facedaemon", "echo it works")
    for name in ("bin/python", "installed"):
        (user.checkout / ".venv" / name).touch()
    return user


PIPX_WORKS = """
venv="$HOME/.local/share/pipx/venvs/facedaemon/bin"
case $1 in
install) mkdir -p "$venv" "$HOME/.local/bin"; touch "$venv/facedaemon"
         ln -s "$venv/facedaemon" "$HOME/.local/bin/facedaemon";;
uninstall) rm "$HOME/.local/bin/facedaemon";;
esac
"""


def test_without_pipx_the_command_is_a_link_and_goes_again(user: User) -> None:
    """It starts this checkout, the manual page and the launcher with it; twice is as once; nothing of it stays."""
    for _ in range(2):
        done = user.make("install")
        assert 0 == done.returncode, done.stderr
    assert f"{user.command} is a link to {user.checkout}/.venv/bin/facedaemon: keep this folder." in done.stdout
    assert f'export PATH="{user.command.parent}:$PATH"' in done.stdout
    assert "it works\n" == subprocess.run([user.command], capture_output=True, text=True, check=True).stdout
    assert (user.home / ".local/share/man/man1/facedaemon.1").exists()
    assert f'Exec="{user.command}" review\n' in user.launcher.read_text(encoding="utf-8")
    assert 0 == user.make("uninstall").returncode
    assert set() == user.files()
    again = user.make("uninstall")
    assert (2, True) == (again.returncode, "nothing to uninstall" in again.stderr)


def test_the_launcher_that_is_written_is_valid(user: User) -> None:
    """Also where the path of the home has spaces and quotes."""
    validator = shutil.which("desktop-file-validate")
    if validator is None:
        pytest.skip("desktop-file-validate is absent: install desktop-file-utils")
    user.make("install")
    done = subprocess.run([validator, user.launcher], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stdout + done.stderr)


def test_pipx_makes_the_command_where_it_is_there(user: User) -> None:
    """A link of before makes room for it; uninstalling is pipx's, too."""
    user.make("install")
    user.pipx(PIPX_WORKS)
    done = user.make("install")
    assert (0, True) == (done.returncode, "installed by pipx" in done.stdout), done.stderr
    assert 0 == user.make("uninstall").returncode
    install, uninstall = (user.home / "pipx called").read_text(encoding="utf-8").splitlines()
    assert install.startswith("install --force --python ")
    assert install.endswith(str(user.checkout))
    assert "uninstall facedaemon" == uninstall
    assert not user.command.exists()


@pytest.mark.parametrize("is_linked", [False, True])
def test_a_pipx_that_fails_leaves_the_link(user: User, is_linked: bool) -> None:
    """Without internet, or with a pipx that is broken, there is a command all the same, and the reason is shown."""
    if is_linked:
        user.make("install")
    user.pipx("echo 'No matching distribution' >&2; exit 1\n")
    done = user.make("install")
    assert 0 == done.returncode, done.stderr
    assert "pipx could not install it (No matching distribution); a link is made instead." in done.stdout
    assert user.command.is_symlink()


def test_the_link_can_be_chosen(user: User) -> None:
    """LINK=1 does not call pipx."""
    user.pipx(PIPX_WORKS)
    assert 0 == user.make("install", "LINK=1").returncode
    assert not (user.home / "pipx called").exists()
    assert str(user.checkout / ".venv/bin/facedaemon") == str(user.command.readlink())
    assert 0 == user.make("uninstall").returncode
    user.make("install")
    done = user.make("install", "LINK=1")  # what pipx keeps would stay behind
    assert (2, True) == (done.returncode, "'make uninstall' first" in done.stderr)


def _other_file(command: Path) -> None:
    command.write_text("mine", encoding="utf-8")


def _other_link(command: Path) -> None:
    command.symlink_to("/bin/true")


def _dangling_link(command: Path) -> None:
    command.symlink_to("/nowhere/.venv/bin/facedaemon")


@pytest.mark.parametrize("make_other", [_other_file, _other_link, _dangling_link])
@pytest.mark.parametrize("target", ["install", "uninstall"])
def test_what_is_not_ours_is_neither_replaced_nor_removed(
    user: User, make_other: Callable[[Path], None], target: str
) -> None:
    """A program of the same name, or the link of another checkout, stays as it is, and is named."""
    user.command.parent.mkdir(parents=True)
    make_other(user.command)
    before = user.command.lstat()
    done = user.make(target)
    assert (2, True) == (done.returncode, f"{user.command} is there" in done.stderr)
    after = user.command.lstat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert {".local/bin/facedaemon"} == user.files()


def test_a_service_is_not_left_without_its_program(user: User) -> None:
    """What pipx installed and the service starts is removed only after the service."""
    user.pipx(PIPX_WORKS)
    user.make("install")
    unit = user.home / ".config/systemd/user/facedaemon.service"
    unit.parent.mkdir(parents=True)
    unit.write_text(f"ExecStart={user.command.resolve()} run\n", encoding="utf-8")
    done = user.make("uninstall")
    assert (2, True) == (done.returncode, "facedaemon uninstall-service" in done.stderr)
    assert user.command.exists()
    unit.unlink()
    assert 0 == user.make("uninstall").returncode


def test_sudo_is_refused(user: User) -> None:
    """It would install into root's home, or leave root's files in the user's."""
    done = user.make("install", SUDO_USER="anna")
    assert (2, True) == (done.returncode, "without sudo" in done.stderr)
    assert set() == user.files()


def test_run_says_where_the_command_is(user: User) -> None:
    """Once `facedaemon` is in the PATH, nothing more is said."""
    photos = user.home / "Pictures"
    photos.mkdir()
    done = user.make("run", f"PHOTOS={photos}")
    assert f"{user.checkout}/.venv/bin/facedaemon; 'make install'" in done.stderr
    user.make("install")
    assert "" == user.make("run", f"PHOTOS={photos}", PATH=f"{user.command.parent}:{user.checkout / 'system'}").stderr


def test_a_setup_without_internet_says_how_to_do_it(user: User) -> None:
    """Pip's errors are followed by the two lines that bring the packages from another computer."""
    (user.checkout / ".venv/installed").unlink()
    _program(user.checkout / ".venv/bin/python", '[ "$1" = -c ] && echo 3.13 && exit; echo no route >&2; exit 1\n')
    done = user.make("setup")
    assert 2 == done.returncode
    assert "python3 -m pip wheel --wheel-dir wheels . hatchling editables" in done.stderr
    assert "and Python 3.13," in done.stderr
    assert not (user.checkout / ".venv/installed").exists()
