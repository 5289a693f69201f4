"""What a neighbour's files say about people, and what it may change."""

import os
import shutil

import pytest

from facedaemon.pipeline.annotations.decide import Decision
from facedaemon.pipeline.annotations.sync_annotations import _decide
from facedaemon.pipeline.library_snapshot import LibrarySnapshot
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.undo import undo_writes
from facedaemon.values import Evidence, SuggestionState
from tests.attacks.conftest import User
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.conftest import library as library  # noqa: PLC0414 - pytest takes fixtures by name
from tests.pipeline.conftest import scanned_once as scanned_once  # noqa: PLC0414
from tests.pipeline.conftest import session as session  # noqa: PLC0414
from tests.pipeline.test_scan import suggested_photo
from tests.sidecar.packets import area, mwg, packet


@pytest.mark.parametrize("is_neighbours", [True, False])
def test_a_rejection_on_a_neighbours_copy_is_about_that_file(
    is_neighbours: bool, library: SmallLibrary, session: Session, bert: User
) -> None:
    """Bert's copy of Anna's photo says nothing about hers; a copy of her own does."""
    found = suggested_photo(library, session)
    copy = library.root / "download/copy.jpg"
    copy.parent.mkdir()
    shutil.copyfile(found.photo, copy)
    if is_neighbours:
        os.chown(copy, bert.number, bert.number)
    finished(session)
    of_copy = session.store.photos.get(copy)
    assert of_copy is not None
    (face, *_) = [item for item in session.store.suggestions.open_in(of_copy.id) if item.person == found.person]
    decided = Decision(face.face, face.person, SuggestionState.REJECTED, Evidence.REMOVED_FROM_SIDECAR)
    _decide(session, of_copy, [decided], session.store.faces.of(of_copy.id), LibrarySnapshot())
    session.store.forget_note("suggested by")
    finished(session)
    original = session.store.photos.get(found.photo)
    assert original is not None
    still = {item.person for item in session.store.suggestions.open_in(original.id)}
    assert (found.person in still) == is_neighbours
    assert found.person not in {item.person for item in session.store.suggestions.open_in(of_copy.id)}


def test_photos_that_are_gone_do_not_train(library: SmallLibrary, session: Session) -> None:
    """Misnamed copies that a neighbour puts there and takes away leave nothing behind; nor does anything deleted."""
    before, _ = session.store.training.samples(session.model_id)
    gone = before[0].photo
    moved = gone.rename(library.state.parent / gone.name)
    finished(session)
    after, _ = session.store.training.samples(session.model_id)
    assert [item.photo for item in before if item.photo != gone] == [item.photo for item in after]
    moved.rename(gone)
    finished(session)
    assert len(before) == len(session.store.training.samples(session.model_id)[0])


def test_a_root_that_is_away_trains_all_the_same(library: SmallLibrary, session: Session) -> None:
    """A drive that is not mounted takes nobody's name away."""
    before, _ = session.store.training.samples(session.model_id)
    away = library.root.rename(library.root.with_name("unmounted"))
    finished(session)
    assert len(before) == len(session.store.training.samples(session.model_id)[0])
    away.rename(library.root)


def test_undo_touches_nothing_outside_the_root_that_was_written_below(library: SmallLibrary, session: Session) -> None:
    """The folder became a link since: what lies behind it is somebody else's, though it has our bytes."""
    found = suggested_photo(library, session)
    album = found.photo.parent
    elsewhere = library.state.parent / "elsewhere"
    shutil.copytree(album, elsewhere)
    shutil.rmtree(album)
    album.symlink_to(elsewhere)
    steps = undo_writes(session)
    report = None
    while report is None:
        try:
            next(steps)
        except StopIteration as end:
            report = end.value
    assert any(path.parent == album for path, _ in report.refused)
    assert (elsewhere / f"{found.photo.name}.xmp").exists()


def test_undo_needs_no_config_to_know_the_root(library: SmallLibrary, session: Session) -> None:
    """The ledger knows it: sidecars of a root that is not in the config any more are taken back, in that root alone."""
    found = suggested_photo(library, session)
    assert {library.root} == {entry.root for entry in session.store.ledger.active()}
    session.config = session.config.model_copy(
        update={"photos": session.config.photos.model_copy(update={"roots": (library.state.parent / "other",)})}
    )
    list(undo_writes(session))
    assert not found.photo.with_name(f"{found.photo.name}.xmp").exists()


def test_an_entry_without_a_root_is_left_alone(library: SmallLibrary, session: Session) -> None:
    """Of writes of an older facedaemon outside the config's roots nobody knows where they belonged."""
    found = suggested_photo(library, session)
    (entry, *_) = session.store.ledger.active()
    session.store._connection.execute("UPDATE ledger SET root = NULL")
    session.config = session.config.model_copy(
        update={"photos": session.config.photos.model_copy(update={"roots": (library.state.parent / "other",)})}
    )
    list(undo_writes(session))
    assert entry.id in {item.id for item in session.store.ledger.active()}
    assert found.photo.exists()


MARK = (
    '<mwg-rs:Extensions rdf:parseType="Resource"><facedaemon:Origin>auto</facedaemon:Origin>'
    "<facedaemon:Name>{name}</facedaemon:Name></mwg-rs:Extensions>"
)


@pytest.mark.parametrize("policy", ["suggest", "regions"])
def test_our_mark_on_a_humans_region_changes_nothing(library: SmallLibrary, policy: str) -> None:
    """It stays confirmed, and stays in the sidecar whatever is written, withdrawn or taken back."""
    session = library.session(policy=policy)
    finished(session)
    photo = suggested_photo(library, session).photo
    (face, *_) = session.store.faces.of(session.store.photos.get(photo).id)  # type: ignore[union-attr]
    place = face.region
    region = (
        "<mwg-rs:Name>Grandma</mwg-rs:Name>"
        + area(place.x + place.w / 2, place.y + place.h / 2, place.w, place.h)
        + "<mwg-rs:Type>Face</mwg-rs:Type>"
    )
    file = photo.with_name(f"{photo.name}.xmp")
    file.write_text(packet(mwg(region)))
    finished(session)
    file.write_text(packet(mwg(region + MARK.format(name="Grandma"))))
    for _ in range(2):
        finished(session)
        assert "Grandma" in {item.person for item in session.store.training.samples(session.model_id)[0]}
        assert "Grandma" in file.read_text()
    list(undo_writes(session))
    assert "Grandma" in file.read_text()
    session.close()


def test_a_mark_that_the_ledger_does_not_know_is_left_in_place(library: SmallLibrary, session: Session) -> None:
    """Before anybody had read it: it is nobody's word, and nobody's to delete, also where ours is written beside it."""
    photo = suggested_photo(library, session).photo
    file = photo.with_name(f"{photo.name}.xmp")
    region = "<mwg-rs:Name>Grandma</mwg-rs:Name>" + area(0.9, 0.9, 0.1, 0.1) + MARK.format(name="Grandma")
    file.write_text(packet(mwg(region)))
    finished(session)
    assert "Grandma" not in {item.person for item in session.store.training.samples(session.model_id)[0]}
    text = file.read_text()
    assert "Grandma" in text
    assert "Suggestions" in text
    list(undo_writes(session))
    assert packet(mwg(region)) == file.read_text()
