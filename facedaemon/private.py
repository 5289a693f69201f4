"""Keeps the state's folder and files private: no other user can read them, and no link of another user is followed.

They hold embeddings of faces. A folder that others could write to may contain links or databases of theirs.
"""

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from facedaemon.errors import ExitCode, Fatal, why
from facedaemon.safe_open import refuse_foreign_links

log = logging.getLogger(__name__)

_OTHERS = 0o077
_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def take_over(directory: Path) -> None:
    """Make `directory` where it is absent, and remove other users' permissions from it and all files in it.

    Raises Fatal (exit status 2) where it belongs to another user, holds files that do, or permissions cannot be set.
    """
    try:
        refuse_foreign_links(directory)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileExistsError:
        raise Fatal(
            f"{directory}: the state cannot be kept there: it is no folder; move it away, or name another one in"
            " state_directory",
            ExitCode.USAGE,
        ) from None
    except OSError as error:
        raise Fatal(f"{directory}: the state cannot be kept there: {why(error)}", ExitCode.USAGE) from error
    try:
        _close_folder(opened, directory)
        for name, seen in _entries(opened):
            _close_file(opened, directory, name, seen)
    except OSError as error:
        raise Fatal(
            f"{directory}: the state's files cannot be looked at and closed to others: {error.strerror}", ExitCode.USAGE
        ) from error
    finally:
        with suppress(OSError):
            os.close(opened)


def open_new(path: Path) -> int:
    """A descriptor of the file at `path`, created without permissions for others if absent; links are not followed."""
    return os.open(path, _NEW_FILE, 0o600)


def make(path: Path) -> None:
    """Create the file at `path` where it is absent, without permissions for others, whatever the umask."""
    os.close(open_new(path))


def open_to_others(directory: Path) -> str | None:
    """What is wrong with the permissions of a state's folder; None where only its owner may read it."""
    try:
        seen = directory.stat()
    except OSError:
        return None
    if seen.st_uid != os.geteuid():
        return f"it belongs to another user (number {seen.st_uid})"
    if seen.st_mode & _OTHERS:
        return f"other users may look into it (mode {stat.S_IMODE(seen.st_mode):04o})"
    return None


def _close_folder(opened: int, directory: Path) -> None:
    seen = os.fstat(opened)
    fix = "choose another state_directory, or remove it if it is not yours"
    if seen.st_uid != os.geteuid():
        raise Fatal(
            f"{directory}: the state's folder belongs to another user (number {seen.st_uid}); {fix}", ExitCode.USAGE
        )
    if not seen.st_mode & _OTHERS:
        return
    with suppress(OSError):
        os.fchmod(opened, stat.S_IMODE(seen.st_mode) & 0o700 | 0o700)
    if os.fstat(opened).st_mode & _OTHERS:
        raise Fatal(
            f"{directory}: other users may read the state there, and its drive keeps no modes; {fix}", ExitCode.USAGE
        )
    log.warning(
        "%s: other users could look into the state's folder (mode %s); it is closed now",
        directory,
        f"{stat.S_IMODE(seen.st_mode):04o}",
    )


def _entries(opened: int) -> Iterator[tuple[str, os.stat_result]]:
    for name in os.listdir(opened):
        with suppress(FileNotFoundError):
            yield name, os.stat(name, dir_fd=opened, follow_symlinks=False)


def _close_file(opened: int, directory: Path, name: str, seen: os.stat_result) -> None:
    is_plain = stat.S_ISREG(seen.st_mode) and seen.st_nlink == 1
    if stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid():
        return
    if seen.st_uid != os.geteuid() or not is_plain:
        what = f"belongs to another user (number {seen.st_uid})" if is_plain else "is a link, or no plain file"
        raise Fatal(
            f"{directory / name}: {what}. Others may have put it there: look at it, and move it away", ExitCode.USAGE
        )
    if seen.st_mode & _OTHERS:
        # O_PATH: closing any other descriptor of a database would take this process's locks from it (fcntl(2))
        file = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=opened)
        try:
            Path(f"/proc/self/fd/{file}").chmod(stat.S_IMODE(seen.st_mode) & 0o600 | 0o600)
        finally:
            os.close(file)
