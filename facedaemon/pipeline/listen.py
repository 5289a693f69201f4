"""What humans say about the faces of a photo, heard and remembered: confirmations, ignored faces, rejections."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from facedaemon import sidecar
from facedaemon.dates import Taken
from facedaemon.errors import PhotoError
from facedaemon.geometry import overlap
from facedaemon.names import Meaning, NotNames, clean_name
from facedaemon.pipeline import confirm
from facedaemon.pipeline.comparison import Comparison
from facedaemon.pipeline.decide import Decision, decisions
from facedaemon.pipeline.drawn import look_closer, put_drawn
from facedaemon.pipeline.hearsay import Hearsay, differ
from facedaemon.pipeline.library_memory import is_remembered, memory_of, remember
from facedaemon.pipeline.own_marks import compare, is_same_place
from facedaemon.pipeline.rejections import owner_of, undo_by_confirmation
from facedaemon.pipeline.tracing import trace
from facedaemon.pipeline.turns import as_seen
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import UNSURE, FaceRecord, KnownMark, LedgerKind, PhotoRecord, Rejection, Verdict
from facedaemon.values import Evidence, Mark, MarkSource, MarkState, Region, Suggestion, SuggestionState

log = logging.getLogger(__name__)

_NOTHING = Verdict()


@dataclass(slots=True)
class Heard:
    """What changed in the store because of what humans said, over any number of photos."""

    photos: set[int] = field(default_factory=set)
    decisions: list[Decision] = field(default_factory=list)
    problems: list[PhotoError] = field(default_factory=list)

    def name(self, problem: PhotoError) -> None:
        """Note why a photo cannot be used; one reason for each is enough."""
        if all(known.path != problem.path for known in self.problems):
            self.problems.append(problem)


def listen(
    shop: Workshop, photo: PhotoRecord, hearsay: Hearsay, heard: Heard, comparison: Comparison | None = None
) -> None:
    """Read what humans say of this photo, match it to its faces, and note in `heard` what is new.

    `comparison` is that of `hearsay` with what was read before; without it, it is made.
    """
    before = shop.store.marks.of(photo.id)
    from_library = hearsay.about(photo.path)
    if from_library is None:
        from_library = [known.mark for known in before if known.mark.source == MarkSource.DIGIKAM]
    read = _metadata(shop, photo, before, heard)
    said = {as_seen(photo, mark): mark for mark in from_library}
    marks = [*(as_seen(photo, mark) for mark in from_library), *read.marks]
    ours = [mark for mark in marks if mark.state == MarkState.REJECTED or _written_by_us(shop, mark)]
    was = [known.mark for known in before if known.mark.source == MarkSource.DIGIKAM]
    since = (comparison or Comparison(shop.store, hearsay)).since(photo, was, from_library)
    faces = shop.store.faces.of(photo.id)
    matched = confirm.match([mark for mark in marks if mark not in ours], faces)
    look = look_closer(shop, photo, matched)
    if look.problem is not None and shop.root_trouble(photo.path) is None:
        heard.name(look.problem)
    with shop.store.transaction():
        matched, faces = put_drawn(shop, photo, matched, faces, look)
        suggested = shop.store.suggestions.open_in(photo.id)
        memory = memory_of(shop, photo, from_library, since, hearsay)
        remember(shop, photo, memory, faces, hearsay)
        found = decisions(
            before=() if hearsay.is_baseline else before,
            after=matched,
            suggested=suggested,
            since=since,
            withdrawn=shop.store.traces.withdrawn(photo.id),
            nameless=read.nameless,
        )
        found += [decision for decision in read.removed if decision not in found]
        told = [each for each in found if not is_remembered(each, memory, faces)]
        heard.photos |= _decide(shop, photo, told, faces, hearsay)
        trace(shop, photo, hearsay, since, found)
        _judge(shop, photo, confirm.verdicts(matched), faces, is_news=not hearsay.is_baseline)
        kept = [KnownMark(said.get(item.mark, item.mark), item.face) for item in matched]
        kept += [KnownMark(said.get(mark, mark), None, own=mark.state != MarkState.REJECTED) for mark in ours]
        shop.store.marks.replace(photo.id, kept)
        # a photo that could not be looked at is listened to again by the next pass
        shop.store.photos.put_metadata(photo.id, None if look.problem else read.state)
        shop.store.photos.put_dates(photo.id, read.taken, hearsay.dates.get(photo.path, photo.library_date))
        shop.store.photos.put_trouble(photo.id, read.trouble)
        if read.is_off or _is_decided(shop, photo, read.foreign, faces) or _has_room(shop, photo, before, from_library):
            shop.store.photos.put_published(photo.id, UNSURE)
    heard.photos.add(photo.id)
    heard.decisions += found


@dataclass(frozen=True, slots=True)
class _Read:
    """What metadata says: marks of humans, what of ours a human removed, the state read, when the photo was taken.

    `nameless` are regions without a name. `is_off` is True where what stands there of ours is not what we know of;
    `trouble` is why they cannot be read; `foreign` is what another facedaemon suggests there.
    """

    marks: Sequence[Mark]
    removed: Sequence[Decision]
    is_off: bool
    state: str
    taken: Taken | None
    trouble: str | None = None
    nameless: Sequence[Region] = ()
    foreign: Sequence[Suggestion] = ()


def _metadata(shop: Workshop, photo: PhotoRecord, before: Sequence[KnownMark], heard: Heard) -> _Read:
    """The photo's own metadata and sidecar; where they cannot be read, what they said last still holds."""
    state = shop.sidecar_state(photo.path)
    if not shop.config.library.metadata and photo.published is None:
        return _Read((), (), False, state, _date(shop, photo))
    try:
        made = shop.store.ledger.made_as(photo.path)
        metadata = sidecar.read(photo.path, shop.naming, shop.root_of(photo.path), photo.orientation, made, shop.now())
    except PhotoError as error:
        heard.name(error)
        kept = [known.mark for known in before if known.mark.source != MarkSource.DIGIKAM]
        return _Read(kept, (), False, state, photo.stated, error.reason)
    for problem in metadata.problems:
        log.info("%s: %s", metadata.file, problem)
    is_asked = shop.config.library.metadata
    readings = (metadata.regions, *metadata.turned)
    places = [[region.region for region in reading] for reading in readings]
    chosen = confirm.best_reading(places, shop.store.faces.of(photo.id)) if metadata.turned else 0
    marks = [
        mark
        for region in readings[chosen]
        if is_asked
        and (region.origin is None or _was_a_humans(region, before))
        and (mark := _mark(photo, region, shop.not_names)) is not None
    ]
    last = shop.store.ledger.last_of(photo.path, LedgerKind.SIDECAR) if photo.published is not None else None
    names, regions = ((), ()) if last is None else (last.names, last.regions)
    found = compare(names, regions, metadata, shop.store.identity(), photo.orientation or 1)
    removed = _removed(shop, photo, found.removed)
    # ours that we do not know of came with a copied photo, or from before the state was lost
    is_ours = bool(metadata.suggestions) and not found.foreign
    is_stray = photo.published is None and (is_ours or any(r.origin for r in metadata.regions))
    nameless = [region.region for region in metadata.regions if not region.name]
    is_off = found.is_off or is_stray or metadata.is_stale
    return _Read(marks, removed, is_off, state, metadata.taken, nameless=nameless, foreign=found.foreign)


