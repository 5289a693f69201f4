"""Groups of faces that nobody named, kept in the state: made again or extended after each pass."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from facedaemon import gallery
from facedaemon.pipeline.rejections import BURST_SECONDS
from facedaemon.pipeline.session import Session
from facedaemon.store import GROUPED_NOTE, NO_GROUP, GroupChanges, Place, UnnamedFaces

OFTEN = 12  # photos: a person in so many photos is known to the user
NEWS = 0.1  # share of faces that came since all were grouped, from which on all are grouped again
LARGE = 1000  # faces: a greater group that loses some is not grouped again before all are: it hardly falls apart


def refresh(session: Session) -> None:
    """Bring the groups up to date with the faces that have no name now.

    New photos change the groups near them, and a group that lost faces is grouped again. Where many came since all were
    grouped, or the networks changed, all are grouped again.
    """
    store, model = session.store, session.model_id
    known = _note(session)
    is_other = known["model"] != model
    changes = store.groups.changes(model, is_other=is_other)
    if not (changes.is_any or is_other):
        store.groups.put({}, changes)
        return
    came = int(known.get("came", 0)) + len(changes.new)
    is_whole = is_other or came > NEWS * int(known["faces"])
    faces = store.groups.unnamed(model) if is_whole else _near(session, changes)
    found = _grouped(session, faces) if is_whole else _extended(session, faces, changes)
    changed, highest = changed_places(faces, found, int(known["highest"]))
    with store.transaction():
        store.groups.put(changed, changes)
        count = len(faces.faces) if is_whole else int(known["faces"])
        note = {"model": model, "faces": count, "came": 0 if is_whole else came, "highest": highest}
        store.put_note(GROUPED_NOTE, json.dumps(note))


def _grouped(session: Session, faces: UnnamedFaces) -> gallery.Grouping:
    unnamed, least = _unnamed(session, faces), session.config.training.min_quality
    return session.run_long(lambda: gallery.grouped(unnamed, least))


def _near(session: Session, changes: GroupChanges) -> UnnamedFaces:
    """The faces that the changes can affect. Of all others only the vectors are looked at."""
    new, near = session.store.groups.vectors_of(changes.new), list[int]()
    if len(new):
        for numbers, vectors in session.store.embedding_cache.by_face(new.shape[1]):
            near += numbers[session.run_long(partial(gallery.near_new, vectors, new))].tolist()
    return session.store.groups.some(changes, near)


def _extended(session: Session, faces: UnnamedFaces, changes: GroupChanges) -> gallery.Grouping:
    unnamed, least = _unnamed(session, faces), session.config.training.min_quality
    former = np.where(faces.groups == NO_GROUP, gallery.ALONE, faces.groups)
    former[faces.looked_at == 0] = gallery.NEW
    former[np.isin(former, [number for number in changes.thinned if (former == number).sum() <= LARGE])] = gallery.LOOSE
    before = gallery.Grouping(former, faces.guesses == 1)
    every = session.store.groups.looked_at(changes)
    strangers = session.store.groups.vectors_of(every[gallery.spread_out(len(every))])
    return session.run_long(lambda: gallery.extended(unnamed, least, before, gallery.strangers_among(strangers)))


def changed_places(faces: UnnamedFaces, found: gallery.Grouping, highest: int) -> tuple[dict[int, Place], int]:
    """The places that are others than before where these faces are in the groups that were found.

    A group of which one face is left is none: the others may have names by now. Also gives the highest number that a
    group was ever given; `highest` is that of before.
    """
    was_sure = (faces.groups != NO_GROUP) & (faces.guesses == 0)
    former = [number if sure else None for number, sure in zip(faces.groups.tolist(), was_sure.tolist(), strict=True)]
    given, highest = stable_numbers(found.label.tolist(), former, highest)
    groups = np.array([given.get(label, NO_GROUP) for label in found.label.tolist()], np.int64)
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    groups[sizes[group] == 1] = NO_GROUP
    guesses = np.where(groups == NO_GROUP, 0, found.guesses)
    is_changed = (groups != faces.groups) | (guesses != faces.guesses) | (faces.looked_at == 0)
    of_changed = (column[is_changed].tolist() for column in (faces.faces, groups, guesses))
    return {
        face: Place(None if number == NO_GROUP else number, bool(guess))
        for face, number, guess in zip(*of_changed, strict=True)
    }, highest


def seen_often(session: Session) -> tuple[int, int] | None:
    """How many groups are in how many photos or more: in twelve, or in as many as the first has; None for none."""
    sizes = list(session.store.groups.sizes().values())
    least = min(OFTEN, sizes[0]) if sizes else 0
    return (sum(photos >= least for photos in sizes), least) if sizes else None


def stable_numbers(label: Sequence[int], former: Sequence[int | None], highest: int) -> tuple[dict[int, int], int]:
    """A number for each group in `label`, and the highest number that was ever given.

    A group goes on under the number of a former one if it has most of its faces and none of another former group: who
    types a number that was read before means those faces. `former` holds the number of each face's former group; None
    for faces that were alone or guesses, or are new.
    """
    were = Counter(number for number in former if number is not None)
    sources: dict[int, Counter[int]] = {}
    for group, number in zip(label, former, strict=True):
        if group >= 0 and number is not None:
            sources.setdefault(group, Counter())[number] += 1
    numbers: dict[int, int] = {}
    sizes = Counter(group for group in label if group >= 0)
    for group in sorted(sizes, key=lambda group: (-sizes[group], group)):
        of = sources.get(group, Counter())
        kept = [number for number, shared in of.items() if len(of) == 1 and 2 * shared > were[number]]
        if not kept:
            highest += 1
        numbers[group] = kept[0] if kept else highest
    return numbers, highest


def _unnamed(session: Session, faces: UnnamedFaces) -> gallery.Unnamed:
    """These faces with all that grouping needs to know."""
    details = session.store.groups.details(faces.faces.tolist())
    numbers: dict[tuple[bytes, int], int] = {}
    moments = [
        numbers.setdefault((folder, time // BURST_SECONDS), len(numbers))
        for folder, time in zip(details.folders, details.times, strict=True)
    ]
    return gallery.Unnamed(
        faces.vectors,
        np.array(details.qualities, np.float32),
        np.array(details.photos, np.int64),
        np.array(moments, np.int64),
    )


def _note(session: Session) -> Mapping[str, str | int]:
    known = session.store.note(GROUPED_NOTE)
    return {"model": "", "faces": 0, "highest": 0} if known is None else dict(json.loads(known))
