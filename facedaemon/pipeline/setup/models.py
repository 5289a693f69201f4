"""What `init`, `models` and `check` find on this machine."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from facedaemon import library, vision
from facedaemon.config import Config
from facedaemon.errors import ExitCode, FacedaemonError, Fatal
from facedaemon.text import for_json
from facedaemon.vision import used_entries


@dataclass(frozen=True, slots=True)
class Discovered:
    """Values for a new config. `database` describes digiKam's database, None without one."""

    roots: tuple[Path, ...]
    database: str | None

    def fill(self, example: str) -> str:
        """The commented example with these values in the place of the defaults."""
        roots = ", ".join(_quoted(str(root)) for root in self.roots)
        filled = []
        for line in example.splitlines(keepends=True):
            if line.startswith("  roots:"):
                filled.append(f"  roots: [{roots}]\n")
            else:
                filled.append(line)
        return "".join(filled)


def discovered(home: Path, environ: Mapping[str, str]) -> Discovered:
    """The albums of the digiKam that is installed here, else the user's pictures folder."""
    digikam = library.find_digikam(home, environ)
    pictures = platformdirs.user_pictures_path()
    if digikam is None or digikam.location is None:
        return Discovered((pictures,), None)
    try:
        with library.open_library(digikam.location) as opened:
            albums = [root.path for root in opened.snapshot().roots if root.path is not None]
    except FacedaemonError:
        albums = []  # `check` reports what is wrong with the database
    shown = digikam.location if "://" not in digikam.location else "a MariaDB server"
    return Discovered(tuple(albums) or (pictures,), shown)


def _quoted(text: str) -> str:
    """As a YAML double-quoted scalar, which JSON's strings are, that the config reads back as it is."""
    return for_json(json.dumps(text.replace("$", "$$"), ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a network; `path` is None where it is absent."""

    name: str
    size: int
    sha256: str
    source: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class ModelView:
    """A network that facedaemon can use; `used` says whether this config uses it."""

    name: str
    kind: str
    licence: str
    used: bool
    files: tuple[FileView, ...]


def models_known(config: Config, environ: Mapping[str, str]) -> list[ModelView]:
    """Every network, shipped or described by the user, and where its files are."""
    folders = vision.search_path(config, environ)
    used = {entry.name for entry in used_entries(config, folders)}
    return [
        ModelView(
            entry.name,
            entry.kind,
            entry.licence,
            entry.name in used,
            tuple(
                FileView(file.name, file.size, file.sha256, file.source, vision.locate(file, folders))
                for file in entry.files
            ),
        )
        for entry in vision.read_manifest(folders).values()
    ]


def install_models(
    config: Config,
    environ: Mapping[str, str],
    names: Sequence[str] | None,
    source: Path | None,
    say: Callable[[str], None],
) -> list[Path]:
    """Install networks in the first search folder; returns the new files. `names`: others than those of the config.

    Networks that are found already, wherever, are not fetched again. Raises Fatal (exit status 3, or 2 where
    `source` is not there).
    """
    folders = vision.search_path(config, environ)
    if source is not None and not source.is_dir():
        raise Fatal(f"--from {source}: there is no such folder", ExitCode.USAGE)
    if names:
        config = config.model_copy(update={"models": config.models.model_copy(update={"embedder": tuple(names)})})
    wanted = [
        entry
        for entry in used_entries(config, folders)
        if source is not None or any(vision.locate(file, folders) is None for file in entry.files)
    ]
    return vision.install(wanted, folders[0], source, _Progress(say))


@dataclass(frozen=True, slots=True)
class Verified:
    """The files of the networks in use, and how this machine computes each network."""

    files: tuple[Path, ...]
    networks: tuple[vision.Computed, ...]


def verified_models(config: Config, environ: Mapping[str, str]) -> Verified:
    """The networks in use: each file as its makers published it, each answer to the reference picture as it should be.

    Raises Fatal (exit status 3).
    """
    models = vision.find_models(config, environ)
    files = [path for network in (models.detector, *models.recognisers) for path in network.files]
    return Verified(tuple(files), vision.computed(models))


class _Progress:
    """Prints the name of each file once, when its download begins."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._said: set[str] = set()

    def __call__(self, name: str, _there: int, size: int) -> None:
        if name not in self._said:
            self._said.add(name)
            self._say(f"fetching {name}" + (f" ({size / 1e6:.1f} MB)" if size else ""))
