"""Faces that are confirmed as somebody who was not born yet: the name, the photo's date or the birth date is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

from facedaemon.pipeline.people.names_now import NameNow
from facedaemon.store import Store

SCORE = 1.0  # how doubtful such a name is: one of three facts that people stated is wrong


@dataclass(frozen=True, slots=True)
class BeforeBirth:
    """A confirmed face in a photo that states to be from the day `taken`; the person was `born` later (ISO 8601)."""

    face: int
    person: str
    taken: str
    born: str


def confirmed_before_birth(store: Store, now: NameNow, born: Mapping[str, str]) -> list[BeforeBirth]:
    """All of them; `born` are birth dates by the names that people have now, which `now` gives."""
    if not born:
        return []
    dates = {name: born[now(name)] for name in store.people.counts() if now(name) in born}
    return [
        BeforeBirth(each.face, each.person, each.taken.day, dates[each.person])
        for each in (store.people.dated(dates) if dates else ())
        if each.taken.is_before(dates[each.person])
    ]
