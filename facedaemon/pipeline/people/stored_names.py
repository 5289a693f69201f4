"""Names in the state follow renames and merges at once, whether or not their photos can be looked at now.

Else a person would be two as long as some of their photos are away or outside a pass, and two names of one person
contradict each other: no face of either trains.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from facedaemon.answers import AnswerKind, Renames, Standing
from facedaemon.names import clean_name
from facedaemon.pipeline.annotations.answered import annotations_of
from facedaemon.pipeline.annotations.match_annotations import SOURCE_ORDER
from facedaemon.pipeline.session import Session
from facedaemon.store import NumberedAnnotation, Store
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation


@dataclass(frozen=True, slots=True)
class Called:
    """How an annotation, by its number, names its person now, and the name as it is written there."""

    number: int
    person: str
    spelling: str | None


@dataclass(frozen=True, slots=True)
class NewNames:
    """The annotations that name their person otherwise now, and by face number the former and the new name."""

    annotations: Sequence[Called] = ()
    faces: Mapping[int, tuple[str, str]] = field(default_factory=dict)


def rename_known(session: Session, found: Standing, before: Renames) -> None:
    """Annotations, confirmed faces and rejections get the names of `found`; `before` are the renames that they follow.

    Must be called in a transaction.
    """
    store, photos = session.store, session.store.photos
    numbered = list(store.annotations.named())
    answered: dict[int, Sequence[FaceAnnotation]] = {
        photo: annotations_of(found, photos.by_id(photo)) or ()
        for photo in {each.photo for each in numbered if each.known.annotation.source == AnnotationSource.ANSWER}
    }

    def name_of(each: NumberedAnnotation) -> str:
        annotation = each.known.annotation
        if annotation.source == AnnotationSource.ANSWER:
            return _answered_name(annotation, answered[each.photo])
        return found.renames.everywhere(clean_name(annotation.spelling or annotation.person or ""))

    names = new_names(numbered, name_of)
    for called in names.annotations:
        store.annotations.call(called.number, called.person, called.spelling)
    for face, (was, now) in names.faces.items():
        store.faces.rename(face, was, now)
    _rename_followers(store, found.renames, before)


def new_names(numbered: Iterable[NumberedAnnotation], name_of: Callable[[NumberedAnnotation], str]) -> NewNames:
    """What changes where each annotation's person is called as `name_of` says. `numbered` are in the order of photos.

    A face is named by the first source that named it before.
    """
    annotations: list[Called] = []
    faces: dict[int, tuple[str, str]] = {}
    for _, of_photo in groupby(numbered, key=lambda each: each.photo):
        for each in sorted(of_photo, key=lambda each: SOURCE_ORDER.index(each.known.annotation.source)):
            annotation, was, now = each.known.annotation, each.known.annotation.person, name_of(each)
            if was is None:
                continue
            if was != now:
                written = annotation.spelling or was
                annotations.append(Called(each.id, now, None if written == now else written))
            if each.known.face is not None and not each.known.own and annotation.state == AnnotationState.CONFIRMED:
                faces.setdefault(each.known.face, (was, now))
    return NewNames(annotations, {face: names for face, names in faces.items() if names[0] != names[1]})


def _answered_name(annotation: FaceAnnotation, said: Iterable[FaceAnnotation]) -> str:
    """Whom the answer about this region means now; as before where nothing is answered there any more."""
    same = (each.person for each in said if (each.region, each.state) == (annotation.region, annotation.state))
    is_confirmed = (
        annotation.state == AnnotationState.CONFIRMED
    )  # of several rejected names none is another's successor
    return (next(same, None) if is_confirmed else None) or annotation.person or ""


def _rename_followers(store: Store, renames: Renames, before: Renames) -> None:
    """Rejections follow a rename, and its taking back; of a merge that was taken back both people stay rejected.

    Former names of faces follow, too: else who was renamed here would look as if renamed in another program.
    """
    changed = renames.since(before)
    for step in changed.gone:
        person, other = step.saying.person or "", step.saying.other or ""
        if step.saying.kind == AnswerKind.RENAME and renames.everywhere(other) == other:
            store.rejections.rename_person(other, person)
            store.faces.rename_former(other, person)
        else:
            store.rejections.repeat(renames.everywhere(other), person)
    for step in changed.come:  # in their order: two people may have got each other's name
        store.rejections.rename_person(step.saying.person or "", step.saying.other or "")
        store.faces.rename_former(step.saying.person or "", step.saying.other or "")
