"""What the gallery in use says of the confirmed faces, kept in the state."""

from facedaemon.pipeline.assess import assess
from facedaemon.pipeline.reading.views import Views
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.train import train
from facedaemon.store import Verdict
from facedaemon.values import AnnotationState
from tests.pipeline.conftest import PEOPLE, SmallLibrary, finished


def _misname(session: Session, person: str, other: str) -> int:
    """One face of `person` is confirmed as somebody else."""
    records, _ = session.store.training.samples(session.model_id)
    face = next(record.face for record in records if record.person == person)
    session.store.faces.put_verdict(face, Verdict(AnnotationState.CONFIRMED, other, 1.0))
    return face


def _assess(session: Session) -> None:
    """As a pass does, without reading again what humans said: the verdicts were changed in the state alone."""
    assess(session, train(session), is_whole=True)


def test_a_scan_keeps_what_evaluate_and_audit_would_find(library: SmallLibrary) -> None:
    """Figures, doubtful faces and the gallery that they are about stand in the state after a scan."""
    session = library.session()
    finished(session)
    wrong = _misname(session, PEOPLE[0], PEOPLE[1])
    _assess(session)
    kept = session.store.assessments
    made = kept.figures()
    assert made is not None
    views = Views.open(session.config)
    try:
        measured = views.evaluate().figures
        doubts = views.audit()
    finally:
        views.close()
    assert (measured.people, measured.probes, measured.tpir) == (made[1].people, made[1].probes, made[1].tpir)
    assert wrong == kept.doubts()[0].face
    assert PEOPLE[0] == kept.doubts()[0].looks_like
    assert [(item.person, item.looks_like) for item in doubts] == [(d.person, d.looks_like) for d in kept.doubts()]
    assert kept.thresholds()[0].right >= kept.thresholds()[-1].right
    session.close()


def test_a_face_that_was_renamed_since_is_doubted_no_more(session: Session) -> None:
    """A doubt is about one name: with another one it is out of date at once."""
    wrong = _misname(session, PEOPLE[0], PEOPLE[1])
    _assess(session)
    assert wrong in {item.face for item in session.store.assessments.doubts()}
    session.store.faces.put_verdict(wrong, Verdict(AnnotationState.CONFIRMED, PEOPLE[0], 1.0))
    assert wrong not in {item.face for item in session.store.assessments.doubts()}


def test_an_unchanged_gallery_is_assessed_once(session: Session) -> None:
    """A second pass that learns nothing computes nothing."""
    before = session.store.assessments.figures()
    assert before is not None
    session.now = lambda: before[0] + 3600
    finished(session)
    assert before == session.store.assessments.figures()
    _misname(session, PEOPLE[2], PEOPLE[3])
    _assess(session)
    after = session.store.assessments.figures()
    assert after is not None
    assert before[0] + 3600 == after[0]
