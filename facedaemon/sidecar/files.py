"""Files opened without following links below the root, and read only if they are plain files."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from facedaemon.errors import PhotoError
from facedaemon.safe_open import let_go, open_beneath
from facedaemon.sidecar.tree import MAX_BYTES

_NOT_THROUGH_LINKS = os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def folder_of(path: Path, root: Path | None) -> Iterator[int]:
    """The open folder that `path` lies in; below `root` no symbolic link is followed on the way to it.

    Without a root the folder is opened as it is named. Raises PhotoError naming `path`.
    """
    opened = _open_folder(path, root)
    try:
        yield opened
    finally:
        let_go(opened)


def _open_folder(path: Path, root: Path | None) -> int:
    parent = path.parent
    if root is not None:
        above, steps = root.parts, parent.parts
        if steps[: len(above)] != above or parent.is_absolute() != root.is_absolute():
            raise PhotoError(path, f"it lies outside the folder {root}")
        if ".." in steps[len(above) :]:
            raise PhotoError(path, "its path leads upwards")
    try:
        if root is None:
            return os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        return open_beneath(parent, root, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise PhotoError(path, "a folder on the way to it is a symbolic link or a file") from None
        raise PhotoError(path, f"its folder cannot be opened: {error.strerror}") from error


def open_plain(path: Path, folder: int) -> int:
    """A file descriptor for reading. Raises PhotoError for a link, a folder, a pipe, a device; FileNotFoundError."""
    try:
        # O_NONBLOCK: opening a pipe must not wait for somebody to write
        opened = os.open(path.name, os.O_RDONLY | os.O_NONBLOCK | _NOT_THROUGH_LINKS, dir_fd=folder)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise PhotoError(path, _why_not_opened(error)) from None
    try:
        is_plain = stat.S_ISREG(os.fstat(opened).st_mode)
    except OSError as error:
        let_go(opened)
        raise PhotoError(path, f"it cannot be read: {error.strerror}") from None
    if not is_plain:
        let_go(opened)
        raise PhotoError(path, "it is not a plain file")
    return opened


def _why_not_opened(error: OSError) -> str:
    if error.errno == errno.ELOOP:  # O_NOFOLLOW
        return "it is a symbolic link"
    if error.errno == errno.ENAMETOOLONG:
        return f"{error.strerror}; give the photo a shorter name, or set sidecar.naming: stem (IMG.xmp for IMG.JPG)"
    return f"it cannot be read: {error.strerror}"


@contextmanager
def own_photo(photo: Path, folder: int) -> Iterator[int]:
    """The open photo, whose folder is open; errors while it is read raise PhotoError, too."""
    try:
        opened = open_plain(photo, folder)
    except FileNotFoundError:
        raise PhotoError(photo, "it is gone") from None
    try:
        yield opened
    except OSError as error:
        raise PhotoError(photo, f"it cannot be read: {error.strerror}") from error
    finally:
        let_go(opened)


def read_small(path: Path, folder: int) -> bytes | None:
    """All bytes of a sidecar, or None where there is none. Raises PhotoError, also for one that is too large."""
    found = read_with_owner(path, folder)
    return None if found is None else found[0]


def read_with_owner(path: Path, folder: int) -> tuple[bytes, int] | None:
    """The same, with the number of the user whose file these bytes are."""
    try:
        opened = open_plain(path, folder)
    except FileNotFoundError:
        return None
    try:
        data, owner = _all_of(opened), os.fstat(opened).st_uid
    except OSError as error:
        raise PhotoError(path, f"it cannot be read: {error.strerror}") from error
    finally:
        let_go(opened)
    if len(data) > MAX_BYTES:
        raise PhotoError(path, f"it is larger than {MAX_BYTES // 1024 // 1024} MiB")
    return data, owner


def _all_of(opened: int) -> bytes:
    """The bytes from here to the end, but at most one more than allowed."""
    pieces, left = [], MAX_BYTES + 1
    while left and (piece := os.read(opened, min(left, 1 << 20))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
