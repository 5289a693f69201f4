"""Commands that only read; they work while the daemon runs."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facedaemon import face_ids
from facedaemon.cli.left_out import reason_words
from facedaemon.cli.off_faces import off_face_words
from facedaemon.cli.options import Call, command
from facedaemon.errors import NothingYet
from facedaemon.text import percent

if TYPE_CHECKING:
    from facedaemon.figures import LookAlikes
    from facedaemon.pipeline import Doubt, Views
    from facedaemon.values import Region

VERY_DOUBTFUL = 0.9  # of 1; from 0.5 on a name is more probably wrong than right

_NOBODY = " Nobody is confirmed yet; to name somebody: facedaemon review, or facedaemon groups"

PhotoArgument = Annotated[Path, typer.Argument(metavar="PHOTO")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to the command line."""
    for each in (suggestions, faces, samples, explain, audit, status):
        app.command()(each)


@contextmanager
def views_of(call: Call, photo: Path | None = None) -> Iterator["Views"]:
    """The state of this call's config, opened for reading only; where there is none, a wrong `photo` is said first."""
    from facedaemon.pipeline import Views, must_be_a_photo

    settings = call.settings()
    try:
        views = Views.open(settings)
    except NothingYet:
        if photo is not None:
            must_be_a_photo(photo, settings)
        raise
    try:
        yield views
    finally:
        views.close()


@command
def suggestions(
    call: Call,
    every: Annotated[bool, typer.Option("--all", help="Also accepted, rejected and withdrawn ones.")] = False,
) -> None:
    """List the names that facedaemon suggests."""
    from facedaemon.values import SuggestionState

    with views_of(call) as views:
        is_any = call.out.lines(
            (
                (
                    {
                        "face": face_ids.shown(item.short_id),
                        "photo": str(item.photo),
                        "region": region_values(item.region),
                        "person": item.person,
                        "confidence": round(item.confidence, 4),
                        "state": item.state,
                        "generation": item.generation,
                    },
                    f"{face_ids.shown(item.short_id)}  {item.photo}: {item.person} ({percent(item.confidence)})"
                    + ("" if item.state == SuggestionState.OPEN else f", {item.state}"),
                )
                for item in views.suggestions(None if every else SuggestionState.OPEN)
            ),
            otherwise="",
        )
        if not is_any:
            why = " Why a face gets no name: facedaemon explain PHOTO" if views.people() else _NOBODY
            call.out.say(f"Nothing is suggested.{why}")
        elif not (call.out.as_json or every):
            call.out.say("To answer:  facedaemon review,  or  facedaemon confirm FACE,  facedaemon reject FACE")


@command
def faces(
    call: Call,
    photo: PhotoArgument,
) -> None:
    """List the faces of a photo and what is known of each."""
    with views_of(call, photo) as views:
        call.out.lines(
            (
                (
                    {
                        "face": face.id,
                        "region": region_values(face.region),
                        "score": round(face.score, 4),
                        "quality": round(face.quality, 4),
                        "quality_reasons": list(face.reasons),
                        "state": face.state,
                        "person": face.person,
                        "confidence": None if face.confidence is None else round(face.confidence, 4),
                    },
                    f"{face.id}  {views.position(photo, face.region).words()}: {face.state}"
                    + (f" {face.person}" if face.person else "")
                    + (f" ({percent(face.confidence)})" if face.confidence is not None else "")
                    + f"; quality {face.quality:.2f}"
                    + (f" ({', '.join(face.reasons)})" if face.reasons else ""),
                )
                for face in views.faces(photo)
            ),
            otherwise="No faces in this photo.",
        )


@command
def samples(
    call: Call,
    person: Annotated[str, typer.Argument(metavar="PERSON")],
) -> None:
    """List which faces train a person, and which do not."""
    with views_of(call) as views:
        call.out.lines(
            (
                (
                    {
                        "photo": str(item.photo),
                        "region": region_values(item.region),
                        "used": item.used,
                        "reason": item.reason,
                        "taken": item.taken.day or None,
                        "taken_from": item.taken.source,
                    },
                    f"{item.photo}, {views.position(item.photo, item.region).words()}:"
                    f" {'trains' if item.reason is None else f'left out: {reason_words(item.reason)}'}"
                    + (f"; taken {item.taken.day}" if item.taken.is_stated else ""),
                )
                for item in views.samples(person)
            ),
            otherwise=f"No confirmed face of {person}{views.did_you_mean(person)}",
        )


