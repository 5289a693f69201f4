"""A first pass over a library works in batches: names come early, and what is known in the end is the same."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from facedaemon.config import load
from facedaemon.pipeline import pass_state, train
from facedaemon.pipeline.match import MIN_CHANGE
from facedaemon.pipeline.one_pass import Steps
from facedaemon.pipeline.progress import Reporter, follow
from facedaemon.pipeline.rebuild import rebuild_gallery
from facedaemon.pipeline.reports import ScanReport
from facedaemon.pipeline.scan import scan_photos
from facedaemon.pipeline.session import Session, open_session
from facedaemon.values import SuggestionState
from tests.acceptance.digikam_user import DigikamUser
from tests.acceptance.place import Place, small_library
from tests.pipeline.conftest import drained

Shown = dict[tuple[Path, str], float]
MIDDLE = {"x": 0.3, "y": 0.3, "w": 0.4, "h": 0.4}  # where the face of a portrait is


@pytest.fixture
def place(shared: Path, model_files: Path, tmp_path: Path) -> Place:
    """A small library, never scanned."""
    return small_library(shared, model_files, tmp_path / "place", people=4, strangers=10)


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch after every fifth photo, the first gallery as soon as three faces have no name."""
    monkeypatch.setattr(pass_state, "MOST_IN_A_BATCH", 5)
    monkeypatch.setattr(train, "ENOUGH_UNNAMED", 3)


def opened(place: Place) -> Session:
    """A session on the place; the caller closes it."""
    return open_session(load(place.config), home=place.folder)


def shown(session: Session) -> Shown:
    """Who is suggested in which photo, and how surely."""
    return {(each.photo, each.person): each.confidence for each in session.store.suggestions.all(SuggestionState.OPEN)}


def is_same(one: Shown, other: Shown) -> bool:
    """Whether the same names are shown, as surely as far as a difference would be written."""
    return one.keys() == other.keys() and all(abs(sure - other[name]) < MIN_CHANGE for name, sure in one.items())


def sidecars(place: Place) -> set[Path]:
    """The sidecars there are."""
    return set(place.photos.rglob("*.xmp"))


def until(steps: Steps, is_so: Callable[[], bool]) -> None:
    """The pass, up to the first step after which `is_so`; it must come before the end."""
    for _ in steps:
        if is_so():
            return
    pytest.fail("the pass came to its end")


def confirmed_names(session: Session) -> dict[Path, set[str]]:
    """Who is confirmed in which photo."""
    named = session.store.faces.named_in()
    return {session.store.photos.by_id(photo).path: people for photo, people in named.items()}


@pytest.fixture
def in_one_go(place: Place, tmp_path: Path, shared: Path, model_files: Path) -> tuple[Place, Shown, ScanReport]:
    """What a pass without batches finds in the same library."""
    other = small_library(shared, model_files, tmp_path / "other", people=4, strangers=10)
    with closing(opened(other)) as session:
        report = drained(scan_photos(session))
        found = {
            (place.photos / path.relative_to(other.photos), name): sure for (path, name), sure in shown(session).items()
        }
    return other, found, report


@pytest.mark.usefixtures("_small_batches")
def test_names_come_before_all_photos_are_analysed_and_end_the_same(
    place: Place, in_one_go: tuple[Place, Shown, ScanReport]
) -> None:
    """The first sidecar is there early; gallery and names are those of a pass that analyses all photos first."""
    _, wanted, expected = in_one_go
    with closing(opened(place)) as session:
        steps = scan_photos(session)
        until(steps, lambda: bool(sidecars(place)))
        assert session.store.photos.counts()[0] < len(place.truth)
        report = drained(steps)
        assert is_same(wanted, shown(session))
        generation = session.store.training.current()
        assert generation is not None
        assert (1, None) == (generation.id, generation.provisional)
    for name in ("seen", "indexed", "unchanged", "failed", "faces", "confirmed", "used", "open", "new", "generation"):
        assert getattr(expected, name) == getattr(report, name), name
    assert (0, 0, len(sidecars(place))) == (report.changed, report.withdrawn, report.written)


