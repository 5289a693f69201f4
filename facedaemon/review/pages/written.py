"""The page *Written*: what was written where, what was answered, what was rejected; each can be taken back."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from facedaemon.review.rendering import library_of, page
from facedaemon.review.turning import at, number_of, turned

ROWS = 50


def routes() -> list[Route]:
    """Three lists."""
    return [
        Route("/written", writes),
        Route("/written/answers", answers),
        Route("/written/rejections", rejections),
    ]


def writes(request: Request) -> Response:
    """What was written outside the state, the newest first."""
    before, search = number_of(request, "before"), request.query_params.get("q", "")
    found = library_of(request).writes(before or None, search)
    older = at(request, {"before": str(found[-1].write.id)}) if len(found) == ROWS else None
    return page(request, "written.html", writes=found, search=search, older=older, is_newest=not before)


def answers(request: Request) -> Response:
    """What was answered here, the newest first."""
    first = number_of(request, "from")
    found, total = library_of(request).answers(first)
    turn = turned(request, first, len(found), total, ROWS)
    return page(request, "written_answers.html", answers=found, turn=turn)


def rejections(request: Request) -> Response:
    """Whom which face is not, the newest first."""
    first = number_of(request, "from")
    found, total = library_of(request).rejections(first)
    turn = turned(request, first, len(found), total, ROWS)
    return page(request, "written_rejections.html", rejections=found, turn=turn)