@command
def explain(
    call: Call,
    photo: PhotoArgument,
) -> None:
    """Explain why each face got its name, or got none."""
    with views_of(call, photo) as views:
        found = views.explain(photo)
        if not call.out.as_json:
            by_id = {item.face.id: item for item in found}
            said = (off_face_words(off, views.position(photo, off.region), by_id) for off in views.off_faces(photo))
            call.out.lines((({}, words) for words in said if words is not None), otherwise="")
        call.out.lines(
            (
                (
                    {
                        "face": item.face.id,
                        "region": region_values(item.face.region),
                        "state": item.face.state,
                        "person": item.face.person,
                        "looks_like": item.looks_like,
                        "confidence": None if item.confidence is None else round(item.confidence, 4),
                        "threshold": None if item.threshold is None else round(item.threshold, 4),
                        "quality": round(item.face.quality, 4),
                        "quality_reasons": list(item.face.reasons),
                        "rejected": list(item.rejected),
                        "nearest": [
                            {"photo": str(near.photo), "person": near.person, "similarity": round(near.similarity, 4)}
                            for near in item.nearest
                        ],
                        "why": item.why,
                    },
                    [
                        f"{item.face.id}  {views.position(photo, item.face.region).words()}: {item.why}",
                        *(["    confirmed faces most similar to it (1 is the same picture):"] if item.nearest else []),
                        *(f"    {near.similarity:.2f}  {near.person}  {near.photo}" for near in item.nearest),
                    ],
                )
                for item in found
            ),
            otherwise="No faces in this photo.",
        )


@command
def audit(
    call: Call,
    pairs: Annotated[bool, typer.Option("--pairs", help="Only pairs of people who look alike.")] = False,
) -> None:
    """List confirmed faces that are probably mislabelled, and people who look alike."""
    with views_of(call) as views:
        if not pairs:
            found = views.audit()
            call.out.lines(
                (
                    (
                        {
                            "face": item.face,
                            "photo": str(item.photo),
                            "region": region_values(item.region),
                            "person": item.person,
                            "looks_like": item.looks_like,
                            "score": round(item.score, 4),
                            "nearest_own": None if item.nearest_own is None else str(item.nearest_own),
                            "nearest_other": None if item.nearest_other is None else str(item.nearest_other),
                            "look_alikes": None if item.pair is None else pair_values(item.pair),
                            "before_birth": None
                            if item.before_birth is None
                            else {"taken": item.before_birth.taken, "born": item.before_birth.born},
                        },
                        [
                            f"{item.face}  {item.photo}, {views.position(item.photo, item.region).words()}",
                            f"    {_doubt_words(item)}",
                        ],
                    )
                    for item in found
                ),
                otherwise="No confirmed face looks mislabelled.",
            )
            if found and not call.out.as_json:
                first = found[0]
                right, other = f"facedaemon confirm {first.face}", first.looks_like or "PERSON"
                call.out.say(
                    f"The most doubtful come first. Where the name is right:  {right}  (it is not listed again)."
                    f" Where it is wrong:  facedaemon name {first.face} {shlex.quote(other)}"
                )
                if first.before_birth is not None:
                    call.out.say(
                        f"Where the birth date is wrong:  facedaemon people birth {shlex.quote(first.person)} DATE"
                        "  (or --none)"
                    )
        if pairs or not call.out.as_json:
            call.out.lines(
                (
                    ({"people": [pair.one, pair.other], **pair_values(pair)}, pair_words(pair))
                    for pair in views.look_alikes
                ),
                otherwise="Nobody who is confirmed looks like another." if pairs else "",
            )


@command
def status(
    call: Call,
    check: Annotated[
        bool,
        typer.Option("--check", help="For monitoring: exit status 0 ok, 1 warning, 2 critical, 3 unknown."),
    ] = False,
    prometheus: Annotated[
        Path | None,
        typer.Option("--prometheus", metavar="FILE", help="Write metrics for node exporter; - is standard output."),
    ] = None,
) -> None:
    """Show what the daemon does, what is known, what waits, and what failed."""
    from facedaemon.cli.monitoring import check_status, write_metrics
    from facedaemon.pipeline import read_status

    if check:
        check_status(call)
    found = read_status(call.settings())
    if prometheus is not None:
        write_metrics(found, prometheus)
    else:
        call.out.summary(found.values(), found.words())


def pair_values(pair: "LookAlikes") -> dict[str, float]:
    """The measures of a pair of look-alikes, as JSON."""
    similarity = round(pair.likeness, 4)
    return {"similarity": similarity, "likeness": similarity, "faces": pair.faces, "mixed_up": pair.mixed_up}


def pair_words(pair: "LookAlikes") -> str:
    """The same in words; for too few faces no share is given."""
    if not pair.is_measured:
        return f"{pair.one} and {pair.other} look alike; too few faces to measure how often they are mixed up"
    return f"{pair.one} and {pair.other}: {pair.mixed_up} of {pair.faces} held-out faces mixed up"


def region_values(region: "Region") -> dict[str, float]:
    """A region as JSON."""
    return {name: round(getattr(region, name), 6) for name in ("x", "y", "w", "h")}


def _doubt_words(doubt: "Doubt") -> str:
    like = f"looks more like {doubt.looks_like}" if doubt.looks_like else f"looks unlike other photos of {doubt.person}"
    if doubt.before_birth is not None:
        likeness = f"; it {like}" if doubt.looks_like else ""
        early = doubt.before_birth
        return (
            f"confirmed as {doubt.person}, but the photo was taken on {early.taken} and {doubt.person} was born"
            f" {early.born}{likeness}"
        )
    degree = "very doubtful" if doubt.score >= VERY_DOUBTFUL else "doubtful"
    compare = "" if doubt.nearest_other is None or doubt.looks_like is None else f"; compare {doubt.nearest_other}"
    return f"confirmed as {doubt.person}, {degree}: it {like}{compare}"
