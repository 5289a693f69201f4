"""Pictures for people to look at, as JPEG; files are opened and decoded as for the analysis."""

from dataclasses import dataclass
from pathlib import Path

from facedaemon.errors import PhotoError
from facedaemon.values import AS_THE_FILE_SAYS, Display, Region
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.crops import as_jpeg, face_crop, needed_side, whole
from facedaemon.vision.decode import Source, decode, open_source


class AnotherPicture(PhotoError):
    """The file shows another picture than the one that was analysed."""


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """A photo below `root`, displayed as it was analysed; `content` is the digest that its picture had then."""

    path: Path
    root: Path
    content: str | None
    display: Display = AS_THE_FILE_SAYS


def face_jpeg(photo: ShownPhoto, face: Region, side: int) -> bytes:
    """A square of `side` pixels around the face. Raises PhotoError; AnotherPicture where it is one by now."""
    source = _source(photo)
    return as_jpeg(face_crop(_pixels(source, needed_side(face, source.size, side)), face, side))


def photo_jpeg(photo: ShownPhoto, side: int, box: Region | None = None) -> bytes:
    """The whole photo, its longer side at most `side` pixels, with a box drawn on it. Raises PhotoError as above."""
    return as_jpeg(whole(_pixels(_source(photo), side), side, box))


def _source(photo: ShownPhoto) -> Source:
    source = open_source(photo.path, photo.root, photo.display)
    if source.content != photo.content:
        raise AnotherPicture(photo.path, "it shows another picture than the one that was analysed")
    return source


def _pixels(source: Source, side: int) -> Pixels:
    return decode(source, side).pixels
