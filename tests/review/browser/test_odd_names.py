"""Names of people and files as nobody expects them: every page still fits, and none of them steers the page."""

import os
from urllib.parse import quote

import pytest

from tests.acceptance.place import Place
from tests.portrait_place import EILEEN, GRACE, sidecar_of
from tests.review.browser.conftest import NARROW, WIDE, Opener
from tests.review.served import served

LONG = ("Wolfeschlegelsteinhausenbergerdorff" * 8)[:240]
TURNED = (
    "\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET} \N{ZERO WIDTH SPACE}Ada\N{ZERO WIDTH JOINER} \N{ARABIC LETTER MEEM}"
)
TEMPLATE = "{{ 7 * 7 }} ${7*7} <svg onload=alert(1)> %(person)s %s"
PATHS = (
    "/", "/suggestions", "/groups", "/doubts", "/people", "/photo/1", "/written", "/written/answers",
    "/written/rejections",
)  # fmt: skip


@pytest.mark.parametrize(("grace", "eileen"), [(LONG, TURNED), (TEMPLATE, LONG)])
def test_every_page_fits(place: Place, opened: Opener, grace: str, eileen: str) -> None:
    """Very long names, names from right to left, names as templates, a file name that is no UTF-8: wide and narrow."""
    photo = min(place.photos.glob("Grace*.jpg"))
    odd = os.fsencode(place.photos) + b"/caf\xe9" + b"x" * 200 + b".jpg"
    for old, new in ((photo, odd), (sidecar_of(photo), odd + b".xmp")):
        os.rename(old, new)  # noqa: PTH104 - bytes
    for old_name, name in ((GRACE, grace), (EILEEN, eileen)):
        assert 0 == place.run("people", "rename", old_name, name).status
    place.json("scan")
    assert 0 == place.run("reject", place.suggestions()[0]["face"]).status
    place.json("scan")
    names = [line["person"] for line in place.json("people").lines]
    with served(place) as running:
        page = opened(running, NARROW)
        for path in (*PATHS, *(f"/people/person?name={quote(name)}" for name in names)):
            page.goto(f"http://127.0.0.1:{running.port}{path}")
            for width in (WIDE, NARROW):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert "49" not in page.title(), path
            assert page.locator("svg[onload]").count() == 0, path
