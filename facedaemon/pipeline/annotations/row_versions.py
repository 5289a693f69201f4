"""Stores the version of the library's rows for each photo, for the comparison with the next reading."""

from collections.abc import Collection, Sequence

from facedaemon.pipeline.annotations.comparison import known_version
from facedaemon.pipeline.annotations.decide import Decision, Since
from facedaemon.pipeline.library_snapshot import LibrarySnapshot
from facedaemon.pipeline.session import Session
from facedaemon.store import PhotoRecord


def put_other_row_versions(session: Session, snapshot: LibrarySnapshot, synced: Collection[int]) -> None:
    """Store the row versions of all photos but those whose annotations were synced."""
    known = session.store.row_versions.all()
    places = {path: photo for path, photo in session.store.photos.places() if path in snapshot.row_versions}
    for path, version in snapshot.row_versions.items():
        photo = places.get(path)
        if photo is not None and photo not in synced and known.get(photo) != known_version(version):
            renew_row_version(session, session.store.photos.by_id(photo), snapshot)


def renew_row_version(session: Session, photo: PhotoRecord, snapshot: LibrarySnapshot) -> None:
    """Store the row version of a photo whose annotations are unchanged but whose rows were replaced."""
    known, version = session.store.row_versions.of(photo.id), snapshot.row_versions.get(photo.path)
    with session.store.transaction():
        if known is not None and (version is None or version.detection != known.detection):
            session.store.row_versions.forget_withdrawn(photo.id)
        session.store.row_versions.put(photo.id, known_version(version))


def put_row_version(
    session: Session, photo: PhotoRecord, snapshot: LibrarySnapshot, since: Since, decided: Sequence[Decision]
) -> None:
    """Store the photo's row version; delete withdrawn suggestions that were answered or that no window still shows."""
    if snapshot.about(photo.path) is None:
        return
    if since.detected is True or not since.stands:
        session.store.row_versions.forget_withdrawn(photo.id)
    else:
        session.store.row_versions.forget_withdrawn(photo.id, {decision.person for decision in decided})
    session.store.row_versions.put(photo.id, known_version(snapshot.row_versions.get(photo.path)))
