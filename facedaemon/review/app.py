"""The pages and their routes."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from facedaemon.errors import Fatal, PhotoError, Unavailable
from facedaemon.review import answer, people_answers, pictures, taking_back
from facedaemon.review.library import Library
from facedaemon.review.pages import doubts, groups, passes, people, photo, start, suggestions, written
from facedaemon.review.rendering import page
from facedaemon.review.scanning import Scans

PAGES = (start, suggestions, groups, doubts, people, photo, written, passes)


def build_app(library: Library, scans: Scans) -> Starlette:
    """All routes over a library, which `scans` scan; `security.Guard` stands before them."""
    routes: list[BaseRoute] = [route for module in PAGES for route in module.routes()]
    app = Starlette(
        routes=[
            *pictures.routes(),
            *routes,
            *answer.routes(),
            *people_answers.routes(),
            *taking_back.routes(),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static", follow_symlink=False)),
        ],
        exception_handlers={
            Fatal: _cannot,
            Unavailable: _cannot,
            PhotoError: _cannot,
            HTTPException: _no_page,
            Exception: _broken,
        },
    )
    app.router.redirect_slashes = False
    app.state.library = library
    app.state.scans = scans
    return app


def _cannot(request: Request, error: Exception) -> Response:
    """Errors of ours say what to do."""
    return page(request, "error.html", 409, words=str(error))


def _no_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette calls it with nothing else
    return page(request, "error.html", error.status_code, words=error.detail)


def _broken(_: Request, __: Exception) -> Response:
    """A mistake of ours: the terminal shows it, the browser gets nothing of it."""
    return Response("Something went wrong; the terminal says what.\n", 500, media_type="text/plain")
