"""People are renamed, merged and hidden; doubts are settled; what was written, answered and rejected is taken back."""

import json
import re
from urllib.parse import quote

import pytest

from facedaemon.store import StateLock
from tests.acceptance.daemon_process import daemon
from tests.portrait_place import EILEEN, GRACE, sidecar_of
from tests.review.served import Client, Served


def _person(person: str) -> str:
    return f"/people/person?name={quote(person)}"


def _kinds(running: Served) -> list[str]:
    """The kinds of the answers that count."""
    lines = (json.loads(line) for line in running.place.json("answers").out.splitlines())
    return [line["kind"] for line in lines if not line["taken_back"] and line["kind"] != "unsay"]


def test_start_shows_what_waits_and_how_right_names_are(visitor: Client) -> None:
    """Suggestions are counted; the plot has a text alternative: its description, and the figures as a table."""
    page = visitor.get("/").text
    assert re.search(r'class="number">10</span>', page), page
    assert 'role="img" aria-labelledby="plot-title plot-words"' in page
    assert "get their right name" in page
    assert "<th scope=" in page


def test_people_lead_to_their_faces(visitor: Client) -> None:
    """The list has both people; each one's page has the faces that train, and searches find by a part of the name."""
    assert {GRACE, EILEEN} <= set(re.findall(r'class="name">([^<]+)<', visitor.get("/people").text))
    found = visitor.get("/people?q=" + GRACE[:4].upper()).text
    assert f'class="name">{GRACE}<' in found
    assert f'class="name">{EILEEN}<' not in found
    assert 7 == len(re.findall(r'<figure class="face">', visitor.get(_person(GRACE)).text))
    assert 404 == visitor.get(_person("Nobody")).status


def test_a_person_is_renamed_and_that_is_undone(client: Client, running: Served) -> None:
    """The page of the new name shows the faces at once, before any scan; undo brings the old name back."""
    done = client.post("/answer/rename", [("person", GRACE), ("name", "Grace Brewster Hopper")])
    assert _person("Grace Brewster Hopper") == done.location.replace("+", "%20")
    page = client.get(done.location)
    assert 7 == len(re.findall(r'<figure class="face">', page.text))
    assert "Called Grace Brewster Hopper from now on." in page.text
    [command] = re.findall(r'name="command" value="(\w+)"', page.text)
    client.say("unsay", ("command", command))
    assert 200 == client.get(_person(GRACE)).status
    assert [] == _kinds(running)


def test_nobody_gets_the_name_of_another_by_a_rename(client: Client, running: Served) -> None:
    """That would join two people by a slip: the page says so, and offers to merge them."""
    done = client.post("/answer/rename", [("person", GRACE), ("name", EILEEN)])
    assert "Somebody else has this name here" in client.get(done.location).text
    assert [] == _kinds(running)
    client.post("/answer/merge", [("person", GRACE), ("into", EILEEN)])
    assert ["merge"] == _kinds(running)
    assert 14 == len(re.findall(r'<figure class="face">', client.get(_person(EILEEN)).text))


def test_a_person_is_hidden_born_and_shown_again(client: Client, running: Served) -> None:
    """Each is an answer; a date that is none is refused with what to write."""
    client.post("/answer/hide", [("person", GRACE)])
    assert "Hidden:" in client.get(_person(GRACE)).text
    client.post("/answer/show", [("person", GRACE)])
    assert "Hidden:" not in client.get(_person(GRACE)).text
    client.post("/answer/birth", [("person", GRACE), ("born", "1906-12-09")])
    assert 'value="1906-12-09"' in client.get(_person(GRACE)).text
    refused = client.post("/answer/birth", [("person", GRACE), ("born", "yesterday")])
    assert "is no birth date" in client.get(refused.location).text
    assert ["hide", "show", "born"] == sorted(_kinds(running), key=["hide", "show", "born"].index)


def test_a_write_is_undone_from_the_page(client: Client, running: Served) -> None:
    """The sidecar that facedaemon made is gone, others stay, and the list says when."""
    page = client.get("/written").text
    [number, name] = re.findall(r'<a href="/photo/(\d+)">([^<]+)</a>', page)[0]
    [write] = re.findall(r'name="write" value="(\d+)"', page)[:1]
    sidecar = sidecar_of(running.place.photos / name)
    others = {path for path in running.place.photos.glob("*.xmp") if path != sidecar}
    assert sidecar.exists()
    after = client.say("undo", ("write", write), back="/written").text
    assert "1 file or row was put back." in after, number
    assert not sidecar.exists()
    assert others == set(running.place.photos.glob("*.xmp"))
    assert "taken back at" in after


def test_while_another_process_owns_the_state_the_page_says_so(client: Client, running: Served) -> None:
    """Nothing is undone behind the back of a running service; the page names the process and what to do."""
    [write] = re.findall(r'name="write" value="(\d+)"', client.get("/written").text)[:1]
    before = set(running.place.photos.iterdir())
    lock = StateLock(running.place.state)
    try:
        after = client.say("undo", ("write", write), back="/written").text
    finally:
        lock.release()
    assert "another facedaemon is using this state" in after
    assert before == set(running.place.photos.iterdir())


@pytest.mark.slow
def test_a_running_daemon_undoes_for_the_page(client: Client, running: Served) -> None:
    """With the service at work a write is undone all the same: by the service, which owns the state."""
    page = client.get("/written").text
    [write] = re.findall(r'name="write" value="(\d+)"', page)[:1]
    name = re.findall(r'<a href="/photo/\d+">([^<]+)</a>', page)[0]
    with daemon(running.place) as service:
        service.tells("STATUS=Watching 1 folder")
        assert "1 file or row was put back." in client.say("undo", ("write", write), back="/written").text
        assert not sidecar_of(running.place.photos / name).exists()
        assert 0 == service.stop()


def test_answers_are_listed_and_taken_back_one_by_one(client: Client, running: Served) -> None:
    """Not only the last one."""
    first, second = running.place.suggestions()[:2]
    for item in (first, second):
        client.say("confirm", ("face", item["face"]), ("person", item["person"]))
    page = client.get("/written/answers").text
    ids = re.findall(r'name="answer" value="(\w+)"', page)
    assert 2 == len(ids)
    client.say("take-back", ("answer", ids[-1]), back="/written/answers")
    counting = [line for line in running.place.json("answers").lines if not line["taken_back"]]
    assert [second["face"]] == [line["face"] for line in counting if line["kind"] == "confirm"]


def test_a_rejection_is_taken_back(client: Client, running: Served) -> None:
    """Rejected on the page and taken up by a scan, it is listed; taken back there, the name is suggested again."""
    item = running.place.suggestions()[0]
    client.say("reject", ("face", item["face"]), ("person", item["person"]))
    running.place.json("scan")
    page = client.get("/written/rejections").text
    assert f"is not {item['person']}" in page
    [answer] = re.findall(r'name="answer" value="(\w+)"', page)
    client.say("take-back", ("answer", answer), back="/written/rejections")
    running.place.json("scan")
    assert item["face"] in {each["face"] for each in running.place.suggestions()}


@pytest.mark.parametrize("form", ["undo", "forget", "take-back", "merge", "rename", "birth"])
def test_a_form_that_says_nothing_changes_nothing(client: Client, running: Served, form: str) -> None:
    """Empty fields, or numbers that are none, end in a page that says what is missing."""
    for fields in ([], [("write", "x"), ("rejection", "-1"), ("answer", "?"), ("person", "")]):
        done = client.post(f"/answer/{form}", fields)
        assert 303 == done.status
        assert 'role="alert"' in client.get("/").text
    assert [] == _kinds(running)
