"""The main job: listen, look, learn, suggest, publish. One pass and the daemon run the same stages."""

import os
import shlex
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from facedaemon import watch
from facedaemon.compact import CompactPaths
from facedaemon.errors import PhotoError
from facedaemon.pipeline.comparison import Comparison, known_trace
from facedaemon.pipeline.harm import REASON, REMEDY, Harmed, harmed
from facedaemon.pipeline.hearsay import Ear, Hearsay, is_doubled
from facedaemon.pipeline.index import Outcome, index
from facedaemon.pipeline.learn import Trained, train
from facedaemon.pipeline.listen import Heard, listen, unheard
from facedaemon.pipeline.publish import Published, finish_interrupted, is_published, publish
from facedaemon.pipeline.readable import Records
from facedaemon.pipeline.reconsider import reconsider
from facedaemon.pipeline.rejections import SUGGESTED_NOTE
from facedaemon.pipeline.reports import ScanReport, Step
from facedaemon.pipeline.suggest import Suggested, reached, suggest
from facedaemon.pipeline.tracing import trace_again
from facedaemon.pipeline.turns import is_restated, settle
from facedaemon.pipeline.workshop import Workshop
from facedaemon.values import MarkSource, SuggestionState

NAMES_NOTE = "names that are nobody's"

OFTEN = 500  # photos in which nothing changed between two steps: each costs a look at its sidecar, far away perhaps

Steps = Generator[Step, None, ScanReport]


@dataclass(frozen=True, slots=True)
class Sight:
    """What the file system shows: photos with their fingerprints, folders that could not be looked into.

    `changed` are photos of which a change was seen, whatever their fingerprints tell.
    """

    photos: watch.FoundPhotos = field(default_factory=watch.FoundPhotos)
    changed: Collection[Path] = frozenset()
    unreadable: dict[Path, str] = field(default_factory=dict)


def scan(shop: Workshop, paths: Sequence[Path] | None = None) -> Steps:
    """One pass over all roots, or over some photos and folders; gives what it did."""
    finish_interrupted(shop)
    known = known_places(shop)
    sight = yield from look_around(shop, paths)
    ear = Ear(shop)
    if paths is not None:
        return (yield from work_on(shop, sight, ear, scope=()))
    note_missing(shop, known, sight)
    since = ear()
    report = yield from work_on(shop, sight, ear, scope=None)
    ear.listened(since)
    return report


def work_on(shop: Workshop, sight: Sight, ear: Callable[[], Hearsay], scope: Collection[int] | None) -> Steps:
    """The stages, for the photos in sight and those numbered in `scope`; with None for all that are known.

    `ear` tells what the library says at that moment.

    Whatever the scope, a change of the gallery reaches every photo it concerns.
    """
    started = shop.now()
    _note_names(shop)
    report = ScanReport(seen=len(sight.photos))
    for path, reason in sight.unreadable.items():
        if path in shop.config.roots():
            report.fail_root(path, reason)
        else:
            report.fail(path, reason)
    within = None if scope is None else set(scope)
    touched = yield from _index(shop, sight, report, within)
    photos = shop.store.photos
    listened = Records(shop, photos.there() if within is None else photos.in_order(within))
    heard = yield from _listen(shop, listened, within, touched, ear, report)
    with shop.store.transaction():
        shop.store.rejections.look_up_faces(shop.model_id)
        reconsider(shop)
        trained = train(shop, is_whole=within is None)
    suggested = yield from _suggest(shop, trained, touched | heard.photos)
    named = shop.store.suggestions.photos_with_open()
    shown = photos.to_publish(named) if within is None else photos.in_order(within | suggested.photos)
    published = yield from _publish(shop, Records(shop, shown), named, harmed(shop, ear), report)
    report.library_error = published.library_error
    _count(shop, report, trained, suggested, published)
    report.seconds = shop.now() - started
    return report


def _note_names(shop: Workshop) -> None:
    """Once other names are nobody's than before, all metadata is read anew."""
    names = repr(sorted(set(shop.config.library.not_names)))
    if shop.store.note(NAMES_NOTE) != names:
        with shop.store.transaction():
            shop.store.photos.forget_metadata()
            shop.store.put_note(NAMES_NOTE, names)


