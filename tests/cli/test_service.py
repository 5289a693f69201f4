"""`install-service` and `uninstall-service`: the unit that is written, what systemd is told, and what is left alone."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from facedaemon.cli.service import unit_text

TIMEOUT = 60.0


@dataclass(frozen=True)
class Home:
    """A user's home, and a `systemctl` that writes down what it is told."""

    folder: Path

    @property
    def unit(self) -> Path:
        """Where the user's service manager looks."""
        return self.folder / ".config" / "systemd" / "user" / "facedaemon.service"

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A facedaemon command of this user."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "FACEDAEMON_", "SUDO_"))}
        path = f"{self.folder / 'bin'}:{kept['PATH']}"
        return subprocess.run(
            [sys.executable, "-m", "facedaemon", *arguments],
            capture_output=True,
            text=True,
            env={**kept, "HOME": str(self.folder), "PATH": path, **environment},
            timeout=TIMEOUT,
            check=False,
        )

    def received(self) -> list[str]:
        """What systemd was told."""
        log = self.folder / "told"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home without any unit."""
    (tmp_path / "bin").mkdir()
    systemctl = tmp_path / "bin" / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/told"\n', encoding="utf-8")
    systemctl.chmod(0o755)
    return Home(tmp_path)


def test_the_unit_starts_this_installation(home: Home) -> None:
    """It runs the program that wrote it, with the same config and models; nothing is started unasked."""
    done = home.run("install-service", "--config", "my photos.yaml", FACEDAEMON_MODELS="/srv/100% models")
    assert (0, "") == (done.returncode, done.stderr)
    lines = home.unit.read_text(encoding="utf-8").splitlines()
    program = Path(sys.executable).parent / "facedaemon"
    assert f'ExecStart={program} run --config "{Path.cwd()}/my photos.yaml"' in lines
    assert 'Environment="FACEDAEMON_MODELS=/srv/100%% models"' in lines
    assert [] == home.received()
    assert "systemctl --user enable --now facedaemon.service" in done.stdout


def test_systemd_accepts_what_is_written(home: Home, disk_path: Path) -> None:
    """`systemd-analyze verify` has nothing against the unit as it is installed."""
    # a short path: the sockets of other units lie in it (unix(7): 108 bytes)
    home.run("install-service")
    command = ["systemd-analyze", "verify", "--user", str(home.unit)]
    environment = {"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(disk_path), "SYSTEMD_LOG_LEVEL": "warning"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=TIMEOUT, check=False)
    assert 0 == done.returncode, done.stderr
    assert all("notify-reload" in line for line in done.stderr.splitlines()), done.stderr  # systemd before 253


def test_now_starts_it(home: Home) -> None:
    """With --now systemd reads the unit and starts the service, for this and later sessions."""
    assert 0 == home.run("install-service", "--now").returncode
    assert ["--user daemon-reload", "--user enable --now facedaemon.service"] == home.received()


def test_now_without_systemd_says_so(home: Home) -> None:
    """Where systemd cannot start it, the unit is written and the reason told."""
    (home.folder / "bin" / "systemctl").write_text("#!/bin/sh\necho no bus >&2; exit 1\n", encoding="utf-8")
    done = home.run("install-service", "--now")
    assert 2 == done.returncode
    assert "is written, but not started: 'systemctl --user daemon-reload' failed: no bus" in done.stderr
    assert home.unit.exists()


def test_its_own_unit_is_replaced(home: Home) -> None:
    """A second installation, from elsewhere or with another config, replaces what the first one wrote."""
    home.run("install-service", "--config", "old.yaml")
    assert 0 == home.run("install-service", "--config", "new.yaml").returncode
    assert "new.yaml" in home.unit.read_text(encoding="utf-8")
    assert [home.unit] == list(home.unit.parent.iterdir())


def test_a_unit_changed_by_hand_is_left_alone(home: Home) -> None:
    """What a person changed is refused, with what to do; --force keeps it beside the new one."""
    home.run("install-service")
    changed = home.unit.read_text(encoding="utf-8").replace("Nice=19", "Nice=5")
    home.unit.write_text(changed, encoding="utf-8")
    done = home.run("install-service")
    assert (2, changed) == (done.returncode, home.unit.read_text(encoding="utf-8"))
    assert "systemctl --user edit facedaemon.service" in done.stderr
    assert 0 == home.run("install-service", "--force").returncode
    assert "Nice=19" in home.unit.read_text(encoding="utf-8")
    assert changed == home.unit.with_name("facedaemon.service.old").read_text(encoding="utf-8")


def test_uninstalled_nothing_of_it_is_left(home: Home) -> None:
    """The service is stopped and disabled before its unit goes, and a second time is an error that says so."""
    home.run("install-service")
    done = home.run("uninstall-service")
    assert 0 == done.returncode, done.stderr
    assert [] == list(home.unit.parent.iterdir())
    expected = ["--user stop facedaemon.service", "--user disable facedaemon.service", "--user daemon-reload"]
    assert expected == home.received()
    assert 2 == home.run("uninstall-service").returncode


def test_the_system_unit_serves_each_user_by_name() -> None:
    """On a server the config is the instance's own, and root's environment is not carried over."""
    text = unit_text(system=True, config=None, environ={"FACEDAEMON_MODELS": "/root/models"})
    assert " run --config /etc/facedaemon/%i.yaml\n" in text
    assert "/root/models" not in text


def test_the_folders_of_the_command_are_those_of_the_service(home: Home) -> None:
    """With --photos the unit names each folder by its whole path, whatever it is called; an absent one is refused."""
    (first, second) = (home.folder / "my photos", home.folder / "100% $HOME")
    first.mkdir()
    second.mkdir()
    done = home.run("install-service", "--photos", str(first), "--photos", os.path.relpath(second))
    assert (0, "") == (done.returncode, done.stderr)
    (started,) = (line for line in home.unit.read_text(encoding="utf-8").splitlines() if line.startswith("ExecStart="))
    assert started.endswith(f' run --photos "{home.folder}/100%% $$HOME" --photos "{first}"')
    written = home.unit.read_text(encoding="utf-8")
    refused = home.run("install-service", "--photos", str(home.folder / "absent"))
    assert (2, True) == (refused.returncode, "absent" in refused.stderr)
    assert written == home.unit.read_text(encoding="utf-8")


@pytest.mark.parametrize("option", [("--config", "x.yaml"), ("--photos", ".")], ids=" ".join)
def test_the_system_unit_takes_no_folders_and_no_config(home: Home, option: tuple[str, ...]) -> None:
    """Each user of a server has a config of their own, which the message names; nothing is written."""
    done = home.run("install-service", "--system", *option)
    assert (2, "") == (done.returncode, done.stdout)
    assert "/etc/facedaemon/NAME.yaml" in done.stderr
    assert [] == home.received()


def test_now_on_a_server_asks_for_whom(home: Home) -> None:
    """Without sudo nobody is known whose service could be started; the message has the command for a name."""
    done = home.run("install-service", "--system", "--now")
    assert (2, []) == (done.returncode, home.received())
    assert "systemctl enable --now facedaemon@NAME.service" in done.stderr


def test_a_folder_that_cannot_be_written_is_named(home: Home) -> None:
    """Where the unit cannot be written the message names it; there is no traceback."""
    (home.folder / ".config").write_text("a file where a folder should be", encoding="utf-8")
    done = home.run("install-service")
    assert (2, f"facedaemon: {home.unit}: Not a directory\n") == (done.returncode, done.stderr)


@pytest.mark.parametrize("name", ["a\nExecStartPre=touch x.yaml", "a\r\n[Install]\nAlias=b.yaml", "tab\t\x1b[2J.yaml"])
def test_a_name_adds_no_line_to_the_unit(home: Home, name: str) -> None:
    """Whoever chose the config's name, the unit has the lines of any other unit, and systemd still accepts it."""
    home.run("install-service")
    plain = home.unit.read_text(encoding="utf-8").splitlines()
    home.unit.unlink()
    done = home.run("install-service", "--config", str(home.folder / name), XDG_DATA_HOME=f"/data/{name}")
    assert 0 == done.returncode, done.stderr
    lines = home.unit.read_text(encoding="utf-8").splitlines()
    assert len(plain) + 1 == len(lines)  # and the Environment= line
    assert sum(line.startswith("ExecStart") for line in lines) == 1
    assert all(c.isprintable() for c in f"{done.stdout}{done.stderr}".replace("\n", ""))


def test_a_config_whose_name_is_no_utf8_is_refused(home: Home) -> None:
    """A unit with it would be ignored; nothing is written."""
    done = home.run("install-service", "--config", str(home.folder / "\udcff.yaml"))
    assert (2, True) == (done.returncode, "UTF-8" in done.stderr)
    assert not home.unit.exists()
