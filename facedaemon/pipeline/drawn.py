"""Confirmed regions in which no face was detected: looked at closer, and made faces of their own where one shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from facedaemon.errors import PhotoError
from facedaemon.pipeline.confirm import MatchedMark
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import FaceRecord, PhotoRecord
from facedaemon.values import EmbeddedFace, Mark, MarkState


@dataclass(frozen=True, slots=True)
class CloserLook:
    """What shows in the regions of these marks; `problem` is why the photo could not be looked at."""

    faces: Mapping[Mark, EmbeddedFace] = field(default_factory=dict)
    problem: PhotoError | None = None


def look_closer(shop: Workshop, photo: PhotoRecord, matched: Sequence[MatchedMark]) -> CloserLook:
    """Look for a face in each confirmed region that has none. Never inside a transaction: it may take long."""
    wanted = {
        item.mark: item.mark.region
        for item in matched
        if item.face is None and item.mark.state == MarkState.CONFIRMED and item.mark.region is not None
    }
    if not wanted or photo.failure is not None:
        return CloserLook()
    try:
        seen = shop.eyes.look_at_regions(photo.path, list(wanted.values()), photo.display)
    except PhotoError as error:
        return CloserLook(problem=error)
    return CloserLook({mark: face for mark, face in zip(wanted, seen, strict=True) if face is not None})


def put_drawn(
    shop: Workshop, photo: PhotoRecord, matched: Sequence[MatchedMark], faces: Sequence[FaceRecord], look: CloserLook
) -> tuple[list[MatchedMark], list[FaceRecord]]:
    """Keep what the closer look found; faces that stood for a region alone go with it. Gives marks and faces as now."""
    claimed = {item.face for item in matched}
    gone = [face for face in faces if face.drawn and face.id not in claimed]
    for face in gone:
        shop.store.faces.remove(face.id)
    drawn = {mark: shop.store.faces.add_drawn(photo.id, face) for mark, face in look.faces.items()}
    completed = [
        MatchedMark(item.mark, drawn[item.mark].id, 1.0) if item.face is None and item.mark in drawn else item
        for item in matched
    ]
    return completed, [face for face in faces if face not in gone] + list(drawn.values())
