"""The main job: listen, look, learn, suggest, publish. One pass and the daemon run the same stages."""

import json
import os
import shlex
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from facedaemon import watch
from facedaemon.answers import FILE_NAME
from facedaemon.compact_paths import CompactPaths
from facedaemon.errors import PhotoError
from facedaemon.pipeline import groups
from facedaemon.pipeline.answered import annotations_of
from facedaemon.pipeline.comparison import Comparison, known_trace
from facedaemon.pipeline.conflicts import conflicts
from facedaemon.pipeline.found_again import find_again
from facedaemon.pipeline.harm import REASON, REMEDY, Harmed, harmed
from facedaemon.pipeline.index import Outcome, index
from facedaemon.pipeline.learn import Trained, train
from facedaemon.pipeline.library_snapshot import LibraryReader, LibrarySnapshot, is_doubled
from facedaemon.pipeline.publish import Published, finish_interrupted, is_published, photos_to_show, publish
from facedaemon.pipeline.reassign import reassign
from facedaemon.pipeline.record_batches import Records
from facedaemon.pipeline.rejections import SUGGESTED_NOTE
from facedaemon.pipeline.reports import ScanReport, Step
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.suggest import Suggested, reached, suggest
from facedaemon.pipeline.sync_annotations import AnnotationChanges, needs_sync, sync_annotations
from facedaemon.pipeline.tracing import trace_again
from facedaemon.pipeline.turns import is_restated, settle
from facedaemon.values import AnnotationSource, FaceAnnotation, SuggestionState

NAMES_NOTE = "names that are nobody's"
HIDDEN_NOTE = "hidden people"

OFTEN = 500  # photos in which nothing changed between two steps: each costs a look at its sidecar, far away perhaps

Steps = Generator[Step, None, ScanReport]


@dataclass(frozen=True, slots=True)
class PhotoListing:
    """What the file system shows: photos with their fingerprints, folders that could not be looked into.

    `changed` are photos of which a change was seen, whatever their fingerprints tell.
    """

    photos: watch.FoundPhotos = field(default_factory=watch.FoundPhotos)
    changed: Collection[Path] = frozenset()
    unreadable: dict[Path, str] = field(default_factory=dict)


def scan(session: Session, paths: Sequence[Path] | None = None) -> Steps:
    """One pass over all roots, or over some photos and folders; gives what it did."""
    finish_interrupted(session)
    known = known_paths(session)
    listing = yield from list_photos(session, paths)
    library_reader = LibraryReader(session)
    if paths is not None:
        return (yield from work_on(session, listing, library_reader, scope=()))
    mark_missing(session, known, listing)
    since = library_reader()
    report = yield from work_on(session, listing, library_reader, scope=None)
    library_reader.mark_synced(since)
    return report


def work_on(
    session: Session,
    listing: PhotoListing,
    library_reader: Callable[[], LibrarySnapshot],
    scope: Collection[int] | None,
) -> Steps:
    """The stages, for the photos in sight and those numbered in `scope`; with None for all that are known.

    `library_reader` tells what the library says at that moment.

    Whatever the scope, a change of the gallery reaches every photo it concerns.
    """
    started = session.now()
    _note_names(session)
    report = ScanReport(seen=len(listing.photos))
    for path, reason in listing.unreadable.items():
        if path in session.config.roots():
            report.fail_root(path, reason)
        else:
            report.fail(path, reason)
    within = None if scope is None else set(scope)
    touched = yield from _index(session, listing, report, within)
    if within is None or touched:
        find_again(session)
    photos = session.store.photos
    synced = Records(session, photos.there() if within is None else photos.in_order(within))
    changes = yield from _sync(session, synced, within, touched, library_reader, report)
    with session.store.transaction():
        session.store.rejections.look_up_faces(session.model_id)
        reassign(session)
        trained = train(session, is_whole=within is None)
    suggested = yield from _suggest(session, trained, touched | changes.photos)
    groups.refresh(session)
    named = photos_to_show(session)
    shown = photos.to_publish(named) if within is None else photos.in_order(within | suggested.photos)
    published = yield from _publish(session, Records(session, shown), named, harmed(session, library_reader), report)
    report.library_error = published.library_error
    _count(session, report, trained, suggested, published, within is None)
    report.seconds = session.now() - started
    return report


def _note_names(session: Session) -> None:
    """Once other names are nobody's than before, or somebody was renamed or hidden, all is read or matched again."""
    names, hidden = _names(session), _hidden(session)
    if session.store.note(NAMES_NOTE) != names:
        renames = session.answers.renames()
        with session.store.transaction():
            session.store.photos.forget_metadata()
            for person in {record.rejection.person for record in session.store.rejections.all()}:
                session.store.rejections.rename_person(person, renames.everywhere(person))
            session.store.put_note(NAMES_NOTE, names)
    if (session.store.note(HIDDEN_NOTE) or "[]") != hidden:
        with session.store.transaction():
            session.store.forget_note(SUGGESTED_NOTE)  # all faces are matched again
            session.store.put_note(HIDDEN_NOTE, hidden)


