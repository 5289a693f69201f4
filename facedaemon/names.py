"""Names of people: which spellings are one name, and which words are not names of people. Pure."""

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from importlib import resources

# Invisible in every place: soft hyphen, zero-width space, word joiner and invisible operators, marks that turn the
# direction of writing, the byte order mark. The zero-width joiners stay inside a name:
# Persian, Hindi and emoji need them.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_JOINERS = "\u200c\u200d"
_NUMBER = re.compile(r"[\W_]*\d+$")
CLOSE = 0.8  # similarity of two names (difflib's ratio) from which one may be a typing error of the other
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def clean_name(name: str) -> str:
    """The name as it is compared and stored: NFC, any white space as one blank, no invisible characters.

    Names that look the same are equal: precomposed and combined letters, no-break, ideographic and zero-width spaces.
    Upper and lower case stay different. Characters that no program can write (control characters, lone surrogates) are
    removed.
    """
    visible = _CONTROL.sub("", _INVISIBLE.sub("", name))
    return unicodedata.normalize("NFC", " ".join(visible.split()).strip(_JOINERS + " "))


def differ_in_case(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Groups of names that differ only in upper and lower case, in order."""
    groups: dict[str, set[str]] = {}
    for name in names:
        groups.setdefault(clean_name(name.casefold()), set()).add(name)
    return sorted(tuple(sorted(group)) for group in groups.values() if len(group) > 1)


class Meaning(Enum):
    """What a name in a library or in metadata means."""

    PERSON = "a person"
    NOBODY = "nobody"
    IGNORED = "a face that is nobody's business"


_FILE = "not_names.toml"
_NO_LETTERS = "?"


@dataclass(frozen=True, slots=True)
class NotNames:
    """Words that are not names of people, folded; `ignored` are those that mean an ignored face."""

    words: frozenset[str]
    ignored: frozenset[str]

    @classmethod
    def of(cls, words: Iterable[str]) -> "NotNames":
        """What the config lists. "Unknown" and "Ignored" stand for the same in other languages, too."""
        listed = frozenset(map(_folded, words)) - {""}
        ignored = _listed("ignored") if _folded("Ignored") in listed else frozenset()
        unknown = _listed("unknown") if _folded("Unknown") in listed else frozenset()
        return cls(listed | ignored | unknown, ignored)

    def meaning(self, name: str) -> Meaning:
        """What the name means. Only a whole name counts: "Unknown Soldier" is a person.

        Case, white space, signs around the word and a number behind it make no difference: `_UNKNOWN_`, `unknown (2)`.
        """
        folded = _folded(name)
        word = next((each for each in (folded, _NUMBER.sub("", folded)) if each in self.words), None)
        if word is None:
            return Meaning.PERSON
        return Meaning.IGNORED if word in self.ignored else Meaning.NOBODY


def close_names(name: str, known: Collection[str]) -> list[str]:
    """The known names of which this one may be a slip, the closest first."""
    by_fold: dict[str, str] = {each.casefold(): each for each in known}
    return [by_fold[each] for each in difflib.get_close_matches(name.casefold(), by_fold, 3, CLOSE)]


def did_you_mean(name: str, known: Collection[str]) -> str:
    """The end of a message about a name that nobody has: known ones that are close; empty where there is none."""
    close = [] if name in known else close_names(name, known)
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _folded(name: str) -> str:
    """For the comparison; a name of nothing but punctuation is "?"."""
    # the dot that lower-casing a Turkish capital leaves behind
    name = clean_name(clean_name(name).casefold().replace("i\u0307", "i"))
    kept = name.strip("".join({c for c in name if _is_sign(c)}))
    return kept or (_NO_LETTERS if name else "")


def _is_sign(character: str) -> bool:
    return character in " <>=+|~^`$" or unicodedata.category(character).startswith("P")


def _listed(name: str) -> frozenset[str]:
    """One of the lists in the file beside this module."""
    lists = tomllib.loads((resources.files("facedaemon") / _FILE).read_text(encoding="utf-8"))
    return frozenset(map(_folded, lists[name]))
