"""A page that was opened a while ago answers over nothing newer: it says so, and shows what stands."""

import re
from urllib.parse import quote

import pytest

from tests.acceptance.place import Json
from tests.portrait_place import EILEEN, GRACE
from tests.review.served import Client, Served

LEFT = "It was left as it is now"
Fields = list[tuple[str, str]]


def _sent(page: str, face: str) -> str:
    """The value by which a page's form means a face: its id, and as what it was shown."""
    return str(re.findall(rf'name="face" value="({face}[^"]*)"', page)[0])


def _as_of(page: str) -> str:
    return str(re.findall(r'name="as-of" value="(\d+)"', page)[0])


def _suggested(running: Served, person: str) -> list[Json]:
    return [item for item in running.place.suggestions() if item["person"] == person]


def _old_form(client: Client, running: Served, person: str = GRACE) -> tuple[str, Fields]:
    """A face suggested as this person, and the fields of the form that shows it so."""
    face = _suggested(running, person)[0]["face"]
    page = client.get(f"/suggestions?person={quote(person)}").text
    return face, [("face", _sent(page, face)), ("as-of", _as_of(page))]


def _says(running: Served) -> list[tuple[str, str | None, str | None]]:
    """The answers that count: kind, face and person."""
    lines = running.place.json("answers").lines
    return [
        (line["kind"], line.get("face"), line.get("person"))
        for line in lines
        if not line["taken_back"] and line["kind"] != "unsay"
    ]


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["name", "{}", EILEEN], EILEEN),
        (["ignore", "{}"], "A stranger"),
        (["not-a-face", "{}"], "Not a face"),
        (["reject", "{}", "--person", GRACE], f"Not {GRACE}"),
    ],
)
def test_a_command_in_between_counts(client: Client, running: Served, command: list[str], shown: str) -> None:
    """The page was made before the command answered: nothing is written, and the answer of the command is shown."""
    face, fields = _old_form(client, running)
    assert 0 == running.place.run(*(word.format(face) for word in command)).status
    before = _says(running)
    page = client.say("confirm", *fields, ("person", GRACE)).text
    assert LEFT in page
    assert shown in page.partition("left as it is now")[2].partition("</form>")[0]
    assert before == _says(running)
    assert LEFT not in client.get("/").text


@pytest.mark.parametrize("kind", ["confirm", "name", "ignore", "not-a-face"])
def test_every_form_asks(client: Client, running: Served, kind: str) -> None:
    """Whatever is answered on the old page."""
    face, fields = _old_form(client, running)
    assert 0 == running.place.run("name", face, EILEEN).status
    assert LEFT in client.say(kind, *fields, ("person", GRACE)).text
    assert [("confirm", face, EILEEN)] == _says(running)


def test_who_insists_is_obeyed(client: Client, running: Served) -> None:
    """The notice holds the form: sent again, it knows what stands, and replaces it."""
    face, fields = _old_form(client, running)
    running.place.run("name", face, EILEEN)
    page = client.say("confirm", *fields, ("person", GRACE)).text
    form = page.partition('question" method')[2].partition("</form>")[0]
    again = [(name, value) for name, value in re.findall(r'name="([\w-]+)" value="([^"]*)"', form) if name != "next"]
    assert LEFT not in client.say("confirm", *again).text
    assert ("confirm", face, GRACE) == _says(running)[-1]


def test_the_other_faces_of_the_form_are_answered(client: Client, running: Served) -> None:
    """Only what is newer is left."""
    first, second = (item["face"] for item in _suggested(running, GRACE)[:2])
    page = client.get(f"/suggestions?person={quote(GRACE)}").text
    running.place.run("ignore", first)
    after = client.say("confirm", *(("face", _sent(page, face)) for face in (first, second)), ("person", GRACE)).text
    assert f"1 face is {GRACE}." in after
    assert LEFT in after
    assert {("ignore", first, None), ("confirm", second, GRACE)} == set(_says(running))


def test_the_same_form_twice_is_one_answer(client: Client, running: Served) -> None:
    """A double click, and Back and Enter: nothing is written twice, and nothing has to be decided."""
    face, fields = _old_form(client, running)
    for _ in range(2):
        assert LEFT not in client.say("confirm", *fields, ("person", GRACE)).text
    for _ in range(2):
        page = client.get(f"/suggestions?person={quote(EILEEN)}").text
    other = _suggested(running, EILEEN)[0]["face"]
    for _ in range(2):
        assert LEFT not in client.say("reject", ("face", _sent(page, other)), ("person", EILEEN)).text
    assert [("confirm", face, GRACE), ("reject", other, EILEEN)] == _says(running)


def test_an_answer_that_was_taken_back_is_not_given_again_by_an_old_page(client: Client, running: Served) -> None:
    """The page of the photo shows a confirmed face; meanwhile somebody took that back."""
    face, _ = _old_form(client, running)
    running.place.run("name", face, GRACE)
    page = client.get(client.get(f"/photo?face={face}").location.partition("#")[0]).text
    fields = [("face", _sent(page, face)), ("as-of", _as_of(page))]
    assert 0 == running.place.run("unsay").status
    assert LEFT in client.say("name", *fields, ("person", GRACE)).text
    assert [] == _says(running)


