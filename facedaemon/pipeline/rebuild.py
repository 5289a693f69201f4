"""A new generation from everything confirmed: built beside the one in use, compared with it, promoted if not worse."""

import json
from collections.abc import Generator
from dataclasses import asdict

from facedaemon import gallery
from facedaemon.errors import ExitCode, Fatal, PhotoError, Unavailable
from facedaemon.pipeline.hearsay import Ear
from facedaemon.pipeline.learn import awaits_new_look, gather, in_use, signature
from facedaemon.pipeline.listen import Heard, listen
from facedaemon.pipeline.reports import RebuildReport, Step
from facedaemon.pipeline.scan import Sight, work_on
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import Generation

MOST_UNSEEN = 0.1  # of the confirmed faces: so many may lie on a drive that is away when networks change


def rebuild(shop: Workshop, from_scratch: bool = False) -> Generator[Step, None, RebuildReport]:
    """Train a new generation; names, regions, confirmations and rejections are never touched.

    From the stored embeddings, or `from_scratch` from the photos of all confirmed faces, looked at again. Until the new
    generation is promoted, in one transaction, the former one is in use: an interruption at any moment changes nothing.
    """
    started = shop.now()
    if not from_scratch and awaits_new_look(shop, MOST_UNSEEN):
        raise Unavailable(
            "the confirmed faces are not looked at by the new networks yet; 'facedaemon scan' does that", ExitCode.USAGE
        )
    if from_scratch:
        yield from _look_again(shop)
    gathered = gather(shop.store, shop.model_id)
    if not gathered.records:
        raise Fatal("nobody is confirmed yet, so there is nothing to train", ExitCode.USAGE)
    yield Step("training")
    number = shop.store.training.next_number()
    settings = shop.config.training, shop.config.suggestions
    built = shop.patiently(lambda: gallery.build(gathered.samples, *settings, generation=number))
    yield Step("validating")
    against = _refusal(shop, built, gathered.samples)
    measured = shop.patiently(lambda: gallery.validate(built, gathered.samples))
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
        seconds=shop.now() - started,
    )
    content = built.to_bytes()
    with shop.store.transaction():
        shop.store.training.add(
            Generation(
                id=number,
                created=shop.now(),
                model=shop.model_id,
                gallery=content,
                signature=signature(shop.config, content),
                promoted=report.promoted,
                report=json.dumps(asdict(report)),
            )
        )
    if report.promoted:
        yield from _apply(shop)
    return report


def _refusal(shop: Workshop, built: gallery.Gallery, samples: gallery.Samples) -> str | None:
    """Why the new gallery must not replace the one in use, on the faces that both know; None where it may."""
    current = in_use(shop.store, shop.model_id)
    if current is None:
        return None
    former, new = shop.patiently(lambda: gallery.compare(current.gallery, built, samples))
    return gallery.refusal(former, new)


def roll_back(shop: Workshop) -> Generator[Step, None, int | None]:
    """Go back to the former generation and to what it suggests; None where there is none."""
    with shop.store.transaction():
        former = shop.store.training.roll_back()
    if former is None:
        return None
    yield from _apply(shop)
    return former.id


def _apply(shop: Workshop) -> Generator[Step, None, None]:
    """Suggest everything anew by the generation in use, and write it."""
    yield from work_on(shop, Sight(), Ear(shop), scope=None)


def _look_again(shop: Workshop) -> Generator[Step, None, None]:
    """The photos of all confirmed faces, seen afresh. One that cannot be read now keeps what was seen before."""
    confirmed = shop.store.photos.with_confirmed()
    paths = {photo.path: photo for photo in confirmed if not photo.missing}
    ear = Ear(shop)
    for done, (path, seen) in enumerate(shop.eyes.look_many(paths, shop.workers), 1):
        if not isinstance(seen, PhotoError):
            with shop.store.transaction():
                record = shop.store.photos.put_look(path, paths[path].fingerprint, seen)
            listen(shop, record, ear(), Heard())
        yield Step("looking again at confirmed faces", path, done, len(paths))
