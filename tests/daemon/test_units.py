"""The systemd units are what systemd accepts, and as closed as we say."""

import re
import subprocess
from pathlib import Path

import pytest

from facedaemon.config import MOST_WORKERS

UNITS = Path(__file__).parent.parent.parent / "systemd"
USER_UNIT = UNITS / "facedaemon.service"
SYSTEM_UNIT = UNITS / "facedaemon@.service"

# systemd before 253 says so and goes by `Type=notify` on the line before
OLD_SYSTEMD = re.compile(r".*Failed to parse service type, ignoring: notify-reload")


def _analyze(runtime: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`runtime` has a short path: the sockets of other units lie in it (unix(7): 108 bytes)."""
    environment = {"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(runtime), "SYSTEMD_LOG_LEVEL": "warning"}
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)


def _installed(unit: Path, folder: Path) -> Path:
    """The unit with a program that exists here, as an instance."""
    copy = folder / unit.name.replace("@.", "@anna.")
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)
    copy.write_text(text, encoding="utf-8")
    return copy


@pytest.mark.parametrize(("unit", "manager"), [(USER_UNIT, "--user"), (SYSTEM_UNIT, "--system")])
def test_systemd_accepts_the_unit(unit: Path, manager: str, tmp_path: Path, disk_path: Path) -> None:
    """`systemd-analyze verify` finds nothing to complain about."""
    done = _analyze(disk_path, "verify", manager, str(_installed(unit, tmp_path)))
    complaints = [line for line in done.stderr.splitlines() if not OLD_SYSTEMD.fullmatch(line)]
    assert (0, []) == (done.returncode, complaints)


def test_the_system_unit_is_closed(tmp_path: Path, disk_path: Path) -> None:
    """`systemd-analyze security` rates the system instance at most 1.0."""
    done = _analyze(disk_path, "security", "--offline=true", str(_installed(SYSTEM_UNIT, tmp_path)))
    rating = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert rating is not None, done.stderr
    assert float(rating[1]) <= 1.0


@pytest.mark.parametrize("unit", [USER_UNIT, SYSTEM_UNIT])
def test_every_setting_is_explained(unit: Path) -> None:
    """Each block of settings in a unit has a comment above it that says why."""
    service = unit.read_text(encoding="utf-8").split("[Service]")[1].split("[Install]")[0]
    blocks = [block.strip() for block in service.split("\n\n") if block.strip()]
    assert all(any(line.startswith("#") for line in block.splitlines()) for block in blocks)


@pytest.mark.parametrize("unit", [USER_UNIT, SYSTEM_UNIT])
def test_no_unit_may_open_a_network_socket(unit: Path) -> None:
    """Nothing but AF_UNIX is left to either service."""
    assert ["RestrictAddressFamilies=AF_UNIX"] == re.findall(
        r"^RestrictAddressFamilies=.*", unit.read_text(encoding="utf-8"), flags=re.MULTILINE
    )


@pytest.mark.parametrize("unit", [USER_UNIT, SYSTEM_UNIT])
def test_what_needs_a_person_is_not_restarted(unit: Path) -> None:
    """Every exit status of the contract that a restart cannot fix prevents one."""
    line = re.search(r"^RestartPreventExitStatus=(.*)", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert line is not None
    assert {"2", "3", "4", "5", "78"} == set(line[1].split())


@pytest.mark.parametrize("unit", [USER_UNIT, SYSTEM_UNIT])
def test_the_units_allow_as_many_tasks_as_the_config_does(unit: Path) -> None:
    """Each worker is a thread and may have a process; a dozen more are the daemon's own (main, worker, watching)."""
    (allowed,) = re.findall(r"^TasksMax=(\d+)$", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert 2 * MOST_WORKERS + 8 <= int(allowed)
