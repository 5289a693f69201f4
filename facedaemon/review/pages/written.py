"""The page *Written*."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from facedaemon.review.rendering import page


def routes() -> list[Route]:
    """The page."""
    return [Route("/written", show)]


def show(request: Request) -> Response:
    """The page."""
    return page(request, "written.html")
