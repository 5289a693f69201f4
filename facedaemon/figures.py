"""How right names are on a library's own confirmed faces, and who looks like whom: measured, kept and shown."""

from dataclasses import dataclass

ENOUGH_OF_A_PAIR = 10  # held-out faces of two people; of fewer no share is given


@dataclass(frozen=True, slots=True)
class Figures:
    """Confirmed faces, each held out, judged at the gallery's own threshold.

    `tpir`: share of faces of known people that get their right name; `fpir`: share of strangers that get any name;
    `wrong_per_100`: wrong names among 100 shown, with as many strangers as known people; at least what the calibration
    expects, since beside one person alone no face can be held out as a stranger.
    """

    people: int
    probes: int
    strangers: int
    tpir: float
    fpir: float
    wrong_per_100: float
    threshold: float


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What another threshold would do.

    `right`: share of the held-out faces of known people that get their right name; `strangers`: share of strangers
    that get any name; `wrong_per_100`: wrong names among 100 shown, with as many strangers as known people.
    """

    threshold: float
    right: float
    strangers: float
    wrong_per_100: float


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Two people whose faces are similar.

    `likeness` is the similarity of their nearest prototypes, normalised by strangers. Of the `faces` of both, each held
    out, `mixed_up` would be named as the other one.
    """

    one: str
    other: str
    likeness: float
    faces: int
    mixed_up: int

    @property
    def is_measured(self) -> bool:
        """Whether there are enough faces for `mixed_up` of `faces` to be a share."""
        return self.faces >= ENOUGH_OF_A_PAIR

    def beside(self, person: str) -> str | None:
        """The other of both; None where `person` is neither."""
        return {self.one: self.other, self.other: self.one}.get(person)