def look_around(shop: Workshop, paths: Sequence[Path] | None) -> Generator[Step, None, Sight]:
    """The photos below the roots, or those of `paths` that lie below them; a step for each folder."""
    sight = Sight()
    exclude = shop.config.photos.exclude
    if paths is None:
        yield from _sort(watch.scan_tree(shop.config.roots(), exclude), sight)
        return sight
    for path in map(Path.absolute, paths):
        root = path if path in shop.config.roots() else shop.root_of(path)
        if root is None:
            sight.unreadable[path] = "lies outside photos.roots; add its folder there, or name it with --photos"
        elif path.is_dir():
            yield from _sort(watch.scan_below([path], root, exclude), sight)
        elif (fingerprint := watch.fingerprint(path, root)) is not None and watch.is_photo_name(path.name):
            sight.photos.add(path, fingerprint)
        else:
            sight.unreadable[path] = "there is no photo of this name"
    return sight


def look_again(shop: Workshop, paths: Iterable[Path], changed: Collection[Path] = frozenset()) -> Sight:
    """The photos of `paths` that are there; those that are known and gone are set aside."""
    sight = Sight(changed=changed)
    gone: list[int] = []
    for path in paths:
        if (root := shop.root_of(path)) is None:
            continue
        try:
            fingerprint = watch.fingerprint(path, root)
        except OSError as error:
            sight.unreadable[path] = f"cannot be looked at: {error.strerror}"
            continue
        if fingerprint is not None:
            sight.photos.add(path, fingerprint)
        elif (known := shop.store.photos.get(path)) is not None:
            gone.append(known.id)
    shop.store.photos.put_missing(gone, missing=True)
    return sight


def _sort(sightings: Iterable[watch.Sighting], sight: Sight) -> Generator[Step, None, None]:
    for sighting in sightings:
        if isinstance(sighting, watch.Found):
            sight.photos.add(sighting.path, sighting.fingerprint)
        elif isinstance(sighting, watch.Looked):
            yield Step("looking through folders", sighting.folder, len(sight.photos))
        else:
            sight.unreadable[sighting.folder] = sighting.reason


def known_places(shop: Workshop, folder: Path | None = None) -> CompactPaths:
    """Where the known photos lie, all or those below a folder, with their numbers."""
    known = CompactPaths(1)
    for path, number in shop.store.photos.places(folder):
        known.add(path, number)
    return known


def note_missing(shop: Workshop, known: CompactPaths, sight: Sight) -> None:
    """Photos that are away are set aside, with all that is known of them; a whole root that is away changes nothing.

    `known` are those that were known before the look around: what another job learned meanwhile may not be in sight.
    """
    places = ((path, number) for path, (number,) in known.items())
    missing = watch.missing(places, sight.photos, sight.unreadable, shop.config.roots())
    for root, (count, of) in missing.withheld.items():
        sight.unreadable[root] = (
            f"{count} of its {of} photos are not there; nothing is concluded from that. If they are gone for good: "
            f"facedaemon forget --missing {shlex.quote(os.fspath(root))}"
        )
    with shop.store.transaction():
        shop.store.photos.put_missing(missing.gone, missing=True)
        shop.store.photos.put_absent(missing.waiting, shop.now())


def _index(shop: Workshop, sight: Sight, report: ScanReport, seen: set[int] | None) -> Generator[Step, None, set[int]]:
    """Look at what is new; gives the photos in whose faces something may have changed, and adds all to `seen`."""
    touched: set[int] = set()
    away: dict[Path, str] = {}
    if sight.photos:
        yield Step("looking at photos", done=0, total=len(sight.photos))  # the networks are loaded before the first
    for done, one in enumerate(index(shop, sight.photos, sight.changed), 1):
        report.indexed += one.outcome == Outcome.INDEXED
        report.unchanged += one.outcome == Outcome.UNCHANGED
        report.failed += one.outcome == Outcome.FAILED
        report.faces += one.faces
        if one.outcome == Outcome.FAILED:
            report.fail(one.path, one.reason)
        elif one.outcome == Outcome.AWAY:
            away[shop.root_of(one.path) or one.path] = one.reason
        if one.photo is not None:
            if seen is not None:
                seen.add(one.photo)
            if one.touched:
                touched.add(one.photo)
        yield Step("looking at photos", one.path, done, len(sight.photos))
    for root, reason in away.items():
        report.fail_root(root, reason)
    return touched


