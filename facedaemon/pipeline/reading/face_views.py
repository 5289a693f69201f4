"""The faces of one photo, as commands and pages show them."""

from facedaemon import face_ids
from facedaemon.pipeline.reports import FaceView
from facedaemon.store import FaceRecord, Store, SuggestionRecord
from facedaemon.values import AnnotationState, FaceState


def faces_of(store: Store, photo: int) -> list[FaceView]:
    """The faces of the photo of this number, from left to right."""
    if photo >= 2**63:  # more than SQLite can be asked for
        return []
    suggested = {item.face: item for item in store.suggestions.open_in(photo)}
    return [_face_view(face, suggested.get(face.id)) for face in store.faces.of(photo)]


def _face_view(face: FaceRecord, suggested: SuggestionRecord | None) -> FaceView:
    if not face.is_face:
        state = FaceState.NOT_A_FACE
    elif face.verdict.state != AnnotationState.UNKNOWN:
        state = FaceState(face.verdict.state)
    else:
        state = FaceState.UNKNOWN if suggested is None else FaceState.SUGGESTED
    return FaceView(
        id=face_ids.shown(face.short_id),
        region=face.region,
        score=face.score,
        quality=face.quality.value,
        reasons=face.quality.reasons,
        state=state,
        person=face.verdict.person or (None if suggested is None else suggested.person),
        confidence=None if suggested is None else suggested.confidence,
    )
