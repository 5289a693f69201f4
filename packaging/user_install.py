"""`make install` and `make uninstall`: the command `facedaemon` for the user who calls them.

pipx makes it where pipx is there and works; otherwise it is a link to the virtual environment of this checkout.
Nothing is replaced or removed that was not put there by one of these ways.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
LAUNCHER = Path("applications/facedaemon-review.desktop")
ICON = Path("icons/hicolor/scalable/apps/facedaemon.svg")


class Refused(Exception):
    """Nothing was changed; says why, and what to do."""


@dataclass(frozen=True)
class Places:
    """The files that belong to the command of one user."""

    command: Path
    man_page: Path
    share: Path
    unit: Path
    venv: Path

    @classmethod
    def of(cls, venv: Path, environ: Mapping[str, str]) -> "Places":
        """Where they are for the user with this environment."""
        home = Path(environ.get("HOME") or Path.home())
        share = Path(environ.get("XDG_DATA_HOME") or home / ".local/share")
        config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
        programs = Path(environ.get("PIPX_BIN_DIR") or home / ".local/bin")
        return cls(
            programs / "facedaemon",
            home / ".local/share/man/man1/facedaemon.1",
            share,
            config / "systemd/user/facedaemon.service",
            Path(os.path.abspath(venv)),
        )

    def is_our_link(self) -> bool:
        """Whether the command is the link to this checkout's virtual environment."""
        return self.command.is_symlink() and self.command.readlink() == self.venv / "bin/facedaemon"

    def is_pipx(self) -> bool:
        """Whether pipx made the command."""
        return {"venvs", "facedaemon"} <= set(self.command.resolve().parts)

    def is_taken(self) -> bool:
        """Whether something else has the command's name."""
        is_there = self.command.exists() or self.command.is_symlink()
        return is_there and not self.is_our_link() and not self.is_pipx()


def main() -> int:
    """Install or uninstall; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["install", "uninstall"])
    parser.add_argument("--venv", type=Path, required=True, help="The virtual environment of this checkout.")
    parser.add_argument("--link", action="store_true", help="Make a link, also where pipx is there.")
    arguments = parser.parse_args()
    places = Places.of(arguments.venv, os.environ)
    try:
        _refuse_wrong_use(places)
        if arguments.action == "install":
            _install(places, arguments.link)
        else:
            _uninstall(places)
    except (Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _refuse_wrong_use(places: Places) -> None:
    if os.environ.get("SUDO_USER"):
        raise Refused("The command is for one user: call make without sudo. For all users: docs/server.md")
    if places.is_taken():
        raise Refused(f"{places.command} is there, and is not of this program: it was left as it is")


def _install(places: Places, only_link: bool) -> None:
    if only_link and places.is_pipx():
        raise Refused(f"{places.command} is installed by pipx: 'make uninstall' first")
    if only_link or not _install_by_pipx(places):
        _install_link(places)
    for file in (LAUNCHER, ICON):
        target = places.share / file
        target.parent.mkdir(parents=True, exist_ok=True)
        text = (CHECKOUT / "share" / file).read_text(encoding="utf-8")
        target.write_text(_starting(text, places.command) if file == LAUNCHER else text, encoding="utf-8")
    if shutil.which("facedaemon") is None:
        print(
            f"{places.command.parent} is not in your PATH. Log in again; if that does not help, add to ~/.profile:\n"
            f'  export PATH="{places.command.parent}:$PATH"'
        )


def _starting(launcher: str, command: Path) -> str:
    """The launcher with the command's whole path: a desktop does not always search a user's own programs.

    Quoting is that of the Desktop Entry Specification, "The Exec key".
    """
    quoted = re.sub(r'(["`$\\])', r"\\\1", str(command)).replace("\\", "\\\\").replace("%", "%%")
    lines = {"Exec=facedaemon review": f'Exec="{quoted}" review', "TryExec=facedaemon": f"TryExec={command}"}
    return "\n".join(lines.get(line, line) for line in launcher.splitlines()) + "\n"


def _install_by_pipx(places: Places) -> bool:
    pipx = shutil.which("pipx")
    if pipx is None:
        return False
    was_link = places.is_our_link()
    if was_link:
        places.command.unlink()
    print("Installing with pipx ...", flush=True)
    command = [pipx, "install", "--force", "--python", sys.executable, str(CHECKOUT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode or not places.command.exists():
        if was_link:
            places.command.symlink_to(places.venv / "bin/facedaemon")
        last = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        print(f"pipx could not install it ({last}); a link is made instead.")
        return False
    print(f"{places.command} is installed by pipx, as a copy: after 'git pull' call 'make install' again.")
    return True


def _install_link(places: Places) -> None:
    program = places.venv / "bin/facedaemon"
    setup = ["make", "--no-print-directory", "-C", str(CHECKOUT), "setup", f"VENV={places.venv}"]
    if subprocess.run(setup, check=False).returncode or not program.exists():  # noqa: S603
        raise Refused("facedaemon is not installed: see above")
    for link, target in ((places.command, program), (places.man_page, CHECKOUT / "man/facedaemon.1")):
        link.parent.mkdir(parents=True, exist_ok=True)
        if link.is_symlink():
            link.unlink()
        if not link.exists():
            link.symlink_to(target)
    print(f"{places.command} is a link to {program}: keep this folder.")


def _uninstall(places: Places) -> None:
    program = places.command.resolve()
    if not places.command.is_symlink() and not places.command.exists():
        raise Refused(f"{places.command} is not there: nothing to uninstall")
    if places.is_pipx() and places.unit.exists() and str(program) in places.unit.read_text(encoding="utf-8"):
        raise Refused("The service is installed and starts this program: call 'facedaemon uninstall-service' first")
    if places.is_pipx():
        subprocess.run(["pipx", "uninstall", "facedaemon"], check=True)  # noqa: S607
    else:
        places.command.unlink()
        if places.man_page.is_symlink():
            places.man_page.unlink()
    for file in (LAUNCHER, ICON):
        (places.share / file).unlink(missing_ok=True)
    print(
        f"{places.command} is removed. Your config, answers, state and the sidecars are as they were "
        '(README, "Update, uninstall, backup").'
    )


if __name__ == "__main__":
    sys.exit(main())
