"""Samples from the store to the gallery in use: trained once, then refined by single confirmations."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from facedaemon import gallery
from facedaemon.config import Config
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import FaceBlock, Generation, SampleRecord, Store
from facedaemon.values import MarkState, Vectors

BURST_SECONDS = 60  # photos of one folder within the same minute count as one burst: near copies of each other
MAX_STRANGERS = 20_000  # known unknowns for calibration; more add time and no certainty


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What a model learns from: the samples, and which confirmed face in the state each of them is, in its order."""

    records: tuple[SampleRecord, ...]
    samples: gallery.Samples
    digest: str


@dataclass(frozen=True, slots=True)
class Trained:
    """The gallery in use, the number of its generation, and the digest of what it was made from.

    `former` is the same of the gallery that it was refined from just now.
    """

    gallery: gallery.Gallery
    generation: int
    samples: str
    former: "Trained | None" = None

    @property
    def key(self) -> str:
        """Names this gallery among all others."""
        return f"{self.generation} {self.samples}"


def gather(store: Store, model: str, config: Config, is_refined: bool = False) -> Gathered:
    """All confirmed faces that `model` embedded, the faces nobody named, and those a human took a name from.

    A large gallery that is only refined keeps its calibration: the faces nobody named are not needed then, nor are they
    where nobody was ever confirmed.
    """
    records, vectors = store.training.samples(model)
    burst_of = [_burst(record) for record in records]
    bursts = {burst: number for number, burst in enumerate(sorted(set(burst_of)))}
    is_enough = not records or (is_refined and len(records) > gallery.SMALL)
    strangers = [] if is_enough else _strangers(store, model)
    rejected_persons, rejected = store.training.rejected(model)
    width = max(part.shape[1] for part in (vectors, rejected, *(block.vectors for block in strangers)))
    samples = gallery.Samples(
        vectors=_stacked([vectors], width),
        persons=tuple(record.person for record in records),
        quality=np.array([record.quality for record in records], np.float32),
        groups=np.array([bursts[burst] for burst in burst_of], np.int64),
        trust=np.array([record.trust for record in records], np.float32),
        strangers=_stacked([block.vectors for block in strangers], width)[:MAX_STRANGERS],
        stranger_quality=np.array([q for block in strangers for q in block.qualities], np.float32)[:MAX_STRANGERS],
        rejected=_stacked([rejected], width),
        rejected_persons=rejected_persons,
    )
    return Gathered(tuple(records), samples, _digest(records, samples, config))


def train(shop: Workshop, changed: Iterable[str]) -> Trained | None:
    """The gallery for the samples as they are now; None where nobody was ever confirmed.

    Nothing is trained where nothing changed. A new, changed or withdrawn confirmation refines the generation in use
    (`changed` are the people it concerns); without a generation for this model the first one is trained.
    """
    current = shop.store.training.current()
    is_known = current is not None and current.model == shop.model_id
    gathered = gather(shop.store, shop.model_id, shop.config, is_refined=is_known)
    settings = shop.config.training, shop.config.suggestions
    if current is not None and is_known:
        known = gallery.Gallery.from_bytes(current.gallery)
        if current.samples == gathered.digest:
            return Trained(known, current.id, gathered.digest)
        refined = known.updated(gathered.samples, frozenset(changed), *settings)
        shop.store.training.refine(current.id, refined.to_bytes(), gathered.digest)
        return Trained(refined, current.id, gathered.digest, Trained(known, current.id, current.samples))
    if not gathered.records:
        return None
    number = shop.store.training.next_number()
    built = gallery.build(gathered.samples, *settings, generation=number)
    shop.store.training.add(
        Generation(number, shop.now(), shop.model_id, built.to_bytes(), gathered.digest, promoted=True, report="{}")
    )
    return Trained(built, number, gathered.digest)


def _digest(records: Iterable[SampleRecord], samples: gallery.Samples, config: Config) -> str:
    """Tells whether the samples, the rejections or the settings are still those that a generation was made from."""
    hashed = hashlib.blake2b(repr((config.training, config.suggestions)).encode(), digest_size=16)
    for record in records:
        hashed.update(repr((record.face, record.person, record.quality, record.trust, record.content)).encode())
    hashed.update(samples.rejected.tobytes() + repr(samples.rejected_persons).encode())
    return hashed.hexdigest()


def _burst(record: SampleRecord) -> str:
    """Photos of one folder and minute stand together."""
    return f"{record.photo.parent}\0{record.mtime_ns // (BURST_SECONDS * 10**9)}"


def _strangers(store: Store, model: str) -> list[FaceBlock]:
    """Faces that a human ignored first, then those that nobody named."""
    found: list[FaceBlock] = []
    for state in (MarkState.IGNORED, MarkState.UNKNOWN):
        for block in store.training.faces_in_state(model, state):
            found.append(block)
            if sum(len(each.faces) for each in found) >= MAX_STRANGERS:
                return found
    return found


def _stacked(parts: list[Vectors], width: int) -> Vectors:
    return np.concatenate([np.zeros((0, width), np.float32), *(part for part in parts if len(part))])
