"""The page *Suggestions*."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from facedaemon.review.rendering import page


def routes() -> list[Route]:
    """The page."""
    return [Route("/suggestions", show)]


def show(request: Request) -> Response:
    """The page."""
    return page(request, "suggestions.html")
