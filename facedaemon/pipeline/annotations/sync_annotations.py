"""What humans say about the faces of a photo, read and stored: confirmations, ignored faces, rejections."""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from facedaemon.answers import FaceAnswer
from facedaemon.errors import PhotoError
from facedaemon.geometry import overlap
from facedaemon.names import clean_name
from facedaemon.pipeline.annotations import match_annotations
from facedaemon.pipeline.annotations.answered import annotations, answers_about
from facedaemon.pipeline.annotations.answered_rejections import free_names, keep_rejections
from facedaemon.pipeline.annotations.comparison import Comparison
from facedaemon.pipeline.annotations.decide import Decision, Since, decisions
from facedaemon.pipeline.annotations.library_memory import is_remembered, memory_of, remember
from facedaemon.pipeline.annotations.library_rows import ours_among
from facedaemon.pipeline.annotations.match_annotations import MatchedAnnotation
from facedaemon.pipeline.annotations.metadata_reading import read_metadata
from facedaemon.pipeline.annotations.own_changes import is_same_place
from facedaemon.pipeline.annotations.row_versions import put_row_version
from facedaemon.pipeline.annotations.superseded import is_rejected, superseded
from facedaemon.pipeline.annotations.turns import as_seen
from facedaemon.pipeline.annotations.user_drawn import analyse_drawn, drawn_twice, put_user_drawn
from facedaemon.pipeline.library_snapshot import LibrarySnapshot, differ
from facedaemon.pipeline.rejections import owner_of, undo_by_confirmation
from facedaemon.pipeline.session import Session
from facedaemon.store import FaceRecord, KnownAnnotation, LedgerKind, PhotoRecord, Rejection, Verdict
from facedaemon.values import (
    AnnotationSource,
    AnnotationState,
    FaceAnnotation,
    Suggestion,
    SuggestionState,
)

log = logging.getLogger(__name__)

_NOTHING = Verdict()


@dataclass(slots=True)
class AnnotationChanges:
    """What changed in the store because of what humans said, over any number of photos."""

    photos: set[int] = field(default_factory=set)
    decisions: list[Decision] = field(default_factory=list)
    problems: list[PhotoError] = field(default_factory=list)

    def name(self, problem: PhotoError) -> None:
        """Note why a photo cannot be used; one reason for each is enough."""
        if all(known.path != problem.path for known in self.problems):
            self.problems.append(problem)


def sync_annotations(
    session: Session,
    photo: PhotoRecord,
    snapshot: LibrarySnapshot,
    changes: AnnotationChanges,
    comparison: Comparison | None = None,
) -> None:
    """Read what humans say of this photo, match it to its faces, and note in `changes` what is new.

    `comparison` is that of `snapshot` with what was read before; without it, it is made.
    """
    before = session.store.annotations.of(photo.id)
    from_library = snapshot.about(photo.path)
    if from_library is None:
        from_library = [known.annotation for known in before if known.annotation.source == AnnotationSource.DIGIKAM]
    read = read_metadata(session, photo, before, changes.name)
    said = {as_seen(photo, annotation): annotation for annotation in from_library}
    others = [*(as_seen(photo, annotation) for annotation in from_library), *read.annotations]
    was = [known.annotation for known in before if known.annotation.source == AnnotationSource.DIGIKAM]
    since = (comparison or Comparison(session.store, snapshot)).since(photo, was, from_library)
    every = session.store.faces.of(photo.id)
    doubled = drawn_twice(every)
    faces = [face for face in every if face not in doubled]
    rows = {as_seen(photo, annotation) for annotation in ours_among(session, photo.path, from_library)}
    taken_up = _answers(session, photo, before, _without_ours(session, others, rows), faces, since, snapshot)
    annotations = [*taken_up.annotations, *others]
    counting = _without_ours(session, annotations, rows)
    ours = [annotation for annotation in annotations if annotation not in counting]
    matched = match_annotations.match(counting, faces)
    analysis = analyse_drawn(session, photo, matched)
    if analysis.problem is not None and session.root_problem(photo.path) is None:
        changes.name(analysis.problem)
    with session.store.transaction():
        for face in doubled:
            session.store.faces.remove(face.id)
        matched, faces = put_user_drawn(session, photo, matched, faces, analysis)
        suggested = session.store.suggestions.open_in(photo.id)
        memory = memory_of(session, photo, from_library, since, snapshot)
        remember(session, photo, memory, faces, snapshot)
        if taken_up.said is not None:
            changes.photos |= keep_rejections(session, photo, taken_up.said, faces, snapshot)
        after = [item for item in matched if not is_rejected(item, taken_up.said or (), faces)]
        found = decisions(
            before=() if snapshot.is_baseline else before,
            after=after,
            suggested=suggested,
            since=since,
            withdrawn=session.store.row_versions.withdrawn(photo.id),
            nameless=read.nameless,
        )
        found += [decision for decision in read.removed if decision not in found]
        new_decisions = [each for each in found if not is_remembered(each, memory, faces)]
        changes.photos |= _decide(session, photo, new_decisions, faces, snapshot)
        put_row_version(session, photo, snapshot, since, found)
        verdicts = match_annotations.verdicts(after)
        free_names(session, photo, before, verdicts, faces)
        by_answer = _of_answers(after) if taken_up.is_superseded else _of_answers(after) | _of_answers(before)
        _judge(session, photo, verdicts, faces, by_answer, is_news=not snapshot.is_baseline)
        kept = [KnownAnnotation(said.get(item.annotation, item.annotation), item.face) for item in matched]
        kept += [
            KnownAnnotation(said.get(annotation, annotation), None, own=annotation.state != AnnotationState.REJECTED)
            for annotation in ours
        ]
        session.store.annotations.replace(photo.id, kept)
        # where a region could not be analysed, the next pass syncs the photo again
        session.store.photos.put_metadata(photo.id, None if analysis.problem else read.state)
        session.store.photos.put_dates(photo.id, read.taken, snapshot.dates.get(photo.path, photo.library_date))
        session.store.sidecars.put_error(photo.id, read.sidecar_error)
        if (
            read.is_off
            or _is_decided(session, photo, read.foreign, faces)
            or _may_be_shown_now(session, photo, before, from_library)
        ):
            session.store.sidecars.put_unsure(photo.id)
    changes.photos.add(photo.id)
    changes.decisions += found


