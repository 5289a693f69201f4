"""Stores which rows of the library were read for each photo, for the comparison with the next reading."""

from collections.abc import Collection, Sequence

from facedaemon.pipeline.comparison import known_trace
from facedaemon.pipeline.decide import Decision, Since
from facedaemon.pipeline.library_snapshot import LibrarySnapshot
from facedaemon.pipeline.session import Session
from facedaemon.store import PhotoRecord


def trace_others(session: Session, snapshot: LibrarySnapshot, synced: Collection[int]) -> None:
    """Store the traces of all photos but those whose annotations were synchronised."""
    known = session.store.traces.all()
    places = {path: photo for path, photo in session.store.photos.places() if path in snapshot.traces}
    for path, trace in snapshot.traces.items():
        photo = places.get(path)
        if photo is not None and photo not in synced and known.get(photo) != known_trace(trace):
            trace_again(session, session.store.photos.by_id(photo), snapshot)


def trace_again(session: Session, photo: PhotoRecord, snapshot: LibrarySnapshot) -> None:
    """Store the trace of a photo whose annotations are unchanged but whose rows were replaced."""
    known, trace = session.store.traces.of(photo.id), snapshot.traces.get(photo.path)
    with session.store.transaction():
        if known is not None and (trace is None or trace.detection != known.detection):
            session.store.traces.forget_withdrawn(photo.id)
        session.store.traces.put(photo.id, known_trace(trace))


def trace(
    session: Session, photo: PhotoRecord, snapshot: LibrarySnapshot, since: Since, decided: Sequence[Decision]
) -> None:
    """Store the photo's trace; delete withdrawn suggestions that were answered or that no open window can show."""
    if snapshot.about(photo.path) is None:
        return
    if since.detected is True or not since.stands:
        session.store.traces.forget_withdrawn(photo.id)
    else:
        session.store.traces.forget_withdrawn(photo.id, {decision.person for decision in decided})
    session.store.traces.put(photo.id, known_trace(snapshot.traces.get(photo.path)))
