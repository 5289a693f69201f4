"""Between two pages: a slow server, a double click, words typed into the next page, late scripts, the way back."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.acceptance.place import Place
from tests.portrait_place import GRACE
from tests.review.browser.conftest import Opener, leads_on
from tests.review.served import Served, served

LATER = 1000
"""Milliseconds after which a key begins a new word."""


def _suggestions(page: Page, running: Served, query: str = "") -> Locator:
    """Open a person's suggestions; the faces."""
    page.goto(f"http://127.0.0.1:{running.port}/suggestions{query}")
    return page.locator("figure.face")


def _tick(faces: Locator, number: int) -> Locator:
    return faces.nth(number).get_by_role("checkbox")


def _ids(faces: Locator) -> list[str]:
    return [str(face.get_attribute("id")) for face in faces.all()]


def _answers(place: Place) -> list[tuple[str, str]]:
    """Kind and face of each answer that counts, in their order."""
    listed = place.json("answers").lines
    return [(each["kind"], each["face"]) for each in listed if not each["taken_back"] and each["kind"] != "unsay"]


@contextmanager
def _stopped(running: Served) -> Iterator[None]:
    """The server does nothing meanwhile, as on a machine that is busy with other things."""
    running.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        running.process.send_signal(signal.SIGCONT)


@contextmanager
def _scripts_come_late(page: Page) -> Iterator[Callable[[], None]]:
    """The next page stands without the scripts that it needs not at once, until the function given is called."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    def come() -> None:
        while waiting:
            waiting.pop().continue_()
        page.wait_for_load_state("load")

    page.route("**/static/keys.js", hold)
    yield come
    page.unroute("**/static/keys.js", hold)


def _middle(shown: Locator) -> tuple[float, float]:
    """Where a mouse would click it: a locator's own click waits for the next page."""
    shown.scroll_into_view_if_needed()
    box = shown.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _comes(page: Page, words: str) -> None:
    """The page with these words in its undo bar, which knows its keys."""
    expect(page.locator(".undo")).to_contain_text(words)
    page.wait_for_load_state("load")


def test_an_answer_is_sent_before_anything_else(running: Served, opened: Opener) -> None:
    """While it is on its way no key, button or link replaces it; then the page can be used again."""
    page = opened(running)
    faces = _suggestions(page, running)
    first, second, *_ = _ids(faces)
    reject, skip, confirm = (
        faces.nth(2).get_by_role("button"),
        page.locator("[data-key=s]"),
        page.locator("button.main"),
    )
    page.keyboard.press("ArrowRight")
    places = [_middle(each) for each in (reject, skip, confirm)]
    with _stopped(running):
        page.keyboard.press("x")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("i")
        for place in places:
            page.mouse.click(*place)
    _comes(page, "1 is no face")
    assert second == page.evaluate("document.activeElement.closest('.face').id")
    confirm.click()
    expect(page.locator(".undo")).to_contain_text("faces are")
    kinds = _answers(running.place)
    assert ("not_a_face", first[:8]) == (kinds[0][0], kinds[0][1][:8])
    assert {"confirm"} == {kind for kind, _ in kinds[1:]}


def test_a_page_that_is_skipped_is_not_answered(running: Served, opened: Opener) -> None:
    """Enter behind S was meant for the next person: the first one keeps being a suggestion."""
    page = opened(running)
    _suggestions(page, running)
    heading = str(page.locator("h1").text_content())
    skip, confirm = _middle(page.locator("[data-key=s]")), _middle(page.locator("button.main"))
    with _stopped(running):
        page.mouse.click(*skip)
        page.keyboard.press("Enter")
        page.mouse.click(*confirm)
    expect(page.locator("h1")).not_to_have_text(heading)
    assert [] == _answers(running.place)


def test_what_is_unticked_while_an_answer_is_on_its_way_stays_unticked(running: Served, opened: Opener) -> None:
    """The ticks of the next page are those that this one had last."""
    page = opened(running)
    faces = _suggestions(page, running)
    count = faces.count()
    reject, tick = _middle(faces.nth(0).get_by_role("button")), _middle(_tick(faces, 2))
    with _stopped(running):
        page.mouse.click(*reject)
        page.mouse.click(*tick)
    expect(faces).to_have_count(count - 1)
    expect(page.locator("[data-ticked]").first).to_have_text(str(count - 2))
    expect(_tick(faces, 1)).not_to_be_checked()


def test_a_double_click_answers_once(running: Served, opened: Opener) -> None:
    """Its second click comes to the next page, where another face lies under the pointer: that one stays."""
    page = opened(running)
    faces = _suggestions(page, running)
    before = _ids(faces)
    for answered in (1, 2):
        page.mouse.move(*_middle(faces.nth(0).get_by_role("button")))
        page.mouse.down(click_count=1)
        page.mouse.up(click_count=1)
        expect(faces).to_have_count(len(before) - answered)
        page.wait_for_load_state("load")
        page.mouse.move(*_middle(faces.nth(0).get_by_role("button")))
        page.mouse.down(click_count=2)
        page.mouse.up(click_count=2)
    page.keyboard.press("u")
    _comes(page, "1 answer was taken back")
    assert [before[0][:8]] == [face[:8] for _, face in _answers(running.place)]