def _date(shop: Workshop, photo: PhotoRecord) -> Taken | None:
    """When the photo was taken; what was known before where it cannot be read."""
    try:
        made = shop.store.ledger.made_as(photo.path)
        return sidecar.stated_date(photo.path, shop.naming, shop.root_of(photo.path), made, shop.now())
    except PhotoError:
        return photo.stated


def _was_a_humans(region: sidecar.NamedRegion, before: Sequence[KnownMark]) -> bool:
    """Whether a human said this before somebody put our mark on it: a mark proves nothing (docs/decisions/044)."""
    return any(
        not known.own
        and known.mark.source == region.source
        and known.mark.state == MarkState.CONFIRMED
        and known.mark.person == region.name
        and known.mark.region is not None
        and is_same_place(known.mark.region, region.region)
        for known in before
    )


def _mark(photo: PhotoRecord, region: sidecar.NamedRegion, not_names: NotNames) -> Mark | None:
    """What a region of another program says; None for one that names nobody."""
    meaning = not_names.meaning(region.name) if region.name else Meaning.NOBODY
    if meaning == Meaning.NOBODY:
        return None
    if meaning == Meaning.IGNORED:
        return Mark(photo.path, region.source, MarkState.IGNORED, None, region.region)
    confirmed = MarkState.CONFIRMED
    return Mark(photo.path, region.source, confirmed, region.name, region.region, spelling=region.spelling)


