"""Samples from the store to the gallery in use: trained once, then refined by single confirmations."""

import hashlib
import logging
from dataclasses import dataclass
from typing import Protocol

from facedaemon import gallery
from facedaemon.config import Config
from facedaemon.pipeline.reassign import reassign
from facedaemon.pipeline.samples import MAX_STRANGERS, gather, gathered_from
from facedaemon.pipeline.session import Session
from facedaemon.store import FaceCounts, Generation, Provisional, Store

log = logging.getLogger(__name__)

ENOUGH_UNNAMED = 300  # faces by which the share of strangers in the library is known, and so how certain a name is
ENOUGH_PHOTOS = 1000  # in which there are fewer faces than that: then most photos have none
LEARNED_NOTE = "learned by"  # the gallery since which the state writes down whose samples change


@dataclass(frozen=True, slots=True)
class Trained:
    """The gallery in use, the number of its generation, and its signature.

    `former` is the same of the gallery that it was refined from just now. `provisional` is None unless photos were
    still to be analysed when it was trained.
    """

    gallery: gallery.Gallery
    generation: int
    signature: str
    former: "Trained | None" = None
    provisional: Provisional | None = None

    @property
    def key(self) -> str:
        """Names this gallery among all others."""
        return f"{self.generation} {self.signature}"


def train(session: Session, is_whole: bool = True) -> Trained | None:
    """The gallery for the samples as they are now; None where nobody was ever confirmed.

    After a change of networks the former generation, and what it suggests, stays until the new ones analysed all
    confirmed faces. Until then the result is None, except at the end of a pass over the whole library (`is_whole`).

    Nothing is trained where nothing changed. A new, changed or withdrawn confirmation refines the generation in use;
    without a generation for this model the first one is trained. A provisional one is trained again, for good where
    this is the end of a pass over the whole library.
    """
    current = in_use(session.store, session.model_id)
    if current is None:
        return _first(session) if is_whole or not awaits_new_analysis(session) else None
    is_followed = session.store.note(LEARNED_NOTE) == current.key
    is_set_so = current.signature.startswith(_settings(session.config))
    changed = session.store.training.unlearned()
    if current.provisional is not None and is_whole:
        return _again(session, current, None)
    if is_followed and is_set_so and not changed:
        return current
    if current.provisional is not None:
        return _again(session, current, current.provisional)
    settings, former = (session.config.training, session.config.suggestions), current.gallery
    if is_followed and is_set_so and len(current.gallery.keys) > gallery.SMALL:
        model, training = session.model_id, session.store.training
        part = gathered_from(
            training.samples(model, changed), session.store.rejections.with_vectors(model, changed), []
        )
        refined = session.run_long(
            lambda: gallery.updated(former, part.samples, changed, *settings, is_whole=False),
        )
    else:
        samples = gather(session.store, session.model_id).samples
        people = changed if is_set_so else samples.persons
        refined = session.run_long(lambda: gallery.updated(former, samples, people, *settings))
    content = refined.to_bytes()
    trained = Trained(refined, current.generation, signature(session.config, content), current)
    with session.store.transaction():
        session.store.training.refine(trained.generation, content, trained.signature)
        _follow(session, trained)
    return trained


class Trainer(Protocol):
    """The stage of a pass that trains: gives the gallery to match with, None where there is none."""

    def __call__(self, session: Session, *, is_whole: bool, has_news: bool) -> Trained | None:
        """`is_whole`: at the end of a pass over everything; `has_news`: humans said something about known photos."""


def learn(session: Session, *, is_whole: bool, has_news: bool) -> Trained | None:
    """The gallery to go on with; None where there is none, or it is too early for one.

    At the end of a pass what `train` gives. While photos are still to be analysed the one in use, trained again where
    humans said something about known photos (`has_news`), or where there is twice as much to learn from. The first is
    trained as soon as there are enough faces to know the share of strangers in the library. Names are as certain as
    they would be with all photos: the strangers still to come are counted.
    """
    waiting, current = session.still_to_analyse, None
    outlook: Provisional | None = None
    if waiting:
        current = in_use(session.store, session.model_id)
        counts = session.store.training.counts(session.model_id)
        outlook = _outlook(counts, waiting)
        is_set_so = current is None or current.signature.startswith(_settings(session.config))
        is_news = has_news and current is not None and bool(session.store.training.unlearned())
        if is_set_so and not is_news and not _is_time(session, current, counts):
            return current
    with session.store.transaction():
        session.store.rejections.look_up_faces(session.model_id)
        reassign(session)
        if not waiting:
            return train(session, is_whole)
        if current is None:
            return _first(session, outlook)
        return train(session, is_whole=False) if current.provisional is None else _again(session, current, outlook)


