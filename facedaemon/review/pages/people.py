"""The page *People*, and the page of one person."""

from dataclasses import dataclass
from itertools import pairwise

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from facedaemon.pipeline import PeoplePage, PersonDetails, PersonLine
from facedaemon.review.drawings import Strip, strip
from facedaemon.review.rendering import library_of, page
from facedaemon.review.turning import number_of, turned

FACES = 60  # of a person are shown at once
LINES = 50  # people


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in the list, with the strip of years."""

    line: PersonLine
    strip: Strip | None


@dataclass(frozen=True, slots=True)
class PersonPage:
    """What the page of a person shows. `confirmed` counts all faces; `gaps` are years between two periods."""

    found: PersonDetails
    strip: Strip | None
    confirmed: int
    gaps: tuple[tuple[int, int], ...]

    @property
    def gap_words(self) -> str:
        """The first and last years of all gaps."""
        return ", ".join(f"{first} \N{EN DASH} {last}" for first, last in self.gaps)


def routes() -> list[Route]:
    """The list, and `/people/person?name=NAME`."""
    return [Route("/people", show), Route("/people/person", show_person)]


def show(request: Request) -> Response:
    """The list of people."""
    query, first = request.query_params, number_of(request, "from")
    search, by_name = query.get("q", ""), query.get("by") != "faces"
    found = library_of(request).people_page(search, by_name=by_name, first=first)
    turn = turned(request, first, len(found.lines), found.total, LINES)
    rows = people_rows(found)
    return page(request, "people.html", rows=rows, found=found, turn=turn, search=search, by_name=by_name)


def show_person(request: Request) -> Response:
    """One person."""
    library, name = library_of(request), request.query_params.get("name", "")
    left_out, first = request.query_params.get("show") == "left-out", number_of(request, "from")
    as_of = library.last_answer()
    found = library.person_details(name, left_out=left_out, first=first)
    if found is None:
        return page(request, "nobody.html", 404, name=name)
    total = sum(found.left_out.values()) if left_out else found.used
    return page(
        request,
        "person.html",
        shown=person_page(found),
        turn=turned(request, first, len(found.samples), total, FACES),
        is_left_out=left_out,
        names=library.people(),
        born=library.born(name),
        as_of=as_of,
    )


def people_rows(found: PeoplePage) -> tuple[PersonRow, ...]:
    """The people with their strips, all over the same years. Pure."""
    return tuple(PersonRow(line, strip(line.years, found.years)) for line in found.lines)


def person_page(found: PersonDetails) -> PersonPage:
    """What the page of a person shows. Pure."""
    years = [at.year for at in found.years if at.year is not None]
    periods = found.periods
    return PersonPage(
        found=found,
        strip=strip(found.years, (min(years), max(years)) if years else None),
        confirmed=found.used + sum(found.left_out.values()),
        gaps=tuple((one.last + 1, two.first - 1) for one, two in pairwise(periods)),
    )
