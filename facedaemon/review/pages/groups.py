"""The page *Groups*: faces that nobody named, a group at a time, those with most faces first."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from facedaemon.pipeline import GroupedFace, GroupPage, PicturedFace
from facedaemon.review.rendering import library_of, page

PAGE = 60  # faces that are shown at once
MOST = 1000  # further ones that the same answer can name; the next answer is about those beyond


@dataclass(frozen=True, slots=True)
class GroupsPage:
    """What the page shows.

    `faces` are seen at once, `further` where the user opens them. `is_ticked` says of a face whether it is ticked at
    first. `person` are confirmed faces of whom the group looks like. `here` is this group or, once all of it is
    answered, the next one; `skip` the next one, `divide` this one with one half ticked.
    """

    found: GroupPage
    faces: tuple[GroupedFace, ...]
    further: tuple[GroupedFace, ...]
    person: tuple[PicturedFace, ...]
    here: str
    skip: str
    divide: str

    def is_ticked(self, face: GroupedFace) -> bool:
        """A guess that is not seen at once is not ticked, nor is the other half of a divided group."""
        return face.whole_id not in self.found.other and (not face.guess or face in self.faces)

    @property
    def ticked(self) -> int:
        """How many faces are ticked."""
        return sum(map(self.is_ticked, (*self.faces, *self.further)))


def routes() -> list[Route]:
    """The page: the first group, the one after a place, or one by its id."""
    return [Route("/groups", show), Route("/groups/{group}", show)]


def show(request: Request) -> Response:
    """The page."""
    after = read_place(request.query_params.get("after", ""))
    wanted = request.path_params.get("group")
    library = library_of(request)
    found, as_shown = library.as_shown(
        lambda: library.group_page(wanted, after, is_divided="divide" in request.query_params),
        lambda found: [] if found is None else [face.whole_id for face in found[0].group.faces[: PAGE + MOST]],
    )
    shown = None if found is None else groups_page(*found, after)
    names = library.people()
    return page(request, "groups.html", shown=shown, names=names, is_first=after is None, as_shown=as_shown)


def groups_page(found: GroupPage, person: tuple[PicturedFace, ...], after: tuple[int, int] | None) -> GroupsPage:
    """What the page shows of what was found."""
    group, faces = found.group.id, found.group.faces
    return GroupsPage(
        found,
        faces[:PAGE],
        faces[PAGE : PAGE + MOST],
        person,
        here=_address(group, after),
        skip=_address(None, found.place),
        divide=f"{_address(group, after)}{'?' if after is None else '&'}divide=1",
    )


def read_place(typed: str) -> tuple[int, int] | None:
    """The place of a group as addresses have it, such as `31.12`; None for anything else. Pure."""
    faces, _, number = typed.partition(".")
    is_place = all(part.isascii() and part.isdigit() and len(part) < 19 for part in (faces, number))
    return (-int(faces), int(number)) if is_place else None


def _address(group: str | None, after: tuple[int, int] | None) -> str:
    path = "/groups" if group is None else f"/groups/{group}"
    return path if after is None else f"{path}?{urlencode({'after': f'{-after[0]}.{after[1]}'})}"
