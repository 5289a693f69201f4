"""One photo with all its faces, as the review page shows it."""

from dataclasses import dataclass
from pathlib import Path

from facedaemon.config import Config
from facedaemon.store import FaceRecord, PhotoRecord, Store
from facedaemon.values import Display, Region, Size


@dataclass(frozen=True, slots=True)
class PhotoPlace:
    """Where a photo's picture is read, and what it must show.

    `number` is the photo's in this state. `root` is the photo root that it lies below, None where it lies below none
    of the config's. `content` is the digest of the picture that was analysed. `is_away` is True where the file is known
    to be away.
    """

    number: int
    path: Path
    root: Path | None
    size: Size | None
    content: str | None
    display: Display
    is_away: bool


@dataclass(frozen=True, slots=True)
class FacePicture:
    """A face and the photo that it is cut from; `id` is the whole short id."""

    id: str
    region: Region
    photo: PhotoPlace


def photo_place(store: Store, config: Config, number: int) -> PhotoPlace | None:
    """The photo of this number; None where there is none."""
    if number >= 2**63:  # more than SQLite can be asked for
        return None
    found = store.photos.numbered({number})
    return _place(found[0], config) if found else None


def face_picture(store: Store, config: Config, face: str) -> FacePicture | None:
    """The one face whose short id begins so, in a copy of its photo that is there if one is.

    None where no face has this id, or faces of several pictures have it.
    """
    faces = store.faces.with_short_id(face)
    if len({each.short_id for each in faces}) != 1:
        return None
    photos = {photo.id: _place(photo, config) for photo in store.photos.numbered({each.photo for each in faces})}

    def is_worse(each: FaceRecord) -> tuple[bool, bool, int]:
        photo = photos[each.photo]
        return photo.is_away, photo.root is None, photo.number

    best = min(faces, key=is_worse)
    return FacePicture(best.short_id, best.region, photos[best.photo])


def _place(photo: PhotoRecord, config: Config) -> PhotoPlace:
    root = next((root for root in config.roots() if root in photo.path.parents), None)
    is_away = photo.missing or photo.absent or photo.is_replaced
    return PhotoPlace(photo.id, photo.path, root, photo.size, photo.content, photo.display, is_away)
