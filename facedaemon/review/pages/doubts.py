"""The page *Doubts*: confirmed faces that look like somebody else, each between the two people."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from facedaemon.pipeline import DoubtPage
from facedaemon.review.rendering import library_of, page
from facedaemon.review.turning import number_of, turned


def routes() -> list[Route]:
    """The page; `/doubts?person=NAME` shows those of one person."""
    return [Route("/doubts", show)]


def show(request: Request) -> Response:
    """The page."""
    library, person = library_of(request), request.query_params.get("person") or None

    def read() -> tuple[int, DoubtPage]:
        first = number_of(request, "from")
        found = library.doubts(first, person)
        if first and not found.doubts:  # the last ones of a page were answered
            return 0, library.doubts(0, person)
        return first, found

    (first, found), as_shown = library.as_shown(read, lambda found: [doubt.face for doubt in found[1].doubts])
    turn = turned(request, first, len(found.doubts), found.total)
    names = library.people()
    return page(request, "doubts.html", shown=found, person=person, turn=turn, names=names, as_shown=as_shown)
