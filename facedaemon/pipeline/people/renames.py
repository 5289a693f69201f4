"""Rejections belong to a person, not to a name: they follow a person who is renamed in the library."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from facedaemon import library
from facedaemon.answers import AnswerKind, AnswerSource, Saying
from facedaemon.pipeline.session import Session
from facedaemon.store import Store
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation

log = logging.getLogger(__name__)

_PEOPLE_NOTE = "people of the library"


def follow_people(
    store: Store, database: str, names: Mapping[int, str], annotations: Mapping[Path, Sequence[FaceAnnotation]]
) -> None:
    """Rename rejections to the name that their person has in the library now; those without its id get it.

    `database` is the library's own id, `names` its people by their number in it, `annotations` its annotations by
    photo.
    """
    numbers: dict[str, list[int]] = {}
    for number, name in names.items():
        numbers.setdefault(name, []).append(number)
    is_same: dict[tuple[str, str], bool] = {}
    with store.transaction():
        for library_id, person in store.rejections.people():
            of, _, tag = (library_id or "").rpartition("/")
            if of != database or not tag.isdecimal():
                if database and len(numbers.get(person, ())) == 1:
                    store.rejections.identify(person, library_id, f"{database}/{numbers[person][0]}")
                continue
            now = names.get(int(tag), person)
            if now == person or library_id is None:
                continue
            if (person, now) not in is_same:
                is_same[person, now] = _is_the_same(store, annotations, person, now)
            if is_same[person, now]:
                log.info("%s is called %s in digiKam now; what was rejected stays rejected", person, now)
                store.rejections.rename(library_id, now)


def follow_renames(
    session: Session, snapshot: library.Snapshot, annotations: Mapping[Path, Sequence[FaceAnnotation]]
) -> None:
    """Who is renamed in digiKam keeps the answers: the rename is written down beside them, as seen there.

    What the people were called when digiKam was read last is kept in the state.
    """
    if not snapshot.database_id:
        return
    key = f"{_PEOPLE_NOTE} {snapshot.database_id}"
    before = json.loads(session.store.note(key) or "{}")
    now = {str(number): name for number, name in sorted(snapshot.names.items())}
    if now == before:
        return
    found = session.answers.read()
    answered = set() if found is None else {found.name_of(answer) for answer in found.answers}
    there = set(now.values())
    renamed = [
        Saying(AnswerKind.RENAME, person=was, other=now[number], source=AnswerSource.DIGIKAM)
        for number, was in before.items()
        if number in now and now[number] != was and was in answered and was not in there
        if _is_the_same(session.store, annotations, was, now[number])
    ]
    for saying in renamed:
        log.info("%s is called %s in digiKam now; what was answered follows", saying.person, saying.other)
    if renamed:
        session.answers.append(renamed, session.now())
    if found is not None:  # else it is seen again when they can be read
        session.store.put_note(key, json.dumps(now, ensure_ascii=False))


def _is_the_same(store: Store, annotations: Mapping[Path, Sequence[FaceAnnotation]], was: str, now: str) -> bool:
    """Whether a number with another name is still the same person.

    SQLite gives the number of a deleted tag to the next one that is made; confirmed faces distinguish the two.
    """
    places = _confirmed(store.annotations.by_path(AnnotationSource.DIGIKAM).items(), was)
    return not places or not places.isdisjoint(_confirmed(annotations.items(), now))


def _confirmed(annotations: Iterable[tuple[Path, Sequence[FaceAnnotation]]], person: str) -> set[tuple[Path, object]]:
    return {
        (path, annotation.region)
        for path, found in annotations
        for annotation in found
        if annotation.state == AnnotationState.CONFIRMED and annotation.person == person
    }
