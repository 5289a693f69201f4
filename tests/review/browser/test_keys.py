"""Everything is done by keyboard alone, and each key of the table does what the help says."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from facedaemon.review.keys import KEYS
from tests.acceptance.copied import copied
from tests.acceptance.place import Place
from tests.portrait_place import EILEEN, GRACE
from tests.review.browser.conftest import Opener, leads_on, opened_pages
from tests.review.served import TIMEOUT, served

MILLISECONDS = 1000 * TIMEOUT


def _ids(page: Page) -> list[str]:
    """The faces that the page shows, in order."""
    return [str(face.get_attribute("id")) for face in page.locator("figure.face").all()]


def _answer(page: Page, key: str) -> None:
    """Press a key that leads to another page, and wait until that knows the keys."""
    with leads_on(page):
        page.keyboard.press(key)


def _ticked(page: Page) -> int:
    return page.locator("figure.face input:checked").count()


def _chosen(page: Page) -> str | None:
    found = page.evaluate("document.activeElement?.closest('.face')?.id ?? null")
    return None if found is None else str(found)


def _people(place: Place) -> dict[str, str]:
    """Whose photo each face that nobody named is in, by the id of the face."""
    groups = place.json("groups").lines
    return {face["face"]: face["photo"].split("/")[-1][:-7] for group in groups for face in group["faces"]}


def test_from_an_unnamed_library_to_named_people_by_keyboard_alone(nobody_named: Place, opened: Opener) -> None:
    """Groups get names, a scan suggests the rest, Enter confirms it; every confirmed name is right."""
    owner = _people(nobody_named)
    with served(nobody_named) as running:
        page = opened(running)
        page.goto(f"http://127.0.0.1:{running.port}/groups")
        while page.locator("figure.face").count():
            person = owner[_ids(page)[0][:8]]
            page.keyboard.press("n")
            page.keyboard.type(person)
            _answer(page, "Enter")
            expect(page.locator(".undo")).to_contain_text(person)
        _answer(page, "r")
        expect(page.locator("#pass[data-done]")).to_be_visible(timeout=MILLISECONDS)
        page.goto(f"http://127.0.0.1:{running.port}/suggestions")
        while page.locator("figure.face").count():
            _answer(page, "Enter")
        assert running.stop() == 0
    named = nobody_named.json("answers").lines
    assert named
    assert {GRACE, EILEEN} == {each["person"] for each in named}
    assert [] == [each for each in named if each["person"] not in each["photo"]]
    nobody_named.json("scan")
    assert {GRACE, EILEEN} == {each["person"] for each in nobody_named.json("people").lines}


@pytest.fixture(scope="module")
def suggestions(scanned: Place, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page of somebody with suggestions, on a place of this file's own."""
    place = copied(scanned, tmp_path_factory.mktemp("keys") / "place")
    with served(place) as running, opened_pages(browser) as opener:
        page = opener(running)
        page.goto(f"http://127.0.0.1:{running.port}/suggestions")
        yield page


def _moves(page: Page) -> None:
    page.keyboard.press("ArrowRight")
    assert _ids(page)[0] == _chosen(page)
    page.keyboard.press("ArrowRight")
    assert _ids(page)[1] == _chosen(page)
    page.keyboard.press("ArrowLeft")
    assert _ids(page)[0] == _chosen(page)
    page.set_viewport_size({"width": 360, "height": 800})
    page.keyboard.press("ArrowDown")
    below = _chosen(page)
    assert below in _ids(page)[1:]
    page.keyboard.press("ArrowUp")
    assert _ids(page)[0] == _chosen(page)
    page.set_viewport_size({"width": 1280, "height": 800})


