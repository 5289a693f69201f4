"""Which tags of the library are persons, and which are digiKam's special tags for faces without a name."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from facedaemon.names import clean_name

SCANNED = "Scanned for Faces"  # an internal tag: unlike "Unknown" or "Ignored" its name is not translated

PERSON = "person"
INTERNAL = "internalTag"
UNKNOWN = "unknownPerson"
UNCONFIRMED = "unconfirmedPerson"
IGNORED = "ignoredPerson"
PROPERTIES = (PERSON, INTERNAL, UNKNOWN, UNCONFIRMED, IGNORED)


_MOST_CHARACTERS = 255  # a longer name is none


@dataclass(frozen=True, slots=True)
class Problem:
    """A row of the library that was left out: what it belongs to, and why."""

    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags that matter for faces, by id. `people` holds only names that belong to one tag, `ambiguous` the rest.

    Names are as they are compared (`names.clean_name`); `spellings` are those that digiKam spells otherwise.
    """

    names: Mapping[int, str]
    spellings: Mapping[int, str]
    people: Mapping[str, int]
    ambiguous: Mapping[str, tuple[int, ...]]
    unknown: frozenset[int]
    unconfirmed: frozenset[int]
    ignored: frozenset[int]
    scanned: frozenset[int]
    problems: tuple[Problem, ...] = field(default=())


def tags_of(rows: Iterable[tuple[int, str, str, str | None]]) -> Tags:
    """The tags in `rows` of (tag id, tag name, property, value of the property).

    The three special tags are recognised by their property, never by their name, which digiKam translates.
    """
    tag_names: dict[int, str] = {}
    properties: dict[int, dict[str, str]] = defaultdict(dict)
    for tag_id, tag_name, name, value in rows:
        tag_names[tag_id] = tag_name
        properties[tag_id].setdefault(name, value or "")
    special = {kind: frozenset(tag for tag, has in properties.items() if kind in has) for kind in PROPERTIES}
    persons = special[PERSON] - special[UNKNOWN] - special[UNCONFIRMED] - special[IGNORED]
    named = {tag: properties[tag][PERSON] or tag_names[tag] for tag in sorted(persons)}
    problems = [Problem(f"tag {tag}", reason) for tag, name in named.items() if (reason := _unusable(name))]
    names = {tag: clean_name(name) for tag, name in named.items() if not _unusable(name)}
    owners: dict[str, list[int]] = defaultdict(list)
    for tag, name in names.items():
        owners[name].append(tag)
    return Tags(
        names=MappingProxyType(names),
        spellings=MappingProxyType({tag: named[tag] for tag, name in names.items() if named[tag] != name}),
        people=MappingProxyType({name: tags[0] for name, tags in owners.items() if len(tags) == 1}),
        ambiguous=MappingProxyType({name: tuple(tags) for name, tags in owners.items() if len(tags) > 1}),
        unknown=special[UNKNOWN],
        unconfirmed=special[UNCONFIRMED],
        ignored=special[IGNORED],
        scanned=frozenset(tag for tag in special[INTERNAL] if tag_names[tag] == SCANNED),
        problems=tuple(problems),
    )


def _unusable(name: str) -> str | None:
    """Why a name cannot be shown, compared and written into a sidecar; None for a good one."""
    if not clean_name(name):
        return "the person has no name"
    if len(name) > _MOST_CHARACTERS:
        return f"the person's name has {len(name)} characters: {name[:40]!r}"
    # Cc: control characters, which XML forbids; Cs: bytes that were no UTF-8 when the library was read
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        return f"the person's name holds control characters: {name!r}"
    return None
