"""Scans folders: every photo with its fingerprint, and every folder that could not be read."""

import errno
import os
import stat
import struct
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from facedaemon.mountinfo import mounts
from facedaemon.safe_open import open_beneath, open_root
from facedaemon.values import Fingerprint
from facedaemon.watch.mounts import ChangeTimes, is_without_photos, without_photos
from facedaemon.watch.names import is_excluded, is_photo_name


@dataclass(frozen=True, slots=True)
class Found:
    """A photo that was found."""

    path: Path
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A folder that could not be read: no photo in it or below may count as deleted.

    `is_root` is True for a whole root (a drive unplugged, a share unmounted). `reason` is a clause without the path.
    """

    folder: Path
    reason: str
    is_root: bool


@dataclass(frozen=True, slots=True)
class FolderListed:
    """A folder is being read: reports progress of the scan, several times for a large folder."""

    folder: Path


ScanEvent = Found | Unreadable | FolderListed

_SEEN = struct.Struct("<qqqq?")  # a fingerprint, and whether the time of change is one

OFTEN = 1000  # entries of one folder between two events; on a slow share each costs a round trip


def scan_tree(roots: Sequence[Path], exclude: Sequence[str]) -> Iterator[ScanEvent]:
    """Every photo below `roots`, folder by folder in order of names, by one `stat` a photo.

    Symbolic links below a root are not followed: their targets are found in their own place, or lie outside the roots.
    A root that is absent, empty, or another folder than when its scan began gives one Unreadable. It may come **after**
    photos of the same root: what is missing is known only after the whole scan. Raises nothing.
    """
    times = ChangeTimes()
    for root in roots:
        yield from _scan_root(root, exclude, times)


def scan_below(folders: Sequence[Path], root: Path, exclude: Sequence[str]) -> Iterator[ScanEvent]:
    """As `scan_tree`, for some folders inside `root`; those that are excluded by their path are left out.

    A folder that does not exist gives nothing (its photos are deleted, if the root is there); a root that is away gives
    one Unreadable for the root.
    """
    if (problem := root_problem(root)) is not None:
        yield Unreadable(root, problem, is_root=True)
        return
    times = ChangeTimes()
    for folder in folders:
        inside = folder.relative_to(root).parts
        if not any(is_excluded(name, exclude) for name in inside):
            yield from _scan_folders(folder, root, exclude, times)
    if (problem := root_problem(root)) is not None:
        yield Unreadable(root, problem, is_root=True)


def root_problem(root: Path) -> str | None:
    """Why a root's photos cannot be known now; None where the root is there and is not empty."""
    if (kind := is_without_photos(Path(os.path.realpath(root)), mounts())) is not None:
        return f"lies on a file system of the kind {kind}, which holds no photos"
    try:
        opened = open_root(root)
        try:
            with os.scandir(opened) as entries:
                empty = next(entries, None) is None
        finally:
            os.close(opened)
    except OSError as error:
        return _clause(error)
    # an unmounted drive leaves an empty root; for a library that really became empty this does no harm
    return "is empty, as the place of a drive that is not mounted" if empty else None


def _scan_root(root: Path, exclude: Sequence[str], times: ChangeTimes) -> Iterator[ScanEvent]:
    if (problem := root_problem(root)) is not None:
        yield Unreadable(root, problem, is_root=True)
        return
    before = _identity(root)
    yield from _scan_folders(root, root, exclude, times)
    if _identity(root) != before:
        yield Unreadable(root, "was unmounted or replaced while it was looked through", is_root=True)


def _scan_folders(top: Path, root: Path, exclude: Sequence[str], times: ChangeTimes) -> Iterator[ScanEvent]:
    closed = _closed(root)
    # the names still to do in each folder above, the next one last: full paths would take much more memory
    waiting = [(top, ["."])] if closed.isdisjoint((top, *top.parents)) else []
    while waiting:
        above, names = waiting[-1]
        if not names:
            waiting.pop()
            continue
        folder = above / names.pop()
        if folder in closed:
            continue
        yield FolderListed(folder)
        try:
            photos, folders = yield from _list(folder, root, exclude, times)
        except (FileNotFoundError, NotADirectoryError):
            continue  # deleted or replaced by a file since its parent was listed: deleted like its photos
        except OSError as error:
            yield Unreadable(folder, _clause(error), is_root=False)
            continue
        while photos:
            yield _unpacked(folder, photos.pop())
        folders.sort(reverse=True)
        waiting.append((folder, folders))