def _listen(
    shop: Workshop,
    photos: Records,
    scope: Collection[int] | None,
    touched: Collection[int],
    ear: Callable[[], Hearsay],
    report: ScanReport,
) -> Generator[Step, None, Heard]:
    heard = Heard()
    hearsay = ear()
    comparison = Comparison(shop.store, hearsay)
    known = shop.store.marks.by_path(MarkSource.DIGIKAM, scope)
    traces = shop.store.traces.all()
    for done, photo in enumerate(photos, 1):
        if done % OFTEN == 0:
            yield Step("reading confirmations", None, done, len(photos))
        if photo.size is None:
            continue
        said = hearsay.about(photo.path)
        was, trace = traces.get(photo.id), known_trace(hearsay.traces.get(photo.path))
        is_news = photo.id in touched or is_restated(photo, hearsay)
        is_news |= is_doubled(was, hearsay.traces.get(photo.path))
        if is_news or unheard(shop, photo, known.get(photo.path, ()), said):
            # other jobs had their turn since: neither the record nor what was heard need be the last word
            if (now := ear()) is not hearsay:
                hearsay, comparison = now, Comparison(shop.store, now)
            record = settle(shop, shop.store.photos.by_id(photo.id), hearsay)
            listen(shop, record, hearsay, heard, comparison)
            _name(report, heard.problems)  # thousands of bad sidecars are not kept
            yield Step("reading confirmations", photo.path)
        elif said is not None and trace != was:
            trace_again(shop, photo, hearsay)
    return heard


def _suggest(shop: Workshop, trained: Trained | None, photos: set[int]) -> Generator[Step, None, Suggested]:
    """Names for the faces of these photos, or of all where the gallery is not the one that named them last."""
    result = Suggested()
    if trained is not None:
        last = shop.store.note(SUGGESTED_NOTE)
        is_news = last != trained.key
        concerned: set[int] | None = photos
        if is_news:
            is_step = trained.former is not None and last == trained.former.key
            further = reached(shop, trained) if is_step else None
            concerned = None if further is None else photos | further
        for done in suggest(shop, trained, concerned, result):
            yield Step("matching faces", done=done)
        if is_news:
            shop.store.put_note(SUGGESTED_NOTE, trained.key)
    return result


def _name(report: ScanReport, problems: list[PhotoError]) -> None:
    """The problems of one photo's sidecars go into the report."""
    for problem in problems:
        report.fail_once(problem.path, problem.reason)
    problems.clear()


def _publish(
    shop: Workshop, photos: Records, named: Collection[int], harm: Harmed, report: ScanReport
) -> Generator[Step, None, Published]:
    result = Published()
    for done, photo in enumerate(photos, 1):
        if done % OFTEN == 0:
            yield Step("writing sidecars", None, done, len(photos))
        if photo.size is None or photo.failure is not None or (photo.published is None and photo.id not in named):
            continue
        held = photo.path in harm
        result.held += held
        if is_published(shop, photo, held):
            result.unchanged += photo.published is not None and not held
        elif harm.awaits_reading(shop, photo.path):
            result.awaiting += 1
        else:
            publish(shop, photo, result, held)
            _name(report, result.problems)
            yield Step("writing sidecars", photo.path)
    return result


def _count(
    shop: Workshop, report: ScanReport, trained: Trained | None, suggested: Suggested, published: Published
) -> None:
    faces, without_face = shop.store.marks.counts()
    report.confirmed = faces + without_face
    if trained is not None:
        report.used = trained.gallery.used
        report.generation = trained.generation
    report.left_out = report.confirmed - report.used
    report.open = shop.store.suggestions.counts().get(SuggestionState.OPEN, 0)
    report.new, report.changed, report.withdrawn = suggested.new, suggested.changed, suggested.withdrawn
    report.written, report.untouched, report.refused = published.written, published.unchanged, published.refused
    report.held = published.held + published.awaiting
    if published.held and shop.config.sidecar.policy != "none":
        report.notices.append(f"{published.held} sidecars are left alone: {REASON}. To have them written, {REMEDY}")
    if published.awaiting:
        report.notices.append(
            f"{published.awaiting} sidecars wait until digiKam, which reads sidecars, has read the photos themselves"
        )
    if without_face:
        report.notices.append(f"{without_face} confirmed regions show no face that can be found")
