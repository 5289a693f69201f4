"""Commands that install facedaemon as a service of systemd, and remove it."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from facedaemon import folders
from facedaemon.cli.options import Call, PhotosOption, command
from facedaemon.cli.shipped import shipped
from facedaemon.errors import ExitCode, Fatal
from facedaemon.text import for_unit

SYSTEM_FOLDER = Path("/etc/systemd/system")
MARK = "# Written by `facedaemon install-service`, which replaces it when facedaemon changes. Digest "

# a service does not see a shell's environment; these variables decide where config, state and models are
CARRIED = ("FACEDAEMON_MODELS", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")

SystemOption = Annotated[
    bool, typer.Option("--system", help="For a server: a service for each user, facedaemon@NAME. Needs root.")
]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the command line."""
    app.command("install-service")(install_service)
    app.command("uninstall-service")(uninstall_service)


@dataclass(frozen=True)
class Unit:
    """A unit file, the service that it starts, and the `systemctl` command for it."""

    file: Path
    service: str
    systemctl: tuple[str, ...]

    @classmethod
    def of(cls, system: bool, environ: Mapping[str, str]) -> "Unit":
        """The unit of the user who runs this, or the system's unit for the user who called sudo."""
        if system:
            user = environ.get("SUDO_USER") or "NAME"
            return cls(SYSTEM_FOLDER / "facedaemon@.service", f"facedaemon@{user}.service", ("systemctl",))
        name = "facedaemon.service"
        return cls(folders.config_folder(environ).parent / "systemd" / "user" / name, name, ("systemctl", "--user"))

    def is_changed_by_hand(self) -> bool:
        """Whether the file differs from what `install-service` wrote."""
        first, _, rest = self.file.read_text(encoding="utf-8").partition("\n")
        return first != MARK + _digest(rest)

    def set_aside(self) -> str:
        """Keep a file that was changed by hand under another name; returns a sentence about it, or ""."""
        if not self.file.exists() or not self.is_changed_by_hand():
            return ""
        aside = self.file.with_name(self.file.name + ".old")
        self.file.replace(aside)
        return f"The unit that was changed by hand is kept as {aside}. "

    def command(self, *words: str) -> str:
        """The command line as a person would type it."""
        return " ".join((*self.systemctl, *words))

    def run_systemctl(self, *words: str) -> str:
        """Run systemctl; returns why it failed, or ""."""
        if shutil.which("systemctl") is None:
            return "systemctl is not found"
        done = subprocess.run([*self.systemctl, *words], capture_output=True, text=True, check=False)  # noqa: S603
        return f"'{self.command(*words)}' failed: {done.stderr.strip()}" if done.returncode else ""


@command
def install_service(
    call: Call,
    system: SystemOption = False,
    now: Annotated[bool, typer.Option("--now", help="Start it, now and with every session or boot.")] = False,
    photos: PhotosOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a unit that was changed by hand.")] = False,
) -> None:
    """Write the systemd unit that starts this installation; with --now, start it too."""
    unit = Unit.of(system, os.environ)
    if system and (call.config is not None or photos):
        raise Fatal(
            "--system: each user's service reads /etc/facedaemon/NAME.yaml; write photos.roots there "
            "(facedaemon init --config FILE), without --config and --photos here",
            ExitCode.USAGE,
        )
    roots = call.settings(photos).roots() if photos else ()
    if now and unit.service == "facedaemon@NAME.service":
        raise Fatal(
            f"--now: for whom? Without it, then: {unit.command('enable', '--now', unit.service)}", ExitCode.USAGE
        )
    with _naming(unit):
        if unit.file.exists() and unit.is_changed_by_hand() and not force:
            raise Fatal(
                f"{unit.file} was changed by hand and was left as it is. Keep settings of your own apart by "
                f"'{unit.command('edit', unit.service)}'; --force replaces the unit",
                ExitCode.USAGE,
            )
        said = [unit.set_aside() + f"{unit.file} written."]
        unit.file.parent.mkdir(parents=True, exist_ok=True)
        unit.file.write_text(unit_text(system, call.config, os.environ, roots), encoding="utf-8")
        unit.file.chmod(0o644)
    steps = (("daemon-reload",), ("enable", "--now", unit.service))
    if now:
        for step in steps:
            if problem := unit.run_systemctl(*step):
                raise Fatal(f"{unit.file} is written, but not started: {problem}", ExitCode.USAGE)
        said.append(f"It runs; '{unit.command('status', unit.service)}' shows what it is doing.")
    else:
        said.append("Start it:  " + " && ".join(unit.command(*step) for step in steps))
    call.out.summary({"unit": str(unit.file), "service": unit.service, "started": now}, said)