@pytest.mark.usefixtures("_small_batches")
def test_no_name_is_shown_early_that_is_wrong(place: Place) -> None:
    """What is suggested from a few photos is right, as what is suggested from all of them is."""
    ever: set[tuple[str, str]] = set()
    with closing(opened(place)) as session:
        for _ in scan_photos(session):
            ever |= {(path.relative_to(place.photos).as_posix(), name) for path, name in shown(session)}
    assert ever
    assert [] == [(photo, name) for photo, name in ever if place.truth[photo].person not in (name, None)]


@pytest.mark.usefixtures("_small_batches")
def test_a_pass_that_is_ended_early_keeps_what_it_suggested(
    place: Place, in_one_go: tuple[Place, Shown, ScanReport]
) -> None:
    """The next pass begins with it, analyses only the rest, and trains for good what was provisional."""
    _, wanted, _ = in_one_go
    with closing(opened(place)) as session:
        steps = scan_photos(session)
        until(steps, lambda: bool(sidecars(place)))
        steps.close()
        known, names, files = session.store.photos.counts()[0], shown(session), sidecars(place)
        generation = session.store.training.current()
        assert generation is not None
        assert generation.provisional is not None
        assert generation.provisional.expected >= generation.provisional.faces - len(confirmed_names(session))
    with closing(opened(place)) as session:
        assert (names, files) == (shown(session), sidecars(place))
        report = drained(scan_photos(session))
        assert len(place.truth) - known == report.indexed
        assert is_same(wanted, shown(session))
        finished = session.store.training.current()
        assert finished is not None
        assert finished.provisional is None


def test_a_scan_in_the_middle_of_the_first_pass_gives_all_names(
    place: Place, in_one_go: tuple[Place, Shown, ScanReport]
) -> None:
    """A person asks a daemon for it that is paused in its first pass, say: all is analysed, trained and shown then."""
    _, wanted, expected = in_one_go
    with closing(opened(place)) as session:
        steps = scan_photos(session)
        until(steps, lambda: session.store.photos.counts()[0] > 2)
        report = drained(scan_photos(session))
        assert is_same(wanted, shown(session))
        assert (expected.used, expected.open) == (report.used, report.open)
        drained(steps)
        assert is_same(wanted, shown(session))
        assert 0 == session.still_to_analyse


@pytest.mark.usefixtures("_small_batches")
@pytest.mark.parametrize("from_scratch", [False, True])
def test_a_rebuild_in_the_middle_of_the_first_pass_is_provisional(
    place: Place, in_one_go: tuple[Place, Shown, ScanReport], from_scratch: bool
) -> None:
    """On battery a person's `rebuild` is done while the pass waits: it becomes no region, and the end is as ever."""
    _, wanted, _ = in_one_go
    place.configure(sidecar={"policy": "auto"})
    with closing(opened(place)) as session:
        steps = scan_photos(session)
        until(steps, lambda: bool(sidecars(place)))
        known = session.store.photos.counts()[0]
        report = follow(rebuild_gallery(session, from_scratch), Reporter())
        assert known == session.store.photos.counts()[0] < len(place.truth)
        generation = session.store.training.current()
        assert generation is not None
        assert (report.promoted, True) == (True, generation.provisional is not None)
        assert not any("mwg-rs:Regions" in path.read_text(encoding="utf-8") for path in sidecars(place))
        drained(steps)
        assert is_same(wanted, shown(session))
        finished = session.store.training.current()
        assert finished is not None
        assert finished.provisional is None