def test_letters_of_a_name_are_no_keys_of_the_next_page(running: Served, opened: Opener) -> None:
    """A name begun before the page knew its keys ends without an answer; after a pause keys count."""
    page = opened(running)
    page.context.clock.install(time=0)
    faces = _suggestions(page, running)
    page.context.clock.pause_at(LATER)
    count = faces.count()
    page.keyboard.press("ArrowRight")
    with _stopped(running):
        page.keyboard.press("i")
        page.keyboard.type("nF")
    _comes(page, "1 face is a stranger")
    page.keyboard.type("elix")
    with _scripts_come_late(page) as come:
        page.context.clock.fast_forward(LATER)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("x")
        expect(page.locator(".undo")).to_contain_text("1 is no face")
        page.keyboard.type("nF")
        come()
        page.keyboard.type("elix")
    page.context.clock.fast_forward(LATER)
    page.keyboard.press("u")
    _comes(page, "1 answer was taken back")
    expect(faces).to_have_count(count - 1)
    assert ["ignore"] == [kind for kind, _ in _answers(running.place)]


def test_what_is_unticked_before_the_scripts_are_there_stays_unticked(nobody_named: Place, opened: Opener) -> None:
    """A page that follows an answer about one face can be used at once; what was ticked on the page before is older."""
    with served(nobody_named) as running:
        page = opened(running)
        page.goto(f"http://127.0.0.1:{running.port}/groups")
        faces = page.locator("figure.face")
        count = faces.count()
        _tick(faces, count - 1).click()
        with _scripts_come_late(page) as come:
            faces.nth(0).get_by_label("Not a face").click(no_wait_after=True)
            expect(faces).to_have_count(count - 1)
            _tick(faces, 0).click()
            page.get_by_label("Name of the ticked").focus()
            come()
        expect(page.locator("[data-ticked]").first).to_have_text(str(count - 3))
        page.keyboard.type("Somebody")  # no key of these answers: they go to the field that has the focus
        page.get_by_role("button", name="N Name").click()
        expect(page.locator(".undo")).to_contain_text(f"{count - 3} faces are Somebody")


def _goes_to_the_photo(page: Page, faces: Locator) -> None:
    faces.nth(1).get_by_role("link").click()
    page.wait_for_url("**/photo/*")
    page.go_back()


def _loads_it_again(page: Page, faces: Locator) -> None:
    assert faces.count()
    page.reload()


def _takes_an_answer_back(page: Page, faces: Locator) -> None:
    faces.nth(1).get_by_role("button").click()
    _comes(page, "1 face is not")
    page.keyboard.press("u")


def _is_asked_about_a_name(page: Page, faces: Locator) -> None:
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("n")
    page.keyboard.type("Grace Hoper")
    page.keyboard.press("Enter")
    page.locator(".question").get_by_role("button", name=GRACE, exact=True).click()
    _comes(page, f"1 face is {GRACE}")
    assert faces.count()
    page.keyboard.press("u")


@pytest.mark.parametrize("leaves", [_goes_to_the_photo, _loads_it_again, _takes_an_answer_back, _is_asked_about_a_name])
def test_what_is_unticked_stays_unticked(running: Served, opened: Opener, leaves: Callable[..., None]) -> None:
    """Whatever the user does before the page is answered: nobody looks at the ticks a second time."""
    page = opened(running)
    faces = _suggestions(page, running)
    count = faces.count()
    _tick(faces, 0).click()
    leaves(page, faces)
    expect(page.locator("[data-ticked]").first).to_have_text(str(count - 1))
    expect(_tick(faces, 0)).not_to_be_checked()
    page.wait_for_load_state("load")
    page.keyboard.press("Enter")
    expect(page.locator(".undo")).to_contain_text(f"{count - 1} faces are")


def test_a_name_that_was_not_sent_leaves_nothing_behind(nobody_named: Place, opened: Opener) -> None:
    """Enter for one face asks for the name; given by mouse to all that are ticked, it is all of theirs."""
    with served(nobody_named) as running:
        page = opened(running)
        page.goto(f"http://127.0.0.1:{running.port}/groups")
        count = page.locator("figure.face").count()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect(page.locator("#name")).to_be_focused()
        page.locator("#name").fill("Somebody")
        page.get_by_role("button", name="N Name").click()
        expect(page.locator(".undo")).to_contain_text(f"{count} faces are Somebody")


def test_a_page_that_the_browser_had_kept_is_loaded_again(running: Served, opened: Opener) -> None:
    """What some browsers keep whole for the way back shows neither an old undo bar nor an answered face."""
    page = opened(running)
    faces = _suggestions(page, running)
    before = _ids(faces)
    _tick(faces, 1).click()
    assert 0 == running.place.run("ignore", before[0]).status
    with leads_on(page):
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(faces).to_have_count(len(before) - 1)
    expect(_tick(faces, 0)).not_to_be_checked()