def test_a_pass_in_between_changes_nothing(client: Client, running: Served) -> None:
    """What the page's own answers became in the state is not a newer answer."""
    face, fields = _old_form(client, running)
    client.say("confirm", *fields, ("person", GRACE))
    shown = client.get(f"/photo?face={face}").location.partition("#")[0]
    page = client.get(shown).text
    running.place.json("scan")
    assert LEFT not in client.say("name", ("face", _sent(page, face)), ("person", EILEEN)).text
    assert ("confirm", face, EILEEN) == _says(running)[-1]


def _renamed(client: Client, new: str) -> None:
    client.post("/answer/rename", [("person", GRACE), ("name", new)])


def test_names_on_an_old_page_are_those_of_the_people_who_had_them(client: Client, running: Served) -> None:
    """Somebody was renamed since: who is confirmed by the old name is that person, not a second one."""
    face, fields = _old_form(client, running)
    _renamed(client, "Grace Brewster Hopper")
    client.say("confirm", *fields, ("person", GRACE))
    assert ("confirm", face, "Grace Brewster Hopper") == _says(running)[-1]
    people = re.findall(r'class="name">([^<]+)<', client.get("/people").text)
    assert sorted([EILEEN, "Grace Brewster Hopper"]) == sorted(people)


@pytest.mark.parametrize("path", ["/suggestions", "/photo?face={}", "/suggestions?person=" + quote(GRACE)])
def test_a_new_name_is_shown_and_sent_before_any_pass(client: Client, running: Served, path: str) -> None:
    """The state has the old name still; the page offers none but the new one, also under the keys."""
    _, fields = _old_form(client, running)
    client.say("confirm", *fields, ("person", GRACE))
    other = _suggested(running, GRACE)[1]["face"]
    _renamed(client, "Grace Brewster Hopper")
    page = client.get(path.format(other))
    if page.status == 303:
        page = client.get(page.location.partition("#")[0])
    offered = set(re.findall(r'<button[^>]*name="(?:new|person)" value="([^"]*)"', page.text))
    assert "Grace Brewster Hopper" in offered
    assert GRACE not in offered


@pytest.mark.parametrize(
    ("form", "more"),
    [("rename", [("name", "Somebody")]), ("merge", [("into", EILEEN)]), ("hide", []), ("birth", [("born", "1950")])],
)
def test_an_old_page_of_a_person_changes_no_newer_name(
    client: Client, running: Served, form: str, more: Fields
) -> None:
    """It leads to the page of the new name and says why."""
    page = client.get(f"/people/person?name={quote(GRACE)}").text
    _renamed(client, "Grace Brewster Hopper")
    done = client.post(f"/answer/{form}", [("person", GRACE), ("as-of", _as_of(page)), *more])
    after = client.get(done.location).text
    assert "was renamed or merged since" in after
    assert "<h1>Grace Brewster Hopper</h1>" in after
    assert ["rename"] == [line["kind"] for line in running.place.json("answers").lines]


def test_a_birth_date_is_not_replaced_by_an_old_page(client: Client) -> None:
    """What was answered since stands; the same date again, and a date after looking, are taken."""
    sent = [("person", GRACE), ("was", "")]
    client.post("/answer/birth", [*sent, ("born", "1906")])
    for born, was, says in (("1910", "", True), ("1906", "", False), ("1906-12-09", "1906", False)):
        done = client.post("/answer/birth", [("person", GRACE), ("was", was), ("born", born)])
        assert says == ("was changed since" in client.get(done.location).text)
    assert 'value="1906-12-09"' in client.get(f"/people/person?name={quote(GRACE)}").text


def test_a_box_is_drawn_once(client: Client, running: Served) -> None:
    """Sent twice it is one answer; another name at that place, from an old page, is none."""
    page = client.get("/photo/1").text
    box = [("photo", "1"), ("x", "2"), ("y", "2"), ("w", "9"), ("h", "9"), ("as-of", _as_of(page))]
    for _ in range(2):
        client.say("draw", *box, ("person", GRACE))
    assert ["draw"] == [kind for kind, *_ in _says(running)]
    assert "Something else was answered there" in client.say("draw", *box, ("person", EILEEN)).text
    assert ["draw"] == [kind for kind, *_ in _says(running)]


def test_a_write_that_was_replaced_is_not_undone_by_an_old_page(client: Client) -> None:
    """Its button was made when it was the last one; undone twice it is undone once."""
    [write] = re.findall(r'name="write" value="(\d+)"', client.get("/written").text)[:1]
    client.say("undo", ("write", write), back="/written")
    assert "since that page was shown" in client.say("undo", ("write", write), back="/written").text
