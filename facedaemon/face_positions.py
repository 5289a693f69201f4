"""Where a face is among the faces of its photo, as a person would describe it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from facedaemon.geometry import overlap
from facedaemon.values import Region

SAME_FACE = 0.5  # overlap of two regions that are about one face


class Third(StrEnum):
    """The part of the photo's height in which the centre of a face lies."""

    UPPER = "upper"
    MIDDLE = "middle"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Position:
    """The face is number `number`, from 1, of `of` faces counted from the left, in a third of the photo's height."""

    number: int
    of: int
    third: Third

    def words(self) -> str:
        """Such as "2nd of 3 from the left, upper third"."""
        place = f"{ordinal(self.number)} of {self.of} from the left" if self.of > 1 else "the only face"
        return f"{place}, {self.third} third"


def position(region: Region, faces: Sequence[Region]) -> Position:
    """The position of a face among all `faces` of its photo; it counts once, whether it is one of them or not.

    Two faces of the photo that overlap are two, so that all positions in one list are counted among as many.
    """
    others = list(faces)
    same = max(others, key=lambda face: overlap(face, region), default=None)
    if same is not None and overlap(same, region) >= SAME_FACE:
        others.remove(same)
    centre = _centre(region)
    middle = region.y + region.h / 2
    third = Third.UPPER if middle < 1 / 3 else Third.MIDDLE if middle < 2 / 3 else Third.LOWER
    return Position(sum(_centre(face) < centre for face in others) + 1, len(others) + 1, third)


def ordinal(number: int) -> str:
    """A number as English counts: 1st, 2nd, 3rd, 4th, 11th."""
    last = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{last}"


def _centre(region: Region) -> tuple[float, float]:
    """By which faces are ordered: one above the other, the upper one comes first."""
    return region.x + region.w / 2, region.y + region.h / 2
