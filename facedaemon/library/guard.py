"""Checks the files beside an SQLite database, in a folder where others may write, before SQLite uses them.

SQLite uses any file that has the name of its journal or log: it rolls a journal back, and deletes the file that the
journal names as its super-journal (https://sqlite.org/fileformat2.html, "The Rollback Journal"). So a file that another
user puts there could forge rows, delete files and block readers.
"""

import fcntl
import os
import stat
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from facedaemon.errors import ExitCode, Fatal, Unavailable

MOST_BYTES = 1 << 30  # of a journal or log; digiKam checkpoints its logs at 4 MB
_MAGIC = bytes.fromhex("d9d505f920a163d7")  # a journal begins with it; one that ends with it names a super-journal
_JOURNAL, _LOG, _INDEX = "-journal", "-wal", "-shm"

# os_unix.c: a lock on the byte RESERVED means that its holder is writing, so a journal is in use and not left by a
# crash; a lock on one of the bytes SHARED prevents a checkpoint of the log
_RESERVED, _SHARED = 0x40000001, 0x40000002


class Guard:
    """One database file, held open, and the folder that it lies in. For one reading or writing."""

    def __init__(self, path: Path, folder: int, database: int) -> None:
        """Use `guarded`."""
        self.path = path
        self._folder = folder
        self._database = database
        self._owner = os.fstat(database).st_uid

    def check(self) -> None:
        """Raises Unavailable, with the reason, where a file beside the database must not be used."""
        for suffix in (_JOURNAL, _LOG, _INDEX):
            with suppress(FileNotFoundError):
                self._refuse_foreign(suffix, self._stat(suffix))

    def check_opened(self) -> None:
        """The same for the files that SQLite has open now, also where their names belong to other files by now."""
        self.check()
        for number in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names are all that is needed
            with suppress(OSError):
                name = str(Path(f"/proc/self/fd/{number}").readlink())
                for suffix in (_JOURNAL, _LOG, _INDEX):
                    if name.startswith(f"{self.path}{suffix}"):
                        self._refuse_foreign(suffix, os.fstat(int(number)))

    def was_left_unfinished(self) -> bool:
        """Whether there is a journal to be rolled back that nobody is writing. Raises Unavailable."""
        if not self._has_journal() or not self._lock(_RESERVED):
            return False
        try:
            return self._has_journal()
        finally:
            self._unlock(_RESERVED)

    def _has_journal(self) -> bool:
        try:
            opened = self._open(_JOURNAL)
        except FileNotFoundError:
            return False
        try:
            self._refuse_super(opened)
            return os.pread(opened, 1, 0) not in (b"", b"\0")
        finally:
            os.close(opened)

    def copy_to(self, folder: Path) -> Path | None:
        """A copy of the database with its log or journal in `folder`; None where one of them changed meanwhile.

        Raises Unavailable for what SQLite may not use.
        """
        before = self._stamps()
        _copy(self._database, folder / self.path.name)
        for suffix in (_LOG, _JOURNAL):
            try:
                opened = self._open(suffix)
            except FileNotFoundError:
                continue
            try:
                if suffix == _JOURNAL:
                    self._refuse_super(opened)
                _copy(opened, folder / f"{self.path.name}{suffix}")
                if suffix == _JOURNAL:
                    self._refuse_super_in(folder / f"{self.path.name}{suffix}")
            finally:
                os.close(opened)
        return folder / self.path.name if before == self._stamps() else None

    @contextmanager
    def writing(self, seconds: float) -> Iterator[None]:
        """Hold SQLite's write locks, so that nobody rolls back a journal as if a crash had left it.

        They also prevent a checkpoint. Waits until no other program is writing; raises Unavailable after `seconds`.
        """
        until = time.monotonic() + seconds
        while not self._lock(_RESERVED):
            if time.monotonic() >= until:
                raise Unavailable(f"{self.path}: another program has locked the database; it is tried again later")
            time.sleep(0.02)
        self._lock(_SHARED)
        try:
            yield
        finally:
            self._unlock(_RESERVED)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """The same for reading: a reader never rolls back; it only must not wait for a pipe."""
        self._lock(_RESERVED)
        try:
            yield
        finally:
            self._unlock(_RESERVED)

    def trust(self) -> None:
        """The files that SQLite opened were checked: it may checkpoint the log when it is closed."""
        self._unlock(_SHARED)

    def _lock(self, byte: int) -> bool:
        """Whether this process got a read lock on the byte, so that nobody writes; True where there are no locks."""
        try:
            fcntl.fcntl(self._database, fcntl.F_OFD_SETLK, _flock(fcntl.F_RDLCK, byte))
        except (BlockingIOError, PermissionError):
            return False
        except OSError:  # a file system without locks, on which SQLite has none either
            return True
        return True

    def _unlock(self, byte: int) -> None:
        with suppress(OSError):
            fcntl.fcntl(self._database, fcntl.F_OFD_SETLK, _flock(fcntl.F_UNLCK, byte))

    def _stat(self, suffix: str) -> os.stat_result:
        return os.stat(f"{self.path.name}{suffix}", dir_fd=self._folder, follow_symlinks=False)

    def _open(self, suffix: str) -> int:
        """A descriptor for reading. Raises Unavailable, FileNotFoundError."""
        self._refuse_foreign(suffix, self._stat(suffix))  # before it is opened: a device might act on that
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        opened = os.open(f"{self.path.name}{suffix}", flags, dir_fd=self._folder)
        try:
            self._refuse_foreign(suffix, os.fstat(opened))
        except BaseException:
            os.close(opened)
            raise
        return opened

    def _refuse_foreign(self, suffix: str, seen: os.stat_result) -> None:
        if not stat.S_ISREG(seen.st_mode):
            reason = "is no plain file"
        elif seen.st_uid not in {self._owner, os.geteuid(), 0}:
            reason = f"belongs to another user ({seen.st_uid}) than the database"
        elif seen.st_nlink > 1:  # it may be any file of the owner's, put there under a second name
            reason = "is known under a second name"
        elif seen.st_size > MOST_BYTES and suffix != _INDEX:
            reason = f"is larger than {MOST_BYTES >> 20} MB"
        else:
            return
        raise Unavailable(
            f"{self.path}{suffix}: {reason}: it is not used, and the library is not read or written until it is gone"
        )

    def _refuse_super(self, journal: int) -> None:
        size = os.fstat(journal).st_size
        if size >= len(_MAGIC) and os.pread(journal, len(_MAGIC), size - len(_MAGIC)) == _MAGIC and size > 512:
            raise Unavailable(
                f"{self.path}{_JOURNAL}: it names another journal, as digiKam's never does: it is not used, and the "
                "library is not read or written until it is gone"
            )

    def _refuse_super_in(self, copy: Path) -> None:
        opened = os.open(copy, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._refuse_super(opened)
        finally:
            os.close(opened)

    def _stamps(self) -> list[tuple[int, ...] | None]:
        found: list[tuple[int, ...] | None] = [_stamp(os.fstat(self._database)), _stamp(self._stat(""))]
        for suffix in (_LOG, _JOURNAL):
            try:
                found.append(_stamp(self._stat(suffix)))
            except FileNotFoundError:
                found.append(None)
        return found


@contextmanager
def guarded(path: Path) -> Iterator[Guard]:
    """The database at `path` and its folder, open. Raises Unavailable, OSError; Fatal (exit status 5) for a folder.

    A link to the database is followed where this user, or root, made it.
    """
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode) and status.st_uid not in {os.geteuid(), 0}:
        raise Unavailable(f"{path}: it is a link that another user ({status.st_uid}) made: it is not followed")
    real = path.resolve()  # SQLite keeps log and journal beside the file that a link leads to
    folder = os.open(real.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        # closing it drops the POSIX locks that this process holds on the file: so after SQLite's connection
        opened = os.open(real.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        try:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise Fatal(f"{path}: it is no plain file; {_FIX}", ExitCode.LIBRARY)
            guard = Guard(real, folder, opened)
            guard.check()
            yield guard
        finally:
            os.close(opened)
    finally:
        os.close(folder)


_FIX = "set library.digikam.database to the digikam4.db that digiKam shows, or to 'none'"


def _flock(kind: int, byte: int) -> bytes:
    """A struct flock for one byte of the file (fcntl(2))."""
    return struct.pack("@hhqqi4x", kind, os.SEEK_SET, byte, 1, 0)


def _stamp(seen: os.stat_result) -> tuple[int, ...]:
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns


def _copy(opened: int, to: Path) -> None:
    """The bytes of an open file; no more than it had at the beginning."""
    left, at = os.fstat(opened).st_size, 0
    with to.open("wb") as copy:
        while left and (piece := os.pread(opened, min(left, 1 << 20), at)):
            copy.write(piece)
            at += len(piece)
            left -= len(piece)
