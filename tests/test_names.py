"""Which spellings are one name, and which names name nobody."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facedaemon.names import Meaning, NotNames, clean_name, differ_in_case

DEFAULT = NotNames.of(["Ignored", "Unknown", "?"])
ZOE = "Zoë Müller"


@pytest.mark.parametrize(
    "spelled",
    [
        unicodedata.normalize("NFD", ZOE),
        "Zoë\u00a0Müller",  # no-break
        "Zoë  Müller",
        "Zoë\tMüller",
        "Zoë\u3000Müller",  # ideographic
        "Zoë\u2009\u202fMüller",  # thin, narrow no-break
        " Zoë Müller\n",
        "Zo\u200bë Müller",  # zero-width space
        "\ufeffZoë Müller",
        "Zoë Mül\u00adler",  # soft hyphen
        "\u200eZoë Müller\u200e",
        "Zoë Müller\u200d",
        "Zoë\u200b \u200bMüller",
        "Zoë Müller\x00",
    ],
)
def test_what_looks_the_same_is_one_name(spelled: str) -> None:
    """Combined letters, white space of every kind and what nobody sees make no other person."""
    assert ZOE == clean_name(spelled)


@pytest.mark.parametrize(
    "name",
    [
        "zoë Müller",
        "Zoé Müller",
        "Zoe Müller",
        "李小龍",
        "محمد",
        "👩\u200d👧",
        "\u0645\u06cc\u200c\u062e\u0648",
        "\uff21\uff44\uff41",
        "O'Neil",
        "Fam/P21",
    ],
)
def test_what_looks_different_stays_different(name: str) -> None:
    """Case, accents, wide letters, and joiners that a script or an emoji needs are part of a name."""
    assert name == clean_name(name) != ZOE


@given(st.text(max_size=40))
def test_cleaning_twice_is_cleaning_once(name: str) -> None:
    """A clean name is its own, so that comparing is comparing texts; it can be kept as UTF-8."""
    cleaned = clean_name(name)
    assert cleaned == clean_name(cleaned) == clean_name(unicodedata.normalize("NFD", name))
    assert cleaned.encode("utf-8").decode() == cleaned


def test_names_that_differ_in_case_are_found() -> None:
    """Each group once, in order; a name alone is none."""
    found = differ_in_case(["ada", "Bob", "Ada", "STRASSE", "Straße", "ADA"])
    assert [("ADA", "Ada", "ada"), ("STRASSE", "Straße")] == found


@pytest.mark.parametrize(
    "name",
    [
        "Unknown", "unknown", " UNKNOWN ", "_UNKNOWN_", "<Unknown>", "(unknown)", "Unknown - Other",
        "unknown  -\u00a0other",
        "Unknown?", "Unknown 2", "unknown_17", "Unknown person", "Unconfirmed", "?", "???", "…", "-",
        "Unbekannt", "UNBEKANNT",
        "Unbekannt (3)", "Inconnu", "Desconocido", "Nieznany", "Okänd", unicodedata.normalize("NFD", "Okänd"),
        "Неизвестный",
        "Άγνωστος", "Bilinmeyen", "BİLİNMEYEN", "未知", "不明", "알 수 없음", "غير معروف", "לא ידוע",
    ],
)  # fmt: skip
def test_some_names_are_nobodys(name: str) -> None:
    """DigiKam's word for a face without a name, in its languages, and those of other programs."""
    assert Meaning.NOBODY == DEFAULT.meaning(name)


@pytest.mark.parametrize(
    "name", ["Ignored", "ignored", "IGNORIERT", "Ignoré", "Ignorado", "Genegeerd", "已忽略", "_Ignored_"]
)
def test_some_names_say_that_a_face_is_ignored(name: str) -> None:
    """DigiKam's word for an ignored face."""
    assert Meaning.IGNORED == DEFAULT.meaning(name)


@pytest.mark.parametrize(
    "name",
    [
        "Unknown Soldier",
        "The Unknown",
        "Unknownov",
        "Ignatz",
        "Ignored Smith",
        "Noname Jane",
        "Ada",
        "R2",
        "1",
        "李",
        "👩\u200d👧",
        "J.",
        "Ada?",
    ],
)
def test_any_other_name_is_a_person(name: str) -> None:
    """Only a whole name counts; a sign or a number does not make a person nobody."""
    assert Meaning.PERSON == DEFAULT.meaning(name)


def test_the_list_is_the_users() -> None:
    """Words of one's own are added; what is taken out is a person again, in every language."""
    own = NotNames.of(["Ignored", "Passer-by", "Anna 2"])
    assert Meaning.NOBODY == own.meaning("PASSER-BY") == own.meaning("passer-by 3") == own.meaning("Anna 2")
    assert (
        Meaning.PERSON == own.meaning("Unknown") == own.meaning("Unbekannt") == own.meaning("?") == own.meaning("Anna")
    )
    assert Meaning.IGNORED == own.meaning("Ignoriert")
    assert Meaning.PERSON == NotNames.of([]).meaning("Ignored")
