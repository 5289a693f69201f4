"""Replaces a file whole or not at all, and only if it is still the one that was read."""

import errno
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from facedaemon.digests import digest
from facedaemon.errors import ExitCode, PhotoError, Unavailable
from facedaemon.sidecar.exchange import Lease, exchange, lease
from facedaemon.sidecar.files import folder_of, read_small
from facedaemon.values import Fingerprint

_FULL = {errno.ENOSPC, errno.EDQUOT}
_NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_NO_ATTRIBUTES = {errno.EOPNOTSUPP, errno.EPERM, errno.EACCES, errno.ENODATA}


@dataclass(frozen=True, slots=True)
class Edit:
    """A planned change of one file.

    `before` are the bytes that were read (None: there was no file), `after` the new ones (None: the file is removed).
    Below `root` no symbolic link is followed. A new file gets no permission that the file `beside` does not have.
    """

    path: Path
    root: Path | None
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)
    beside: str | None = None

    @property
    def before_digest(self) -> str | None:
        """The digest of `before`."""
        return None if self.before is None else digest(self.before)

    @property
    def after_digest(self) -> str | None:
        """The digest of `after`."""
        return None if self.after is None else digest(self.after)

    @property
    def leftover(self) -> Path:
        """The temporary file that a crash may leave behind."""
        return leftover(self.path)


def leftover(path: Path) -> Path:
    """The temporary file used when `path` is replaced: hidden, in the same folder, known from the path alone.

    The name is short, so that a sidecar with a name of 255 bytes has one too.
    """
    name = hashlib.blake2b(os.fsencode(path.name), digest_size=8).hexdigest()
    return path.with_name(f".facedaemon-{name}.tmp")


def apply(edit: Edit) -> Fingerprint | None:
    """Carry out the edit, durably; returns the new file's fingerprint, None for a removed one.

    Owner, group, mode and extended attributes stay; a new file follows the umask. Raises PhotoError (not done,
    with the reason), Unavailable (disk full or quota reached: not done, try later).
    """
    try:
        with folder_of(edit.path, edit.root) as folder:
            _refuse_unless_unchanged(edit, folder)
            if edit.after is None:
                _remove(edit, folder)
                os.fsync(folder)
                return None
            return _replace(edit, edit.after, folder)
    except OSError as error:
        if error.errno in _FULL:
            raise Unavailable(
                f"{edit.path}: cannot be written: {error.strerror}; free some space", ExitCode.USAGE
            ) from error
        raise PhotoError(edit.path, f"it cannot be written: {error.strerror}") from error


def remove_leftover(path: Path, root: Path | None) -> bool:
    """Remove what a crash left beside `path`; returns whether there was anything. Raises PhotoError."""
    try:
        with folder_of(path, root) as folder:
            # looked for first: on a file system mounted read-only removing fails, whether it is there or not
            os.stat(leftover(path).name, dir_fd=folder, follow_symlinks=False)
            os.unlink(leftover(path).name, dir_fd=folder)
            os.fsync(folder)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise PhotoError(leftover(path), f"it cannot be removed: {error.strerror}") from error
    return True


def current(path: Path, root: Path | None) -> bytes | None:
    """The present bytes of `path`, None where there is no such file. Raises PhotoError where it cannot be read."""
    with folder_of(path, root) as folder:
        return read_small(path, folder)


def _refuse_unless_unchanged(edit: Edit, folder: int) -> None:
    if read_small(edit.path, folder) != edit.before:
        raise PhotoError(edit.path, "somebody else has changed it since it was read; it is left alone")
    if edit.before is not None and not os.stat(edit.path.name, dir_fd=folder, follow_symlinks=False).st_mode & 0o222:
        raise PhotoError(edit.path, "it is write-protected")


def _replace(edit: Edit, after: bytes, folder: int) -> Fingerprint:
    temporary = edit.leftover.name
    _unlink_if_there(temporary, folder)  # ours, from a crash: nobody else makes this name
    try:
        _write(edit, after, temporary, folder)
        _refuse_unless_unchanged(edit, folder)
        _move(temporary, edit, folder)
    except BaseException:
        _unlink_if_there(temporary, folder)
        raise
    os.fsync(folder)
    status = os.stat(edit.path.name, dir_fd=folder, follow_symlinks=False)
    if read_small(edit.path, folder) != after:
        raise PhotoError(edit.path, "it does not hold what was written; the disk may be failing, or somebody wrote too")
    return Fingerprint.of(status)


