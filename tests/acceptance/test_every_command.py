"""Every command under every condition of a user's machine: a status of the README's table, and a message to act on.

The commands and their arguments are those that the program itself declares: a new one is tried without a change here.
"""

import json
import os
import re
import shutil
import signal
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import typer

from facedaemon.cli import app
from facedaemon.errors import ExitCode
from tests.acceptance.copied import copied
from tests.acceptance.place import Done, Place
from tests.command_names import command_names
from tests.conftest import REPOSITORY
from tests.made_once import made_once
from tests.portrait_place import GRACE, named_portraits, portraits_folder

pytestmark = pytest.mark.slow

RIGHTS = "-dac_override,-dac_read_search"  # without these two, permissions bind root as well
AS_A_USER = ("setpriv", f"--bounding-set={RIGHTS}", f"--inh-caps={RIGHTS}") if os.geteuid() == 0 else ()
ODD = "Größe \N{SNOWMAN} "
COMMANDS = sorted(command_names(typer.main.get_command(app)))
NOT_ENDING = {"run"}  # unless something is wrong
INSTALLING = {"install-service", "uninstall-service"}  # of this installation; tests/cli/test_service.py


@dataclass(frozen=True)
class Circumstance:
    """How commands are called. With `names` the state or config cannot be used, and a message names this file."""

    names: Path | None = None
    before: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def _no_state(place: Place) -> Circumstance:
    shutil.rmtree(place.state)
    return Circumstance()


def _damaged_state(place: Place) -> Circumstance:
    (place.state / "state.db").write_bytes(b"no database" * 1000)
    return Circumstance()


def _newer_state(place: Place) -> Circumstance:
    with closing(sqlite3.connect(place.state / "state.db")) as state:
        state.execute("PRAGMA user_version = 999")
    return Circumstance(place.state)


def _state_without_permission(place: Place) -> Circumstance:
    place.state.chmod(0)
    return Circumstance(place.state, AS_A_USER)


def _state_is_a_file(place: Place) -> Circumstance:
    shutil.rmtree(place.state)
    place.state.touch()
    return Circumstance()


def _photos_without_permission(place: Place) -> Circumstance:
    place.photos.chmod(0)
    return Circumstance(before=AS_A_USER)


def _read_only(place: Place) -> Circumstance:
    view = ("bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--ro-bind", str(place.folder), str(place.folder))
    return Circumstance(before=view)


def _config_without_permission(place: Place) -> Circumstance:
    place.config.chmod(0)
    return Circumstance(place.config, AS_A_USER)


def _config_of_wrong_types(place: Place) -> Circumstance:
    place.config.write_text("photos: {roots: 7}\nlibrary: 3\nsuggestions: {max_wrong_per_100: [a]}\n", encoding="utf-8")
    return Circumstance(place.config)


def _config_is_a_folder(place: Place) -> Circumstance:
    if place.config.is_file():
        place.config.unlink()
    place.config.mkdir(exist_ok=True)
    return Circumstance(place.config)


def _reader_gone(place: Place) -> Circumstance:
    assert place.config.exists()
    return Circumstance(before=("bash", "-c", '"$@" | head -0; exit ${PIPESTATUS[0]}', "sh"))


def _no_input(place: Place) -> Circumstance:
    assert place.config.exists()
    return Circumstance(before=("sh", "-c", 'exec "$@" <&-', "sh"))


def _posix(place: Place) -> Circumstance:
    for photo in place.photos.iterdir():
        photo.rename(photo.with_name(ODD + photo.name))
    ascii_only = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    return Circumstance(environment={**ascii_only, "COLUMNS": "40", "NO_COLOR": "1"})


Circumstances = Callable[[Place], Circumstance]
BROKEN: list[Circumstances] = [
    _newer_state,
    _state_without_permission,
    _config_without_permission,
    _config_of_wrong_types,
    _config_is_a_folder,
]
ODD_ONES: list[Circumstances] = [
    _no_state,
    _damaged_state,
    _state_is_a_file,
    _photos_without_permission,
    _read_only,
    _reader_gone,
    _no_input,
    _posix,
]


