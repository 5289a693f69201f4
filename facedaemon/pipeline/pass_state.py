"""The state of one pass: what it did so far, and what waits for the end of a batch."""

from array import array
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

from facedaemon import watch
from facedaemon.answers import AnswerKind, Standing
from facedaemon.pipeline import groups
from facedaemon.pipeline.annotations.answered import photos_with_news
from facedaemon.pipeline.annotations.found_again import find_again
from facedaemon.pipeline.assess import assess
from facedaemon.pipeline.compare import Indexed, Outcome, Unseen, compare
from facedaemon.pipeline.held_sidecars import held_sidecars
from facedaemon.pipeline.library_snapshot import LibrarySnapshot, news
from facedaemon.pipeline.list_photos import PhotoListing
from facedaemon.pipeline.match import SuggestionChanges, match
from facedaemon.pipeline.order_of_use import in_order_of_use
from facedaemon.pipeline.pass_summary import add_notices, name_unreadable, sum_up
from facedaemon.pipeline.people import renamed_elsewhere
from facedaemon.pipeline.people.people_changed import take_up_people
from facedaemon.pipeline.publish import Published, photos_to_show, publish_photos
from facedaemon.pipeline.record_batches import Records
from facedaemon.pipeline.reports import ScanReport, Step
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.sync import LibraryReading, sync
from facedaemon.pipeline.train import Trained, Trainer
from facedaemon.values import AnnotationState, Fingerprint

BATCH_SECONDS = 5.0  # of analysing; then what is known by now is matched and published
LONGEST_BATCH_SECONDS = 10.0  # where reading the library or training takes long: names are to come every 15 seconds
SHARE = 8  # a batch takes this many times as long as both took, between these bounds
MOST_IN_A_BATCH = 500  # photos
NANOSECONDS = 10**9  # a second
CONFIRMING = {AnswerKind.CONFIRM, AnswerKind.DRAW}
ANALYSING = "looking at photos"

Result = TypeVar("Result")


