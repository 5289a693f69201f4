"""The page *Photo*: all faces of a photo, named or not, to be answered in place; and boxes to be drawn."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from facedaemon import face_ids
from facedaemon.pipeline import FaceView, PhotoPlace
from facedaemon.review.cards import Card, face_card
from facedaemon.review.library import Library
from facedaemon.review.marked import _
from facedaemon.review.rendering import library_of, page


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """What the page shows; `chosen` is the face from which the user came."""

    number: int
    file: str
    folder: str
    is_away: bool
    cards: tuple[Card, ...]
    chosen: str | None


def routes() -> list[Route]:
    """`/photo/N?face=ID`, and `/photo?face=ID` for whoever knows the face alone."""
    return [Route("/photo/{photo:int}", show), Route("/photo", find)]


def find(request: Request) -> Response:
    """Lead to the photo of a face."""
    typed = face_ids.read(request.query_params.get("face", ""))
    with library_of(request).views() as views:
        found = None if typed is None else views.face_picture(typed)
    if found is None:
        raise HTTPException(404, _("No face has this id."))
    return RedirectResponse(f"/photo/{found.photo.number}?face={found.id}", 303)


def show(request: Request) -> Response:
    """The page of a photo."""
    library = library_of(request)
    number = int(request.path_params["photo"])
    with library.views() as views:
        place = views.photo_place(number)
        faces = [] if place is None else views.faces_of(number)
    if place is None:
        raise HTTPException(404, _("This photo is not known any more."))
    return page(request, "photo.html", shown=photo_page(place, faces, library, request.query_params.get("face")))


def photo_page(place: PhotoPlace, faces: list[FaceView], library: Library, chosen: str | None) -> PhotoPage:
    """What the page of a photo shows."""
    answered = library.answered()
    return PhotoPage(
        number=place.number,
        file=place.path.name,
        folder=str(place.path.parent),
        is_away=place.is_away,
        cards=tuple(face_card(face.id, face.state, face.person, face.confidence, answered) for face in faces),
        chosen=None if chosen is None else face_ids.shown(chosen),
    )
