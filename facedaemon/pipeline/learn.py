"""Samples from the store to a gallery in use: trained, refined by single confirmations, rebuilt and validated."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from facedaemon import gallery
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import Generation, SampleRecord, Store
from facedaemon.values import MarkState, Vectors

BURST_SECONDS = 60  # photos of one folder within the same minute count as one burst: near copies of each other
MAX_STRANGERS = 20_000  # known unknowns for calibration; more add time and no certainty


@dataclass(frozen=True, slots=True)
class Trained:
    """The gallery in use, the number of its generation, and what it was made from."""

    gallery: gallery.Gallery
    generation: int
    used: int


def gather(store: Store, model: str) -> tuple[list[SampleRecord], gallery.Samples]:
    """All confirmed faces that `model` embedded, as the gallery wants them, with the library's strangers."""
    records, vectors = store.training.samples(model)
    bursts = {key: number for number, key in enumerate(sorted({_burst(record) for record in records}))}
    return records, gallery.Samples(
        vectors=vectors,
        persons=tuple(record.person for record in records),
        quality=np.array([record.quality for record in records], np.float32),
        trust=np.array([record.trust for record in records], np.float32),
        groups=np.array([bursts[_burst(record)] for record in records], np.int64),
        strangers=_strangers(store, model),
    )


def digest_of(records: Iterable[SampleRecord], settings: str) -> str:
    """Tells whether the samples, or the settings they are trained with, are still those of a generation."""
    hashed = hashlib.blake2b(settings.encode(), digest_size=16)
    for record in records:
        hashed.update(repr((record.face, record.person, record.quality, record.trust, record.content)).encode())
    return hashed.hexdigest()


def _burst(record: SampleRecord) -> str:
    """Photos of one folder and minute stand together."""
    return f"{record.photo.parent}\0{record.mtime_ns // (BURST_SECONDS * 10**9)}"


def _strangers(store: Store, model: str) -> Vectors:
    found: list[Vectors] = []
    for state in (MarkState.IGNORED, MarkState.UNKNOWN):
        for block in store.training.faces_in_state(model, state):
            found.append(block.vectors)
            if sum(map(len, found)) >= MAX_STRANGERS:
                break
    return np.concatenate(found)[:MAX_STRANGERS] if found else np.zeros((0, 0), np.float32)


def train(shop: Workshop, changed: Iterable[str]) -> tuple[Trained | None, bool]:
    """The gallery for the samples as they are now, and whether it is another one than before.

    Nothing is trained where nothing changed. A new, changed or withdrawn confirmation refines the generation in use
    (`changed` are the people it concerns); without a generation for this model the first one is trained.
    """
    records, gathered = gather(shop.store, shop.model_id)
    digest = digest_of(records, _settings(shop))
    current = shop.store.training.current()
    if current is not None and current.model == shop.model_id:
        if current.samples == digest:
            return _loaded(current), False
        if records:
            refined = gallery.Gallery.from_bytes(current.gallery).updated(gathered, frozenset(changed))
            shop.store.training.refine(current.id, refined.to_bytes(), digest)
            return Trained(refined, current.id, refined.used), True
    if not records:
        return None, current is not None
    number = shop.store.training.next_number()
    built = gallery.build(gathered, generation=number)
    shop.store.training.add(
        Generation(number, shop.now(), shop.model_id, built.to_bytes(), digest, promoted=True, report="{}")
    )
    return Trained(built, number, len(records)), True


def _loaded(generation: Generation) -> Trained:
    loaded = gallery.Gallery.from_bytes(generation.gallery)
    return Trained(loaded, generation.id, 0)


def _settings(shop: Workshop) -> str:
    return repr((shop.config.training, shop.config.suggestions, shop.model_id))