def _without_ours(
    session: Session, annotations: Sequence[FaceAnnotation], rows: Collection[FaceAnnotation]
) -> list[FaceAnnotation]:
    """Without rejected names, and without what stands only where facedaemon wrote it: `rows` in digiKam's database."""
    return [
        annotation
        for annotation in annotations
        if annotation.state != AnnotationState.REJECTED
        and annotation not in rows
        and not _written_by_us(session, annotation)
    ]


def _answers(
    session: Session,
    photo: PhotoRecord,
    before: Sequence[KnownAnnotation],
    others: Sequence[FaceAnnotation],
    faces: Sequence[FaceRecord],
    since: Since,
    snapshot: LibrarySnapshot,
) -> "_TakenUp":
    """What was answered about the photo, without those that are superseded: these are taken back."""
    found = session.answers.read()
    if found is None:
        return _TakenUp(None, [each.annotation for each in before if each.annotation.source == AnnotationSource.ANSWER])
    said, lost = answers_about(found, photo), []
    if said and not snapshot.is_baseline:
        known = [replace(each, annotation=as_seen(photo, each.annotation)) for each in before]
        now = match_annotations.match([*annotations(said, photo.path), *others], faces)
        lost = superseded(said, known, now, since, faces)
        for source in {source for _, source in lost}:
            log.warning("%s: %s says otherwise since it was answered, and counts", photo.path, source)
            session.answers.take_back([each for each, of in lost if of == source], source, session.now())
        if lost:
            said = answers_about(session.answers.read() or found, photo)
    return _TakenUp(said, annotations(said, photo.path), is_superseded=bool(lost))


@dataclass(frozen=True, slots=True)
class _TakenUp:
    """What was answered about a photo (None: it cannot be read), and the same as annotations, as far as it is known.

    `is_superseded` where another program was seen to say otherwise since some of it was answered.
    """

    said: Sequence[FaceAnswer] | None
    annotations: Sequence[FaceAnnotation]
    is_superseded: bool = False


def _of_answers(annotations: Iterable[MatchedAnnotation | KnownAnnotation]) -> frozenset[int]:
    """The faces of which an answer says who they are, or that they are nobody's business."""
    return frozenset(
        each.face
        for each in annotations
        if each.face is not None
        and each.annotation.source == AnnotationSource.ANSWER
        and each.annotation.state != AnnotationState.REJECTED
    )


