"""Pictures that were cut before, kept in `$XDG_CACHE_HOME/facedaemon` up to a limit, for this user alone.

They lie in a folder of the state's id: a state that was made anew numbers other photos and finds no picture of the old
one. What does not fit is removed, the longest unused first, whichever state it is of.
"""

import hashlib
import logging
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from facedaemon import private
from facedaemon.errors import Fatal

log = logging.getLogger(__name__)

MOST_BYTES = 200 << 20  # about 25,000 faces
_KEPT = 0.9  # of the limit, after something was removed
_PART = ".part"  # a file that is being written


@dataclass(frozen=True, slots=True)
class _Kept:
    path: Path
    size: int
    used: float


class PictureCache:
    """The cache of one user; for several threads, and several servers at once.

    Where it cannot be used it stays empty, and nothing fails.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        """In `folder`, made when it is first needed."""
        self._folder, self._most = folder, most_bytes
        self._lock = Lock()
        self._size: int | None = None
        self._is_usable = True

    def get(self, state: str, key: str) -> bytes | None:
        """The picture with this key; None where it is not kept."""
        path = self._path(state, key)
        try:
            with path.open("rb") as opened:
                data = opened.read()
            os.utime(path)
        except OSError:
            return None
        return data or None

    def put(self, state: str, key: str, picture: bytes) -> None:
        """Keep a picture: whole or not at all."""
        with self._lock:
            if not self._is_usable or not self._is_open():
                return
            path = self._path(state, key)
            part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_PART}")
            try:
                for folder in reversed(path.parents[:3]):
                    folder.mkdir(mode=0o700, exist_ok=True)
                with open(private.open_new(part), "wb") as opened:  # noqa: PTH123 - a descriptor
                    opened.write(picture)
                part.replace(path)
            except OSError as error:
                with suppress(OSError):
                    part.unlink()
                log.info("%s: the picture is not kept: %s", path, error.strerror)
                return
            self._size = (self._size or 0) + len(picture)
            if self._size > self._most:
                self._make_room()

    def _is_open(self) -> bool:
        """Make the folder this user's alone, and count what is in it, once."""
        if self._size is None:
            try:
                private.take_over(self._folder)
            except Fatal as error:
                log.warning("pictures are not kept: %s", error)
                self._is_usable = False
                return False
            self._size = sum(each.size for each in self._all())
        return True

    def _make_room(self) -> None:
        kept = sorted(self._all(), key=lambda each: each.used)
        self._size = sum(each.size for each in kept)
        for each in kept:
            if self._size <= _KEPT * self._most:
                break
            with suppress(OSError):
                each.path.unlink()
            self._size -= each.size

    def _all(self) -> list[_Kept]:
        found = []
        for folder, _, names in os.walk(self._folder):
            for name in names:
                with suppress(OSError):
                    seen = os.lstat(path := Path(folder, name))
                    found.append(_Kept(path, seen.st_size, seen.st_mtime))
        return found

    def _path(self, state: str, key: str) -> Path:
        name = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
        return self._folder / "faces" / _folder_name(state) / name[:2] / f"{name[2:]}.jpg"


def _folder_name(state: str) -> str:
    """The state's id as a folder's name; it comes from a file and may be anything."""
    return state if state.isascii() and state.isalnum() else hashlib.sha256(state.encode()).hexdigest()
