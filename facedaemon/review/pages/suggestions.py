"""The page *Suggestions*: a person at a time, confirmed faces above, suggested ones below."""

import math
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from facedaemon.pipeline import PersonPage
from facedaemon.review.rendering import library_of, page

EVEN = 0.5  # confidence from which on a face is ticked, unless the user moves the line


@dataclass(frozen=True, slots=True)
class SuggestionsPage:
    """What the page shows.

    `count` is the number of the person's faces: of more than one page as the state has it, else without what was
    answered since. `line` is the confidence from which on faces are ticked, `lowest` that of the last face. `here` is
    this page again, `then` what comes after an answer about all of it, `skip` the next person.
    """

    found: PersonPage
    count: int
    line: float
    lowest: float
    here: str
    then: str
    skip: str

    @property
    def ticked(self) -> int:
        """How many faces are ticked."""
        return sum((face.confidence or 0) >= self.line for face in self.found.faces)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: whose page, from where on, after whose turn, which line; None for what it leaves."""

    person: str | None = None
    rest: tuple[float, int] | None = None
    after: tuple[int, str] | None = None
    line: float | None = None

    def address(self) -> str:
        """The address that asks for this."""
        fields = {
            "person": self.person,
            "rest": None if self.rest is None else f"{self.rest[0]!r}:{self.rest[1]}",
            "after": None if self.after is None else f"{-self.after[0]}:{self.after[1]}",
            "line": None if self.line is None else f"{self.line:.4f}",
        }
        query = urlencode({name: value for name, value in fields.items() if value is not None})
        return f"/suggestions?{query}" if query else "/suggestions"


def routes() -> list[Route]:
    """The page."""
    return [Route("/suggestions", show)]


def show(request: Request) -> Response:
    """The page."""
    asked = read(dict(request.query_params))
    library = library_of(request)
    found, as_shown = library.as_shown(
        lambda: library.suggestion_page(asked.person, asked.rest, asked.after),
        lambda found: [] if found is None else [face.id for face in found.faces],
    )
    shown = None if found is None else suggestions_page(found, asked)
    names = library.people()
    return page(request, "suggestions.html", shown=shown, names=names, is_first=asked.after is None, as_shown=as_shown)


def suggestions_page(found: PersonPage, asked: Asked) -> SuggestionsPage:
    """What the page shows of what was found."""
    person, after = found.turn.person, found.turn.order
    is_asked = person == asked.person
    here = Asked(person, asked.rest if is_asked else None, asked.after, asked.line)
    skip = Asked(after=after)
    then = skip if found.rest is None else Asked(person, found.rest, asked.after, asked.line)
    line = EVEN if asked.line is None or not is_asked else asked.line
    lowest = math.floor(100 * min(face.confidence or 0 for face in found.faces)) / 100
    is_all = found.rest is None and here.rest is None
    count = len(found.faces) if is_all else found.turn.faces
    return SuggestionsPage(found, count, line, lowest, here.address(), then.address(), skip.address())


def read(query: dict[str, str]) -> Asked:
    """What an address asks for; what cannot be understood is not asked for. Pure."""
    confidence, _, number = query.get("rest", "").partition(":")
    faces, _, name = query.get("after", "").partition(":")
    place = _number(confidence)
    return Asked(
        person=query.get("person") or None,
        rest=None if place is None or not _is_count(number) else (place, int(number)),
        after=(-int(faces), name) if _is_count(faces) else None,
        line=_number(query.get("line", "")),
    )


def _number(typed: str) -> float | None:
    try:
        number = float(typed)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _is_count(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) < 19