def _removed(shop: Workshop, photo: PhotoRecord, missing: Sequence[Suggestion]) -> list[Decision]:
    """Names that we wrote into the sidecar's own list and a human took out of it."""
    return [
        Decision(suggested.face, suggested.person, SuggestionState.REJECTED, Evidence.REMOVED_FROM_SIDECAR)
        for suggested in shop.store.suggestions.open_in(photo.id)
        if any(
            clean_name(written.person) == suggested.person and is_same_place(written.region, suggested.region)
            for written in missing
        )
    ]


def _is_decided(shop: Workshop, photo: PhotoRecord, foreign: Sequence[Suggestion], faces: Sequence[FaceRecord]) -> bool:
    """Whether a human decided here about what another facedaemon still suggests in the sidecar."""
    decided = [face.region for face in faces if shop.store.faces.get(face.id).verdict != _NOTHING]
    return any(
        any(overlap(region, item.region) >= confirm.MIN_OVERLAP for region in decided)
        or clean_name(item.person) in shop.store.rejections.names_at(photo.content, photo.path, item.region)
        for item in foreign
    )


def _has_room(shop: Workshop, photo: PhotoRecord, before: Sequence[KnownMark], now: Sequence[Mark]) -> bool:
    """Whether digiKam may show now what it refused before: its faces changed. Not after an undo, which stands."""
    was = [known.mark for known in before if known.mark.source == MarkSource.DIGIKAM]
    return (
        shop.config.library.digikam.write_suggestions
        and differ(was, now)
        and any(shop.store.ledger.last_of(photo.path, kind) is not None for kind in LedgerKind)
    )


def _written_by_us(shop: Workshop, mark: Mark) -> bool:
    """A named region that stands only where facedaemon wrote it; by hand in digiKam it would say so."""
    if mark.state != MarkState.CONFIRMED or mark.by_hand or mark.region is None:
        return False
    return any(
        clean_name(ours.person) == mark.person and is_same_place(ours.region, mark.region)
        for ours in shop.store.ledger.regions_ever_written(mark.photo)
    )


def _decide(
    shop: Workshop,
    photo: PhotoRecord,
    decided: Iterable[Decision],
    faces: Sequence[FaceRecord],
    hearsay: Hearsay,
) -> set[int]:
    """Remember them; gives the photos in which a rejected name stands for a face that may be a copy of this one."""
    regions = {face.id: face.region for face in faces}
    concerned: set[int] = set()
    for decision in decided:
        shop.store.suggestions.close(decision.face, decision.person, decision.outcome, shop.now())
        if decision.outcome == SuggestionState.REJECTED and decision.face in regions:
            shop.store.rejections.add(
                Rejection(
                    photo.content,
                    photo.path,
                    regions[decision.face],
                    decision.person,
                    decision.evidence,
                    hearsay.library_id(decision.person),
                    owner_of(photo.path),
                ),
                shop.now(),
            )
            concerned |= shop.store.suggestions.photos_with_open(decision.person)
    return concerned


def _judge(
    shop: Workshop, photo: PhotoRecord, verdicts: dict[int, Verdict], faces: Sequence[FaceRecord], is_news: bool
) -> None:
    """What humans say of the faces now. A name that is new undoes its rejections.

    Where it is no news (a library read for the first time) nobody knows which of both was said last: then those of
    copies stay.
    """
    for face in faces:
        verdict = verdicts.get(face.id, _NOTHING)
        if verdict == face.verdict:
            continue
        shop.store.faces.put_verdict(face.id, verdict)
        if verdict.person is not None and verdict.person != face.verdict.person:
            vector = shop.store.faces.vectors([face.id]).get(face.id) if is_news else None
            if undo_by_confirmation(shop.store, photo, face.region, vector, verdict.person, shop.now()):
                shop.store.suggestions.close(face.id, verdict.person, SuggestionState.ACCEPTED, shop.now())


def unheard(shop: Workshop, photo: PhotoRecord, known: Sequence[Mark], said: Sequence[Mark] | None) -> bool:
    """True when something was said about the photo since it was listened to last.

    `known` is what the library said then, `said` what it says now (None: it cannot be asked).
    """
    return photo.metadata != shop.sidecar_state(photo.path) or differ(known, said)
