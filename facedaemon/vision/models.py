"""Finds the networks' files and verifies them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from facedaemon.config import Config, Detection
from facedaemon.errors import ExitCode, Fatal
from facedaemon.folders import data_folder
from facedaemon.vision.manifest import ModelEntry, ModelFile, read_manifest

REPOSITORY = Path(__file__).parent.parent.parent

PREPROCESSING = 2
"""Counts up whenever decoding, detection or alignment changes so that old embeddings no longer compare."""

PRECISION = "f32"
"""The precision of all networks, whatever the processor prefers (docs/decisions/020)."""


@dataclass(frozen=True, slots=True)
class Located:
    """A network whose files were found and verified; `files` and `digests` stand in the entry's order."""

    entry: ModelEntry
    files: tuple[Path, ...]
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Models:
    """The networks in use, verified, and what counts as a face for them."""

    detector: Located
    recognisers: tuple[Located, ...]
    detection: Detection

    @property
    def model_id(self) -> str:
        """Names detector, recognisers, their files, preprocessing and precision: embeddings of equal ids compare."""
        names = [f"{found.entry.name}:{_combined(found.digests)[:8]}" for found in (self.detector, *self.recognisers)]
        return "+".join(names) + f"/{PREPROCESSING}-{PRECISION}"


def search_path(config: Config, environ: Mapping[str, str], repository: Path = REPOSITORY) -> tuple[Path, ...]:
    """The folders where networks are looked for, first one first; new ones are installed into the first.

    `$FACEDAEMON_MODELS`, the config's directory (default `$XDG_DATA_HOME/facedaemon/models`), then, in a checkout,
    its `models/` and a `shared/models` beside it.
    """
    named = environ.get("FACEDAEMON_MODELS")
    folders = [Path(named)] if named else []
    try:
        folders.append(config.models.directory or data_folder(environ) / "models")
    except Fatal:  # a user without a home
        if not named:
            raise
    if (repository / "pyproject.toml").is_file():
        folders += [repository / "models", repository.parent / "shared" / "models"]
    return tuple(folders)


def find_models(config: Config, environ: Mapping[str, str], repository: Path = REPOSITORY) -> Models:
    """The networks that the config names, verified.

    Raises Fatal (exit status 3) naming every file that is absent or damaged, its size, digest and source, and the
    command that installs it; exit status 2 for a name that is in no manifest.
    """
    folders = search_path(config, environ, repository)
    detector, *recognisers = (verify(entry, folders) for entry in used_entries(config, folders))
    return Models(detector, tuple(recognisers), config.detection)


def used_entries(config: Config, folders: tuple[Path, ...]) -> tuple[ModelEntry, ...]:
    """The detector and the recognisers that the config names. Raises Fatal (exit status 2) for unknown ones."""
    known = read_manifest(folders)
    wanted = [(config.models.detector, "detector"), *((name, "recogniser") for name in config.models.embedder)]
    for name, kind in wanted:
        if name not in known or known[name].kind != kind:
            choices = ", ".join(sorted(entry.name for entry in known.values() if entry.kind == kind))
            raise Fatal(f"models: no {kind} is called '{name}'; known are {choices}", ExitCode.USAGE)
    return tuple(known[name] for name, _ in wanted)


def locate(file: ModelFile, folders: tuple[Path, ...]) -> Path | None:
    """The first of `folders` that has the file, else None."""
    return next((folder / file.name for folder in folders if (folder / file.name).is_file()), None)


def verify(entry: ModelEntry, folders: tuple[Path, ...]) -> Located:
    """The entry with its files, each with the size and SHA-256 of the manifest.

    A damaged file is passed over where a later folder has a whole one. Raises Fatal (exit status 3).
    """
    found: list[tuple[Path, str]] = []
    wrong: list[str] = []
    for file in entry.files:
        whole, damaged = _whole(file, folders)
        if whole is None:
            wrong.append(_description(file, damaged))
        else:
            found.append(whole)
    if wrong:
        raise Fatal(
            f"the model {entry.name} cannot be used:",
            ExitCode.MODELS,
            [
                *(f"  {line}" for line in wrong),
                f"Looked in {', '.join(map(str, folders))}.",
                f"What to do: facedaemon models install {entry.name}   (without internet: --from DIR)",
            ],
        )
    return Located(entry, tuple(path for path, _ in found), tuple(digest for _, digest in found))


def digest_of(path: Path) -> str:
    """The file's SHA-256 in hex."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def is_whole(file: ModelFile, path: Path) -> bool:
    """Whether `path` has the size and digest that the manifest gives for `file` (a custom entry may give neither)."""
    if file.size and path.stat().st_size != file.size:
        return False
    return not file.sha256 or digest_of(path) == file.sha256


def _whole(file: ModelFile, folders: tuple[Path, ...]) -> tuple[tuple[Path, str] | None, Path | None]:
    damaged = None
    for folder in folders:
        path = folder / file.name
        if path.is_file():
            if is_whole(file, path):
                return (path, digest_of(path)), damaged
            damaged = damaged or path
    return None, damaged


def _description(file: ModelFile, damaged: Path | None) -> str:
    what = f"{damaged} is damaged or another version" if damaged else f"{file.name} is missing"
    size = f"{file.size:,} bytes, " if file.size else ""
    digest = f"sha256 {file.sha256}, " if file.sha256 else ""
    return f"{what} ({size}{digest}from {file.source or 'its author'})"


def _combined(digests: tuple[str, ...]) -> str:
    return hashlib.sha256("".join(digests).encode()).hexdigest()
