"""What `explain` says first of a confirmed rectangle that does not lie on a face."""

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from facedaemon.text import percent

if TYPE_CHECKING:
    from facedaemon.face_positions import Position
    from facedaemon.pipeline import Explanation, OffFace


def off_face_words(off: "OffFace", where: "Position", explained: Mapping[str, "Explanation"]) -> str | None:
    """The sentence; None where the face beside the rectangle is the person, or nobody knows. `explained` by face id."""
    from facedaemon.values import FaceState

    rectangle = f"your rectangle for {off.person}{f' ({where.words()})' if where.of > 1 else ''}"
    if off.beside is None:
        return f"{rectangle} shows no face that can be found"
    face = explained[off.beside]
    is_another = face.face.state == FaceState.CONFIRMED and not off.is_meant
    if is_another:
        return f"{rectangle} is not on a face; {off.beside} beside it is confirmed as {face.face.person}"
    if face.is_unlike(off.person) and face.looks_like is not None and face.confidence is not None:
        looks = f"{off.beside} beside it looks like {face.looks_like} ({percent(face.confidence)})"
        remedy = f"facedaemon name {off.beside} {shlex.quote(face.looks_like)}"
        meant = f", but counts as {off.person}. Where that is wrong:  {remedy}" if off.is_meant else ""
        return f"{rectangle} is not on a face; {looks}{meant}"
    return None if off.is_meant else f"{rectangle} is not on a face; the nearest is {off.beside}"