@command
def uninstall_service(
    call: Call,
    system: SystemOption = False,
) -> None:
    """Stop the service and remove its unit; config, models, state and sidecars stay."""
    unit = Unit.of(system, os.environ)
    if not unit.file.exists():
        raise Fatal(f"{unit.file} is not there: no such service is installed", ExitCode.USAGE)
    every = "facedaemon@*.service" if system else unit.service
    for step in (("stop", every), ("disable", unit.file.name)):
        if problem := unit.run_systemctl(*step):
            call.out.say(problem)
    with _naming(unit):
        said = unit.set_aside()
        unit.file.unlink(missing_ok=True)
    if problem := unit.run_systemctl("daemon-reload"):
        call.out.say(problem)
    call.out.summary(
        {"unit": str(unit.file), "service": unit.service},
        f"{said}{unit.file} removed. Config, models, state and sidecars are as they were.",
    )


def unit_text(system: bool, config: Path | None, environ: Mapping[str, str], roots: Sequence[Path] = ()) -> str:
    """The shipped unit, changed to start this installation; its first line has a digest to detect later changes."""
    name = "facedaemon@.service" if system else "facedaemon.service"
    program = " ".join(for_unit(word) for word in _program())
    if system:
        lines = [f"ExecStart={program} run --config /etc/facedaemon/%i.yaml"]
    else:
        # "$$" is a dollar only in a command line; an Environment= line has no variables
        options = [("--config", os.path.abspath(config))] if config else []
        options += [("--photos", os.fspath(root)) for root in roots]
        chosen = "".join(f" {option} {for_unit(value.replace('$', '$$'))}" for option, value in options)
        lines = [f"ExecStart={program} run{chosen}"]
        carried = [f"{key}={os.path.abspath(environ[key])}" for key in CARRIED if environ.get(key)]
        lines += [f"Environment={for_unit(pair)}" for pair in carried]
    shown = shipped(f"systemd/{name}").read_text(encoding="utf-8")
    text = re.sub(r"^ExecStart=.*$", lambda _: "\n".join(lines), shown, flags=re.MULTILINE)
    return f"{MARK}{_digest(text)}\n{text}"


def _program() -> list[str]:
    """The command that runs this installation: its script, else its Python."""
    script = Path(sys.executable).parent / "facedaemon"
    return [str(script)] if script.is_file() else [sys.executable, "-m", "facedaemon"]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=8).hexdigest()


@contextmanager
def _naming(unit: Unit) -> Iterator[None]:
    """Turns errors of reading or writing the unit into Fatal with its name."""
    try:
        yield
    except UnicodeEncodeError:
        raise Fatal(
            "a unit holds UTF-8 only, and the path of the config, of facedaemon or of a folder in the environment "
            "is none: choose another",
            ExitCode.USAGE,
        ) from None
    except PermissionError:
        raise Fatal(f"{unit.file}: permission denied; as root (sudo) it works", ExitCode.USAGE) from None
    except OSError as error:
        raise Fatal(f"{unit.file}: {error.strerror}", ExitCode.USAGE) from error
