"""Pictures of faces and photos, cut on demand; a grey head where the photo is away or shows something else now."""

from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from facedaemon import face_ids, vision
from facedaemon.errors import PhotoError
from facedaemon.pipeline import FacePicture, PhotoPlace
from facedaemon.review.rendering import library_of
from facedaemon.values import Region

FACE_SIDE = 160  # pixels
PHOTO_SIDE = 1600

_GREY = Path(__file__).parent / "static" / "away.svg"


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
    ]


def face(request: Request) -> Response:
    """A face with a little of its surroundings."""
    found = _found(request)
    return away() if found is None else _answer(Cut(found.photo, FACE_SIDE, face=found.region))


def face_in_photo(request: Request) -> Response:
    """The whole photo with a box around the face."""
    found = _found(request)
    return away() if found is None else _answer(Cut(found.photo, PHOTO_SIDE, box=found.region))


def photo(request: Request) -> Response:
    """A whole photo."""
    with library_of(request).views() as views:
        found = views.photo_place(int(request.path_params["photo"]))
    return away() if found is None else _answer(Cut(found, PHOTO_SIDE))


def away() -> Response:
    """The grey head: the photo is away, or does not show any more what was analysed."""
    return Response(_GREY.read_bytes(), media_type="image/svg+xml", headers={"X-Picture": "away"})


def cut(wanted: Cut) -> bytes | None:
    """The JPEG; None where the photo is away, cannot be read, or shows something else than was analysed."""
    place = wanted.photo
    if place.is_away or place.root is None or place.size is None:
        return None
    shown = vision.ShownPhoto(place.path, place.root, place.content, place.display)
    try:
        if wanted.face is not None:
            return vision.face_jpeg(shown, wanted.face, wanted.side)
        return vision.photo_jpeg(shown, wanted.side, wanted.box)
    except PhotoError:
        return None


def _found(request: Request) -> FacePicture | None:
    typed = face_ids.read(request.path_params["face"])
    if typed is None:
        return None
    with library_of(request).views() as views:
        return views.face_picture(typed)


def _answer(wanted: Cut) -> Response:
    made = cut(wanted)
    return away() if made is None else Response(made, media_type="image/jpeg")
