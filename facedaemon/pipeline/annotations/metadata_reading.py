"""What a photo's own metadata and sidecar say of its faces: annotations of humans, and what of ours was removed."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from facedaemon import sidecar
from facedaemon.dates import Taken
from facedaemon.errors import PhotoError
from facedaemon.names import Meaning, clean_name
from facedaemon.pipeline.annotations import match_annotations
from facedaemon.pipeline.annotations.confirmed_regions import is_among, regions_answered
from facedaemon.pipeline.annotations.decide import Decision
from facedaemon.pipeline.annotations.own_changes import compare, is_same_place
from facedaemon.pipeline.session import Session
from facedaemon.store import KnownAnnotation, LedgerKind, PhotoRecord
from facedaemon.values import (
    AnnotationSource,
    AnnotationState,
    Evidence,
    FaceAnnotation,
    Region,
    Suggestion,
    SuggestionState,
)

log = logging.getLogger(__name__)

_METADATA = (AnnotationSource.MWG, AnnotationSource.MP)


@dataclass(frozen=True, slots=True)
class MetadataReading:
    """What metadata says: humans' annotations, what of ours a human removed, the state read, when the photo was taken.

    `nameless` are regions without a name. `is_off` is True where what stands there of ours is not what we know of;
    `sidecar_error` is why they cannot be read; `foreign` is what another facedaemon suggests there.
    """

    annotations: Sequence[FaceAnnotation]
    removed: Sequence[Decision]
    is_off: bool
    state: str
    taken: Taken | None
    sidecar_error: str | None = None
    nameless: Sequence[Region] = ()
    foreign: Sequence[Suggestion] = ()


def read_metadata(
    session: Session, photo: PhotoRecord, before: Sequence[KnownAnnotation], note: Callable[[PhotoError], None]
) -> MetadataReading:
    """The photo's own metadata and sidecar; where they cannot be read, what they said last still holds."""
    state = session.sidecar_state(photo.path)
    if not session.config.library.metadata and not photo.may_show:
        return MetadataReading((), (), False, state, _date(session, photo))
    try:
        made = session.store.ledger.made_as(photo.path)
        metadata = sidecar.read(
            photo.path, session.naming, session.root_of(photo.path), photo.orientation, made, session.now()
        )
    except PhotoError as error:
        note(error)
        kept = [known.annotation for known in before if known.annotation.source in _METADATA]
        return MetadataReading(kept, (), False, state, photo.stated, error.reason)
    for problem in metadata.problems:
        log.info("%s: %s", metadata.file, problem)
    is_asked = session.config.library.metadata
    readings = (metadata.regions, *metadata.turned)
    places = [[region.region for region in reading] for reading in readings]
    chosen = match_annotations.best_reading(places, session.store.faces.of(photo.id)) if metadata.turned else 0
    annotations = [
        annotation
        for region in readings[chosen]
        if is_asked
        and (_is_a_humans(session, photo, region) or _was_a_humans(region, before))
        and (annotation := _annotation(session, photo, region)) is not None
    ]
    last = session.store.ledger.last_of(photo.path, LedgerKind.SIDECAR) if photo.may_show else None
    names, regions = ((), ()) if last is None else (last.names, last.regions)
    found = compare(names, regions, metadata, session.store.identity(), photo.orientation or 1)
    removed = _removed(session, photo, found.removed)
    # ours that we do not know of came with a copied photo, or from before the state was lost
    is_ours = bool(metadata.suggestions) and not found.foreign
    is_stray = not photo.may_show and (is_ours or any(r.origin for r in metadata.regions))
    nameless = [region.region for region in metadata.regions if not region.name]
    is_off = found.is_off or is_stray or metadata.is_stale
    return MetadataReading(
        annotations, removed, is_off, state, metadata.taken, nameless=nameless, foreign=found.foreign
    )


def _date(session: Session, photo: PhotoRecord) -> Taken | None:
    """When the photo was taken; what was known before where it cannot be read."""
    try:
        made = session.store.ledger.made_as(photo.path)
        return sidecar.stated_date(photo.path, session.naming, session.root_of(photo.path), made, session.now())
    except PhotoError:
        return photo.stated


def _is_a_humans(session: Session, photo: PhotoRecord, region: sidecar.NamedRegion) -> bool:
    """Whether a human put it there: without our attribute, or by an answer that is not known here.

    Such a region came with the photo, or is left from answers that were lost.
    """
    if region.origin != sidecar.BY_ANSWER:
        return region.origin is None
    found = session.answers.read()
    return found is not None and not is_among(region.region, region.name, regions_answered(found, photo))


def _was_a_humans(region: sidecar.NamedRegion, before: Sequence[KnownAnnotation]) -> bool:
    """Whether a human said this before our attribute was put on it, which proves nothing (docs/decisions/044)."""
    return any(
        not known.own
        and known.annotation.source == region.source
        and known.annotation.state == AnnotationState.CONFIRMED
        and known.annotation.person == region.name
        and known.annotation.region is not None
        and is_same_place(known.annotation.region, region.region)
        for known in before
    )


def _annotation(session: Session, photo: PhotoRecord, region: sidecar.NamedRegion) -> FaceAnnotation | None:
    """What a region of another program says; None for one that names nobody."""
    meaning = session.not_names.meaning(region.name) if region.name else Meaning.NOBODY
    if meaning == Meaning.NOBODY:
        return None
    if meaning == Meaning.IGNORED:
        return FaceAnnotation(photo.path, region.source, AnnotationState.IGNORED, None, region.region)
    name = session.answers.renames().everywhere(region.name) if region.name else None
    spelling = region.spelling or (region.name if name != region.name else None)
    return FaceAnnotation(photo.path, region.source, AnnotationState.CONFIRMED, name, region.region, spelling=spelling)


def _removed(session: Session, photo: PhotoRecord, missing: Sequence[Suggestion]) -> list[Decision]:
    """Names that we wrote into the sidecar's own list and a human took out of it."""
    return [
        Decision(suggested.face, suggested.person, SuggestionState.REJECTED, Evidence.REMOVED_FROM_SIDECAR)
        for suggested in session.store.suggestions.open_in(photo.id)
        if any(
            clean_name(written.person) == suggested.person and is_same_place(written.region, suggested.region)
            for written in missing
        )
    ]
