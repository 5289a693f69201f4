"""Suggestions, rejections, generations and the ledger."""

from dataclasses import replace
from pathlib import Path

from facedaemon.store import Generation, LedgerKind, Rejection, Store
from facedaemon.values import Evidence, Region, Suggestion, SuggestionState
from tests import made_values

LEFT = Region(0.1, 0.2, 0.2, 0.3)
PHOTO = Path("/photos/a.jpg")


def test_a_rejection_outlives_the_face_the_photos_name_and_its_bytes(store: Store) -> None:
    """The same place is known again by the picture's content wherever it lies, or by its path whatever it holds."""
    store.rejections.add(Rejection("content", PHOTO, LEFT, "Anna", Evidence.REMOVED), now=1)
    near = Region(LEFT.x + 0.02, LEFT.y, LEFT.w, LEFT.h)
    assert store.rejections.names_at("content", Path("/elsewhere.jpg"), near) == {"Anna"}
    assert store.rejections.names_at("edited", PHOTO, near) == {"Anna"}
    assert store.rejections.names_at("other", Path("/other.jpg"), near) == frozenset()
    assert store.rejections.names_at("content", PHOTO, Region(0.7, 0.2, 0.2, 0.3)) == frozenset()


def test_saying_no_twice_is_saying_it_once(store: Store) -> None:
    """The same rejection is kept once."""
    for now in (1, 2):
        store.rejections.add(Rejection("content", PHOTO, LEFT, "Anna", Evidence.REMOVED), now)
    assert len(store.rejections.all()) == 1


def test_a_closed_suggestion_is_remembered_with_its_end(store: Store) -> None:
    """Nothing that was suggested is forgotten."""
    photo = store.photos.put_analysis(PHOTO, made_values.fingerprint(), made_values.analysis(made_values.face(LEFT)))
    (face,) = store.faces.of(photo.id)
    store.suggestions.put(face.id, "Anna", 0.97, generation=1, now=1)
    assert store.suggestions.photos_with_open() == {photo.id}
    store.suggestions.close(face.id, "Anna", SuggestionState.REJECTED, now=2)
    assert store.suggestions.open_in(photo.id) == []
    assert store.suggestions.photos_with_open() == set()
    assert [s.state for s in store.suggestions.all()] == [SuggestionState.REJECTED]


def test_rolling_back_gives_the_former_generation_once(store: Store) -> None:
    """One step back is kept; without one nothing changes."""
    first = Generation(1, 1.0, "model", b"one", "s1", True, "{}")
    store.training.add(first)
    assert store.training.roll_back() is None
    store.training.add(replace(first, id=2, gallery=b"two"))
    back = store.training.roll_back()
    assert back is not None
    assert back.gallery == b"one"
    assert store.training.next_number() == 3


def test_a_generation_that_was_not_promoted_is_never_used(store: Store) -> None:
    """The old one stays in use."""
    store.training.add(Generation(1, 1.0, "model", b"one", "s1", True, "{}"))
    store.training.add(Generation(2, 2.0, "model", b"bad", "s2", False, "{}"))
    current = store.training.current()
    assert current is not None
    assert current.id == 1


def test_the_ledger_gives_back_what_was_there_byte_for_byte(store: Store) -> None:
    """An intent is interrupted until it is done; then it stands until it is taken back."""
    names = [Suggestion(LEFT, "Änna \U0001f600", 0.5, 3)]
    entry = store.ledger.intend(
        LedgerKind.SIDECAR,
        PHOTO,
        Path("/photos/a.jpg.xmp"),
        b"old \x00\xff bytes",
        "digest",
        names,
        now=1,
        regions=names,
    )
    assert [e.id for e in store.ledger.interrupted()] == [entry]
    assert store.ledger.active() == []
    store.ledger.done(entry, now=2)
    (active,) = store.ledger.active()
    assert (active.before, active.names, active.regions) == (b"old \x00\xff bytes", tuple(names), tuple(names))
    assert store.ledger.active(since=3) == []
    store.ledger.undone([entry], now=4)
    assert store.ledger.active() == []
    assert store.ledger.regions_ever_written(PHOTO) == names
