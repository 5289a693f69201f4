"""Installs networks into a models directory, whole or not at all: from the internet, or from a folder."""

import http.client
import os
import shlex
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from facedaemon.errors import ExitCode, Fatal
from facedaemon.safe_open import refuse_foreign_links
from facedaemon.vision.manifest import ModelEntry, ModelFile
from facedaemon.vision.models import is_whole

Progress = Callable[[str, int, int], None]
"""Called with the file's name, bytes there, bytes in all (0: unknown)."""

_BLOCK = 1 << 16
_TIMEOUT_SECONDS = 30


def install(
    entries: Iterable[ModelEntry], directory: Path, source: Path | None = None, progress: Progress | None = None
) -> list[Path]:
    """The files of `entries`, verified, in `directory`; returns those that were not there before.

    They are copied from the folder `source`, or else downloaded.
    Raises Fatal (exit status 3) naming the file, and what to do.
    """
    try:
        refuse_foreign_links(directory)
        directory.mkdir(parents=True, exist_ok=True)
        files = [file for entry in entries for file in entry.files if not _is_there(file, directory)]
        for position, file in enumerate(files):
            try:
                _install(file, directory, source, progress or _silent)
            except _NotFetched as error:
                raise Fatal(str(error), ExitCode.MODELS, _by_hand(files[position:], directory)) from error
        return [directory / file.name for file in files]
    except OSError as error:
        raise Fatal(f"{directory}: models cannot be put here: {error}", ExitCode.MODELS) from error


class _NotFetched(Exception):
    """Why a file cannot be downloaded."""


def _is_there(file: ModelFile, directory: Path) -> bool:
    target = directory / file.name
    return target.is_file() and is_whole(file, target)


def _by_hand(files: Sequence[ModelFile], directory: Path) -> list[str]:
    """What to do without internet on this computer: every file, and commands to copy."""
    known = [file.source for file in files if _is_of_the_web(file.source)]
    lines = ["Try again later. Without internet here, bring these files from another computer, in a folder DIR:"]
    for file in files:
        size = f"{file.size:,} bytes" if file.size else ""
        lines.append(f"  {file.name}  {size if file.source in known else '(no address is known)'}".rstrip())
    if known:
        lines += ["There:", f"  curl -fL --remote-name-all {' '.join(map(shlex.quote, known))}"]
    return [
        *lines,
        "Here, with that folder for DIR (each file is checked before it is used):",
        f"  mkdir -p {shlex.quote(str(directory))} && cp DIR/* {shlex.quote(str(directory))}",
        "or 'facedaemon models install --from DIR'.",
    ]


def _install(file: ModelFile, directory: Path, source: Path | None, progress: Progress) -> None:
    target = directory / file.name
    part = target.with_name(target.name + ".part")
    try:
        if source is not None:
            _copy(file, source / file.name, part)
        else:
            _download(file, part, progress)
        if not is_whole(file, part):
            raise Fatal(
                f"{file.name}: what came from {source or file.source} is not the file of the manifest: "
                f"{part.stat().st_size:,} bytes instead of {file.size:,}, or another content. Nothing was installed. "
                "Fix: try again, or take it from elsewhere with 'facedaemon models install --from DIR'",
                ExitCode.MODELS,
            )
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _copy(file: ModelFile, origin: Path, part: Path) -> None:
    if not origin.is_file():
        raise Fatal(f"{origin}: no such file; the folder given with --from must hold {file.name}", ExitCode.MODELS)
    with origin.open("rb") as source, _created(part) as target:
        shutil.copyfileobj(source, target)


def _is_of_the_web(source: str) -> bool:
    return urlsplit(source).scheme in ("https", "http")


def _download(file: ModelFile, part: Path, progress: Progress) -> None:
    if not _is_of_the_web(file.source):
        raise _NotFetched(f"{file.name}: the manifest names no address for it")
    try:
        _fetch(file, part, progress)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise _NotFetched(f"{file.name}: {file.source} cannot be fetched: {getattr(error, 'reason', error)}") from error


def _fetch(file: ModelFile, part: Path, progress: Progress) -> None:
    request = urllib.request.Request(file.source, headers={"User-Agent": "facedaemon"})  # noqa: S310 - scheme checked
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response, _created(part) as target:  # noqa: S310
        expected, there = int(response.headers.get("Content-Length") or 0), 0
        while block := response.read(_BLOCK):
            target.write(block)
            there += len(block)
            progress(file.name, there, file.size)
            if file.size and there > file.size:
                return  # more than the manifest's size cannot be the file: do not fill the disk with it
    if there < expected:
        raise http.client.IncompleteRead(b"", expected - there)


@contextmanager
def _created(part: Path) -> Iterator[BinaryIO]:
    """The new file `part`, for writing; synced to disk when the block ends.

    What has its name is removed first, and nothing is opened that is there: root would write through a link into any
    file.
    """
    part.unlink(missing_ok=True)
    opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with os.fdopen(opened, "wb") as file:
        yield file
        file.flush()
        os.fsync(opened)


def _silent(_name: str, _there: int, _size: int) -> None:
    """Shows no progress."""
