"""Regions that touch several faces are reassigned to the face most similar to the person's other confirmed faces."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from facedaemon.pipeline.annotations import match_annotations
from facedaemon.pipeline.session import Session
from facedaemon.store import FaceRecord, KnownAnnotation, Verdict
from facedaemon.values import AnnotationState, Vectors

ENOUGH = 2  # other confirmed faces of the person; fewer are not enough for a comparison
CLEARLY = 0.1  # more similar, as a cosine: between two strangers it varies by about that much


def reassign(session: Session) -> set[str]:
    """Move loosely matched confirmations of the people to be learned to the right faces; returns those people.

    A region beside its face (decision 001) may touch a bystander more than the person. Nothing is moved where the
    person has too few other confirmed faces, or both faces are about equally similar to them. Must be called in one
    transaction with the learning: so each confirmation is decided once, with all confirmations read until then.
    """
    people = session.store.training.unlearned()
    photos = session.store.faces.photos_with_trust(session.model_id, match_annotations.TOUCHES, people)
    records, vectors = session.store.training.samples(session.model_id, people) if photos else ([], None)
    moved: set[str] = set()
    for photo in photos:
        faces = {face.id: face for face in session.store.faces.of(photo)}
        for known in session.store.annotations.of(photo):
            face, person = faces.get(known.face or -1), known.annotation.person
            if (
                face is None
                or person is None
                or face.verdict != Verdict(AnnotationState.CONFIRMED, person, match_annotations.TOUCHES)
            ):
                continue
            others = [row for row, record in enumerate(records) if record.person == person and record.face != face.id]
            candidates = [face, *_touched(known, faces.values())]
            if vectors is not None and len(others) >= ENOUGH and len(candidates) > 1:
                meant = _most_similar(session, candidates, vectors[others])
                if meant is not face:
                    _move(session, photo, known, face, meant)
                    moved.add(person)
    return moved


def _touched(known: KnownAnnotation, faces: Collection[FaceRecord]) -> list[FaceRecord]:
    """The other faces without a name that the annotation's region touches."""
    region = known.annotation.region
    return [
        face
        for face in faces
        if region is not None
        and face.verdict.state == AnnotationState.UNKNOWN
        and match_annotations.touch(region, face.region) > 0
    ]


def _most_similar(session: Session, candidates: list[FaceRecord], own: Vectors) -> FaceRecord:
    """The candidate that is clearly more similar to the person's faces `own` than the first one, else the first."""
    vectors = session.store.faces.vectors(face.id for face in candidates)
    alike = [float(np.sort(own @ vectors[face.id])[-ENOUGH:].mean()) for face in candidates]
    best = int(np.argmax(alike))
    return candidates[best] if alike[best] > alike[0] + CLEARLY else candidates[0]


def _move(session: Session, photo: int, known: KnownAnnotation, face: FaceRecord, meant: FaceRecord) -> None:
    with session.store.transaction():
        session.store.faces.put_verdict(face.id, Verdict())
        session.store.faces.put_verdict(meant.id, face.verdict)
        session.store.annotations.replace(
            photo,
            [replace(each, face=meant.id) if each == known else each for each in session.store.annotations.of(photo)],
        )
