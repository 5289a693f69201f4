"""The digest of what a photo shows, by which it is recognised under another name."""

import hashlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import BinaryIO

from facedaemon.formats import Container, container_of, jpeg, png, webp

_PICTURES: dict[Container | None, Callable[[BinaryIO], Iterator[tuple[int, int]]]] = {
    Container.JPEG: jpeg.picture,
    Container.PNG: png.picture,
    Container.WEBP: webp.picture,
}


def content_digest(data: bytes, orientation: int) -> str:
    """A hex digest of what makes the picture: metadata is left out of JPEG, PNG and WebP; other files count whole.

    The orientation counts, since regions are given in the displayed frame.
    """
    picture = _PICTURES.get(container_of(data))
    digest = hashlib.blake2b(digest_size=20)
    view = memoryview(data)
    for start, end in [(0, len(data))] if picture is None else picture(BytesIO(data)):
        digest.update(view[start:end])
    digest.update(b"orientation %d" % orientation)
    return digest.hexdigest()
