"""How a photo is displayed: as digiKam's database states, else its sidecar, else its file.

That is digiKam's own order of trust. Where nobody is found so, and a region says that a face is there, the photo is
looked at in the other three turns, and shown in the one in which a face lies on a region.
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
    """Whether the library states another orientation than when the photo was looked at."""
    stated = snapshot.orientation_of(photo.path)
    return stated is not None and stated != photo.display.stated


def settle(session: Session, photo: PhotoRecord, snapshot: LibrarySnapshot) -> PhotoRecord:
    """The photo, looked at once more where it is to be displayed otherwise than it was."""
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
    """The library's mark in the frame in which the photo was looked at; itself where that is the library's own."""
    if not photo.display.turn or annotation.region is None or annotation.source != AnnotationSource.DIGIKAM:
        return annotation
    return replace(annotation, region=turned(annotation.region, photo.display.turn))


def as_the_library_sees(photo: PhotoRecord, region: Region) -> Region:
    """The inverse, for a region of ours."""
    return turned(region, -photo.display.turn) if photo.display.turn else region


def _stated(session: Session, photo: PhotoRecord, snapshot: LibrarySnapshot) -> int | None:
    """The orientation that somebody states who is trusted more than the file; None where nobody does."""
    in_library = snapshot.orientation_of(photo.path)
    if in_library is not None:
        return in_library
    if session.library is not None and snapshot.annotations is None and photo.display.stated is not None:
        return photo.display.stated  # it cannot be asked now
    last = session.store.ledger.last_of(photo.path, LedgerKind.SIDECAR)

    def is_ours(path: Path, data: bytes) -> bool:
        """Made by facedaemon and touched by nobody since: it repeats what the file said then."""
        made = last is not None and last.before is None and last.target == path
        return made and last is not None and last.after_digest == sidecar.digest(data)

    try:
        return sidecar.stated_orientation(photo.path, session.naming, session.root_of(photo.path), is_ours)
    except PhotoError:
        return photo.display.stated  # listening names the problem


def _analyse(session: Session, photo: PhotoRecord, display: Display) -> PhotoAnalysis | None:
    """What is seen so; None where it cannot be seen now, or is not the picture any more that is known."""
    analysis = session.analyzer.analyse_or_error(photo.path, display)
    return None if isinstance(analysis, PhotoError) or analysis.content != photo.content else analysis


def _remembered(session: Session, photo: PhotoRecord, analysis: PhotoAnalysis) -> PhotoRecord:
    """Its faces keep their numbers, and rejections hold, in the new frame."""
    with session.store.transaction():
        if photo.orientation is not None and photo.orientation != analysis.orientation:
            session.store.faces.turn(photo.id, photo.orientation, analysis.orientation)
            session.store.rejections.turn(photo.content, photo.path, photo.orientation, analysis.orientation)
        return session.store.photos.put_analysis(photo.path, photo.fingerprint, analysis)


def _regions(session: Session, photo: PhotoRecord, snapshot: LibrarySnapshot) -> list[Region]:
    """Where somebody else than facedaemon says that a face is, in the frame in which the photo was looked at."""
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
    """The photo in the turn in which most regions hold a face; None where none does in any."""
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
