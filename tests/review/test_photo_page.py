"""The page of a photo: every face answered in place, a missing one drawn, and where each is named now."""

import re

import pytest

from facedaemon.answers import AnswerKind, FaceAnswer
from facedaemon.pipeline import FaceView
from facedaemon.pipeline.reading.photo_pages import answered_faces
from facedaemon.values import FaceState, Region
from tests.portrait_place import GRACE
from tests.review.served import Client, Served

LEFT, RIGHT = Region(0.1, 0.2, 0.2, 0.3), Region(0.6, 0.2, 0.2, 0.3)


def _view(number: int, region: Region, state: str, person: str | None = None) -> FaceView:
    return FaceView(
        id=f"f000000{number}",
        region=region,
        score=0.9,
        quality=0.9,
        reasons=(),
        state=state,
        person=person,
        confidence=None,
    )


def _answer(region: Region, verdict: AnswerKind | None, person: str | None = None, *rejected: str) -> FaceAnswer:
    return FaceAnswer(region, verdict, person, rejected, ("id",))


@pytest.mark.parametrize(
    ("verdict", "person", "rejected", "expected"),
    [
        (AnswerKind.CONFIRM, "Anna", (), (FaceState.CONFIRMED, "Anna", True)),
        (AnswerKind.CONFIRM, "Bo", (), (FaceState.CONFIRMED, "Bo", True)),
        (AnswerKind.IGNORE, None, (), (FaceState.IGNORED, None, True)),
        (AnswerKind.NOT_A_FACE, None, (), (FaceState.NOT_A_FACE, None, True)),
        (None, None, ("Anna",), (FaceState.UNKNOWN, None, True)),
        (None, None, ("Bo",), (FaceState.SUGGESTED, "Anna", False)),
    ],
)
def test_an_answer_is_shown_before_the_state_has_it(
    verdict: AnswerKind | None, person: str | None, rejected: tuple[str, ...], expected: tuple[FaceState, str, bool]
) -> None:
    """What was answered is what the page shows; what the state says is not asked again."""
    moved = Region(LEFT.x + 0.02, LEFT.y, LEFT.w, LEFT.h)
    faces = [_view(1, LEFT, "suggested", "Anna"), _view(2, RIGHT, "unknown")]
    one, other = answered_faces(faces, [_answer(moved, verdict, person, *rejected)], ())
    assert expected == (one.state, one.person, one.is_waiting)
    assert (FaceState.UNKNOWN, False) == (other.state, other.is_waiting)


def test_an_answer_that_was_taken_up_does_not_wait() -> None:
    """The state says the same by now."""
    (face,) = answered_faces([_view(1, LEFT, "confirmed", "Anna")], [_answer(LEFT, AnswerKind.CONFIRM, "Anna")], ())
    assert not face.is_waiting


def test_a_drawn_box_is_shown_at_once() -> None:
    """A box where no face was found stands among the faces, from left to right; other answers make no face."""
    found = answered_faces([_view(1, RIGHT, "unknown")], [_answer(LEFT, AnswerKind.DRAW, "Anna")], ())
    assert [(None, "Anna"), ("f0000001", None)] == [(face.id, face.person) for face in found]
    assert not answered_faces([], [_answer(LEFT, AnswerKind.IGNORE)], ())


def _page_of(client: Client, served: Served, photo: str) -> tuple[str, str]:
    """The address of a photo's page, and one of its faces."""
    (face, *_) = [item["face"] for item in served.place.json("faces", str(served.place.photos / photo)).lines]
    led = client.get(f"/photo?face={face}")
    assert led.status == 303
    return led.location.partition("?")[0], face


def test_a_face_leads_to_its_photo(client: Client, running: Served) -> None:
    """Whoever knows the face alone finds the photo; an id that no face has finds nothing."""
    path, face = _page_of(client, running, f"{GRACE} 08.jpg")
    page = client.get(path).text
    assert f"{GRACE} 08.jpg" in page
    assert f'id="{face}"' in page
    assert client.get("/photo?face=fzzzzzzz").status == 404


def test_it_says_where_a_face_is_named(client: Client, running: Served) -> None:
    """The sidecar's own list is a suggestion; a region that its user wrote is not."""
    path, _ = _page_of(client, running, f"{GRACE} 08.jpg")
    page = client.get(path).text
    assert re.search(rf"{GRACE} 08.jpg.xmp:</span>\s+{GRACE}\s+<span class=\"muted\">\(suggested by", page)
    path, _ = _page_of(client, running, f"{GRACE} 00.jpg")
    page = client.get(path).text
    assert re.search(rf"{GRACE} 00.jpg.xmp:</span>\s+{GRACE}\s+</li>", page)


def test_an_answer_in_place_is_seen_there(client: Client, running: Served) -> None:
    """The same page comes back, with the answer on it, and after a scan with the region in the sidecar."""
    path, face = _page_of(client, running, f"{GRACE} 08.jpg")
    page = client.say("name", ("face", face), ("new", "Anna Example"), back=path).text
    assert "Anna Example" in page
    assert "taken up by the next scan" in page
    running.place.json("scan")
    page = client.get(path).text
    assert "taken up by the next scan" not in page
    assert "(by your answer)" in page


def test_a_missing_face_is_drawn(client: Client, running: Served) -> None:
    """Fields are percents; the box is an answer, is seen at once, and is in the sidecar after a scan."""
    path, _ = _page_of(client, running, f"{GRACE} 08.jpg")
    number = path.rpartition("/")[2]
    box = [("x", "5"), ("y", "5,5"), ("w", "12.5"), ("h", "20")]
    page = client.say("draw", ("photo", number), *box, ("person", "Anna Example"), back=path).text
    assert "drawn, taken up by the next scan" in page
    (answer,) = running.place.json("answers").lines
    assert {"x": 0.05, "y": 0.055, "w": 0.125, "h": 0.2} == answer["region"]
    running.place.json("scan")
    page = client.get(path).text
    assert "too little of a face is seen there" in page
    assert "(by your answer)" in page


@pytest.mark.parametrize(
    "box", ["", "1", "5 5 0 5", "90 5 20 5", "-1 5 5 5", "nan nan nan nan", "inf 5 5 5", "5 5 5 x", "5 5 101 5"]
)
def test_what_is_no_box_is_not_drawn(visitor: Client, looked_at: Served, box: str) -> None:
    """The page says so, and nothing is answered."""
    fields = list(zip("xywh", box.split(), strict=False))
    page = visitor.say("draw", ("photo", "1"), *fields, ("person", "Anna Example"), back="/photo/1").text
    assert 'role="alert"' in page
    assert not looked_at.place.json("answers").lines


def test_a_photo_that_went_away_keeps_its_faces(client: Client, running: Served) -> None:
    """Its page is shown, with grey heads."""
    path, face = _page_of(client, running, f"{GRACE} 08.jpg")
    (running.place.photos / f"{GRACE} 08.jpg").unlink()
    assert client.get(path).status == 200
    picture = client.get(f"/face/{face}.jpg")
    assert "image/svg+xml" in picture.headers["content-type"]
    assert "photo is away" in picture.text
    german = client.get(f"/face/{face}.jpg", {"Accept-Language": "de"})
    assert "Foto ist nicht da" in german.text
