"""Sentences of other packages are German on the German page, and the table of them is that of the code."""

import ast
from collections.abc import Iterator

import pytest

from facedaemon.review.messages import SENTENCES, pattern_of, stage, translated
from facedaemon.review.rendering import translations
from tests.conftest import REPOSITORY
from tests.review.served import Client, Served

GERMAN = {"Accept-Language": "de"}
COMPOSED = {  # of several sentences, or of a number and a word; tried below
    "%(count)s folder",
    "%(count)s folders",
    "%(id)s: no answer that counts has this id; 'facedaemon answers' lists them",
}


def _german(sentence: str) -> str:
    return translated(sentence, translations("de").gettext)


def _said() -> Iterator[str]:
    """Every text in the code outside the page; what is put in is a dot, in quotes where it is shown as in Python."""
    for file in (REPOSITORY / "facedaemon").rglob("*.py"):
        if "review" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else _put_in(part) for part in node.values
                )


def _put_in(part: ast.expr) -> str:
    return "'.'" if isinstance(part, ast.FormattedValue) and part.conversion == ord("r") else "."


def test_every_sentence_is_one_that_the_code_says() -> None:
    """Who words a message otherwise is reminded of its translation."""
    said = set(_said())
    gone = [
        each for each in SENTENCES if each not in COMPOSED and not any(pattern_of(each).fullmatch(one) for one in said)
    ]
    assert [] == gone


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("the file is empty", "die Datei ist leer"),
        ("/p/a: b.jpg: the file is empty", "/p/a: b.jpg: die Datei ist leer"),
        ("/p/a.jpg: the file is empty", "/p/a.jpg: die Datei ist leer"),
        ("the picture is damaged (%s %(x)s 100%)", "das Bild ist beschädigt (%s %(x)s 100%)"),
        ("Paused: on battery", "Pause: im Akkubetrieb"),
        ("Paused: something new", "Pause: something new"),
        ("Watching 1 folder", "beobachtet 1 Ordner"),
        ("it is write-protected; it is left as it is", "es ist schreibgeschützt; es bleibt, wie es ist"),
        ("a sentence that nobody knows", "a sentence that nobody knows"),
        ("", ""),
        ("x" * 5000, "x" * 5000),
    ],
)
def test_what_varies_is_put_in_again(english: str, german: str) -> None:
    """Also where it looks like a placeholder; an unknown sentence stays as it is."""
    assert german == _german(english)


@pytest.mark.parametrize(
    ("activity", "expected"),
    [
        (
            "looking at photos 3 of 24: a 1 of 2 (x).jpg; 5 names found (about a minute left); 2 more to do",
            "looking at photos",
        ),
        ("matching faces", "matching faces"),
        ("training (about 2 hours left)", "training"),
        ("Paused: on battery; 2 more to do", "Paused: on battery"),
        ("Watching 2 folders; 1 more to do", "Watching 2 folders"),
        ("", ""),
    ],
)
def test_what_the_service_does_is_said_without_its_progress(activity: str, expected: str) -> None:
    """The bar above shows that."""
    assert expected == stage(activity)


def test_a_broken_photo_is_named_in_german(client: Client, running: Served) -> None:
    """On the first page, and on its own."""
    broken = running.place.photos / "broken.jpg"
    broken.write_bytes(b"")
    assert 1 == running.place.run("scan").status
    assert f"{broken}: die Datei ist leer" in client.get("/", GERMAN).text


@pytest.mark.parametrize(
    ("kind", "fields", "german"),
    [
        ("name", [("face", "fzzzzzzz"), ("person", "Anna")], "Kein Gesicht hat diese Kennung"),
        ("name", [("face", "fzzzzzzz"), ("person", "x" * 300)], "ist kein Name mit 1 bis 255 Zeichen"),
        ("take-back", [("answer", "0" * 32)], "Keine Antwort, die gilt, hat diese Kennung"),
        ("unsay", [("command", "x")], "das wurde schon zurückgenommen"),
        ("forget", [("rejection", "999")], "es gibt keine Ablehnung 999"),
        ("birth", [("person", "Grace Hopper"), ("born", "soon")], "ist kein Geburtsdatum"),
    ],
)
def test_a_refused_answer_is_explained_in_german(
    client: Client, kind: str, fields: list[tuple[str, str]], german: str
) -> None:
    """Whatever package says so."""
    done = client.post(f"/answer/{kind}", fields)
    assert german in client.get(done.location, GERMAN).text
