"""The page of a photo in a browser: the way in, answers in place, boxes drawn by mouse and by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from facedaemon.review.browser import write_link
from tests.acceptance.copied import copied
from tests.acceptance.place import Place
from tests.portrait_place import GRACE
from tests.review.browser.conftest import Opener, enter, leads_on, opened_pages
from tests.review.served import Served, served

PHOTO = f"{GRACE} 08.jpg"


@pytest.fixture(scope="module")
def place_of_photo(scanned: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place of this module's own."""
    return copied(scanned, tmp_path_factory.mktemp("photo") / "place")


@pytest.fixture(scope="module")
def photo(place_of_photo: Place, browser: Browser) -> Iterator[Page]:
    """The page of a photo with one suggested face."""
    with served(place_of_photo) as running, opened_pages(browser) as opener:
        page = opener(running)
        (item,) = [each for each in place_of_photo.suggestions() if each["photo"] == PHOTO]
        page.goto(f"http://127.0.0.1:{running.port}/photo?face={item['face']}")
        expect(page.locator("h1")).to_have_text(PHOTO)
        yield page


def _undo(page: Page) -> None:
    with leads_on(page):
        page.locator(".undo button").click()
    expect(page.locator(".undo")).to_contain_text("taken back")


def test_the_file_with_the_link_leads_in(running: Served, browser: Browser, tmp_path: Path) -> None:
    """A browser that is given the file comes to the first page, signed in, though the cookie is strict."""
    file = write_link(running.link, tmp_path / "links")
    context = browser.new_context()
    page = context.new_page()
    page.goto(file.path.as_uri())
    expect(page.locator("nav a[aria-current=page]")).to_have_text("Start")
    assert running.way_in not in page.url
    (cookie,) = context.cookies()
    assert (True, "Strict", -1) == (cookie["httpOnly"], cookie["sameSite"], cookie["expires"])
    assert page.evaluate("document.cookie") == ""
    context.close()


def test_a_face_is_answered_by_keys(photo: Page) -> None:
    """The chosen face gets the answer of the key; the page comes back with it."""
    photo.keyboard.press("ArrowRight")
    photo.keyboard.press("i")
    expect(photo.locator(".undo")).to_contain_text("1 face is a stranger")
    expect(photo.locator(".says h2")).to_have_text("A stranger")
    _undo(photo)
    photo.keyboard.press("ArrowRight")
    photo.keyboard.press("n")
    photo.keyboard.type("Somebody New")
    photo.keyboard.press("Enter")
    expect(photo.locator(".undo")).to_contain_text("1 face is Somebody New")
    _undo(photo)
    photo.keyboard.press("ArrowRight")
    photo.keyboard.press("Enter")
    expect(photo.locator(".undo")).to_contain_text(f"1 face is {GRACE}")
    _undo(photo)


def test_a_box_leads_to_its_face(photo: Page) -> None:
    """A click on the box in the photo goes to where it is answered; it draws nothing."""
    photo.locator(".boxes a rect").click()
    expect(photo).to_have_url(f"{photo.url.partition('#')[0]}#{photo.locator('figure.face').get_attribute('id')}")
    assert photo.locator("#draw-x").input_value() == "40"


def test_a_missing_face_is_drawn_with_the_mouse(photo: Page, place_of_photo: Place) -> None:
    """The box is where it was dragged, in shares of the photo, and its name is asked for."""
    photo.locator("#draw-x").evaluate("field => field.form.reset()")
    drawing = photo.locator(".boxes image")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box is not None
    photo.mouse.move(box["x"] + 0.05 * box["width"], box["y"] + 0.7 * box["height"])
    photo.mouse.down()
    photo.mouse.move(box["x"] + 0.15 * box["width"], box["y"] + 0.8 * box["height"], steps=4)
    photo.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.9 * box["height"], steps=4)
    photo.mouse.up()
    expect(photo.locator("#draw-name")).to_be_focused()
    photo.keyboard.type("Somebody Drawn")
    photo.keyboard.press("Enter")
    expect(photo.locator(".undo")).to_contain_text("1 face is Somebody Drawn")
    expect(photo.locator(".boxes text", has_text="Somebody Drawn")).to_be_visible()
    region = [each for each in place_of_photo.json("answers").lines if each["kind"] == "draw"][-1]["region"]
    assert region == pytest.approx({"x": 0.05, "y": 0.7, "w": 0.2, "h": 0.2}, abs=0.01)
    _undo(photo)
    expect(photo.locator(".boxes text", has_text="Somebody Drawn")).to_have_count(0)


def test_a_missing_face_is_drawn_by_keyboard_alone(photo: Page, place_of_photo: Place) -> None:
    """B leads to the numbers; arrows and digits move the box, which is seen in the photo."""
    photo.keyboard.press("Escape")
    photo.keyboard.press("b")
    expect(photo.locator("#draw-x")).to_be_focused()
    for value in ("60", "70", "15", "10"):
        photo.keyboard.press("Control+A")
        photo.keyboard.type(value)
        photo.keyboard.press("Tab")
    assert photo.locator("[data-drawing]").get_attribute("x") == "600"
    photo.keyboard.type("Somebody Drawn")
    photo.keyboard.press("Enter")
    expect(photo.locator(".undo")).to_contain_text("1 face is Somebody Drawn")
    region = [each for each in place_of_photo.json("answers").lines if each["kind"] == "draw"][-1]["region"]
    assert region == pytest.approx({"x": 0.6, "y": 0.7, "w": 0.15, "h": 0.1})
    _undo(photo)


def test_it_works_without_scripts(scanned: Place, browser: Browser, tmp_path: Path) -> None:
    """Forms do the work: with scripts switched off a missing face is drawn all the same."""
    place = copied(scanned, tmp_path / "place")
    with served(place) as running:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        enter(page, running)
        page.goto(f"http://127.0.0.1:{running.port}/photo/1")
        page.locator("#draw-name").fill("Somebody Drawn")
        page.locator("#draw button").click()
        expect(page.locator(".undo")).to_contain_text("1 face is Somebody Drawn")
        context.close()


def test_nothing_is_fetched_from_elsewhere(opened: Opener, running: Served) -> None:
    """Every request of every page goes to the server itself."""
    page = opened(running)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/suggestions", "/groups", "/doubts", "/people", "/written", "/photo/1"):
        page.goto(f"http://127.0.0.1:{running.port}{path}", wait_until="networkidle")
    assert asked
    assert not [url for url in asked if not url.startswith(f"http://127.0.0.1:{running.port}/")]
