"""What stands on every page about the pass that takes answers up, and the form that starts one."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from facedaemon.errors import Fatal
from facedaemon.review.answer import back, local_path
from facedaemon.review.rendering import form_of, part, scans_of, session_of


def routes() -> list[Route]:
    """Starting one, and the words about it: a page that is open asks for them now and then."""
    return [Route("/scan", start, methods=["POST"]), Route("/scan", show)]


def start(request: Request) -> Response:
    """Start a scan and show the page again."""
    try:
        scans_of(request).start()
    except Fatal as error:
        session_of(request).notice = str(error)
    return back(form_of(request))


def show(request: Request) -> Response:
    """The words alone."""
    return HTMLResponse(part(request, "parts/pass.html", back_to=local_path(request.query_params.get("next", "/"))))
