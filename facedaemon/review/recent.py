"""The last names under the keys 1 to 9. A name keeps its key: who answers quickly does not look again. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

MOST = 9


@dataclass(frozen=True, slots=True)
class RecentNames:
    """`keys` are the names under the keys, the first under 1; `used` the same names, the last used last."""

    keys: tuple[str, ...] = ()
    used: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: Iterable[str]) -> "RecentNames":
        """Those that were used last, the last one first."""
        last = tuple(dict.fromkeys(names))[:MOST]
        return cls(last, last[::-1])

    def with_name(self, name: str) -> "RecentNames":
        """After a name was given: where it is new and all keys are taken, it gets that of the name not used longest."""
        used = (*(each for each in self.used if each != name), name)
        if name in self.keys:
            return RecentNames(self.keys, used)
        if len(self.keys) < MOST:
            return RecentNames((*self.keys, name), used)
        keys = tuple(name if each == used[0] else each for each in self.keys)
        return RecentNames(keys, used[1:])

    def renamed(self, now: Callable[[str], str]) -> "RecentNames":
        """After people were renamed; who became another person has one key."""
        return RecentNames(tuple(dict.fromkeys(map(now, self.keys))), tuple(dict.fromkeys(map(now, self.used))))
