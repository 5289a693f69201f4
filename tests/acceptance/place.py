"""A user's place: photos, digiKam's database of them, a config, and the command that works on it."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.acceptance.loaded_command import LOADED_TAKES, Command, Loaded

TIMEOUT = 600.0  # seconds that a command may take on a machine that is busy with other things

Json = dict[str, Any]
FILES = {16: "digikam4.db", 17: "digikam4-v17.db"}


@dataclass(frozen=True)
class Truth:
    """Who is on a photo's main face (None: a stranger), and whether digiKam's database has it confirmed."""

    person: str | None
    confirmed: bool


@dataclass(frozen=True)
class Done:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def summary(self) -> Json:
        """The one JSON object it printed."""
        (line,) = self.lines
        return line

    @property
    def lines(self) -> list[Json]:
        """The JSON objects it printed, a line each."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Place:
    """A folder that holds everything one user has. `truth` goes by the photos' names below `photos`."""

    folder: Path
    models: Path
    truth: Mapping[str, Truth] = field(repr=False)

    @property
    def photos(self) -> Path:
        """The root of the photos."""
        return self.folder / "photos"

    @property
    def database(self) -> Path:
        """The digiKam database."""
        return self.folder / "digikam4.db"

    @property
    def config(self) -> Path:
        """The config file."""
        return self.folder / "config.yaml"

    @property
    def state(self) -> Path:
        """The folder of facedaemon's own state."""
        return self.folder / "state"

    def configure(self, **sections: Mapping[str, Any]) -> None:
        """Write the config; `sections` are added to it, or replace one of its own (JSON is YAML)."""
        settings: Json = {
            "photos": {"roots": [str(self.photos)]},
            "library": {"digikam": {"database": str(self.database)}},
            "state_directory": str(self.state),
        }
        self.config.write_text(json.dumps({**settings, **sections}, indent=1), encoding="utf-8")

    def environment(self, **more: str) -> dict[str, str]:
        """A user's environment in which only this place exists."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        foreign = ("XDG_", "FACEDAEMON_", "NOTIFY_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        return {**kept, "HOME": str(home), "FACEDAEMON_MODELS": str(self.models), **more}

    def command(self, *arguments: str) -> list[str]:
        """The command line of `facedaemon` for this place."""
        return [sys.executable, "-m", "facedaemon", *arguments, "--config", str(self.config)]

    def start(
        self,
        *arguments: str,
        out: IO[str] | int = subprocess.DEVNULL,
        err: IO[str] | int = subprocess.DEVNULL,
        before: Iterable[str] = (),
        cwd: Path | None = None,
        environment: Mapping[str, str] = {},
    ) -> Command:
        """A command that was started; `before` are words before the command line, such as a tracer's."""
        command, environ = self.command(*arguments), self.environment(**environment)
        if not before and cwd is None and LOADED_TAKES.issuperset(environment):
            return Loaded(command[3:], environ, out, err)
        return subprocess.Popen([*before, *command], stdout=out, stderr=err, env=environ, cwd=cwd)

    def run(
        self, *arguments: str, before: Iterable[str] = (), cwd: Path | None = None, environment: Mapping[str, str] = {}
    ) -> Done:
        """Run a command to its end; as `start`."""
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            command = self.start(*arguments, out=out, err=err, before=before, cwd=cwd, environment=environment)
            try:
                status = command.wait(TIMEOUT)
            finally:
                command.kill()
            out.seek(0)
            err.seek(0)
            return Done(status, out.read(), err.read())

    def json(self, *arguments: str) -> Done:
        """Run a command that must succeed, for its JSON."""
        done = self.run(*arguments, "--json")
        assert done.status == 0, done.err
        return done

    def sidecars(self) -> dict[str, Path]:
        """The sidecars, by the names of their photos below `photos`."""
        found = sorted(self.photos.rglob("*.xmp"))
        return {path.relative_to(self.photos).as_posix().removesuffix(".xmp"): path for path in found}

    def suggestions(self, *options: str) -> list[Json]:
        """What `suggestions --json` lists, the photos named as in `truth`."""
        listed = self.json("suggestions", *options).lines
        return [{**item, "photo": Path(item["photo"]).relative_to(self.photos).as_posix()} for item in listed]

    def main_names(self) -> dict[str, str]:
        """The name suggested for each photo's main face: the one in the middle."""
        return {item["photo"]: item["person"] for item in self.suggestions() if _is_in_the_middle(item["region"])}

    def unconfirmed(self, person: str) -> list[str]:
        """The photos of a person that nobody confirmed."""
        return [name for name, true in self.truth.items() if true.person == person and not true.confirmed]


def _is_in_the_middle(region: Mapping[str, float]) -> bool:
    across, down = region["x"] + region["w"] / 2, region["y"] + region["h"] / 2
    return abs(across - 0.5) < 0.2 and abs(down - 0.5) < 0.25


def whole_library(shared: Path, models: Path, folder: Path, version: int = 16) -> Place:
    """A copy of the sample library, which digiKam 8.6 made, and 9.1 migrated (17), moved to `folder`."""
    return _copied(shared, models, folder, lambda _: True, version)


def small_library(shared: Path, models: Path, folder: Path, people: int = 5, strangers: int = 12) -> Place:
    """A copy of the part of the sample library that shows its first people by name, and some strangers."""
    truth = _truth(shared)
    names = sorted({true.person for true in truth.values() if true.person is not None})[:people]
    unknown = [name for name, true in truth.items() if true.person is None][:strangers]
    return _copied(shared, models, folder, lambda name: truth[name].person in names or name in unknown)


def _copied(shared: Path, models: Path, folder: Path, wanted: Callable[[str], bool], version: int = 16) -> Place:
    truth = {name: true for name, true in _truth(shared).items() if wanted(name)}
    place = Place(folder, models, truth)
    for name in truth:
        (place.photos / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shared / "data" / "library" / "photos" / name, place.photos / name)
    put_database(shared, place, version)
    place.configure()
    return place


def put_database(shared: Path, place: Place, version: int) -> None:
    """Give the place digiKam's database of its photos, in this version of digiKam's schema."""
    shutil.copyfile(shared / "data" / "library" / FILES[version], place.database)
    with closing(sqlite3.connect(place.database)) as database, database:
        database.execute("update AlbumRoots set identifier = replace(identifier, '/library', ?)", [str(place.photos)])
        rows = database.execute(
            "select Images.id, substr(relativePath, 2) || '/' || name from Images join Albums on Albums.id = album"
        ).fetchall()
        absent = [(number,) for number, name in rows if name not in place.truth]
        database.executemany("delete from Images where id = ?", absent)  # digiKam's trigger deletes what hangs on it


def _truth(shared: Path) -> dict[str, Truth]:
    listed = json.loads((shared / "data" / "library" / "truth.json").read_text(encoding="utf-8"))
    return {name: Truth(true["person"], true["confirmed"]) for name, true in listed.items()}
