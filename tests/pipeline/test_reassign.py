"""Confirmations whose region lies beside the face: which of the faces it touches is meant."""

from pathlib import Path

from facedaemon.pipeline.annotations import match_annotations
from facedaemon.pipeline.library_snapshot import LibrarySnapshot
from facedaemon.pipeline.list_photos import PhotoListing
from facedaemon.pipeline.one_pass import These, run_pass
from facedaemon.pipeline.reassign import reassign
from facedaemon.pipeline.session import Session
from facedaemon.store import KnownAnnotation, Verdict
from facedaemon.values import AnnotationSource, AnnotationState, EmbeddedFace, FaceAnnotation, Region
from tests import made_values

REGION = Region(0.2, 0.2, 0.2, 0.2)
BYSTANDER, MEANT = Region(0.07, 0.07, 0.25, 0.25), Region(0.3, 0.3, 0.25, 0.25)


def face(region: Region, seed: int) -> EmbeddedFace:
    """A face with the vector of `seed`, as long as the network's."""
    made = made_values.face(region)
    return EmbeddedFace(region, made.landmarks, made.score, made_values.vector(seed, 256), made.quality)


def confirmed_elsewhere(session: Session, seed: int, count: int) -> None:
    """Anna is confirmed on `count` other photos, where she looks as `seed`."""
    for number in range(count):
        path = Path(f"/elsewhere/{number}.jpg")
        seen = made_values.analysis(face(MEANT, seed), content=str(number), model=session.model_id)
        record = session.store.photos.put_analysis(path, made_values.fingerprint(number + 1000), seen)
        (found,) = session.store.faces.of(record.id)
        session.store.faces.put_verdict(found.id, Verdict(AnnotationState.CONFIRMED, "Anna", 1.0))


def loosely_confirmed(session: Session) -> int:
    """A photo of two people whose region for Anna touches the bystander more than her; gives its number."""
    path = Path("/photos/two people.jpg")
    seen = made_values.analysis(face(BYSTANDER, seed=1), face(MEANT, seed=2), content="two", model=session.model_id)
    record = session.store.photos.put_analysis(path, made_values.fingerprint(2000), seen)
    annotation = FaceAnnotation(path, AnnotationSource.DIGIKAM, AnnotationState.CONFIRMED, "Anna", REGION)
    (item,) = match_annotations.match([annotation], session.store.faces.of(record.id))
    assert item.face is not None
    session.store.annotations.replace(record.id, [KnownAnnotation(annotation, item.face)])
    session.store.faces.put_verdict(item.face, Verdict(AnnotationState.CONFIRMED, "Anna", item.trust))
    return record.id


def annas(session: Session, photo: int) -> list[Region]:
    """Where Anna is in a photo."""
    return [face.region for face in session.store.faces.of(photo) if face.verdict.person == "Anna"]


def test_the_face_like_the_persons_others_is_meant(session: Session) -> None:
    """A bystander does not get the name because the region touches him more."""
    photo = loosely_confirmed(session)
    assert annas(session, photo) == [BYSTANDER]
    confirmed_elsewhere(session, seed=2, count=2)
    assert reassign(session) == {"Anna"}
    assert annas(session, photo) == [MEANT]
    (known,) = session.store.annotations.of(photo)
    assert [face.id for face in session.store.faces.of(photo) if face.region == MEANT] == [known.face]
    assert reassign(session) == set()


def test_too_few_other_faces_decide_nothing(session: Session) -> None:
    """One other photo may be the wrong one."""
    photo = loosely_confirmed(session)
    confirmed_elsewhere(session, seed=2, count=1)
    assert reassign(session) == set()
    assert annas(session, photo) == [BYSTANDER]


def test_faces_about_equally_unlike_decide_nothing(session: Session) -> None:
    """Where neither face is clearly hers, the region has the last word."""
    photo = loosely_confirmed(session)
    confirmed_elsewhere(session, seed=77, count=3)
    assert reassign(session) == set()
    assert annas(session, photo) == [BYSTANDER]


def test_what_an_interrupted_pass_heard_is_weighed_by_the_next(session: Session) -> None:
    """A confirmation is moved to the face it means even if the pass that read it was killed before it trained."""
    photo = loosely_confirmed(session)
    confirmed_elsewhere(session, seed=2, count=2)
    for _ in run_pass(session, PhotoListing(), LibrarySnapshot, These()):
        pass
    assert annas(session, photo) == [MEANT]
    assert not session.store.training.unlearned()
