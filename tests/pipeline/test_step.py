"""One confirmation more in a large library: only what it can change is matched again."""

import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.matching import fill
from facedaemon.config import Config
from facedaemon.errors import Unavailable
from facedaemon.pipeline.match import MIN_CHANGE, SuggestionChanges, reached, suggest
from facedaemon.pipeline.rebuild import rebuild_gallery
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.train import train
from facedaemon.store import Store, Verdict
from facedaemon.values import AnnotationState, SuggestionState
from facedaemon.vision import find_models
from tests import made_values
from tests.vision.test_manifest import CUSTOM


@pytest.fixture
def large(tmp_path: Path, model_files: Path) -> Iterator[Session]:
    """A state with 1,200 made-up confirmed faces of 60 people and 1,000 unknown ones, all suggestions made."""
    config = Config.model_validate({"photos": {"roots": [str(tmp_path)]}, "state_directory": str(tmp_path)})
    models = find_models(config, {"FACEDAEMON_MODELS": str(model_files)})
    session = Session(config, Store.open(tmp_path), models, library=None, naming=None)
    fill(session, unknown=1000, confirmed=1200, people=60)
    brought_in_line(session, None)
    yield session
    session.close()


def brought_in_line(session: Session, photos: set[int] | None) -> SuggestionChanges:
    """Learn, and suggest for these photos or for all."""
    trained, result = train(session), SuggestionChanges()
    assert trained is not None
    list(suggest(session, trained, photos, result))
    return result


def shown(session: Session) -> dict[tuple[Path, str], float]:
    """Who is suggested in which photo, and how surely."""
    return {(item.photo, item.person): item.confidence for item in session.store.suggestions.all(SuggestionState.OPEN)}


@pytest.mark.parametrize("name", ["its own", "person 0007"])
def test_what_a_step_reaches_is_all_that_it_changes(large: Session, name: str) -> None:
    """After a right or a wrong confirmation, a pass over all faces adds nothing but names on the very threshold."""
    for given in list(islice(large.store.suggestions.all(SuggestionState.OPEN), 0, 60, 20)):
        person = given.person if name == "its own" else name
        with large.store.transaction():
            large.store.faces.put_verdict(given.face, Verdict(AnnotationState.CONFIRMED, person, 1.0))
        trained = train(large)
        assert trained is not None
        photos = reached(large, trained)
        assert photos is not None
        assert len(photos) < 100
        list(suggest(large, trained, photos | {large.store.faces.get(given.face).photo}, SuggestionChanges()))
        step = shown(large)
        brought_in_line(large, None)
        everything = shown(large)
        for item in step.keys() ^ everything.keys():
            sure = step.get(item, 0) or everything[item]
            assert abs(sure - trained.gallery.threshold) < MIN_CHANGE


def test_a_new_calibration_reaches_every_photo(large: Session) -> None:
    """Where the gallery was not refined from the one in use before, all faces are matched again."""
    trained = train(large)
    assert trained is not None
    assert reached(large, trained) is None


def confirm_one(session: Session, place: int) -> str:
    """Confirm the open suggestion of that place; gives whose it was."""
    given = next(islice(session.store.suggestions.all(SuggestionState.OPEN), place, None))
    with session.store.transaction():
        session.store.faces.put_verdict(given.face, Verdict(AnnotationState.CONFIRMED, given.person, 1.0))
    return given.person


def test_a_gallery_in_use_again_learns_what_was_confirmed_meanwhile(large: Session) -> None:
    """After a rollback the former generation knows the confirmations that only the later one had learned."""
    steps = rebuild_gallery(large)
    while next(steps).stage in ("training", "validating"):
        pass
    confirm_one(large, 0)
    later = train(large)
    with large.store.transaction():
        large.store.training.roll_back()
    former = train(large)
    assert later is not None
    assert former is not None
    assert (later.generation, later.gallery.used) == (former.generation + 1, former.gallery.used)
    again = train(large)
    assert again is not None
    assert (again.key, again.former) == (former.key, None)


def test_a_confirmation_during_a_rebuild_is_not_lost(large: Session) -> None:
    """A name that was learned while a new generation was made beside is learned by that one, too."""
    used = train(large)
    assert used is not None
    steps = rebuild_gallery(large)
    assert next(steps).stage == "training"
    confirm_one(large, 0)
    assert train(large) is not None
    while next(steps).stage in ("training", "validating"):
        pass
    promoted = train(large)
    assert promoted is not None
    assert (used.generation + 1, used.gallery.used + 1) == (promoted.generation, promoted.gallery.used)


def test_a_gallery_of_another_format_is_trained_again(large: Session) -> None:
    """A generation that this facedaemon cannot read costs a training, and nothing else."""
    before = train(large)
    assert before is not None
    large.store.training.refine(before.generation, b"of another time", before.signature)
    after = train(large)
    assert after is not None
    assert (before.generation + 1, before.gallery.people) == (after.generation, after.gallery.people)


def test_new_networks_change_nothing_until_the_confirmed_faces_were_looked_at(
    large: Session, other_recogniser: Path, tmp_path: Path
) -> None:
    """With other networks the former generation and its suggestions stay while photos are analysed again."""
    before, suggested = large.store.training.when(), shown(large)
    environ = {"FACEDAEMON_MODELS": str(large.models.detector.files[0].parent)}
    shutil.copy(other_recogniser, tmp_path / "mine.onnx")
    (tmp_path / "mine.toml").write_text(CUSTOM)
    settings = {"models": {"directory": str(tmp_path), "embedder": ["mine"]}, "photos": {"roots": [str(tmp_path)]}}
    config = Config.model_validate({**settings, "state_directory": str(tmp_path)})
    other = Session(config, large.store, find_models(config, environ), library=None, naming=None)
    photos = list(large.store.photos.all())
    for photo in photos[::2]:
        assert photo.content is not None
        faces = [made_values.face(face.region, seed=face.id) for face in large.store.faces.of(photo.id)]
        analysis = made_values.analysis(*faces, content=photo.content, model=other.model_id)
        large.store.photos.put_analysis(photo.path, photo.fingerprint, analysis)
    assert train(other, is_whole=False) is None
    with pytest.raises(Unavailable, match="not analysed by the new networks"):
        list(rebuild_gallery(other))
    assert (before, suggested) == (large.store.training.when(), shown(large))
    brought_in_line(other, None)
    left = {place for place in suggested if place[0] in {photo.path for photo in photos[1::2]}}
    assert left
    assert left <= shown(large).keys()
