"""Installs networks into a models directory, whole or not at all: from the internet, or from a folder."""

import errno
import http.client
import os
import shutil
import stat
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
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
_HTTP_PARTIAL = 206
_HTTP_RANGE_NOT_SATISFIABLE = 416


def install(
    entries: Iterable[ModelEntry], directory: Path, source: Path | None = None, progress: Progress | None = None
) -> list[Path]:
    """The files of `entries`, verified, in `directory`; returns those that were not there before.

    They are copied from the folder `source`, or else downloaded; an interrupted download is continued.
    Raises Fatal (exit status 3) naming the file, and what to do.
    """
    try:
        refuse_foreign_links(directory)
        directory.mkdir(parents=True, exist_ok=True)
        return [
            path
            for entry in entries
            for file in entry.files
            if (path := _install(file, directory, source, progress or _silent)) is not None
        ]
    except OSError as error:
        raise Fatal(f"{directory}: models cannot be put here: {error}", ExitCode.MODELS) from error


def _install(file: ModelFile, directory: Path, source: Path | None, progress: Progress) -> Path | None:
    target = directory / file.name
    if target.is_file() and is_whole(file, target):
        return None
    part = target.with_name(target.name + ".part")
    if source is not None:
        _copy(file, source / file.name, part)
    else:
        _download(file, part, progress)
    if not is_whole(file, part):
        size = part.stat().st_size
        part.unlink()
        raise Fatal(
            f"{file.name}: what came from {source or file.source} is not the file of the manifest: {size:,} bytes "
            f"instead of {file.size:,}, or another content. Nothing was installed. What to do: try again, or take it "
            "from elsewhere with 'facedaemon models install --from DIR'",
            ExitCode.MODELS,
        )
    part.replace(target)
    return target


def _copy(file: ModelFile, origin: Path, part: Path) -> None:
    if not origin.is_file():
        raise Fatal(f"{origin}: no such file; the folder given with --from must hold {file.name}", ExitCode.MODELS)
    with origin.open("rb") as source, _written(part, from_start=True) as target:
        shutil.copyfileobj(source, target)


def _download(file: ModelFile, part: Path, progress: Progress) -> None:
    if urlsplit(file.source).scheme not in ("https", "http"):
        raise Fatal(
            f"{file.name}: the manifest names no address for it; put it into a folder and run "
            "'facedaemon models install --from DIR'",
            ExitCode.MODELS,
        )
    try:
        _fetch(file, part, progress)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        there = _there(part)
        raise Fatal(
            f"{file.name}: {file.source} cannot be fetched: {getattr(error, 'reason', error)} ({there:,} of "
            f"{file.size:,} bytes are there and will be used next time). Without internet: put the file into a "
            "folder and run 'facedaemon models install --from DIR'",
            ExitCode.MODELS,
        ) from error


def _fetch(file: ModelFile, part: Path, progress: Progress) -> None:
    there = _there(part)
    if file.size and there >= file.size:
        there = 0
    headers = {"User-Agent": "facedaemon", **({"Range": f"bytes={there}-"} if there else {})}
    request = urllib.request.Request(file.source, headers=headers)  # noqa: S310 - scheme checked by _download
    try:
        response = urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS)  # noqa: S310 - the same
    except urllib.error.HTTPError as error:
        if there and error.code == _HTTP_RANGE_NOT_SATISFIABLE:
            part.unlink()
            return _fetch(file, part, progress)
        raise
    with response:
        # a server without ranges answers 200 with the whole file: start again
        there = there if response.status == _HTTP_PARTIAL else 0
        expected = there + int(response.headers.get("Content-Length") or 0)
        with _written(part, from_start=not there) as written:
            while block := response.read(_BLOCK):
                written.write(block)
                there += len(block)
                progress(file.name, there, file.size)
                if file.size and there > file.size:
                    break  # more than the manifest's size cannot be the file: do not fill the disk with it
    if there < expected and (not file.size or there < file.size):
        raise http.client.IncompleteRead(b"", expected - there)
    return None


def _there(part: Path) -> int:
    """How many bytes of a download are there already; 0 where its name belongs to something that is no file of ours."""
    try:
        seen = part.lstat()
    except FileNotFoundError:
        return 0
    return seen.st_size if _is_own(seen) else 0


@contextmanager
def _written(part: Path, *, from_start: bool) -> Iterator[BinaryIO]:
    """The file `part`, opened to be continued or written `from_start`; synced to disk when the block ends.

    A link, or anything else that is no plain file, is removed first: root would write through it into any file.
    """
    with suppress(FileNotFoundError):
        if from_start or not _is_own(part.lstat()):
            part.unlink()
    opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with os.fdopen(opened, "ab") as file:
        if not _is_own(os.fstat(opened)):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(part))
        yield file
        file.flush()
        os.fsync(opened)


def _is_own(seen: os.stat_result) -> bool:
    return stat.S_ISREG(seen.st_mode) and seen.st_nlink == 1 and seen.st_uid == os.geteuid()


def _silent(_name: str, _there: int, _size: int) -> None:
    """No progress shown."""
