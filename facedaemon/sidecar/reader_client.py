"""Embedded metadata, read in a sandboxed process: the daemon's side; `reader_worker` is the other."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from facedaemon.process_messages import Bytes, sensible
from facedaemon.sandboxed_process import SandboxedProcess
from facedaemon.sidecar.embedded import Embedded
from facedaemon.sidecar.tree import NotXmp
from facedaemon.values import Size

READER = SandboxedProcess("facedaemon.sidecar.reader_worker", "reading its metadata")


def embedded_in(photo: Path, descriptor: int) -> Embedded:
    """The metadata of the photo open as `descriptor`. Raises PhotoError, whatever is wrong with it."""
    answer = READER.ask_about(photo, descriptor, wanted="embedded")
    with sensible(photo, READER.task):
        return unpacked(answer.values, answer.payload)


def exif_and_iptc_of(photo: Path, descriptor: int) -> tuple[bytes, bytes]:
    """The photo's EXIF and IPTC, an XMP packet each. Raises PhotoError; NotXmp where they cannot be carried over."""
    answer = READER.ask_about(photo, descriptor, wanted="mapped")
    if (reason := answer.values.get("refused")) is not None:
        raise NotXmp(str(reason))
    with sensible(photo, READER.task):
        data, length = answer.payload.tobytes(), int(answer.values["exif_length"])
        return data[:length], data[length:]


def packed(found: Embedded) -> tuple[dict[str, Any], Bytes]:
    """The metadata as JSON values, and its two blocks of bytes, concatenated."""
    words = asdict(found)
    packet, exif = words.pop("packet"), words.pop("exif_block")
    words |= {"packet_length": len(packet), "has_exif": exif is not None}
    return words, np.frombuffer(packet + (exif or b""), np.uint8)


def unpacked(words: dict[str, Any], payload: Bytes) -> Embedded:
    """What `packed` packed. Raises ValueError, TypeError and KeyError for anything else."""
    values = {name: words[name] for name in Embedded.__slots__ if name in words}
    data, length = payload.tobytes(), int(words["packet_length"])
    if (size := values["size"]) is not None:
        values["size"] = Size(int(size["width"]), int(size["height"]))
    if not all(fits(values[name]) for name, fits in _FITTING.items()):
        raise ValueError("a value of another type")
    return Embedded(packet=data[:length], exif_block=data[length:] if words["has_exif"] else None, **values)


def _is_orientation(value: object) -> bool:
    return isinstance(value, int) and 1 <= value <= 8


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_FITTING: dict[str, Callable[[Any], bool]] = {
    "orientation": lambda value: value is None or _is_orientation(value),
    "turn": _is_orientation,
    "upright": lambda value: isinstance(value, bool),
    "compressed": lambda value: isinstance(value, bool),
    "incomplete": lambda value: value is None or _is_text(value),
    "taken": _is_text,
    "digitized": _is_text,
    "problems": lambda value: isinstance(value, list) and all(map(_is_text, value)),
}
