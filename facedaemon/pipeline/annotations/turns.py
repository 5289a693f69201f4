"""The orientation in which a photo is displayed: digiKam's database first, then its sidecar, then its file.

That is digiKam's own order. Where no face is found in it although a region says that there is one, the photo is
analysed in the other three orientations, and displayed in the one in which a face lies on a region.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from facedaemon import sidecar
from facedaemon.errors import PhotoError
from facedaemon.geometry import turned, turned_orientation
from facedaemon.pipeline.library_snapshot import LibrarySnapshot
from facedaemon.pipeline.session import Session
from facedaemon.store import LedgerKind, PhotoRecord
from facedaemon.values import AnnotationSource, AnnotationState, Display, FaceAnnotation, PhotoAnalysis, Region

_SAYS_NOTHING = (
    AnnotationState.IGNORED,
    AnnotationState.NOT_A_FACE,
    AnnotationState.REJECTED,
)  # of whether a face is there


def is_restated(photo: PhotoRecord, snapshot: LibrarySnapshot) -> bool:
    """Whether the library states another orientation than when the photo was analysed."""
    stated = snapshot.orientation_of(photo.path)
    return stated is not None and stated != photo.display.stated


def settle(session: Session, photo: PhotoRecord, snapshot: LibrarySnapshot) -> PhotoRecord:
    """The photo, analysed again where it is displayed in another orientation now."""
    if photo.failure is not None or photo.orientation is None:
        return photo
    stated = _stated(session, photo, snapshot)
    if stated != photo.display.stated:
        trusted = turned_orientation(photo.orientation, -photo.display.turn)
        if stated == trusted:
            session.store.photos.put_stated(photo.id, stated)
            photo = session.store.photos.by_id(photo.id)
        elif (analysis := _analyse(session, photo, Display(stated))) is not None:
            photo = _remembered(session, photo, analysis)
    if any(face.is_face and not face.user_drawn for face in session.store.faces.of(photo.id)):
        return photo
    upright = _upright(session, photo, _regions(session, photo, snapshot))
    return photo if upright is None else _remembered(session, photo, upright)


def as_seen(photo: PhotoRecord, annotation: FaceAnnotation) -> FaceAnnotation:
    """The library's annotation in the frame in which the photo was analysed; unchanged where both are the same."""
    if not photo.display.turn or annotation.region is None or annotation.source != AnnotationSource.DIGIKAM:
        return annotation
    return replace(annotation, region=turned(annotation.region, photo.display.turn))


def as_the_library_sees(photo: PhotoRecord, region: Region) -> Region:
    """The inverse, for a region of ours."""
    return turned(region, -photo.display.turn) if photo.display.turn else region


def _stated(session: Session, photo: PhotoRecord, snapshot: LibrarySnapshot) -> int | None:
    """The orientation stated by a source that is trusted more than the file; None where there is none."""
    in_library = snapshot.orientation_of(photo.path)
    if in_library is not None:
        return in_library
    if session.library is not None and snapshot.annotations is None and photo.display.stated is not None:
        return photo.display.stated  # it cannot be read now
    last = session.store.ledger.last_of(photo.path, LedgerKind.SIDECAR)

    def is_ours(path: Path, data: bytes) -> bool:
        """Whether only facedaemon wrote the sidecar: then it repeats what the file stated at that time."""
        made = last is not None and last.before is None and last.target == path
        return made and last is not None and last.after_digest == sidecar.digest(data)

    try:
        return sidecar.stated_orientation(photo.path, session.naming, session.root_of(photo.path), is_ours)
    except PhotoError:
        return photo.display.stated  # the synchronisation reports the problem


def _analyse(session: Session, photo: PhotoRecord, display: Display) -> PhotoAnalysis | None:
    """The analysis in this orientation; None where it fails, or where the picture has changed."""
    analysis = session.analyzer.analyse_or_error(photo.path, display)
    return None if isinstance(analysis, PhotoError) or analysis.content != photo.content else analysis


def _remembered(session: Session, photo: PhotoRecord, analysis: PhotoAnalysis) -> PhotoRecord:
    """Store the photo in the new frame; faces keep their numbers, and rejections are turned with it."""
    with session.store.transaction():
        if photo.orientation is not None and photo.orientation != analysis.orientation:
            session.store.faces.turn(photo.id, photo.orientation, analysis.orientation)
            session.store.rejections.turn(photo.content, photo.path, photo.orientation, analysis.orientation)
        return session.store.photos.put_analysis(photo.path, photo.fingerprint, analysis)


def _regions(session: Session, photo: PhotoRecord, snapshot: LibrarySnapshot) -> list[Region]:
    """Regions of faces by other sources than facedaemon, in the frame in which the photo was analysed."""
    said = snapshot.about(photo.path) or ()
    annotations = [as_seen(photo, annotation) for annotation in said if annotation.state not in _SAYS_NOTHING]
    found = [annotation.region for annotation in annotations if annotation.region is not None]
    if session.config.library.metadata:
        try:
            read = sidecar.read(photo.path, session.naming, session.root_of(photo.path), photo.orientation)
        except PhotoError:
            return found
        found += [item.region for item in read.regions if item.origin is None]
    return found


def _upright(session: Session, photo: PhotoRecord, regions: Sequence[Region]) -> PhotoAnalysis | None:
    """The analysis in the orientation in which most regions hold a face; None where none does in any."""
    best, most = None, 0
    for quarters in (1, 2, 3) if regions else ():
        analysis = _analyse(session, photo, replace(photo.display, turn=photo.display.turn + quarters))
        held = 0 if analysis is None else sum(_holds_a_face(turned(region, quarters), analysis) for region in regions)
        if held > most:
            best, most = analysis, held
    return best


def _holds_a_face(region: Region, analysis: PhotoAnalysis) -> bool:
    centres = ((f.region.x + f.region.w / 2, f.region.y + f.region.h / 2) for f in analysis.faces if f.is_face)
    return any(region.x <= x <= region.x + region.w and region.y <= y <= region.y + region.h for x, y in centres)