def _is_decided(
    session: Session, photo: PhotoRecord, foreign: Sequence[Suggestion], faces: Sequence[FaceRecord]
) -> bool:
    """Whether a human decided here about what another facedaemon still suggests in the sidecar."""
    decided = [face.region for face in faces if session.store.faces.get(face.id).verdict != _NOTHING]
    return any(
        any(overlap(region, item.region) >= match_annotations.MIN_OVERLAP for region in decided)
        or clean_name(item.person) in session.store.rejections.names_at(photo.content, photo.path, item.region)
        for item in foreign
    )


def _may_be_shown_now(
    session: Session, photo: PhotoRecord, before: Sequence[KnownAnnotation], now: Sequence[FaceAnnotation]
) -> bool:
    """Whether digiKam may show now what it refused before: its faces changed. Not after an undo, which stands."""
    was = [known.annotation for known in before if known.annotation.source == AnnotationSource.DIGIKAM]
    return (
        session.config.library.digikam.write_suggestions
        and differ(was, now)
        and any(session.store.ledger.last_of(photo.path, kind) is not None for kind in LedgerKind)
    )


def _written_by_us(session: Session, annotation: FaceAnnotation) -> bool:
    """A named region that stands only where facedaemon wrote it; by hand in digiKam it would say so."""
    if annotation.state != AnnotationState.CONFIRMED or annotation.by_hand or annotation.region is None:
        return False
    written = session.store.ledger.regions_ever_written(annotation.photo)
    here = {clean_name(ours.person) for ours in written if is_same_place(ours.region, annotation.region)}
    # the annotation has the name that a user of facedaemon gave to the person since
    return bool(here) and annotation.person in here | {session.answers.renames().everywhere(name) for name in here}


def _decide(
    session: Session,
    photo: PhotoRecord,
    decided: Iterable[Decision],
    faces: Sequence[FaceRecord],
    snapshot: LibrarySnapshot,
) -> set[int]:
    """Remember them; gives the photos in which a rejected name stands for a face that may be a copy of this one."""
    regions = {face.id: face.region for face in faces}
    concerned: set[int] = set()
    for decision in decided:
        session.store.suggestions.close(decision.face, decision.person, decision.outcome, session.now())
        if decision.outcome == SuggestionState.REJECTED and decision.face in regions:
            session.store.rejections.add(
                Rejection(
                    photo.content,
                    photo.path,
                    regions[decision.face],
                    decision.person,
                    decision.evidence,
                    snapshot.library_id(decision.person),
                    owner_of(photo.path),
                ),
                session.now(),
            )
            concerned |= session.store.suggestions.photos_with_open(decision.person)
    return concerned


def _judge(
    session: Session,
    photo: PhotoRecord,
    verdicts: dict[int, Verdict],
    faces: Sequence[FaceRecord],
    by_answer: Collection[int],
    is_news: bool,
) -> None:
    """What humans say of the faces now. A name that is new undoes its rejections.

    Those `by_answer` changed because somebody answered, or took an answer back: nobody was renamed by that.

    Where it is no news (a library read for the first time) nobody knows which of both was said last: then those of
    copies stay.
    """
    for face in faces:
        verdict = verdicts.get(face.id, _NOTHING)
        if verdict == face.verdict:
            continue
        session.store.faces.put_verdict(face.id, verdict, is_from_elsewhere=face.id not in by_answer)
        if verdict.person is not None and verdict.person != face.verdict.person:
            vector = session.store.faces.vectors([face.id]).get(face.id) if is_news else None
            if undo_by_confirmation(session.store, photo, face.region, vector, verdict.person, session.now()):
                session.store.suggestions.close(face.id, verdict.person, SuggestionState.ACCEPTED, session.now())


def needs_sync(
    session: Session,
    photo: PhotoRecord,
    known: Sequence[FaceAnnotation],
    *,
    library: Sequence[FaceAnnotation] | None,
    answers: Sequence[FaceAnnotation] | None,
) -> bool:
    """Whether anything that is said of the photo changed since it was synced last.

    `known` is what the library and the answers said then; the others are what they say now (None: cannot be asked).
    """
    of_library = [annotation for annotation in known if annotation.source == AnnotationSource.DIGIKAM]
    answered = [annotation for annotation in known if annotation.source == AnnotationSource.ANSWER]
    is_changed = differ(of_library, library) or differ(answered, answers)
    return is_changed or photo.metadata != session.sidecar_state(photo.path)