class PassState:
    """One pass. The photos in it are those of a listing, and the `known` ones of these numbers, or (None) all."""

    def __init__(
        self,
        session: Session,
        listing: PhotoListing,
        library_reader: Callable[[], LibrarySnapshot],
        known: frozenset[int] | None,
        trainer: Trainer,
    ) -> None:
        """`library_reader` reads the library as it is at that moment; `trainer` gives the gallery to match with.

        `analyses_all`: after it no photo waits for analysis, not even one of a pass that this one interrupted.
        """
        take_up_people(session, is_whole=known is None)
        self._session, self._listing, self._library_reader = session, listing, library_reader
        self._trainer = trainer
        self.report = ScanReport(seen=len(listing.photos))
        name_unreadable(session, listing, self.report)
        self._library = LibraryReading(session, library_reader)
        self.first_reading = self._library.snapshot
        self._taken_up = self._library.snapshot, session.answers.read()
        # a photo of which nothing was ever read has no past, whatever other readings of the library come meanwhile
        self._library_of_new = self._library.as_baseline() if self.first_reading.is_baseline else self._library
        self._is_whole = known is None
        # a pass over known photos alone (after answers, a rebuild) analyses nothing: photos may still be waiting
        self.analyses_all = self._is_whole and bool(listing.photos)
        self._covered: set[int] = set(known or ())  # where not all are
        self._batch: set[int] = set()  # analysed since the last batch
        self._unmatched: set[int] = set()  # whose faces or annotations changed since they were matched
        self._urgent: list[tuple[Path, Fingerprint]] = []  # that somebody was confirmed in meanwhile
        self._has_batches = False
        self._has_news = False  # humans said something about known photos since the last training
        self._suggested, self._published = SuggestionChanges(), Published()
        self._done = self._names = 0
        self._due = 0.0

    def compare(self) -> Generator[Step, None, Unseen]:
        """The photos that are to be analysed; the others are as they were, moved, or copies of such."""
        if self._listing.photos:
            yield Step(ANALYSING, done=0, total=self.report.seen)
        compared = compare(self._session, self._listing.photos, self._listing.changed, self._listing.to_repeat)
        while True:
            try:
                seen = next(compared)
            except StopIteration as end:
                return cast("Unseen", end.value)  # StopIteration is not typed
            yield Step("comparing photos") if seen is None else self._count(seen)

    def sync_known(self, unseen: Unseen) -> Generator[Step, None, None]:
        """What humans said of known photos is read; of those to be analysed again it is read after that."""
        if self._is_whole or self._unmatched:
            find_again(self._session, None if self._is_whole else self._unmatched)
        photos, again = self._session.store.photos, set(unseen.numbers)
        chosen = photos.there() if self._is_whole else photos.in_order(self._covered)
        if again - {0}:
            chosen = array("q", (number for number in chosen if number not in again))
        self._has_news = yield from self._sync(chosen, self._library, None if self._is_whole else chosen)
        self._due = self._session.monotonic() + BATCH_SECONDS

    def in_order_of_use(self, unseen: Unseen) -> Iterator[tuple[Path, Fingerprint]]:
        """The photos to be analysed; what becomes urgent meanwhile goes first."""
        photos, ahead = self._listing.photos, set[Path]()
        for path, seen in photos.at(unseen.places[number] for number in self._order(unseen)):
            while self._urgent:
                ahead.add(self._urgent[-1][0])
                yield self._urgent.pop()
            if path not in ahead:
                yield path, seen

    def analysed(self, seen: Indexed) -> Step:
        """Note that the photo was analysed."""
        self._session.still_to_analyse = max(0, self._session.still_to_analyse - 1)
        if seen.photo is not None:
            self._batch.add(seen.photo)
        return self._count(seen)

    def is_batch_full(self) -> bool:
        """Whether the batch is to be matched and published now."""
        return len(self._batch) >= MOST_IN_A_BATCH or self._session.monotonic() >= self._due

    def use_batch(self) -> Generator[Step, None, None]:
        """Sync, train, match and publish for the photos of the batch, and for others that this changes."""
        began, self._has_batches = self._session.monotonic(), True
        yield from self._take_up_news()
        photos, spent = self._session.store.photos, self._session.monotonic() - began
        yield from self._sync(photos.in_order(self._batch), self._library_of_new, self._batch)
        began = self._session.monotonic()
        trained = self._trainer(self._session, is_whole=False, has_news=self._has_news)
        spent += self._session.monotonic() - began
        self._has_news &= trained is None
        changed = yield from self._match(trained)
        named = photos_to_show(self._session)
        yield from self._publish(photos.in_order(self._batch | changed), named)
        self._batch.clear()
        self._due = self._session.monotonic() + min(max(BATCH_SECONDS, SHARE * spent), LONGEST_BATCH_SECONDS)

    def finish(self) -> Generator[Step, None, None]:
        """The same at the end of the pass, for all photos that it covers."""
        self._done = 0
        if self._has_batches:
            yield from self._take_up_news()
        photos = self._session.store.photos
        yield from self._sync(photos.in_order(self._batch), self._library_of_new, self._batch)
        trained = self._trainer(self._session, is_whole=self.analyses_all, has_news=True)
        yield from self._match(trained)
        groups.refresh(self._session)
        assess(self._session, trained, is_whole=self._is_whole)
        named = photos_to_show(self._session)
        if self._is_whole:
            shown = self._session.store.sidecars.to_publish(named)
        else:
            shown = photos.in_order(self._covered | self._suggested.photos)
        yield from self._publish(shown, named)
        sum_up(self._session, self.report, trained, self._suggested, self._published)
        add_notices(self._session, self.report, self._published, self._library.snapshot, self._is_whole)

    def _count(self, seen: Indexed) -> Step:
        self._done += 1
        report = self.report
        report.indexed += seen.outcome == Outcome.INDEXED
        report.unchanged += seen.outcome == Outcome.UNCHANGED
        report.failed += seen.outcome == Outcome.FAILED
        report.faces += seen.faces
        if seen.outcome == Outcome.FAILED:
            report.fail(seen.path, seen.reason)
        elif seen.outcome == Outcome.AWAY:
            report.fail_root(self._session.root_of(seen.path) or seen.path, seen.reason)
        if seen.photo is not None and not self._is_whole:
            self._covered.add(seen.photo)
        if seen.photo is not None and seen.touched:
            self._unmatched.add(seen.photo)
        return Step(ANALYSING, seen.path, self._done, report.seen, self._names)

    def _order(self, unseen: Unseen) -> Iterator[int]:
        """By when they were taken (by the library, else the file), and by who is known to be confirmed in them."""
        times = self._listing.photos.times()
        taken = array("q", (times[place] // NANOSECONDS for place in unseen.places))
        said, confirmed = self._library.snapshot, _confirmed(*self._taken_up)
        before = self._session.store.faces.named_in() if any(unseen.numbers) else {}
        people: dict[int, frozenset[str]] = {}
        if before or confirmed or said.dates:
            for number, (path, _) in enumerate(self._listing.photos.at(unseen.places)):
                taken[number] = said.dates.get(path, taken[number])
                named = confirmed.get(path, frozenset()) | before.get(unseen.numbers[number], frozenset())
                if named:
                    people[number] = named
        return in_order_of_use(taken, people)

    def _take_up_news(self) -> Generator[Step, None, None]:
        """Read what humans said since the last reading: of known photos, and of those that wait for analysis."""
        self._library.refresh()
        before, now = self._taken_up, (self._library.snapshot, self._session.answers.read())
        if not self._is_whole or (now[0] is before[0] and now[1] is before[1]):
            return
        self._taken_up = now
        found = news(self._session, now[0]) | photos_with_news(self._session.store, now[1])
        changed = self._session.store.photos.in_order(found - self._batch)
        self._has_news |= yield from self._sync(changed, self._library, changed)
        for path in _confirmed(*now).keys() - _confirmed(*before).keys():
            root = self._session.root_of(path)
            if root is not None and path in self._listing.photos and self._session.store.photos.get(path) is None:
                seen = watch.fingerprint(path, root)
                self._urgent += [(path, seen)] if seen is not None else []

    def _sync(
        self, photos: Sequence[int], library: LibraryReading, scope: "Sequence[int] | set[int] | None"
    ) -> Generator[Step, None, bool]:
        """Whether humans said anything new of these photos."""
        if scope is self._batch and scope:
            find_again(self._session, self._batch)
        records = Records(self._session, photos)
        changes = yield from self._shown(sync(self._session, records, scope, self._unmatched, library, self.report))
        self._unmatched |= changes.photos
        if again := renamed_elsewhere.follow(self._session, library.snapshot):
            records = Records(self._session, self._session.store.photos.in_order(again))
            yield from self._shown(sync(self._session, records, again, again, library, self.report))
            self._unmatched |= again
        return bool(changes.photos)

    def _match(self, trained: Trained | None) -> Generator[Step, None, set[int]]:
        """The photos whose suggestions changed."""
        before, self._suggested.photos = self._suggested.photos, set()
        yield from self._shown(match(self._session, trained, self._unmatched, self._suggested))
        for problem in self._suggested.problems:
            self.report.fail_once(problem.path, problem.reason)
        self._suggested.problems.clear()
        changed = self._suggested.photos
        self._suggested.photos = before | changed
        self._unmatched = set()  # without a gallery, too: the first one is matched with all
        self._names = self._suggested.new
        return changed

    def _publish(self, photos: Sequence[int], named: set[int]) -> Generator[Step, None, None]:
        holds = held_sidecars(self._session, self._library_reader)
        records = Records(self._session, photos)
        yield from self._shown(publish_photos(self._session, records, named, holds, self._published, self.report))

    def _shown(self, steps: Generator[Step, None, Result]) -> Generator[Step, None, Result]:
        """The steps of a batch's stages, as parts of the whole pass."""
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                return cast("Result", end.value)
            if self._done:
                step = replace(step, done=self._done, total=self.report.seen, of=ANALYSING)
            yield replace(step, names=self._names)


def _confirmed(said: LibrarySnapshot, answers: Standing | None) -> dict[Path, frozenset[str]]:
    """Who is confirmed in which photo, by the library and by what was answered here."""
    found: dict[Path, set[str]] = {}
    for path, annotations in (said.annotations or {}).items():
        for annotation in annotations:
            if annotation.state == AnnotationState.CONFIRMED and annotation.person:
                found.setdefault(path, set()).add(annotation.person)
    for path, answered in (answers.by_path if answers is not None else {}).items():
        for answer in answered:
            if answer.saying.kind in CONFIRMING and answer.saying.person:
                found.setdefault(path, set()).add(answer.saying.person)
    return {path: frozenset(people) for path, people in found.items()}
