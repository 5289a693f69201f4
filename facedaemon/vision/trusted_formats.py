"""Which files may be decoded inside the daemon: plain JPEG and PNG, whose decoders are hardened and can be bounded."""

import struct
from io import BytesIO

import numpy as np

from facedaemon.formats import Container, container_of, jpeg

MOST_TRUSTED_BYTES = 128 << 20  # 260 megapixels of JPEG at the quality that phones use have 100 MB
_MOST_PROGRESSIVE = 16_000_000  # pixels: a progressive JPEG is held whole, 3 to 6 bytes a pixel
_MOST_PNG = 16_000_000  # pixels: a PNG cannot be decoded at a part of its size
_MOST_SEGMENTS = 500  # before the first scan; cameras write about twenty, an ICC profile or a preview may add some
_MOST_SCANS = 100  # of a progressive JPEG: each goes over the whole picture; encoders make about ten

_SEQUENTIAL, _PROGRESSIVE = {0xC0, 0xC1}, 0xC2  # markers of frames (ITU-T T.81, B.1.1.3)
_SCAN = 0xDAFF  # SOS, its bytes turned around
_BLOCK = 1 << 20


def is_trusted(data: bytes) -> bool:
    """Whether the file is a JPEG or PNG whose decoding cannot take much time or memory, whatever it holds."""
    container = container_of(data)
    if container is Container.JPEG:
        return _is_trusted_jpeg(data)
    return container is Container.PNG and _is_trusted_png(data)


def may_be_trusted(head: bytes, size: int) -> bool:
    """Whether a file of `size` bytes that begins with `head` is worth reading to ask `is_trusted`."""
    return size <= MOST_TRUSTED_BYTES and container_of(head) in (Container.JPEG, Container.PNG)


def _is_trusted_jpeg(data: bytes) -> bool:
    frames, file = [], BytesIO(data)
    for number, segment in enumerate(jpeg.segments(file)):
        if number >= _MOST_SEGMENTS:
            return False
        if (frame := jpeg.frame(file, segment)) is not None:
            frames.append(frame)
    if len(frames) != 1:
        return not frames  # a decoder stops at once where there is none; two are meant to mislead it
    size = frames[0].size
    is_held = frames[0].marker == _PROGRESSIVE and size.width * size.height <= _MOST_PROGRESSIVE
    return (frames[0].marker in _SEQUENTIAL or is_held) and _scans(data) <= _MOST_SCANS


def _scans(data: bytes) -> int:
    """How often the marker of a scan stands in the data; numpy, since `bytes.count` takes seven times as long."""
    found = 0
    for start in range(0, len(data) - 1, _BLOCK):
        for at in (start, start + 1):  # a marker may begin at any byte
            words = min(_BLOCK, len(data) - at) // 2
            found += int(np.count_nonzero(np.frombuffer(data, "<u2", words, at) == _SCAN))
    return found


def _is_trusted_png(data: bytes) -> bool:
    if data[12:16] != b"IHDR" or len(data) < 24 or data.count(b"IHDR") > 1:
        return len(data) < 24
    width, height = struct.unpack_from(">II", data, 16)
    return bool(width * height <= _MOST_PNG)