def _is_time(session: Session, current: Trained | None, counts: FaceCounts) -> bool:
    """Whether there is enough for a first gallery, or twice as much as the one in use was trained from."""
    if current is None:
        is_enough = counts.unnamed >= ENOUGH_UNNAMED or counts.photos >= ENOUGH_PHOTOS
        return counts.confirmed > 0 and is_enough and not awaits_new_analysis(session)
    if counts.confirmed >= 2 * max(len(current.gallery.keys), 1):
        return True
    known = current.provisional
    return known is not None and counts.confirmed + counts.unnamed >= 2 * known.faces


def outlook(session: Session) -> Provisional | None:
    """What a gallery that is trained now is provisional by; None where all photos are analysed.

    They are not in the middle of a pass, nor after one that was ended: then the generation in use is provisional.
    """
    if session.still_to_analyse:
        return _outlook(session.store.training.counts(session.model_id), session.still_to_analyse)
    current = session.store.training.current()
    return None if current is None or current.model != session.model_id else current.provisional


def _outlook(counts: FaceCounts, waiting: int) -> Provisional:
    """Photos still to be analysed have as many faces without a name as those without a confirmed one."""
    expected = counts.unnamed * (counts.photos + waiting) // max(counts.photos, 1)
    return Provisional(counts.confirmed + counts.unnamed, min(expected, MAX_STRANGERS))


def keep(session: Session, *, is_whole: bool, has_news: bool) -> Trained | None:  # noqa: ARG001 - a `Trainer`
    """The gallery in use, as it is: what is trained from this pass is compared with it first."""
    return in_use(session.store, session.model_id)


def awaits_new_analysis(session: Session, share: float = 0.0) -> bool:
    """Whether there is a generation of other networks, and they saw more than a `share` of the confirmed faces last."""
    current = session.store.training.current()
    if current is None or current.model == session.model_id:
        return False
    others, confirmed = session.store.training.seen_otherwise(session.model_id)
    return others > share * confirmed


def in_use(store: Store, model: str) -> Trained | None:
    """The generation in use; None where there is none, or one of another model or of another facedaemon's format."""
    current = store.training.current()
    if current is None or current.model != model:
        return None
    try:
        found = gallery.Gallery.from_bytes(current.gallery)
        return Trained(found, current.id, current.signature, provisional=current.provisional)
    except ValueError as error:
        log.warning("generation %d cannot be used (%s): a new one is trained", current.id, error)
        return None


def signature(config: Config, content: bytes) -> str:
    """A name for a gallery: the settings it was made with, and its bytes."""
    return _settings(config) + hashlib.blake2b(content, digest_size=12).hexdigest()


def _first(session: Session, provisional: Provisional | None = None) -> Trained | None:
    trained = _built(session, session.store.training.next_number(), provisional)
    if trained is None:
        return None
    made = Generation(
        trained.generation,
        session.now(),
        session.model_id,
        trained.gallery.to_bytes(),
        trained.signature,
        promoted=True,
        report="{}",
        provisional=provisional,
    )
    with session.store.transaction():
        session.store.training.add(made)
        _follow(session, trained)
    return trained


def _again(session: Session, current: Trained, provisional: Provisional | None) -> Trained:
    """The provisional generation, trained from what there is by now; it keeps its number."""
    trained = _built(session, current.generation, provisional)
    if trained is None:  # all confirmations were taken back
        settings = session.config.training, session.config.suggestions
        nothing = gather(session.store, session.model_id).samples
        emptied = gallery.updated(current.gallery, nothing, current.gallery.people, *settings)
        name = signature(session.config, emptied.to_bytes())
        trained = Trained(emptied, current.generation, name, provisional=provisional)
    with session.store.transaction():
        session.store.training.refine(
            trained.generation, trained.gallery.to_bytes(), trained.signature, trained.provisional
        )
        _follow(session, trained)
    return trained


def _built(session: Session, number: int, provisional: Provisional | None) -> Trained | None:
    """A gallery of all samples; None where nobody is confirmed."""
    gathered = gather(session.store, session.model_id, None if provisional is None else provisional.expected)
    if not gathered.records:
        return None
    settings = session.config.training, session.config.suggestions
    built = session.run_long(lambda: gallery.build(gathered.samples, *settings, generation=number))
    return Trained(built, number, signature(session.config, built.to_bytes()), provisional=provisional)


def _follow(session: Session, trained: Trained) -> None:
    """Note that this gallery knows all samples as they are now; what changes from here on is written down."""
    session.store.training.learned()
    session.store.put_note(LEARNED_NOTE, trained.key)


def _settings(config: Config) -> str:
    """Tells whether a gallery was made with these settings."""
    return hashlib.blake2b(repr((config.training, config.suggestions)).encode(), digest_size=8).hexdigest() + " "
