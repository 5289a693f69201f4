"""Which rows of the library were read of each photo: what the next reading is compared with (see `comparison`)."""

from collections.abc import Collection, Sequence

from facedaemon.pipeline.comparison import known_trace
from facedaemon.pipeline.decide import Decision, Since
from facedaemon.pipeline.hearsay import Hearsay
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import PhotoRecord


def trace_others(shop: Workshop, hearsay: Hearsay, listened: Collection[int]) -> None:
    """All photos but those that were listened to."""
    known = shop.store.traces.all()
    places = {path: photo for path, photo in shop.store.photos.places() if path in hearsay.traces}
    for path, trace in hearsay.traces.items():
        photo = places.get(path)
        if photo is not None and photo not in listened and known.get(photo) != known_trace(trace):
            trace_again(shop, shop.store.photos.by_id(photo), hearsay)


def trace_again(shop: Workshop, photo: PhotoRecord, hearsay: Hearsay) -> None:
    """The photo's rows say the same as before, but are other rows."""
    known, trace = shop.store.traces.of(photo.id), hearsay.traces.get(photo.path)
    with shop.store.transaction():
        if known is not None and (trace is None or trace.detection != known.detection):
            shop.store.traces.forget_withdrawn(photo.id)
        shop.store.traces.put(photo.id, known_trace(trace))


def trace(shop: Workshop, photo: PhotoRecord, hearsay: Hearsay, since: Since, decided: Sequence[Decision]) -> None:
    """From now on the photo's rows are compared with these; what an old view may show ends with an answer."""
    if hearsay.about(photo.path) is None:
        return
    if since.detected is True or not since.stands:
        shop.store.traces.forget_withdrawn(photo.id)
    else:
        shop.store.traces.forget_withdrawn(photo.id, {decision.person for decision in decided})
    shop.store.traces.put(photo.id, known_trace(hearsay.traces.get(photo.path)))
