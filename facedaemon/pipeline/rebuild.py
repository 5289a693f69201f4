"""A new generation from everything confirmed: built beside the one in use, compared with it, promoted if not worse."""

import json
import logging
from collections.abc import Generator
from dataclasses import asdict

from facedaemon import gallery
from facedaemon.errors import ExitCode, NothingYet, Unavailable
from facedaemon.pipeline.library_snapshot import LibraryReader
from facedaemon.pipeline.list_photos import PhotoListing, list_confirmed
from facedaemon.pipeline.one_pass import Everything, These, run_pass
from facedaemon.pipeline.people.people_changed import take_up_people
from facedaemon.pipeline.reports import RebuildReport, Step
from facedaemon.pipeline.samples import gather
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.train import awaits_new_analysis, in_use, keep, outlook, signature
from facedaemon.store import Generation

log = logging.getLogger(__name__)

MOST_UNSEEN = 0.1  # share of the confirmed faces that may be on a drive that is away when networks change


def rebuild_gallery(session: Session, from_scratch: bool = False) -> Generator[Step, None, RebuildReport]:
    """Train a new generation; names, regions, confirmations and rejections are never touched.

    From the stored embeddings, or `from_scratch` from the photos of all confirmed faces, analysed again. Until the new
    generation is promoted, in one transaction, the former one is in use: after an interruption it still is.
    While photos are still to be analysed it is provisional, and the pass trains it again.
    """
    began = session.monotonic()
    if not from_scratch and awaits_new_analysis(session, MOST_UNSEEN):
        raise Unavailable(
            "the confirmed faces are not analysed by the new networks yet; 'facedaemon scan' does that", ExitCode.USAGE
        )
    if from_scratch:
        yield from _analyse_again(session)
    take_up_people(session, is_whole=False)
    provisional = outlook(session)
    gathered = gather(session.store, session.model_id, None if provisional is None else provisional.expected)
    if not gathered.records:
        raise NothingYet("nobody is confirmed yet, so there is nothing to train")
    yield Step("training")
    number = session.store.training.next_number()
    settings = session.config.training, session.config.suggestions
    built = session.run_long(lambda: gallery.build(gathered.samples, *settings, generation=number))
    yield Step("validating")
    against = _refusal(session, built, gathered.samples)
    measured = session.run_long(lambda: gallery.validate(built, gathered.samples)).figures
    report = RebuildReport(
        generation=number,
        promoted=against is None,
        people=len(built.people),
        used=built.used,
        left_out={str(reason): count for reason, count in built.left_out().items()},
        tpir=round(measured.tpir, 4),
        fpir=round(measured.fpir, 4),
        wrong_per_100=round(measured.wrong_per_100, 3),
        why=against or "it is not worse than the former generation",
        seconds=session.monotonic() - began,
    )
    content = built.to_bytes()
    with session.store.transaction():
        session.store.training.add(
            Generation(
                id=number,
                created=session.now(),
                model=session.model_id,
                gallery=content,
                signature=signature(session.config, content),
                promoted=report.promoted,
                report=json.dumps(asdict(report)),
                provisional=provisional,
            )
        )
    if report.promoted:
        yield from _apply(session)
    return report


def _refusal(session: Session, built: gallery.Gallery, samples: gallery.Samples) -> str | None:
    """Why the new gallery must not replace the one in use, on the faces that both know; None where it may."""
    current = in_use(session.store, session.model_id)
    if current is None:
        return None
    former, new = session.run_long(lambda: gallery.compare(current.gallery, built, samples))
    return gallery.refusal(former, new)


def roll_back(session: Session) -> Generator[Step, None, int | None]:
    """Go back to the former generation and to what it suggests; None where there is none."""
    with session.store.transaction():
        former = session.store.training.roll_back()
    if former is None:
        return None
    yield from _apply(session)
    return former.id


def _apply(session: Session) -> Generator[Step, None, None]:
    """Match all faces with the generation in use, and publish."""
    yield from run_pass(session, PhotoListing(), LibraryReader(session), Everything())


def _analyse_again(session: Session) -> Generator[Step, None, None]:
    """A pass over the photos of all confirmed faces. One that cannot be read now keeps its faces."""
    report = yield from run_pass(session, list_confirmed(session), LibraryReader(session), These(), trainer=keep)
    for path, reason in report.failures:
        log.warning("%s: %s", path, reason)
