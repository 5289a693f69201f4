"""Groups of faces that nobody named, kept in the state: made again or extended after each pass."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from facedaemon import gallery
from facedaemon.pipeline.rejections import BURST_SECONDS
from facedaemon.pipeline.session import Session
from facedaemon.store import Place, UnnamedFaces

GROUPED_NOTE = "faces grouped"  # JSON: model, faces at the last whole grouping, highest number of a group
OFTEN = 12  # photos: a person in so many photos is known to the user
NEWS = 0.1  # share of new faces from which on all are grouped again


def refresh(session: Session) -> None:
    """Bring the groups up to date with the faces that have no name now.

    New photos change the groups near them; where they are many, or the networks changed, all are grouped again.
    """
    store, model = session.store, session.model_id
    if store.groups.is_current(model):
        return
    known = _note(session)
    faces, (before, guessed) = store.groups.unnamed(model), store.groups.labels()
    is_new = [face not in before for face in faces.faces]
    whole = known["model"] != model or sum(is_new) > NEWS * int(known["faces"])
    numbered = _columns(faces)
    former = [before.get(face) for face in faces.faces]
    least = session.config.training.min_quality
    if whole:
        found = session.run_long(lambda: gallery.grouped(numbered, least))
    else:
        alone = [gallery.ALONE if number is None else number for number in former]
        label = np.where(is_new, gallery.NEW, np.array(alone, np.int64))
        guesses = np.array([face in guessed for face in faces.faces], bool)
        found = session.run_long(lambda: gallery.extended(numbered, least, gallery.Grouping(label, guesses)))
    given, highest = stable_numbers(found.label.tolist(), former, int(known["highest"]))
    numbers: dict[int, int | None] = dict(given)
    numbers[gallery.ALONE] = None
    changed = {
        face: Place(numbers[label], guess)
        for face, label, guess in zip(faces.faces, found.label.tolist(), found.guesses.tolist(), strict=True)
        if face not in before or before[face] != numbers[label] or guess != (face in guessed)
    }
    with store.transaction():
        store.groups.put(changed, before.keys() - set(faces.faces))
        count = len(faces.faces) if whole else int(known["faces"])
        store.put_note(GROUPED_NOTE, json.dumps({"model": model, "faces": count, "highest": highest}))


def seen_often(session: Session) -> tuple[int, int] | None:
    """How many groups are in how many photos or more: in twelve, or in as many as the first has; None for none."""
    sizes = list(session.store.groups.sizes().values())
    least = min(OFTEN, sizes[0]) if sizes else 0
    return (sum(photos >= least for photos in sizes), least) if sizes else None


def stable_numbers(label: Sequence[int], former: Sequence[int | None], highest: int) -> tuple[dict[int, int], int]:
    """A number for each group in `label`, and the highest number that was ever given.

    A group goes on under the number of a former one if it has most of its faces; of two that share one, the greater
    has more. `former` holds the number of each face's former group; None for faces that were alone, or are new.
    """
    were = Counter(number for number in former if number is not None)
    pairs = Counter(
        (group, number) for group, number in zip(label, former, strict=True) if group >= 0 and number is not None
    )
    numbers: dict[int, int] = {}
    taken: set[int] = set()
    for (group, number), shared in sorted(pairs.items(), key=lambda item: (-item[1], item[0])):
        if group not in numbers and number not in taken and 2 * shared > were[number]:
            numbers[group] = number
            taken.add(number)
    sizes = Counter(group for group in label if group >= 0)
    for group in sorted(sizes, key=lambda group: (-sizes[group], group)):
        if group not in numbers:
            highest += 1
            numbers[group] = highest
    return numbers, highest


def _columns(faces: UnnamedFaces) -> gallery.Unnamed:
    count = len(faces.faces)
    moments: dict[tuple[bytes, int], int] = {}
    return gallery.Unnamed(
        np.zeros((0, 0), np.float16) if faces.vectors is None else faces.vectors,
        np.array(faces.qualities, np.float32),
        np.array(faces.photos, np.int64),
        np.fromiter(
            (
                moments.setdefault((folder, time // BURST_SECONDS), len(moments))
                for folder, time in zip(faces.folders, faces.times, strict=True)
            ),
            np.int64,
            count,
        ),
    )


def _note(session: Session) -> Mapping[str, str | int]:
    known = session.store.note(GROUPED_NOTE)
    return {"model": "", "faces": 0, "highest": 0} if known is None else dict(json.loads(known))