def _closed(root: Path) -> frozenset[Path]:
    """The folders below `root` where the kernel or containers mount file systems without photos."""
    real = Path(os.path.realpath(root))
    return frozenset(root / point.relative_to(real) for point in without_photos(real, mounts()))


def folders_below(root: Path, exclude: Sequence[str]) -> Iterator[Path]:
    """`root` and every folder below it that is scanned; those that cannot be read are left out."""
    closed = _closed(root)
    for folder, names, _ in os.walk(root):
        yield Path(folder)
        names[:] = [name for name in names if not is_excluded(name, exclude) and Path(folder, name) not in closed]


def _list(
    folder: Path, root: Path, exclude: Sequence[str], times: ChangeTimes
) -> Generator[FolderListed, None, tuple[list[bytes], list[str]]]:
    """The photos in one folder, packed, the first by name last; and the names of the folders in it.

    It is opened below its root and read through its descriptor, so that no part of its path can be swapped for a link.
    """
    descriptor = open_beneath(folder, root, os.O_RDONLY | os.O_DIRECTORY)
    photos: list[bytes] = []
    folders: list[str] = []
    try:
        with os.scandir(descriptor) as entries:
            for number, entry in enumerate(entries, 1):
                if number % OFTEN == 0:
                    yield FolderListed(folder)
                name = entry.name
                if is_excluded(name, exclude):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                elif is_photo_name(name) and (fingerprint := _fingerprint(entry, folder, times)) is not None:
                    photos.append(_packed(name, fingerprint))
    finally:
        os.close(descriptor)
    photos.sort(reverse=True)
    return photos, folders


def _packed(name: str, seen: Fingerprint) -> bytes:
    """A photo packed into a fifth of the memory, since a folder may hold a million. Sorts by name."""
    numbers = _SEEN.pack(seen.size, seen.mtime_ns, seen.inode, seen.ctime_ns or 0, seen.ctime_ns is not None)
    return b"%b\0%b" % (os.fsencode(name), numbers)


def _unpacked(folder: Path, photo: bytes) -> Found:
    name, _, numbers = photo.partition(b"\0")
    size, mtime_ns, inode, ctime_ns, has_ctime = _SEEN.unpack(numbers)
    return Found(folder / os.fsdecode(name), Fingerprint(size, mtime_ns, inode, ctime_ns if has_ctime else None))


def _fingerprint(entry: os.DirEntry[str], folder: Path, times: ChangeTimes) -> Fingerprint | None:
    """The fingerprint; None for anything but a plain file (links, pipes), and for a file deleted meanwhile."""
    try:
        seen = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(seen.st_mode):
        return None
    return Fingerprint.of(seen, times.of(seen, folder))


def fingerprint(path: Path, root: Path | None = None) -> Fingerprint | None:
    """The fingerprint of one photo, as a scan gives it; None where there is no such regular file.

    A link below `root` counts as no file. Raises OSError where its folder cannot be read: then nothing is known of the
    photo.
    """
    try:
        seen = path.lstat() if root is None else _stat_below(path, root)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise
    if not stat.S_ISREG(seen.st_mode):
        return None
    return Fingerprint.of(seen, ChangeTimes().of(seen, path.parent))


def _stat_below(path: Path, root: Path) -> os.stat_result:
    folder = open_beneath(path.parent, root, os.O_PATH | os.O_DIRECTORY)
    try:
        return os.stat(path.name, dir_fd=folder, follow_symlinks=False)
    finally:
        os.close(folder)


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        seen = root.stat()
    except OSError:
        return None
    return seen.st_dev, seen.st_ino


def _clause(error: OSError) -> str:
    words = {
        FileNotFoundError: "is not there",
        NotADirectoryError: "is not a folder",
        PermissionError: "may not be read by this user",
    }
    if error.errno == errno.ELOOP:
        return "is reached through a link, which is not followed"
    return words.get(type(error), f"cannot be read: {error.strerror}")