def _ticks(page: Page) -> None:
    before = _ticked(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    assert before - 1 == _ticked(page)
    expect(page.locator("[data-ticked]")).to_have_text(str(before - 1))
    page.keyboard.press("Space")
    assert before == _ticked(page)


def _confirms(page: Page) -> None:
    heading = str(page.locator("h1").text_content())
    _answer(page, "Enter")
    expect(page.locator("h1")).not_to_have_text(heading)
    expect(page.locator(".undo")).to_contain_text(heading[len("Is this ") : -1])


def _answers_one(key: str, words: str) -> Callable[[Page], None]:
    def answers(page: Page) -> None:
        """About the chosen face alone; the others keep their ticks, and the next one is chosen."""
        before = _ids(page)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        _answer(page, key)
        expect(page.locator(".undo")).to_contain_text(words)
        assert [before[0], *before[2:]] == _ids(page)
        assert len(before) - 2 == _ticked(page)
        assert before[2] == _chosen(page)

    return answers


def _names(page: Page) -> None:
    page.keyboard.press("ArrowRight")
    face = _chosen(page)
    page.keyboard.press("n")
    page.keyboard.type("Somebody New")
    _answer(page, "Enter")
    expect(page.locator(".undo")).to_contain_text("1 face is Somebody New")
    assert face not in _ids(page)


def _names_again(page: Page) -> None:
    _names(page)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    key = page.get_by_role("button", name="Somebody New").get_attribute("data-key")  # names from before keep theirs
    _answer(page, str(key))
    expect(page.locator(".undo")).to_contain_text("1 face is Somebody New")
    _answer(page, "u")
    expect(page.locator(".undo")).to_contain_text("taken back")


def _skips(page: Page) -> None:
    heading = str(page.locator("h1").text_content())
    _answer(page, "s")
    expect(page.locator("h1")).not_to_have_text(heading)


def _shows_the_photo(page: Page) -> None:
    page.keyboard.press("ArrowRight")
    page.keyboard.press("z")
    expect(page.locator(".whole img")).to_have_attribute("src", f"/face/{_chosen(page)}/photo.jpg")
    page.keyboard.press("z")
    expect(page.locator(".whole")).to_have_count(0)


def _undoes(page: Page) -> None:
    before = _ids(page)
    page.keyboard.press("ArrowRight")
    _answer(page, "i")
    expect(page.locator("figure.face")).to_have_count(len(before) - 1)
    _answer(page, "u")
    expect(page.locator("figure.face")).to_have_count(len(before))
    assert before == _ids(page)


def _searches(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("nsix/?")
    expect(page.locator("#search")).to_have_value("nsix/?")


def _helps(page: Page) -> None:
    page.keyboard.press("?")
    lines = page.locator("#keys li")
    expect(lines.first).to_be_visible()
    expect(lines).to_have_count(len(KEYS))
    page.keyboard.press("?")
    expect(lines.first).to_be_hidden()


def _leaves(page: Page) -> None:
    page.keyboard.press("n")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#name")).not_to_be_focused()


def _scans(page: Page) -> None:
    page.keyboard.press("ArrowRight")
    _answer(page, "i")
    expect(page.locator("#pass button")).to_be_visible()
    _answer(page, "r")
    expect(page.locator("#pass[data-done]")).to_be_visible(timeout=MILLISECONDS)


EFFECTS: dict[str, Callable[[Page], None]] = {
    "move": _moves,
    "tick": _ticks,
    "delete": _answers_one("Delete", "1 face is not"),
    "i": _answers_one("i", "1 face is a stranger"),
    "x": _answers_one("x", "1 is no face"),
    "n": _names,
    "digit": _names_again,
    "s": _skips,
    "photo": _shows_the_photo,
    "u": _undoes,
    "search": _searches,
    "help": _helps,
    "leave": _leaves,
    "enter": _confirms,
    "r": _scans,
}
ELSEWHERE = {"t", "b"}
"""Keys of other pages, which have tests of their own."""


def test_b_leads_to_the_box_for_a_missing_face(suggestions: Page) -> None:
    """On the page of a photo."""
    suggestions.goto(suggestions.url.split("/suggestions")[0] + "/photo/1")
    suggestions.keyboard.press("b")
    expect(suggestions.locator("#draw-x")).to_be_focused()
    suggestions.goto(suggestions.url.split("/photo")[0] + "/suggestions")


def test_every_key_of_the_table_is_tried() -> None:
    """A new key needs a line here."""
    assert {key.does for key in KEYS} == EFFECTS.keys() | ELSEWHERE


@pytest.mark.parametrize("does", EFFECTS)
def test_each_key_does_what_the_help_says(suggestions: Page, does: str) -> None:
    """On the page of a person's suggestions; what was answered is taken back."""
    suggestions.goto(suggestions.url.split("/suggestions")[0] + "/suggestions")
    EFFECTS[does](suggestions)
    if does not in ("u", "r"):
        for _ in range(2):
            if suggestions.locator(".undo button").count():
                suggestions.keyboard.press("Escape")
                _answer(suggestions, "u")
