"""Which faces a user means by the short ids of a command."""

from collections.abc import Callable, Iterable, Sequence

from facedaemon import face_ids
from facedaemon.errors import ExitCode, Fatal
from facedaemon.pipeline.group_ids import group_number, no_such_group
from facedaemon.store import FaceRecord, Store

StillOpen = Callable[[Sequence[FaceRecord]], list[FaceRecord]]


def chosen_faces(
    store: Store,
    typed: Iterable[str],
    person: str | None = None,
    *,
    guesses: bool = False,
    still_open: StillOpen = list,
) -> list[FaceRecord]:
    """The faces of these ids, each in all copies of its photo, without those of photos known to be away.

    The id of a group stands for its faces, without those that are guesses unless the user asks for `guesses`. Where
    they are to be this `person`, those of whom a human said that they are not are left out, too. `still_open` gives
    those of a group's faces to which nothing was answered that the state does not know yet.

    Raises Fatal (exit status 2) for what is no id, for an id that no face has, and where faces of several pictures
    begin so.
    """
    return [face for words in typed for face in _chosen(store, words, person, guesses, still_open)]


def _chosen(store: Store, words: str, person: str | None, guesses: bool, still_open: StillOpen) -> list[FaceRecord]:
    if (number := group_number(words)) is not None:
        members = store.groups.members(number)
        if not members:
            raise no_such_group(words)
        sure = [store.faces.get(face) for face, guess in members.items() if guesses or not guess]
        chosen = still_open([face for face in sure if person is None or not _is_rejected(store, face, person)])
        if not chosen:
            raise Fatal(
                f"{words}: no face of this group can be meant: all are answered, or guesses; name its faces one by one",
                ExitCode.USAGE,
            )
        return chosen
    beginning = face_ids.read(words)
    if beginning is None:
        raise Fatal(
            f"{words!r} is no face's id, such as f3k9x2qa: see 'facedaemon faces PHOTO', 'suggestions', 'groups'",
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


def _is_rejected(store: Store, face: FaceRecord, person: str) -> bool:
    photo = store.photos.by_id(face.photo)
    return person in store.rejections.names_at(photo.content, photo.path, face.region)