@pytest.fixture(scope="module")
def scanned(model_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Some named portraits, scanned; tests take copies."""

    def make(folder: Path) -> Place:
        place = named_portraits(portraits_folder(), model_files, folder / "place", named=3)
        assert 0 == place.json("scan").summary["photos"]["failed"]
        return place

    return made_once(tmp_path_factory, "every-command", make)


def _parameters(name: str) -> list[Any]:
    command: Any = typer.main.get_command(app)
    for word in name.split():
        command = command.commands[word]
    return list(command.params)


def _arguments(place: Place, name: str) -> list[str]:
    """A value for each argument, by what the program calls it; options that are needed to do anything."""
    photo = next((str(path) for path in sorted(place.photos.glob("*.jpg"))), "")
    typed = {
        "PHOTO": photo,
        "FACE": "f1",
        "PERSON": GRACE,
        "X,Y,W,H": "0.1,0.1,0.1,0.1",
        "OLD": GRACE,
        "ONE": GRACE,
        "DATE": "2001",
        "FILE": str(place.folder / "answers.jsonl"),
        "NUMBER": "1",
    }
    arguments = [each for each in _parameters(name) if each.param_type_name == "argument"]
    wanted = [each for each in arguments if each.required or each.metavar in {"FACE", "DATE", "NUMBER"}]
    options = {"forget": ["--missing"], "review": ["--no-browser", "--idle-minutes", "0.0001"]}
    return [*(typed.get(each.metavar, "x") for each in wanted), *options.get(name, [])]


def _documented() -> dict[int, list[str]]:
    """The exit statuses of the README's table, each with the commands that may give it; none means every one."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| .* \| ([^|]*) \|$", readme.split("| exit status |")[1], re.MULTILINE)
    return {int(status): re.findall(r"`([a-z -]+)`", by) for status, by in rows}


def _run(place: Place, name: str, circumstance: Circumstance, *options: str) -> Done:
    arguments = _arguments(place, name)
    try:
        return place.run(
            *name.split(),
            *options,
            *arguments,
            before=circumstance.before,
            environment=circumstance.environment,
            cwd=place.folder if circumstance.environment else None,
        )
    finally:
        for path in (place.state, place.photos, place.config):
            if path.exists():
                path.chmod(0o755)


def _is_as_documented(name: str, done: Done) -> None:
    """The status is one that the README gives for this command; a failure has its reason, and no traceback."""
    assert "Traceback" not in done.out + done.err, done.err
    by = _documented()
    assert done.status in by, (name, done)
    assert not by[done.status] or name in by[done.status], (name, done)
    assert done.status == ExitCode.DONE or (done.err + done.out).strip()
    assert done.status not in {ExitCode.UNEXPECTED, ExitCode.INTERRUPTED, -signal.SIGSEGV}


@pytest.mark.parametrize("circumstances", BROKEN, ids=lambda each: each.__name__[1:])
def test_what_cannot_be_used_is_named(scanned: Place, tmp_path: Path, circumstances: Circumstances) -> None:
    """A command that needs the config or state ends with 2 and names the file; the others do their work."""
    place = copied(scanned, tmp_path / "place")
    for name in COMMANDS:
        if name in INSTALLING:
            continue
        circumstance = circumstances(place)
        done = _run(place, name, circumstance, "--json")
        _is_as_documented(name, done)
        if done.status == ExitCode.USAGE and name not in {"init", "check"} and _is_about(done, circumstance):
            assert str(circumstance.names) in json.loads(done.err.splitlines()[-1])["error"], (name, done)


def _is_about(done: Done, circumstance: Circumstance) -> bool:
    """Not about the arguments that this test made up, which are looked at first."""
    return circumstance.names is not None and not re.search(r"name the faces|answers\.jsonl|give the date", done.err)


@pytest.mark.parametrize("circumstances", ODD_ONES, ids=lambda each: each.__name__[1:])
def test_no_command_falls_over_odd_circumstances(scanned: Place, tmp_path: Path, circumstances: Circumstances) -> None:
    """It works, or says in words why not."""
    for number, name in enumerate(COMMANDS):
        if name in INSTALLING | NOT_ENDING:
            continue
        place = copied(scanned, tmp_path / str(number))
        done = _run(place, name, circumstances(place))
        _is_as_documented(name, done)
        shutil.rmtree(place.folder)
