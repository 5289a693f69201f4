"""How a photo is displayed: as digiKam's database states, else its sidecar, else its file.

That is digiKam's own order of trust. Where nobody is found so, and a region says that a face is there, the photo is
looked at in the other three turns, and shown in the one in which a face lies on a region.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from facedaemon import sidecar
from facedaemon.errors import PhotoError
from facedaemon.geometry import turned, turned_orientation
from facedaemon.pipeline.hearsay import Hearsay
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import LedgerKind, PhotoRecord
from facedaemon.values import Display, Look, Mark, MarkSource, MarkState, Region

_SAYS_NOTHING = (MarkState.IGNORED, MarkState.REJECTED)  # of whether a face is there


def is_restated(photo: PhotoRecord, hearsay: Hearsay) -> bool:
    """Whether the library states another orientation than when the photo was looked at."""
    stated = hearsay.orientation_of(photo.path)
    return stated is not None and stated != photo.display.stated


def settle(shop: Workshop, photo: PhotoRecord, hearsay: Hearsay) -> PhotoRecord:
    """The photo, looked at once more where it is to be displayed otherwise than it was."""
    if photo.failure is not None or photo.orientation is None:
        return photo
    stated = _stated(shop, photo, hearsay)
    if stated != photo.display.stated:
        trusted = turned_orientation(photo.orientation, -photo.display.turn)
        if stated == trusted:
            shop.store.photos.put_stated(photo.id, stated)
            photo = shop.store.photos.by_id(photo.id)
        elif (look := _look(shop, photo, Display(stated))) is not None:
            photo = _remembered(shop, photo, look)
    if any(face.is_face and not face.drawn for face in shop.store.faces.of(photo.id)):
        return photo
    upright = _upright(shop, photo, _regions(shop, photo, hearsay))
    return photo if upright is None else _remembered(shop, photo, upright)


def as_seen(photo: PhotoRecord, mark: Mark) -> Mark:
    """The library's mark in the frame in which the photo was looked at; itself where that is the library's own."""
    if not photo.display.turn or mark.region is None or mark.source != MarkSource.DIGIKAM:
        return mark
    return replace(mark, region=turned(mark.region, photo.display.turn))


def as_the_library_sees(photo: PhotoRecord, region: Region) -> Region:
    """The inverse, for a region of ours."""
    return turned(region, -photo.display.turn) if photo.display.turn else region


def _stated(shop: Workshop, photo: PhotoRecord, hearsay: Hearsay) -> int | None:
    """The orientation that somebody states who is trusted more than the file; None where nobody does."""
    in_library = hearsay.orientation_of(photo.path)
    if in_library is not None:
        return in_library
    if shop.library is not None and hearsay.marks is None and photo.display.stated is not None:
        return photo.display.stated  # it cannot be asked now
    last = shop.store.ledger.last_of(photo.path, LedgerKind.SIDECAR)

    def is_ours(path: Path, data: bytes) -> bool:
        """Made by facedaemon and touched by nobody since: it repeats what the file said then."""
        made = last is not None and last.before is None and last.target == path
        return made and last is not None and last.after_digest == sidecar.digest(data)

    try:
        return sidecar.stated_orientation(photo.path, shop.naming, shop.root_of(photo.path), is_ours)
    except PhotoError:
        return photo.display.stated  # listening names the problem


def _look(shop: Workshop, photo: PhotoRecord, display: Display) -> Look | None:
    """What is seen so; None where it cannot be seen now, or is not the picture any more that is known."""
    look = shop.eyes.look_or_error(photo.path, display)
    return None if isinstance(look, PhotoError) or look.content != photo.content else look


def _remembered(shop: Workshop, photo: PhotoRecord, look: Look) -> PhotoRecord:
    """Its faces keep their numbers, and rejections hold, in the new frame."""
    with shop.store.transaction():
        if photo.orientation is not None and photo.orientation != look.orientation:
            shop.store.faces.turn(photo.id, photo.orientation, look.orientation)
            shop.store.rejections.turn(photo.content, photo.path, photo.orientation, look.orientation)
        return shop.store.photos.put_look(photo.path, photo.fingerprint, look)


def _regions(shop: Workshop, photo: PhotoRecord, hearsay: Hearsay) -> list[Region]:
    """Where somebody else than facedaemon says that a face is, in the frame in which the photo was looked at."""
    said = hearsay.about(photo.path) or ()
    marks = [as_seen(photo, mark) for mark in said if mark.state not in _SAYS_NOTHING]
    found = [mark.region for mark in marks if mark.region is not None]
    if shop.config.library.metadata:
        try:
            read = sidecar.read(photo.path, shop.naming, shop.root_of(photo.path), photo.orientation)
        except PhotoError:
            return found
        found += [item.region for item in read.regions if item.origin is None]
    return found


def _upright(shop: Workshop, photo: PhotoRecord, regions: Sequence[Region]) -> Look | None:
    """The photo in the turn in which most regions hold a face; None where none does in any."""
    best, most = None, 0
    for quarters in (1, 2, 3) if regions else ():
        look = _look(shop, photo, replace(photo.display, turn=photo.display.turn + quarters))
        held = 0 if look is None else sum(_holds_a_face(turned(region, quarters), look) for region in regions)
        if held > most:
            best, most = look, held
    return best


def _holds_a_face(region: Region, look: Look) -> bool:
    middles = ((f.region.x + f.region.w / 2, f.region.y + f.region.h / 2) for f in look.faces if f.is_face)
    return any(region.x <= x <= region.x + region.w and region.y <= y <= region.y + region.h for x, y in middles)
