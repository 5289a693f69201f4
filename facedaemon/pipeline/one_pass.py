"""The main job: one pass over photos. `scan`, the daemon and `rebuild` run it; each stage has a file of its own.

    list photos → read the library → compare with what is known → then in the order of use, a batch at a time:
    analyse → sync annotations → train → match → publish

Between two steps nothing is half done: the pass may be closed there, and other jobs may run.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from facedaemon.pipeline.analyse import analyse
from facedaemon.pipeline.library_snapshot import LibrarySnapshot
from facedaemon.pipeline.list_photos import PhotoListing
from facedaemon.pipeline.pass_state import PassState
from facedaemon.pipeline.reports import ScanReport, Step
from facedaemon.pipeline.results import note_results
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.train import Trainer, learn

Steps = Generator[Step, None, ScanReport]


@dataclass(frozen=True, slots=True)
class Everything:
    """A pass covers all photos that are known or were found."""


@dataclass(frozen=True, slots=True)
class These:
    """A pass covers the photos that were found, and the known ones of these numbers."""

    photos: frozenset[int] = frozenset()


Coverage = Everything | These


def run_pass(
    session: Session,
    listing: PhotoListing,
    library_reader: Callable[[], LibrarySnapshot],
    covers: Coverage,
    mark_synced: Callable[[LibrarySnapshot], None] = lambda _: None,
    trainer: Trainer = learn,
) -> Steps:
    """All photos that are covered go through all stages; gives what was done.

    `library_reader` reads the library as it is at that moment; `mark_synced` is called once all that was known is
    compared with that reading: what the library does not say any more from then on is a human's decision. Whatever a
    pass covers, a change of the gallery reaches every photo it concerns. `trainer` is the stage that trains.
    """
    started, began, waiting = session.now(), session.monotonic(), session.still_to_analyse
    known = None if isinstance(covers, Everything) else covers.photos
    state = PassState(session, listing, library_reader, known, trainer)
    try:
        unseen = yield from state.compare()
        yield from state.sync_known(unseen)
        if known is None and not any(unseen.numbers):
            mark_synced(state.first_reading)  # what is analysed from here on was never read before
        session.still_to_analyse = waiting + len(unseen.places)
        for photo in analyse(session, state.in_order_of_use(unseen), listing.changed, listing.to_repeat):
            yield state.analysed(photo)
            if state.is_batch_full():
                yield from state.use_batch()
        waiting = 0 if state.analyses_all else waiting
    finally:
        session.still_to_analyse = waiting
    yield from state.finish()
    note_results(session, state.report, started, is_whole=known is None)
    state.report.seconds = session.monotonic() - began
    return state.report
