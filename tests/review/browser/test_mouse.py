"""By mouse alone, with and without scripts; in two tabs; and while the daemon works."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.copied import copied
from tests.acceptance.daemon_process import daemon
from tests.acceptance.place import Place
from tests.portrait_place import EILEEN, GRACE
from tests.review.browser.conftest import Opener, enter
from tests.review.served import Served, served


def _open(page: Page, served: Served, path: str) -> Page:
    page.goto(f"http://127.0.0.1:{served.port}{path}")
    return page


def _answers(place: Place) -> list[tuple[str, str | None]]:
    """Kind and person of each answer that counts."""
    listed = place.json("answers").lines
    return [(each["kind"], each["person"]) for each in listed if not each["taken_back"] and each["kind"] != "unsay"]


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_person_is_confirmed_by_mouse(place: Place, browser: Browser, has_scripts: bool) -> None:
    """A wrong face is unticked or rejected, the others are confirmed by one click, and that is undone by one."""
    with served(place) as running:
        context = browser.new_context(java_script_enabled=has_scripts)
        page = context.new_page()
        enter(page, running)
        _open(page, running, "/suggestions")
        faces = page.locator("figure.face")
        count = faces.count()
        faces.nth(0).get_by_role("button").click()  # not this person
        expect(faces).to_have_count(count - 1)
        faces.nth(0).get_by_role("checkbox").click()
        page.locator("button.main").click()
        expect(page.locator(".undo")).to_contain_text(f"{count - 2} faces are")
        page.locator(".undo button").click()
        expect(page.locator(".undo")).to_contain_text(f"{count - 2} answers were taken back")
        context.close()
    ((kind, person),) = _answers(place)
    assert "reject" == kind
    assert person in (GRACE, EILEEN)


def test_the_line_ticks_down_to_a_confidence(place: Place, opened: Opener) -> None:
    """All are ticked at first; the line is moved by mouse or keys, and the count follows."""
    with served(place) as running:
        page = _open(opened(running), running, "/suggestions")
        ticks = page.locator("figure.face input:checked")
        count = page.locator("figure.face").count()
        expect(ticks).to_have_count(count)
        page.locator("#line").press("End")
        above = [float(str(each.get_attribute("data-confidence"))) >= 1 for each in page.locator("figure.face").all()]
        expect(ticks).to_have_count(sum(above))
        expect(page.locator("[data-ticked]")).to_have_text(str(sum(above)))
        page.locator("#line").press("Home")
        expect(ticks).to_have_count(count)


def test_a_group_is_taken_apart_by_mouse(nobody_named: Place, opened: Opener) -> None:
    """One face is set aside, some are named, and the rest, which stays in place, gets the last name by its button."""
    with served(nobody_named) as running:
        page = _open(opened(running), running, "/groups")
        faces = page.locator("figure.face")
        address, count = page.url, faces.count()
        faces.nth(0).get_by_label("Not a face").click()
        expect(faces).to_have_count(count - 1)
        faces.nth(0).get_by_role("checkbox").click()
        page.get_by_label("Name of the ticked").fill("Somebody")
        page.get_by_role("button", name="N Name").click()
        expect(page.locator(".undo")).to_contain_text(f"{count - 2} faces are Somebody")
        expect(faces).to_have_count(1)
        page.get_by_role("button", name="1 Somebody").click()
        expect(page.locator(".undo")).to_contain_text("1 face is Somebody")
        assert address != page.url or page.locator("h1").text_content() == "Groups"
    assert {"not_a_face": 1, "confirm": count - 1} == {
        kind: [each for each, _ in _answers(nobody_named)].count(kind) for kind in ("not_a_face", "confirm")
    }


def test_a_group_is_divided(nobody_named: Place, opened: Opener) -> None:
    """Some of the faces are ticked, the others not; the page stays the same."""
    with served(nobody_named) as running:
        page = _open(opened(running), running, "/groups")
        count = page.locator("figure.face").count()
        page.keyboard.press("t")
        page.wait_for_url("**divide=1*")
        ticked = page.locator("figure.face input:checked").count()
        assert 0 < ticked < count == page.locator("figure.face").count()


def test_a_name_close_to_a_known_one_is_asked_about_in_the_page(place: Place, opened: Opener) -> None:
    """The question is answered by a button; nothing is written down before."""
    with served(place) as running:
        page = _open(opened(running), running, "/suggestions")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("n")
        page.keyboard.type("Grace Hoper")
        page.keyboard.press("Enter")
        question = page.locator(".question")
        expect(question).to_contain_text("Grace Hoper is nobody yet")
        expect(page.locator(".undo")).to_have_count(0)
        question.get_by_role("button", name=GRACE, exact=True).click()
        expect(page.locator(".undo")).to_contain_text(f"1 face is {GRACE}")
    assert [("confirm", GRACE)] == _answers(place)


def test_two_tabs_answer_beside_each_other(place: Place, opened: Opener) -> None:
    """Each goes on from its own page; what one answered the other does not ask again; undo takes back what it names."""
    with served(place) as running:
        one = _open(opened(running), running, "/suggestions")
        other = _open(one.context.new_page(), running, "/suggestions")
        assert one.locator("h1").text_content() == other.locator("h1").text_content()
        one.keyboard.press("ArrowRight")
        one.keyboard.press("i")
        expect(one.locator(".undo")).to_contain_text("1 face is a stranger")
        count = one.locator("figure.face").count()
        assert count + 1 == other.locator("figure.face").count()
        other.locator("figure.face input").nth(0).click()
        other.keyboard.press("Escape")
        other.keyboard.press("Enter")
        expect(other.locator(".undo")).to_contain_text(f"{count} faces are")
        one.reload()
        assert one.locator("h1").text_content() == other.locator("h1").text_content()
        one.keyboard.press("u")
        expect(one.locator(".undo")).to_contain_text(f"{count} answers were taken back")
    assert [("ignore", None)] == _answers(place)


def test_answers_are_taken_up_while_the_daemon_works(place: Place, opened: Opener) -> None:
    """No scan is offered; what is confirmed in the page becomes the daemon's, and its name is in the sidecar."""
    with daemon(place) as running_daemon, served(place) as running:
        running_daemon.tells("STATUS=Watching 1 folder")
        page = _open(opened(running), running, "/suggestions")
        expect(page.locator("#pass button")).to_have_count(0)
        person = str(page.locator("h1").text_content())[len("Is this ") : -1]
        before = len(place.json("samples", person).lines)
        count = page.locator("figure.face").count()
        page.keyboard.press("Enter")
        expect(page.locator(".undo")).to_contain_text(f"{count} faces are {person}")
        expect(page.locator("h1")).not_to_have_text(f"Is this {person}?")
        running_daemon.until(
            lambda: len(place.json("samples", person).lines) == before + count, "the answers were not taken up"
        )
        assert 0 == running_daemon.stop()


def test_a_new_library_is_scanned_from_the_page(
    scanned: Place, tmp_path_factory: pytest.TempPathFactory, opened: Opener
) -> None:
    """Where nothing was ever scanned the page says so, and offers it."""
    place = copied(scanned, tmp_path_factory.mktemp("new") / "place")
    for file in place.state.iterdir():
        file.unlink()
    with served(place) as running:
        page = _open(opened(running), running, "/")
        expect(page.locator("#pass")).to_contain_text("Nothing was scanned yet")
        page.locator("#pass button").click()
        expect(page.locator("#pass[data-done]")).to_be_visible(timeout=60_000)
        _open(page, running, "/suggestions")
        expect(page.locator("h1")).to_contain_text("Is this")
