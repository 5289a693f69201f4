"""How the pages look: wide and narrow, light and dark, and to a screen reader."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.review.browser.conftest import NARROW, SHOTS, WIDE, opened_pages
from tests.review.served import Served

PAGES = (
    "/", "/suggestions", "/groups", "/doubts", "/people", "/people/person?name=Grace%20Hopper", "/written",
    "/written/answers", "/written/rejections", "/photo/1",
)  # fmt: skip
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def page(looked_at: Served, browser: Browser) -> Iterator[Page]:
    """A signed-in browser that only looks."""
    with opened_pages(browser) as opener:
        yield opener(looked_at)


def _file(path: str) -> str:
    return path.partition("?")[0].strip("/").replace("/", "-") or "start"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_and_is_accessible(page: Page, looked_at: Served, path: str) -> None:
    """In light and in dark, at 360 pixels and wide: nothing is cut off, and axe finds nothing serious."""
    page.goto(f"http://127.0.0.1:{looked_at.port}{path}")
    page.evaluate("for (const details of document.querySelectorAll('main details')) details.open = true")
    SHOTS.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        serious = [each for each in found if each["impact"] in SERIOUS]
        assert not serious, [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in serious]
        for width in (NARROW, WIDE):
            page.set_viewport_size({"width": width, "height": 800})
            assert width >= page.evaluate("document.documentElement.scrollWidth")
            here = page.locator("header nav a[aria-current]")
            assert here.count() == (0 if path.startswith("/photo") else 1)
            assert all(0 <= box["x"] <= width - box["width"] for each in here.all() if (box := each.bounding_box()))
            page.screenshot(path=SHOTS / f"{_file(path)}-{scheme}-{width}.png", full_page=True)


@pytest.mark.parametrize("path", ["/suggestions", "/groups", "/photo/1"])
def test_everything_that_is_pressed_is_large_enough(page: Page, looked_at: Served, path: str) -> None:
    """At 360 pixels each button, link and tick is at least 24 pixels wide and high (WCAG 2.2, 2.5.8)."""
    page.set_viewport_size({"width": NARROW, "height": 800})
    page.goto(f"http://127.0.0.1:{looked_at.port}{path}")
    small = page.evaluate("""
        [...document.querySelectorAll("main button, main a, main label:has(input), summary")]
            .filter((each) => each.checkVisibility())
            .map((each) => [each.getBoundingClientRect(), each.outerHTML])
            .filter(([box]) => box.width < 24 || box.height < 24)
            .map(([, words]) => words)
        """)
    assert [] == small
