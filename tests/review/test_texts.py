"""The texts of the pages in all languages."""

import io
import re
from itertools import pairwise

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import read_mo

from facedaemon.review.rendering import language_of, languages, spoken
from facedaemon.review.wording import decimal, number, percent
from tests import texts
from tests.review.served import Client

FIELD = re.compile(r"%\(\w+\)s")
PAGES = (
    "/", "/suggestions", "/groups", "/doubts", "/people", "/people/person?name=Grace%20Hopper", "/photo/1",
    "/written", "/written/answers", "/written/rejections", "/photo/999999",
)  # fmt: skip


def _messages(language: str) -> list[Message]:
    return [message for message in texts.translated(language) if message.id]


def _strings(words: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [words] if isinstance(words, str) else list(words or [])


def test_german_is_there() -> None:
    """The source's language is the first, and German one of the others."""
    assert ("en", "de") == languages()
    assert ["de"] == texts.languages()


@pytest.mark.parametrize("language", texts.languages())
def test_every_text_is_translated(language: str) -> None:
    """The language's file has all texts of pages and code, no others, and a translation of each: `make texts`."""
    known = {message.id for message in _messages(language)}
    assert {message.id for message in texts.extracted() if message.id} == known
    assert [] == [message.id for message in _messages(language) if not all(_strings(message.string))]
    assert not [message.id for message in _messages(language) if message.fuzzy]


@pytest.mark.parametrize("language", texts.languages())
def test_translations_fill_in_the_same_values(language: str) -> None:
    """A placeholder that is left out or misspelt would hide a name, or break the page."""
    for message in _messages(language):
        for source, words in zip(_strings(message.id), _strings(message.string), strict=True):
            assert set(FIELD.findall(source)) == set(FIELD.findall(words)), words
            assert "%" not in FIELD.sub("", words).replace("%%", ""), words


@pytest.mark.parametrize("language", texts.languages())
def test_the_compiled_file_is_that_of_the_text_file(language: str) -> None:
    """What gettext reads was made from what translators see, by whatever version of Babel."""
    assert _read(texts.binary(language).read_bytes()) == _read(texts.compiled(language))


def _read(compiled: bytes) -> tuple[str, list[tuple[object, object, object]]]:
    """Rule of plurals and texts of a compiled file; its header names the version that made it."""
    found = read_mo(io.BytesIO(compiled))
    return found.plural_forms, [(each.context, each.id, each.string) for each in found if each.id]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr,de;q=0.5,en;q=0.4", "de"),
        ("fr", "en"),
        ("de;q=0", "en"),
        ("", "en"),
        ("de;q=x, ;;;, en", "en"),
    ],
)
def test_the_browser_chooses_the_language(header: str, expected: str) -> None:
    """The most wished for among those that are there; else the source's."""
    assert expected == language_of(header, ("en", "de"))


def test_a_browser_that_names_no_language_gets_that_of_the_session() -> None:
    """`LC_ALL` before `LC_MESSAGES` before `LANG`, as everywhere."""
    assert "de-DE" == spoken({"LANG": "de_DE.UTF-8"})
    assert "en-US" == spoken({"LC_ALL": "en_US.UTF-8", "LANG": "de_DE.UTF-8"})
    assert "en" == language_of(spoken({"LANG": "C.UTF-8"}), ("en", "de"))
    assert "" == spoken({})


@pytest.mark.parametrize("path", PAGES)
def test_every_page_speaks_german(visitor: Client, path: str) -> None:
    """No text of the page is left in English; names of people and files stay as they are."""
    page = visitor.get(path, {"Accept-Language": "de-DE,de;q=0.9"}).text
    assert '<html lang="de">' in page
    words = {line.strip() for part in re.findall(r">([^<]+)<", page) for line in part.splitlines() if line.strip()}
    english = {
        message.id for message in _messages("de") if isinstance(message.id, str) and message.id != message.string
    }
    assert set() == {each for each in words if each in english and len(each) > 3}


def test_numbers_are_written_as_in_the_language() -> None:
    """Thousands and decimals; what is not quite all is never called all."""
    assert ("12,345", "12.345") == (number(12345), number(12345, language="de"))
    assert ("0.25", "3,4", "12") == (decimal(0.25), decimal(3.41, language="de"), decimal(12.3))
    assert ["0 %", "< 1 %", "50 %", "> 99 %", "100 %"] == [percent(share) for share in (0, 0.001, 0.5, 0.9999, 1)]
    shown = [float(percent(share / 1000).strip("<> %")) for share in range(5, 995)]
    assert all(one <= other for one, other in pairwise(shown))
