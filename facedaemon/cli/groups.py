"""The command that shows the faces that nobody named, in groups."""

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facedaemon.cli.inspect import region_values, views_of
from facedaemon.cli.options import Call, command
from facedaemon.text import counted

if TYPE_CHECKING:
    from facedaemon.pipeline import GroupedFace, GroupView, Views

SHOWN = 20  # groups, unless somebody asks for more


def register(app: typer.Typer) -> None:
    """Add this module's commands to the command line."""
    app.command()(groups)


@command
def groups(
    call: Call,
    group: Annotated[
        str | None, typer.Argument(metavar="GROUP", help="Only this one, such as g12, with all its faces.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help=f"So many groups; {SHOWN}, or all with --json.")
    ] = None,
) -> None:
    """Show the faces that nobody named, in groups: most photos first."""
    with views_of(call) as views:
        if group is not None:
            found = views.group(group)
            lines = [_words(found, views), *(f"    {_face_words(face, views)}" for face in found.faces)]
            call.out.summary(_values(found), lines)
            _hint(call, found, f"facedaemon name {found.id} 'Anna Example'")
            return
        count = views.group_count()
        most = limit or (count if call.out.as_json else SHOWN)
        shown = islice(views.groups(), most)
        first = None if call.out.as_json else next(views.groups(), None)
        call.out.lines(
            ((_values(each), _words(each, views)) for each in shown),
            otherwise="There are no groups: nobody without a name is in two photos.",
        )
        if not call.out.as_json and count > most:
            call.out.say(f"and {count - most} more; --limit {count} shows all")
        if first is not None:
            _hint(call, first, f"facedaemon groups {first.id}, then  facedaemon name {first.id} 'Anna Example'")


def _hint(call: Call, group: "GroupView", commands: str) -> None:
    """How to name a group."""
    guesses = "; of the guesses only with --guesses" if any(face.guess for face in group.faces) else ""
    if not call.out.as_json:
        call.out.say(f"To see its photos and name all of them:  {commands}{guesses}. By pictures:  facedaemon review")


def _values(group: "GroupView") -> dict[str, Any]:
    return {
        "group": group.id,
        "photos": group.photos,
        "first_year": group.first_year,
        "last_year": group.last_year,
        "spread": round(group.spread, 4),
        "looks_like": group.looks_like,
        "confidence": None if group.confidence is None else round(group.confidence, 4),
        "faces": [
            {
                "face": face.id,
                "photo": str(face.photo),
                "region": region_values(face.region),
                "guess": face.guess,
                "similarity": round(face.likeness, 4),
                "likeness": round(face.likeness, 4),
            }
            for face in group.faces
        ],
    }


def _words(group: "GroupView", views: "Views") -> str:
    surest, guesses = group.faces[0], sum(face.guess for face in group.faces)
    return (
        f"{group.id}: {counted(len(group.faces), 'face')} in {counted(group.photos, 'photo')}"
        + (f", {_years(group.first_year, group.last_year)}" if group.first_year is not None else "")
        + (f", {guesses} of them {'a guess' if guesses == 1 else 'guesses'}" if guesses else "")
        + (f"; looks like {group.looks_like}?" if group.looks_like else "")
        + f"; most certain face: {_face_words(surest, views)}"
    )


def _years(first: int | None, last: int | None) -> str:
    return f"{first}" if first == last else f"{first} to {last}"


def _face_words(face: "GroupedFace", views: "Views") -> str:
    place = f", {views.position(face.photo, face.region).words()}" if face.of > 1 else ""
    return f"{face.id} {face.photo}{place}" + (" (a guess)" if face.guess else "")
