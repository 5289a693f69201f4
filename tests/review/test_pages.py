"""Every page is served, and every answer of a form is written down."""

import json
import re

import pytest

from tests.review.served import Client, Served

PAGES = ("/", "/suggestions", "/groups", "/doubts", "/people", "/written", "/photo/1")


def _suggested(served: Served) -> tuple[str, str]:
    """A face and the name that is suggested for it."""
    item = served.place.suggestions()[0]
    return item["face"], item["person"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_shown(visitor: Client, path: str) -> None:
    """A signed-in browser gets each page, with the way to all others."""
    page = visitor.get(path)
    assert page.status == 200, page.text
    for other in PAGES[:-1]:
        assert f'href="{other}"' in page.text


def test_a_face_is_a_picture(visitor: Client, looked_at: Served) -> None:
    """A face is cut from its photo as a JPEG."""
    face, _ = _suggested(looked_at)
    picture = visitor.get(f"/face/{face}.jpg")
    assert ("image/jpeg", b"\xff\xd8") == (picture.headers["content-type"], picture.body[:2])


def test_a_confirmation_is_written_down_and_can_be_undone(client: Client, running: Served) -> None:
    """A confirmed suggestion is an answer; the undo bar takes it back."""
    face, person = _suggested(running)
    page = client.say("confirm", ("face", face), ("person", person))
    assert f"1 face is {person}" in page.text
    (answer,) = running.place.json("answers").lines
    assert ("confirm", face, person) == (answer["kind"], answer["face"], answer["person"])
    (command,) = re.findall(r'name="command" value="(\w+)"', page.text)
    assert "1 answer was taken back" in client.say("unsay", ("command", command)).text
    assert json.loads(running.place.json("answers").out.splitlines()[0])["taken_back"]


def test_a_name_that_may_be_a_slip_is_asked_about(client: Client, running: Served) -> None:
    """A name close to a known one is not taken for a new person before the user says so."""
    face, _ = _suggested(running)
    page = client.say("name", ("face", face), ("person", "Grace Hoper"))
    assert "Grace Hoper is nobody yet" in page.text
    assert not running.place.json("answers").lines
    client.say("name", ("face", face), ("new", "Grace Hoper"))
    assert ["Grace Hoper"] == [answer["person"] for answer in running.place.json("answers").lines]
