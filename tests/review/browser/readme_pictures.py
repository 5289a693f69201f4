"""The pictures of the page in the README: `python -m tests.review.browser.readme_pictures PORTRAITS MODELS FOLDER`.

Of the two public-domain portraits alone, so that everybody may see them. `make pictures` makes them again.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.portrait_place import EILEEN, named_portraits
from tests.review.browser.conftest import opened_pages
from tests.review.served import served

WIDTH, HEIGHT = 1100, 640
COLOURS = 128  # of the pictures' palette: a third of the bytes, and no difference that is seen


def main(portraits: Path, models: Path, folder: Path) -> None:
    """Write `suggestions.png` and `groups.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium")
    assert program is not None, "chromium is absent: apt-get install chromium"
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, named, path in (("suggestions", 5, f"/suggestions?person={EILEEN}"), ("groups", 0, "/groups")):
            place = named_portraits(portraits, models, Path(temporary) / name, named=named)
            assert place.json("scan").summary["photos"]["failed"] == 0
            with served(place) as running, opened_pages(browser) as open_page:
                page = open_page(running, WIDTH)
                page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
                page.goto(f"http://127.0.0.1:{running.port}{path}")
                save(page, folder / f"{name}.png")


def save(page: Page, path: Path) -> None:
    """The page as it is seen, in few bytes."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path)
    with Image.open(path) as opened:
        small = opened.convert("RGB").quantize(COLOURS, dither=Image.Dither.FLOYDSTEINBERG)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
