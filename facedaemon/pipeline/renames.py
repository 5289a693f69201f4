"""Rejections are of a person, not of a name: who is renamed in the library keeps them."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from facedaemon.store import Store
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation

log = logging.getLogger(__name__)


def follow_people(
    store: Store, database: str, names: Mapping[int, str], annotations: Mapping[Path, Sequence[FaceAnnotation]]
) -> None:
    """Rejections take the name that their person has in the library now; those without its id get it.

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


def _is_the_same(store: Store, annotations: Mapping[Path, Sequence[FaceAnnotation]], was: str, now: str) -> bool:
    """Whether a number with another name is still the same person.

    SQLite gives the number of a deleted tag to the next one that is made; confirmed faces tell the two apart.
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
