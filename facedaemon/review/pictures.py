"""Pictures of faces and photos, cut on demand; a grey head where the photo is away or shows something else now."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import BoundedSemaphore

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from facedaemon import face_ids, vision, watch
from facedaemon.errors import Fatal, PhotoError, Unavailable
from facedaemon.pipeline import PhotoPlace
from facedaemon.review.library import Library
from facedaemon.review.rendering import drawing, library_of
from facedaemon.values import Fingerprint, Region

FACE_SIDE = 160  # pixels
PHOTO_SIDE = 1600

_decoding = BoundedSemaphore(os.cpu_count() or 1)  # more at once would only take memory


class Absence(StrEnum):
    """Why a grey head is shown."""

    AWAY = "away"
    CHANGED = "changed"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cut:
    """What is to be cut: a face's crop, or (without a face) a whole photo; `box` is drawn on the whole photo."""

    photo: PhotoPlace
    side: int
    face: Region | None = None
    box: Region | None = None


def routes() -> list[Route]:
    """`/face/ID.jpg`: a face; `/face/ID/photo.jpg`: the whole photo with its box; `/photo/N.jpg`: a whole photo."""
    return [
        Route("/face/{face}.jpg", face),
        Route("/face/{face}/photo.jpg", face_in_photo),
        Route("/photo/{photo:int}.jpg", photo),
        Route("/favicon.ico", icon),
    ]


def face(request: Request) -> Response:
    """A face with a little of its surroundings."""
    return _of_face(request, lambda place, region: Cut(place, FACE_SIDE, face=region))


def face_in_photo(request: Request) -> Response:
    """The whole photo with a box around the face."""
    return _of_face(request, lambda place, region: Cut(place, PHOTO_SIDE, box=region))


def photo(request: Request) -> Response:
    """A whole photo."""
    try:
        with library_of(request).lookup() as photos:
            found, state = photos.place(int(request.path_params["photo"])), photos.state_id()
    except (Fatal, Unavailable):
        return _answer(request, None, None)
    return _answer(request, None if found is None else Cut(found, PHOTO_SIDE), state)


def icon(_: Request) -> Response:
    """Where a page names no icon, browsers ask for one here."""
    return FileResponse(Path(__file__).parent / "static" / "icon.svg")


def picture(wanted: Cut, library: Library, state: str | None) -> bytes | Absence:
    """The JPEG, cut now or before; or why there is none.

    What was cut before counts only as long as the file is the one that it was cut from.
    """
    place = wanted.photo
    if place.is_away or place.root is None:
        return Absence.AWAY
    if place.size is None or place.content is None:
        return Absence.UNREADABLE
    seen = _seen(place.path, place.root)
    if seen is None:
        return Absence.AWAY
    key = (
        "|".join(map(repr, (place.content, place.display, wanted.side, wanted.face, wanted.box)))
        + f"|{seen.size}|{seen.mtime_ns}|{seen.inode}"
    )
    kept = None if state is None else library.pictures.get(state, key)
    if kept is not None:
        return kept
    made = _cut(wanted, vision.ShownPhoto(place.path, place.root, place.content, place.display))
    if state is not None and isinstance(made, bytes) and _seen(place.path, place.root) == seen:
        library.pictures.put(state, key, made)
    return made


def _seen(path: Path, root: Path) -> Fingerprint | None:
    """The file as it is now; None where there is none: it may go at any moment."""
    try:
        return watch.fingerprint(path, root)
    except OSError:
        return None


def _cut(wanted: Cut, shown: vision.ShownPhoto) -> bytes | Absence:
    try:
        with _decoding:
            if wanted.face is not None:
                return vision.face_jpeg(shown, wanted.face, wanted.side)
            return vision.photo_jpeg(shown, wanted.side, wanted.box)
    except vision.AnotherPicture:
        return Absence.CHANGED
    except PhotoError:
        return Absence.UNREADABLE


def _of_face(request: Request, cut: Callable[[PhotoPlace, Region], Cut]) -> Response:
    typed = face_ids.read(request.path_params["face"])
    try:
        with library_of(request).lookup() as photos:
            found = None if typed is None else photos.face(typed)
            state = photos.state_id()
    except (Fatal, Unavailable):  # the page says why
        return _answer(request, None, None)
    return _answer(request, None if found is None else cut(found.photo, found.region), state)


def _answer(request: Request, wanted: Cut | None, state: str | None) -> Response:
    made = Absence.UNKNOWN if wanted is None else picture(wanted, library_of(request), state)
    if isinstance(made, Absence):
        return drawing(request, "parts/away.svg", why=str(made))
    return Response(made, media_type="image/jpeg")
