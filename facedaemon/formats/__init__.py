"""What is in a photo's file without decoding it: the segments, chunks, boxes and directories of its container.

One module for each container. All take a binary file that can seek, read little of it at a time, and go on past
whatever they do not know. How many pieces are looked at is limited, so that a hostile file costs a bounded time.
"""

from facedaemon.formats import bmff, heif, jpeg, jxl, png, tiff, webp
from facedaemon.formats.container import Container, container_of, kind_of

__all__ = ["Container", "bmff", "container_of", "heif", "jpeg", "jxl", "kind_of", "png", "tiff", "webp"]
