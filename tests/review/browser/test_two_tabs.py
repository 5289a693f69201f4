"""Two tabs, the way back, and a command in between: no older page answers over a newer answer."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.portrait_place import EILEEN, GRACE
from tests.review.browser.conftest import NARROW, SHOTS, Opener, leads_on
from tests.review.served import Served

NOTICE = ".question"


def _person(page: Page, running: Served, person: str) -> str:
    """Open the suggestions of a person; the first face."""
    page.goto(f"http://127.0.0.1:{running.port}/suggestions?person={person.replace(' ', '+')}")
    return str(page.locator(".faces figure.face").first.get_attribute("id"))


def _press(page: Page, key: str) -> None:
    with leads_on(page):
        page.keyboard.press(key)


def _only(page: Page, face: str) -> None:
    """Tick this face alone, in the tab that is in front: a browser hardly works for others."""
    page.bring_to_front()
    for box in page.locator(".faces figure.face").all():
        box.locator("input").set_checked(box.get_attribute("id") == face)


def _named(running: Served, face: str) -> list[str]:
    lines = running.place.json("answers").lines
    counting = [line for line in lines if not line["taken_back"] and line["kind"] == "confirm"]
    return [line["person"] for line in counting if face.startswith(line["face"])]


@pytest.mark.parametrize("width", [1280, NARROW])
def test_the_second_tab_says_that_it_is_old(running: Served, opened: Opener, width: int) -> None:
    """The first tab says who it is; the second, opened before, leaves that, shows it, and can insist."""
    first = opened(running, width)
    second = first.context.new_page()
    face = _person(first, running, GRACE)
    _person(second, running, GRACE)
    _only(first, face)
    first.locator("#name").fill(EILEEN)
    with leads_on(first):
        first.keyboard.press("Enter")
    _only(second, face)
    _press(second, "Enter")
    expect(second.locator(NOTICE)).to_contain_text(EILEEN)
    SHOTS.mkdir(parents=True, exist_ok=True)
    second.screenshot(path=SHOTS / f"newer-{width}.png", full_page=True)
    assert second.evaluate("document.documentElement.scrollWidth") <= width
    assert [EILEEN] == _named(running, face)
    with leads_on(second):
        second.locator(f"{NOTICE} button").click()
    expect(second.locator(".undo")).to_contain_text(GRACE)
    assert GRACE == _named(running, face)[-1]


@pytest.mark.parametrize("back", [Page.go_back, lambda page: page.evaluate("history.back()")])
def test_the_way_back_shows_an_old_page(running: Served, opened: Opener, back: Callable[[Page], object]) -> None:
    """After an answer the browser's Back shows the page as it was, or loads it again: neither overturns the answer."""
    page = opened(running)
    face = _person(page, running, GRACE)
    _only(page, face)
    _press(page, "Enter")
    expect(page.locator(".undo")).to_contain_text(GRACE)
    with page.expect_event("domcontentloaded"):
        back(page)
    there = page.locator(f"figure.face[id='{face}']")
    if there.count():
        _only(page, face)
        page.locator("#name").fill(EILEEN)
        with leads_on(page):
            page.keyboard.press("Enter")
        expect(page.locator(NOTICE)).to_contain_text(GRACE)
    assert [GRACE] == _named(running, face)


def test_a_command_answers_while_the_page_is_open(running: Served, opened: Opener) -> None:
    """The page of the photo was opened before; its keys change nothing, and then it shows what the command said."""
    page = opened(running)
    face = _person(page, running, GRACE)
    page.goto(f"http://127.0.0.1:{running.port}/photo?face={face}")
    assert 0 == running.place.run("name", face, EILEEN).status
    page.locator(f"figure.face[id^='{face[:8]}'] a").focus()
    _press(page, "i")
    expect(page.locator(NOTICE)).to_contain_text(EILEEN)
    expect(page.locator(".answer h2").first).to_have_text(EILEEN)
    assert [EILEEN] == _named(running, face)
