"""Two rectangles around one face are one face: programs draw theirs a little differently."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.store import FaceRecord
from facedaemon.store.database import migrations
from facedaemon.values import AnnotationState
from tests.pipeline.conftest import finished
from tests.pipeline.test_answered import BLAIR, Desk
from tests.sidecar.packets import area, mp, mwg, packet

Rectangle = tuple[float, float, float, float]

RECTANGLES: dict[str, Rectangle] = {
    "equal": (0.5, 0.5, 0.4, 0.46),
    "shifted": (0.55, 0.52, 0.4, 0.46),
    "off": (0.62, 0.6, 0.4, 0.46),
    "smaller": (0.5, 0.5, 0.25, 0.3),
    "larger": (0.5, 0.5, 0.7, 0.8),
    "around all": (0.5, 0.55, 0.9, 0.9),
    "the eyes": (0.5, 0.35, 0.4, 0.2),
}


@pytest.fixture
def desk(shared: Path, model_files: Path, tmp_path: Path) -> Desk:
    """One portrait."""
    assert model_files.is_dir()
    desk = Desk(tmp_path, shared / "data/faces/lfw")
    desk.photos.add(BLAIR, 1)
    return desk


def _region(name: str, rectangle: Rectangle) -> str:
    return f"<mwg-rs:Name>{name}</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>{area(*rectangle)}"


def _sidecar(desk: Desk, properties: str) -> None:
    (photo,) = desk.photos.root.glob("*.jpg")
    photo.with_name(photo.name + ".xmp").write_text(packet(properties))


def _faces(desk: Desk, **sections: dict[str, object]) -> list[FaceRecord]:
    """The faces with a name, after two passes."""
    with closing(desk.photos.session(**sections)) as session:
        finished(session)
        finished(session)
        (photo,) = session.store.photos.in_order(session.store.photos.there())
        return [face for face in session.store.faces.of(photo) if face.verdict.state != AnnotationState.UNKNOWN]


@pytest.mark.parametrize("second", RECTANGLES)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_second_rectangle_of_the_same_person_is_the_same_face(desk: Desk, second: str, is_first: bool) -> None:
    """Whichever comes first, wherever it lies around the face: one face, one sample; no other face gets the name."""
    regions = [_region("Anna", RECTANGLES[each]) for each in ("equal", second)]
    _sidecar(desk, mwg(*(regions if is_first else reversed(regions))))
    assert [("Anna", False)] == [(face.verdict.person, face.user_drawn) for face in _faces(desk)]


@pytest.mark.parametrize("second", [name for name in RECTANGLES if name != "around all"])
def test_two_names_for_one_face_are_not_two_faces(desk: Desk, second: str) -> None:
    """Two people around one face: it is one of them, and no sample of the other."""
    _sidecar(desk, mwg(_region("Anna", RECTANGLES["equal"]), _region("Bob", RECTANGLES[second])))
    (face,) = _faces(desk)
    assert face.verdict.person in {"Anna", "Bob"}


@pytest.mark.parametrize("other", ["Anna", "Bob"])
def test_a_face_that_only_regions_show_is_stored_once(desk: Desk, other: str) -> None:
    """The detector does not look for faces of this size; two standards name it in slightly different rectangles."""
    _sidecar(desk, mwg(_region("Anna", RECTANGLES["equal"])) + mp(other, "0.32, 0.3, 0.4, 0.44"))
    (face,) = _faces(desk, detection={"min_size": 400})
    assert (face.verdict.person, face.user_drawn) == ("Anna", True)


def test_a_face_that_was_stored_twice_is_one_after_the_update(desk: Desk) -> None:
    """A state of an earlier version has the face once more, also with its name: the second one goes."""
    _sidecar(desk, mwg(_region("Anna", RECTANGLES["equal"])))
    before = [face.id for face in _faces(desk)]
    with closing(sqlite3.connect(desk.state / "state.db")) as connection, connection:
        columns = "x, y, w, h, landmarks, score, quality, reasons, is_face, state, person, trust"
        connection.execute(
            f"INSERT INTO face (photo, drawn, {columns}) SELECT photo, 1, {columns} FROM face WHERE id = ?", before
        )
        connection.executescript(migrations()[18])  # what the update to schema 19 does
    assert before == [face.id for face in _faces(desk)]