def is_about_people(session: Session) -> bool:
    """Whether the user renamed or hid somebody since the last pass: any photo may show them."""
    return session.store.note(NAMES_NOTE) != _names(session) or (session.store.note(HIDDEN_NOTE) or "[]") != _hidden(
        session
    )


def _names(session: Session) -> str:
    """Differs when a name means somebody else."""
    return repr(sorted(set(session.config.library.not_names))) + session.answers.renames().key


def _hidden(session: Session) -> str:
    return json.dumps(sorted(session.answers.hidden()))


def list_photos(session: Session, paths: Sequence[Path] | None) -> Generator[Step, None, PhotoListing]:
    """The photos below the roots, or those of `paths` that lie below them; a step for each folder."""
    listing = PhotoListing()
    exclude = session.config.photos.exclude
    if paths is None:
        yield from _sort(watch.scan_tree(session.config.roots(), exclude), listing)
        return listing
    for path in map(Path.absolute, paths):
        root = path if path in session.config.roots() else session.root_of(path)
        if root is None:
            listing.unreadable[path] = "lies outside photos.roots; add its folder there, or name it with --photos"
        elif path.is_dir():
            yield from _sort(watch.scan_below([path], root, exclude), listing)
        elif (fingerprint := watch.fingerprint(path, root)) is not None and watch.is_photo_name(path.name):
            listing.photos.add(path, fingerprint)
        else:
            listing.unreadable[path] = "there is no photo of this name"
    return listing


def list_changed(session: Session, paths: Iterable[Path], changed: Collection[Path] = frozenset()) -> PhotoListing:
    """The photos of `paths` that are there; those that are known and gone are set aside."""
    listing = PhotoListing(changed=changed)
    gone: list[int] = []
    for path in paths:
        if (root := session.root_of(path)) is None:
            continue
        try:
            fingerprint = watch.fingerprint(path, root)
        except OSError as error:
            listing.unreadable[path] = f"cannot be looked at: {error.strerror}"
            continue
        if fingerprint is not None:
            listing.photos.add(path, fingerprint)
        elif (known := session.store.photos.get(path)) is not None:
            gone.append(known.id)
    session.store.photos.put_missing(gone, missing=True)
    return listing


def _sort(events: Iterable[watch.ScanEvent], listing: PhotoListing) -> Generator[Step, None, None]:
    for event in events:
        if isinstance(event, watch.Found):
            listing.photos.add(event.path, event.fingerprint)
        elif isinstance(event, watch.FolderListed):
            yield Step("looking through folders", event.folder, len(listing.photos))
        else:
            listing.unreadable[event.folder] = event.reason


def known_paths(session: Session, folder: Path | None = None) -> CompactPaths:
    """Where the known photos lie, all or those below a folder, with their numbers."""
    known = CompactPaths(1)
    for path, number in session.store.photos.places(folder):
        known.add(path, number)
    return known


def mark_missing(session: Session, known: CompactPaths, listing: PhotoListing) -> None:
    """Photos that are away are set aside, with all that is known of them; a whole root that is away changes nothing.

    `known` are those that were known before the look around: what another job learned meanwhile may not be in sight.
    """
    places = ((path, number) for path, (number,) in known.items())
    missing = watch.missing(places, listing.photos, listing.unreadable, session.config.roots())
    for root, (count, of) in missing.withheld.items():
        listing.unreadable[root] = (
            f"{count} of its {of} photos are not there; nothing is concluded from that. If they are gone for good: "
            f"facedaemon forget --missing {shlex.quote(os.fspath(root))}"
        )
    with session.store.transaction():
        session.store.photos.put_missing(missing.deleted, missing=True)
        session.store.photos.put_absent(missing.waiting, session.now())


def _index(
    session: Session, listing: PhotoListing, report: ScanReport, seen: set[int] | None
) -> Generator[Step, None, set[int]]:
    """Look at what is new; gives the photos in whose faces something may have changed, and adds all to `seen`."""
    touched: set[int] = set()
    away: dict[Path, str] = {}
    if listing.photos:
        yield Step("looking at photos", done=0, total=len(listing.photos))  # the networks are loaded before the first
    for done, one in enumerate(index(session, listing.photos, listing.changed), 1):
        report.indexed += one.outcome == Outcome.INDEXED
        report.unchanged += one.outcome == Outcome.UNCHANGED
        report.failed += one.outcome == Outcome.FAILED
        report.faces += one.faces
        if one.outcome == Outcome.FAILED:
            report.fail(one.path, one.reason)
        elif one.outcome == Outcome.AWAY:
            away[session.root_of(one.path) or one.path] = one.reason
        if one.photo is not None:
            if seen is not None:
                seen.add(one.photo)
            if one.touched:
                touched.add(one.photo)
        yield Step("looking at photos", one.path, done, len(listing.photos))
    for root, reason in away.items():
        report.fail_root(root, reason)
    return touched


