"""Somebody got another name in another program, or was merged into somebody there: what depends on the name follows.

A rename is seen by the faces: none has the old name any more, and all that had it have one and the same new name. So it
does not matter how a program stores people, whether it changed them in one step, or how many passes saw that.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace

from facedaemon.answers import AnswerKind, AnswerSource, Saying
from facedaemon.geometry import overlap
from facedaemon.names import close_names
from facedaemon.pipeline.annotations.confirmed_regions import is_among, regions_answered
from facedaemon.pipeline.library_snapshot import LibrarySnapshot
from facedaemon.pipeline.rejections import SUGGESTED_NOTE, drop
from facedaemon.pipeline.session import Session
from facedaemon.store import SAME_REGION_OVERLAP, RejectionRecord, Store

log = logging.getLogger(__name__)

ENOUGH = 2  # faces; a single one that got a name unlike the old one may as well have been corrected


def follow(session: Session, snapshot: LibrarySnapshot) -> set[int]:
    """Let rejections, answers and what we wrote follow people who are called otherwise now.

    Gives the photos to be synced again: what we wrote there was taken for a human's word under the new name.
    """
    again: set[int] = set()
    for person, now in renamed(session.store.faces.new_names()).items():
        log.info("%s is called %s now; what was rejected stays rejected", person, now)
        _answers_follow(session, person, now)
        with session.store.transaction():
            _rejections_follow(session.store, person, now, snapshot.library_id(now), session.now())
            again |= _own_regions_follow(session, person, now)
            session.store.faces.forget_former(person)
            session.store.forget_note(SUGGESTED_NOTE)  # all faces are matched again
    return again


def renamed(new_names: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """Who is called how now, of people whose faces all have other names. Pure.

    Faces that went to several people were corrected, and so was a single face, unless the names are alike.
    """
    found = {}
    for person, names in new_names.items():
        if len(names) == 1:
            ((now, faces),) = names.items()
            if faces >= ENOUGH or are_alike(person, now):
                found[person] = now
    return found


def are_alike(one: str, other: str) -> bool:
    """Whether two names may be one person's: they share a word, or one is a slip of the other."""
    words = [{word for word in name.casefold().split() if len(word) > 1} for name in (one, other)]
    return not words[0].isdisjoint(words[1]) or bool(close_names(one, [other]))


def _answers_follow(session: Session, person: str, now: str) -> None:
    """Answers about somebody who was renamed in another program are about who it is now, also beside a new state."""
    found = session.answers.read()
    renames = () if found is None else found.renames.steps
    if found is None or person not in {found.name_of(each) for each in found.answers if each not in renames}:
        return
    session.answers.append(
        [Saying(AnswerKind.MERGE, person=person, other=now, source=AnswerSource.METADATA)], session.now()
    )


def _rejections_follow(store: Store, person: str, now: str, library_id: str | None, moment: float) -> None:
    """Those of faces that have the new name themselves were the rename, and are no rejections."""
    records = [record for record in store.rejections.all() if record.rejection.person == person]
    itself = [record for record in records if _has_the_name(store, record, now)]
    if itself:
        drop(store, itself, moment)
    store.rejections.give((record.id for record in records if record not in itself), now, library_id)


def _has_the_name(store: Store, record: RejectionRecord, person: str) -> bool:
    rejection = record.rejection
    photo = store.photos.get(rejection.path)
    faces = store.faces.of(photo.id) if photo is not None else []
    return any(
        face.verdict.person == person and overlap(face.region, rejection.region) >= SAME_REGION_OVERLAP
        for face in faces
    )


def _own_regions_follow(session: Session, person: str, now: str) -> set[int]:
    """A guess of ours stays one under the new name; a region that was written for an answer is a human's word."""
    found: set[int] = set()
    for path, regions in session.store.ledger.written_as(person).items():
        photo = session.store.photos.get(path)
        answered = [] if photo is None else regions_answered(session.answers.read(), photo)
        ours = [replace(each, person=now) for each in regions if not is_among(each.region, person, answered)]
        session.store.ledger.share_names(path, list(dict.fromkeys(ours)))
        if photo is not None and ours:
            found.add(photo.id)
    return found
