"""The page *Photo*: all faces of a photo, named or not, to be answered in place; and boxes to be drawn."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from facedaemon import face_ids
from facedaemon.pipeline import PhotoFace, PhotoPage
from facedaemon.review.marked import _
from facedaemon.review.rendering import library_of, page
from facedaemon.values import Region

WIDTH = 1000.0  # of the drawing over the photo, in its own units


@dataclass(frozen=True, slots=True)
class Box:
    """A face's box in the drawing over the photo; `anchor` is the place on the page where it is answered."""

    x: float
    y: float
    w: float
    h: float
    anchor: str
    face: PhotoFace


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """What the page shows; `height` is the drawing's, `chosen` the face from which the user came."""

    found: PhotoPage
    height: float
    boxes: tuple[Box, ...]
    chosen: str | None


def routes() -> list[Route]:
    """`/photo/N?face=ID`, and `/photo?face=ID` for whoever knows the face alone."""
    return [Route("/photo/{photo:int}", show), Route("/photo", find)]


def find(request: Request) -> Response:
    """Lead to the photo of a face."""
    typed = face_ids.read(request.query_params.get("face", ""))
    with library_of(request).lookup() as photos:
        found = None if typed is None else photos.face(typed)
    if found is None:
        raise HTTPException(404, _("No face has this id."))
    shown = face_ids.shown(found.id)
    return RedirectResponse(f"/photo/{found.photo.number}?face={shown}#{shown}", 303)


def show(request: Request) -> Response:
    """The page of a photo."""
    library = library_of(request)
    found, as_shown = library.as_shown(
        lambda: library.photo_page(int(request.path_params["photo"])),
        lambda found: [] if found is None else [face.id for face in found.faces if face.id is not None],
    )
    if found is None:
        raise HTTPException(404, _("This photo is not known any more."))
    shown = shown_photo(found, request.query_params.get("face", ""))
    return page(request, "photo.html", shown=shown, names=library.people(), as_shown=as_shown)


def shown_photo(found: PhotoPage, chosen: str) -> ShownPhoto:
    """What the page shows. Pure."""
    size = found.place.size
    height = WIDTH if size is None else WIDTH * size.height / size.width
    boxes = tuple(_box(face, number, height) for number, face in enumerate(found.faces, 1))
    known = face_ids.read(chosen)
    return ShownPhoto(found, height, boxes, None if known is None else face_ids.shown(known))


def _box(face: PhotoFace, number: int, height: float) -> Box:
    region: Region = face.region
    return Box(
        round(WIDTH * region.x, 1),
        round(height * region.y, 1),
        round(WIDTH * region.w, 1),
        round(height * region.h, 1),
        face.id or f"drawn{number}",
        face,
    )