def _sync(
    session: Session,
    photos: Records,
    scope: Collection[int] | None,
    touched: Collection[int],
    library_reader: Callable[[], LibrarySnapshot],
    report: ScanReport,
) -> Generator[Step, None, AnnotationChanges]:
    changes = AnnotationChanges()
    snapshot = library_reader()
    comparison = Comparison(session.store, snapshot)
    known = _known_marks(session, scope)
    answers = session.answers.read()
    traces = session.store.traces.all()
    for done, photo in enumerate(photos, 1):
        if done % OFTEN == 0:
            yield Step("reading confirmations", None, done, len(photos))
        if photo.size is None:
            continue
        said = snapshot.about(photo.path)
        was, trace = traces.get(photo.id), known_trace(snapshot.traces.get(photo.path))
        is_news = photo.id in touched or is_restated(photo, snapshot)
        is_news |= is_doubled(was, snapshot.traces.get(photo.path))
        answered = annotations_of(answers, photo)
        if is_news or needs_sync(session, photo, known.get(photo.path, ()), library=said, answers=answered):
            # other jobs had their turn since: neither the record nor what was heard need be the last word
            if (now := library_reader()) is not snapshot:
                snapshot, comparison = now, Comparison(session.store, now)
            record = settle(session, session.store.photos.by_id(photo.id), snapshot)
            sync_annotations(session, record, snapshot, changes, comparison)
            _name(report, changes.problems)  # thousands of bad sidecars are not kept
            yield Step("reading confirmations", photo.path)
        elif said is not None and trace != was:
            trace_again(session, photo, snapshot)
    return changes


def _known_marks(session: Session, scope: Collection[int] | None) -> dict[Path, list[FaceAnnotation]]:
    """What the library and the answers said when they were read last, by photo."""
    known = session.store.annotations.by_path(AnnotationSource.DIGIKAM, scope)
    for path, annotations in session.store.annotations.by_path(AnnotationSource.ANSWER, scope).items():
        known.setdefault(path, []).extend(annotations)
    return known


def _suggest(session: Session, trained: Trained | None, photos: set[int]) -> Generator[Step, None, Suggested]:
    """Names for the faces of these photos, or of all where the gallery is not the one that named them last."""
    result = Suggested()
    if trained is not None:
        last = session.store.note(SUGGESTED_NOTE)
        is_news = last != trained.key
        concerned: set[int] | None = photos
        if is_news:
            is_step = trained.former is not None and last == trained.former.key
            further = reached(session, trained) if is_step else None
            concerned = None if further is None else photos | further
        for done in suggest(session, trained, concerned, result):
            yield Step("matching faces", done=done)
        if is_news:
            session.store.put_note(SUGGESTED_NOTE, trained.key)
    return result


def _name(report: ScanReport, problems: list[PhotoError]) -> None:
    """The problems of one photo's sidecars go into the report."""
    for problem in problems:
        report.fail_once(problem.path, problem.reason)
    problems.clear()


def _publish(
    session: Session, photos: Records, named: Collection[int], harm: Harmed, report: ScanReport
) -> Generator[Step, None, Published]:
    result = Published()
    for done, photo in enumerate(photos, 1):
        if done % OFTEN == 0:
            yield Step("writing sidecars", None, done, len(photos))
        if photo.size is None or photo.failure is not None or not (photo.may_show or photo.id in named):
            continue
        held = photo.path in harm
        result.held += held
        if is_published(session, photo, held):
            result.unchanged += photo.published is not None and not held
        elif harm.awaits_reading(session, photo.path):
            result.awaiting += 1
        else:
            publish(session, photo, result, held)
            _name(report, result.problems)
            yield Step("writing sidecars", photo.path)
    return result


def _count(
    session: Session,
    report: ScanReport,
    trained: Trained | None,
    suggested: Suggested,
    published: Published,
    is_whole: bool,
) -> None:
    faces, without_face = session.store.annotations.counts()
    report.confirmed = faces + without_face
    if trained is not None:
        report.used = trained.gallery.used
        report.generation = trained.generation
    report.left_out = report.confirmed - report.used
    report.groups = None if report.confirmed else groups.seen_often(session)
    report.open = session.store.suggestions.counts().get(SuggestionState.OPEN, 0)
    report.new, report.changed, report.withdrawn = suggested.new, suggested.changed, suggested.withdrawn
    report.written, report.untouched, report.refused = published.written, published.unchanged, published.refused
    report.held = published.held + published.awaiting
    if published.held and session.config.sidecar.policy != "none":
        report.notices.append(f"{published.held} sidecars are left alone: {REASON}. To have them written, {REMEDY}")
    if published.awaiting:
        report.notices.append(
            f"{published.awaiting} sidecars wait until digiKam, which reads sidecars, has read the photos themselves"
        )
    if session.answers.problem is not None:
        report.failures.append((session.config.state() / FILE_NAME, str(session.answers.problem)))
    if is_whole and (count := sum(1 for _ in conflicts(session.store))):
        report.notices.append(
            f"{count} answers contradict what digiKam or metadata say; the answers count. To see them: "
            "facedaemon answers --conflicts"
        )
    if without_face:
        report.notices.append(f"{without_face} confirmed regions show no face that can be found")
