"""Debian's chromium, driven by Playwright; no browser is ever downloaded."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.acceptance.copied import copied
from tests.acceptance.place import Place
from tests.conftest import REPOSITORY
from tests.made_once import made_once
from tests.portrait_place import named_portraits, portraits_folder
from tests.review.served import TIMEOUT, Served

SHOTS = REPOSITORY / ".bench" / "review"
NARROW, WIDE = 360, 1280
KEPT_FROM_USERS = ["--disable-back-forward-cache"]
"""Options of Playwright without which the browser does as a user's."""

expect.set_options(timeout=1000 * TIMEOUT)  # a limit, not a wait: a test machine may be busy


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them take a browser, and time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    program = shutil.which("chromium")
    if program is None:
        reason = "chromium is absent: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    options = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=program, args=options, ignore_default_args=KEPT_FROM_USERS)


Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    """Opens the page of a server by its link: `opened(served, width, scheme)`. No script on it may fail."""
    with opened_pages(browser) as open_page:
        yield open_page


def enter(page: Page, served: Served) -> None:
    """By the link of a server, which leads on to its first page by itself: wait until that is there."""
    page.goto(served.link)
    page.wait_for_url("**/")


@contextmanager
def leads_on(page: Page) -> Iterator[None]:
    """What is done in the block leads to another page: wait until that is there and takes keys.

    Playwright's own waiting also ends by `history.replaceState`, which a page calls when a face is ticked.
    """
    page.evaluate("document.documentElement.dataset.former = ''")
    yield
    expect(page.locator("html[data-former]")).to_have_count(0)
    page.wait_for_load_state("load")


def _is_problem(said: ConsoleMessage) -> bool:
    return said.type == "error" and "net::ERR_" not in said.text


@contextmanager
def opened_pages(browser: Browser) -> Iterator[Opener]:
    """The same for a block; at its end no error may stand in the browser's console, but that the server is gone."""
    contexts = []
    problems: list[str] = []

    def open_page(served: Served, width: int = WIDE, scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        context.set_default_timeout(1000 * TIMEOUT)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(f"{said.text} {said.location}") if _is_problem(said) else None)
        enter(page, served)
        return page

    try:
        yield open_page
    finally:
        for context in contexts:
            context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="session")
def unnamed(model_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two people's portraits, scanned; nobody has a name. Tests take copies."""
    pictures = portraits_folder()

    def make(folder: Path) -> Place:
        place = named_portraits(pictures, model_files, folder / "place", named=0)
        assert place.json("scan").summary["photos"]["failed"] == 0
        return place

    return made_once(tmp_path_factory, "review-unnamed", make)


@pytest.fixture
def nobody_named(unnamed: Place, tmp_path: Path) -> Place:
    """A place of a test's own where nobody has a name."""
    return copied(unnamed, tmp_path / "unnamed")
