"""Matches unnamed faces with the gallery in use: the names to suggest, and what that changes."""

from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path

from facedaemon import gallery
from facedaemon.errors import PhotoError
from facedaemon.pipeline.people.people_changed import people_of
from facedaemon.pipeline.photo_errors import concerning
from facedaemon.pipeline.rejections import SUGGESTED_NOTE, Barred
from facedaemon.pipeline.reports import Step
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.train import Trained
from facedaemon.store import FaceBlock, SuggestionRecord
from facedaemon.values import AnnotationState, SuggestionState

MIN_CHANGE = 0.05  # of the confidence; smaller changes are not worth a new sidecar


@dataclass(slots=True)
class SuggestionChanges:
    """What a pass over the faces changed; `photos` are those whose suggestions are not what they were.

    A name that came and went within the pass counts as neither. `problems` are unexpected errors at single photos.
    """

    photos: set[int] = field(default_factory=set)
    problems: list[PhotoError] = field(default_factory=list)
    _was: dict[int, str | None] = field(default_factory=dict)
    _is: dict[int, str | None] = field(default_factory=dict)

    def note(self, photo: int, face: int, was: str | None, now: str | None) -> None:
        """The face's suggested name was `was` and is `now` (None: none); also where only the confidence changed."""
        self._was.setdefault(face, was)
        self._is[face] = now
        self.photos.add(photo)

    @property
    def new(self) -> int:
        """Faces that have a suggestion and had none."""
        return sum(was is None and self._is[face] is not None for face, was in self._was.items())

    @property
    def changed(self) -> int:
        """Faces whose suggested name, or its confidence, changed."""
        return sum(was is not None and self._is[face] is not None for face, was in self._was.items())

    @property
    def withdrawn(self) -> int:
        """Faces that have no suggestion any more."""
        return sum(was is not None and self._is[face] is None for face, was in self._was.items())


def reached(session: Session, trained: Trained) -> set[int] | None:
    """The photos in which the step from the former gallery to this one can change a suggestion; None: in all."""
    change = None if trained.former is None else gallery.change_since(trained.gallery, trained.former.gallery)
    if change is None:
        return None
    photos: set[int] = set()
    for numbers, vectors in session.store.embedding_cache.blocks(change.prototypes.shape[1]):
        photos.update(numbers[change.reaches(vectors)].tolist())
    return photos


def match(
    session: Session, trained: Trained | None, photos: Collection[int], result: SuggestionChanges
) -> Generator[Step, None, None]:
    """Names for the faces of these photos, or of all where another gallery named them last."""
    if trained is None:
        return
    last = session.store.note(SUGGESTED_NOTE)
    is_news = last != trained.key
    concerned: Collection[int] | None = photos
    if is_news:
        is_step = trained.former is not None and last == trained.former.key
        further = reached(session, trained) if is_step else None
        concerned = None if further is None else {*photos, *further}
    for done in suggest(session, trained, concerned, result):
        yield Step("matching faces", done=done)
    if is_news and session.store.note(SUGGESTED_NOTE) == last:  # else a rejection was taken back meanwhile
        session.store.put_note(SUGGESTED_NOTE, trained.key)


def suggest(
    session: Session, trained: Trained, photos: Collection[int] | None, result: SuggestionChanges
) -> Iterator[int]:
    """Bring the suggestions of some photos, or of all, in line with the gallery; yields the faces done so far."""
    named = session.store.faces.named_in(photos)
    active = session.store.suggestions.open_by_photo(photos)
    people = people_of(session)
    barred = Barred(session.store, session.model_id, people.hidden, people.born)
    done = 0
    for block in session.store.training.faces_in_state(session.model_id, AnnotationState.UNKNOWN, photos):
        matches = gallery.match(trained.gallery, block.vectors, block.qualities)
        with session.store.transaction():
            for photo, rows in groupby(range(len(block.faces)), key=block.photos.__getitem__):
                before, taken = active.pop(photo, []), named.get(photo, set())
                try:
                    with concerning(partial(_path_of, session, photo)):
                        chosen = _choose(session, trained, photo, block, matches, list(rows), taken, barred)
                        _bring_in_line(session, trained.generation, photo, chosen, before, result)
                except PhotoError as error:
                    _put_off(session, photo, error, result)
        done += len(block.faces)
        yield done
    if photos is None and trained.gallery.used > gallery.SMALL:
        # the next confirmation needs the embeddings to find the faces that it can change
        session.store.embedding_cache.hold(trained.gallery.unit_centroids.shape[1])
    with session.store.transaction():
        for photo, before in active.items():
            try:
                with concerning(partial(_path_of, session, photo)):
                    record = session.store.photos.by_id(photo)
                    if record.missing or record.model != session.model_id:
                        continue  # gone, or not analysed by the networks in use yet: its suggestions stay until then
                    _bring_in_line(session, trained.generation, photo, {}, before, result)
            except PhotoError as error:
                _put_off(session, photo, error, result)


def _put_off(session: Session, photo: int, error: PhotoError, result: SuggestionChanges) -> None:
    """Have the next pass sync the photo, and so match it again."""
    result.problems.append(error)
    with suppress(PhotoError), concerning(error.path):
        session.store.photos.put_metadata(photo, None)


def _path_of(session: Session, photo: int) -> Path:
    return session.store.photos.by_id(photo).path


def _choose(
    session: Session,
    trained: Trained,
    photo: int,
    block: FaceBlock,
    matches: gallery.Matches,
    rows: Sequence[int],
    named: Collection[str],
    barred: Barred,
) -> dict[int, gallery.Proposal]:
    """Face number to name and confidence, for the faces of one photo that get a name."""
    if not gallery.may_suggest(trained.gallery, matches, rows):
        return {}
    record = session.store.photos.by_id(photo)
    regions = {face.id: face.region for face in session.store.faces.of(photo)}
    rejected = [barred.names(record, regions[block.faces[row]], block.vectors[row]) for row in rows]
    proposals = gallery.suggest(trained.gallery, matches, rows, taken=named, rejected=rejected)
    return {block.faces[row]: p for row, p in zip(rows, proposals, strict=True) if p is not None}


def _bring_in_line(
    session: Session,
    generation: int,
    photo: int,
    chosen: dict[int, gallery.Proposal],
    active: Sequence[SuggestionRecord],
    result: SuggestionChanges,
) -> None:
    before = {item.face: item for item in active}
    for face, old in before.items():
        if face not in chosen or chosen[face].person != old.person:
            session.store.suggestions.close(face, old.person, SuggestionState.WITHDRAWN, session.now())
            result.note(photo, face, old.person, None)
    for face, proposal in chosen.items():
        old_one = before.get(face)
        is_same = old_one is not None and old_one.person == proposal.person
        if is_same and old_one is not None and abs(old_one.confidence - proposal.confidence) < MIN_CHANGE:
            continue
        session.store.suggestions.put(face, proposal.person, proposal.confidence, generation, session.now())
        result.note(photo, face, None if old_one is None else old_one.person, proposal.person)