@pytest.mark.usefixtures("_small_batches")
def test_a_rebuild_after_a_pass_that_was_ended_early_is_provisional(
    place: Place, in_one_go: tuple[Place, Shown, ScanReport]
) -> None:
    """Until a pass has analysed the rest; then names are as certain as ever."""
    _, wanted, _ = in_one_go
    with closing(opened(place)) as session:
        steps = scan_photos(session)
        until(steps, lambda: bool(sidecars(place)))
        steps.close()
    with closing(opened(place)) as session:
        follow(rebuild_gallery(session), Reporter())
        generation = session.store.training.current()
        assert generation is not None
        assert generation.provisional is not None
        drained(scan_photos(session))
        assert is_same(wanted, shown(session))


@pytest.mark.usefixtures("_small_batches")
def test_a_suggestion_that_is_rejected_within_the_first_pass_does_not_come_back(place: Place) -> None:
    """DigiKam's database was read for the first time by that very pass; what it says since is a human's decision."""
    with closing(opened(place)) as session:
        steps = scan_photos(session)
        until(steps, lambda: bool(shown(session)))
        photo, person = min(shown(session))
        (region,) = (each.region for each in session.store.suggestions.all() if each.photo == photo)
        DigikamUser(place).set_unknown(photo.relative_to(place.photos).as_posix(), asdict(region))
        drained(steps)
        assert (photo, person) not in shown(session)
        assert [(photo, person)] == [
            (each.rejection.path, each.rejection.person) for each in session.store.rejections.all()
        ]
        drained(scan_photos(session))
        assert (photo, person) not in shown(session)
    assert photo.with_name(photo.name + ".xmp") not in sidecars(place)


@pytest.mark.usefixtures("_small_batches")
def test_what_is_confirmed_meanwhile_is_taken_up_within_the_pass(place: Place) -> None:
    """Of known photos it is read with the next batch; a photo that waits for its turn goes first."""
    with closing(opened(place)) as session:
        steps = scan_photos(session)
        until(steps, lambda: bool(shown(session)))
        known, person = min(shown(session))
        (region,) = (each.region for each in session.store.suggestions.all() if each.photo == known)
        waiting = [place.photos / name for name, true in place.truth.items() if true.person is None]
        last = min(
            (path for path in waiting if session.store.photos.get(path) is None), key=lambda path: path.lstat().st_mtime
        )
        user = DigikamUser(place)
        user.confirm(known.relative_to(place.photos).as_posix(), person, asdict(region))
        user.confirm(last.relative_to(place.photos).as_posix(), person, MIDDLE)
        until(
            steps,
            lambda: (
                person in confirmed_names(session).get(known, ()) and person in confirmed_names(session).get(last, ())
            ),
        )
        assert session.store.photos.counts()[0] < len(place.truth)
        report = drained(steps)
        assert (len(place.truth), len(place.truth)) == (report.seen, report.indexed)


@pytest.mark.usefixtures("_small_batches")
def test_no_name_becomes_a_real_region_before_all_photos_are_analysed(place: Place) -> None:
    """Other programs take regions for confirmed: with policy auto they wait for the gallery of all photos."""
    place.configure(sidecar={"policy": "auto"})
    with closing(opened(place)) as session:
        steps = scan_photos(session)
        until(steps, lambda: bool(sidecars(place)))
        assert not any("mwg-rs:Regions" in path.read_text(encoding="utf-8") for path in sidecars(place))
        drained(steps)
    assert any("mwg-rs:Regions" in path.read_text(encoding="utf-8") for path in sidecars(place))


@pytest.mark.usefixtures("_small_batches")
def test_a_library_without_any_confirmed_face_gets_no_name(place: Place) -> None:
    """Nothing is trained, early or late, and nothing is written."""
    place.configure(library={"digikam": {"database": "none"}})
    with closing(opened(place)) as session:
        report = drained(scan_photos(session))
        assert session.store.training.current() is None
    assert (0, 0, 0, len(place.truth)) == (report.open, report.written, report.generation, report.indexed)
    assert set() == sidecars(place)
