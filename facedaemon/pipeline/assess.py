"""What the gallery in use says of the confirmed faces: doubtful ones, look-alikes, how often it is right.

Computed where faces are learned, and kept in the state: a page or a command that only reads it need not wait.
"""

from facedaemon import gallery
from facedaemon.pipeline.samples import Gathered, gather
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.train import Trained
from facedaemon.store import Assessment, DoubtRecord


def assess(session: Session, trained: Trained | None, *, is_whole: bool) -> None:
    """Store the assessment of the gallery in use, where the gallery has changed.

    In a large library it takes seconds, and is made at the end of a pass over everything (`is_whole`) only.
    """
    known = session.store.assessments.of()
    if trained is None or known == trained.key:
        if trained is None and known is not None:
            with session.store.transaction():
                session.store.assessments.forget()
        return
    if not is_whole and len(trained.gallery.keys) > gallery.SMALL:
        return
    gathered = gather(session.store, session.model_id)
    found = session.run_long(lambda: assessed(trained.gallery, gathered, trained.key))
    with session.store.transaction():
        session.store.assessments.put(found, session.now())


def assessed(trained: gallery.Gallery, gathered: Gathered, key: str) -> Assessment:
    """The assessment of a gallery by the faces that it was trained with; `key` names the gallery."""
    found, records = gallery.measured(trained, gathered.samples), gathered.records

    def face(near: gallery.Near | None) -> int | None:
        return None if near is None else records[near.sample].face

    doubts = [
        DoubtRecord(
            records[item.sample].face,
            item.person,
            item.looks_like,
            item.score,
            face(item.nearest_own),
            face(item.nearest_other),
        )
        for item in found.mislabels
    ]
    return Assessment(
        gallery=key,
        figures=found.validation.figures,
        thresholds=found.thresholds,
        doubts=doubts,
        look_alikes=found.look_alikes,
    )
