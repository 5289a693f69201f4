"""Which faces a user means by the short ids of a command."""

from collections.abc import Iterable

from facedaemon import face_ids
from facedaemon.errors import ExitCode, Fatal
from facedaemon.store import FaceRecord, Store


def chosen_faces(store: Store, typed: Iterable[str]) -> list[FaceRecord]:
    """The faces of these ids, each in all copies of its photo, without those of photos known to be away.

    Raises Fatal (exit status 2) for what is no id, for an id that no face has, and where faces of several pictures
    begin so.
    """
    return [face for words in typed for face in _chosen(store, words)]


def _chosen(store: Store, words: str) -> list[FaceRecord]:
    beginning = face_ids.read(words)
    if beginning is None:
        raise Fatal(
            f"{words!r} is no face's id, such as f3k9x2qa; 'facedaemon faces PHOTO' and 'suggestions' show them",
            ExitCode.USAGE,
        )
    found = store.faces.with_short_id(beginning)
    there = {photo.id for photo in store.photos.numbered({face.photo for face in found}) if not photo.missing}
    found = [face for face in found if face.photo in there]
    if not found:
        raise Fatal(f"{words}: no face has this id; see 'facedaemon faces PHOTO'", ExitCode.USAGE)
    ids = sorted({face.short_id for face in found})
    if len(ids) > 1:
        raise Fatal(f"{words}: several faces' ids begin so: {', '.join(ids)}; type more of it", ExitCode.USAGE)
    return found