def _write(edit: Edit, after: bytes, temporary: str, folder: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    photo = os.stat(edit.beside, dir_fd=folder, follow_symlinks=False) if edit.beside and edit.before is None else None
    mode = 0o666 if photo is None else photo.st_mode & 0o666 | 0o600
    opened = os.open(temporary, flags, mode if edit.before is None else 0o600, dir_fd=folder)
    with os.fdopen(opened, "wb", buffering=0) as file:
        if photo is not None:
            _close_to_other_groups(photo, opened)
        rest = memoryview(after)
        while rest:
            rest = rest[file.write(rest) :]
        if edit.before is not None:
            _copy_rights(edit.path.name, opened, folder)
        os.fsync(opened)


def _close_to_other_groups(photo: os.stat_result, opened: int) -> None:
    """A group other than the photo's gets no access: who may not read a photo may not read who is in it."""
    own = os.fstat(opened)
    if own.st_mode & 0o060 and photo.st_gid != own.st_gid:
        try:
            os.fchown(opened, -1, photo.st_gid)
        except OSError:  # the group is none of ours
            os.fchmod(opened, own.st_mode & 0o707)


def _copy_rights(name: str, opened: int, folder: int) -> None:
    """Copy owner, group, extended attributes (with access control lists) and mode of the file to be replaced."""
    old = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=folder)
    try:
        status, own = os.fstat(old), os.fstat(opened)
        if (status.st_uid, status.st_gid) != (own.st_uid, own.st_gid):
            os.fchown(opened, status.st_uid, status.st_gid)
        try:
            for attribute in os.listxattr(old):
                os.setxattr(opened, attribute, os.getxattr(old, attribute))
        except OSError as error:
            if error.errno not in _NO_ATTRIBUTES:
                raise
        os.fchmod(opened, status.st_mode & 0o7777)
    finally:
        os.close(old)


def _move(temporary: str, edit: Edit, folder: int) -> None:
    """Move the new file into place; where no file was expected, one that another program just made is not replaced."""
    if edit.before is None:
        try:
            os.link(temporary, edit.path.name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError:
            raise PhotoError(edit.path, "somebody else has made it in the meantime; it is left alone") from None
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:  # FAT and some network drives have none
                raise
        else:
            os.unlink(temporary, dir_fd=folder)
            return
        os.rename(temporary, edit.path.name, src_dir_fd=folder, dst_dir_fd=folder)
    else:
        _change_places(temporary, edit, folder)


def _change_places(temporary: str, edit: Edit, folder: int) -> None:
    """Like a rename, but the replaced file is checked, as it was at that moment, before it is removed."""
    name = edit.path.name
    with lease(name, folder) as leased:
        if not exchange(temporary, name, folder):
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            return
        try:
            _refuse_unless_alone(temporary, edit, leased, folder)
        except BaseException:
            exchange(temporary, name, folder)  # restores what another program wrote in the meantime
            if read_small(edit.leftover, folder) != edit.after:
                exchange(temporary, name, folder)  # unless they have replaced ours by something newer still
            raise
        os.unlink(temporary, dir_fd=folder)


def _remove(edit: Edit, folder: int) -> None:
    """Remove the file, if it was the one that was read until the last moment."""
    name, temporary = edit.path.name, edit.leftover.name
    _unlink_if_there(temporary, folder)
    with lease(name, folder) as leased:
        os.rename(name, temporary, src_dir_fd=folder, dst_dir_fd=folder)
        try:
            _refuse_unless_alone(temporary, edit, leased, folder)
        except BaseException:
            _put_back(temporary, name, folder)
            raise
        os.unlink(temporary, dir_fd=folder)


def _put_back(temporary: str, name: str, folder: int) -> None:
    """Give the file its name back, unless another program has made a new one."""
    try:
        os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        os.unlink(temporary, dir_fd=folder)
    except FileExistsError:
        os.unlink(temporary, dir_fd=folder)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)


def _refuse_unless_alone(temporary: str, edit: Edit, leased: Lease, folder: int) -> None:
    """Raises PhotoError unless the file moved to `temporary` is the one that was read, and no program writes to it."""
    if read_small(edit.path.with_name(temporary), folder) != edit.before or leased.is_disputed:
        raise PhotoError(edit.path, "somebody else is changing it at this very moment; it is left alone")


def _unlink_if_there(name: str, folder: int) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
