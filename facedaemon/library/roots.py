"""Finds the folders of digiKam's album roots on this machine (docs/digikam-database.md 2)."""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from facedaemon.mountinfo import MOUNTINFO, Mount
from facedaemon.mountinfo import mounts as read_mounts

_HIDDEN = 1
_NOT_THROUGH_LINKS = os.O_NOFOLLOW | os.O_CLOEXEC
_UUID_BYTES = 36
UUID_FILE = Path(".dtrash", "digikam.uuid")


@dataclass(frozen=True, slots=True)
class RootRow:
    """A row of AlbumRoots as it stands."""

    id: int
    label: str
    status: int
    identifier: str
    specific_path: str


@dataclass(frozen=True, slots=True)
class Root:
    """An album root: the folder it is, or None and the reason why it cannot be reached now."""

    id: int
    label: str
    path: Path | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the kernel and udev list mounts and disks."""

    mounts: Path = MOUNTINFO
    by_uuid: Path = Path("/dev/disk/by-uuid")
    by_label: Path = Path("/dev/disk/by-label")


def resolve(rows: Iterable[RootRow], machine: Machine) -> tuple[Root, ...]:
    """Each album root with its folder, in the order of `rows`. Changes nothing; a root that is away is no error."""
    mounts = read_mounts(machine.mounts)
    return tuple(_resolve(row, machine, mounts) for row in rows)


def _resolve(row: RootRow, machine: Machine, mounts: list[Mount]) -> Root:
    label = row.label or row.identifier
    if row.status == _HIDDEN:
        return Root(row.id, label, None, "the collection is hidden in digiKam")
    kind, values = _parse(row.identifier)
    wanted = values.get("fileuuid", [""])[0].strip().lower()
    candidates = list(dict.fromkeys(_candidates(kind, values, row.specific_path, machine, mounts)))
    if wanted:
        candidates += [path for path in _below_disks(mounts, row.specific_path) if _uuid_in(path) == wanted]
        # a folder that has the collection's UUID is preferred to one without any
        candidates.sort(key=lambda path: _uuid_in(path) != wanted)
    reasons = []
    for path in candidates:
        reason = _unfit(path, wanted)
        if reason is None:
            return Root(row.id, label, path)
        reasons.append(f"{path} {reason}")
    return Root(row.id, label, None, "; ".join(reasons) or f"no mounted disk or folder answers to '{row.identifier}'")


def _parse(identifier: str) -> tuple[str, dict[str, list[str]]]:
    """The scheme ("volumeid") and the percent-decoded values of each key; a key may come more than once."""
    kind, _, query = identifier.partition(":?")
    values: dict[str, list[str]] = {}
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        # Qt's QUrlQuery leaves "+" alone, so not unquote_plus
        values.setdefault(key.lower(), []).append(unquote(value, errors="surrogateescape"))
    return kind.lower(), values


def _candidates(
    kind: str, values: dict[str, list[str]], specific: str, machine: Machine, mounts: list[Mount]
) -> Iterator[Path]:
    if kind == "networkshareid":
        yield from _absolute(values.get("mountpath", []))
        return
    yield from _absolute(values.get("path", []))  # an absolute folder: the specific path does not count
    for uuid in values.get("uuid", []):
        yield from (_below(mount.point, specific) for mount in _of_disk(machine.by_uuid, uuid, mounts))
    for disk in values.get("label", []):
        yield from (_below(mount.point, specific) for mount in _of_disk(machine.by_label, disk, mounts))
    yield from (_below(point, specific) for point in _absolute(values.get("mountpath", [])))


def _absolute(texts: Iterable[str]) -> Iterator[Path]:
    # normalised without following links: digiKam writes "/mnt/x/", and a relative path means nothing here
    yield from (Path(os.path.normpath(text)) for text in texts if text.startswith("/"))


def _below(point: Path, specific: str) -> Path:
    return Path(os.path.normpath(f"{point}/{specific}"))


def _below_disks(mounts: list[Mount], specific: str) -> Iterator[Path]:
    # only disks: asking a network share that hangs would hang us too
    yield from (_below(mount.point, specific) for mount in mounts if mount.device.startswith("/dev/"))


def _of_disk(folder: Path, name: str, mounts: list[Mount]) -> list[Mount]:
    """The mounts of the disk that udev lists in `folder` under `name`, whatever its case."""
    try:
        links = [entry for entry in folder.iterdir() if _udev_name(entry.name).lower() == name.lower()]
    except OSError:
        return []
    devices = {os.path.realpath(link) for link in links}
    # the mounted name may itself be a link (/dev/mapper/luks-... -> /dev/dm-0)
    return [mount for mount in mounts if os.path.realpath(mount.device) in devices]


def _udev_name(text: str) -> str:
    """A name below /dev/disk, where udev writes special characters in hexadecimal."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), text)


def _uuid_in(root: Path) -> str | None:
    """The UUID that digiKam 8 stored in the folder, in lower case; None without one.

    Others may write there: only a plain file of that length is read, without waiting.
    """
    try:
        folder = os.open(root / UUID_FILE.parent, os.O_RDONLY | os.O_DIRECTORY | _NOT_THROUGH_LINKS)
    except OSError:
        return None
    try:
        opened = os.open(UUID_FILE.name, os.O_RDONLY | os.O_NONBLOCK | _NOT_THROUGH_LINKS, dir_fd=folder)
        try:
            seen = os.fstat(opened)
            if not stat.S_ISREG(seen.st_mode) or seen.st_size > _UUID_BYTES + 2:  # and a line's end
                return None
            return os.read(opened, _UUID_BYTES).decode("ascii", "replace").strip().lower() or None
        finally:
            os.close(opened)
    except OSError:
        return None
    finally:
        os.close(folder)


def _unfit(path: Path, wanted: str) -> str | None:
    """Why the folder cannot be the collection; None where it can."""
    try:
        with os.scandir(path) as entries:
            empty = next(entries, None) is None
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if empty:
        return "is empty: is its drive mounted?"
    found = _uuid_in(path)
    if wanted and found is not None and found != wanted:
        return f"holds another collection (its {UUID_FILE} says {found})"
    return None
