"""What audit and evaluate print."""

from facedaemon.cli.json_output.common import Count, FaceId, Generation, Path, Region, Share, Time, Values
from facedaemon.cli.json_output.faces import Pair


class BeforeBirth(Values):
    """The day on which a photo was taken, and a birth date after it: a date, a month or a year (ISO 8601)."""

    taken: str
    born: str


class Doubt(Values):
    """A confirmed face that is probably somebody else; `nearest_...` are photos.

    `before_birth` where the photo was taken before the person was born.
    """

    face: FaceId
    photo: Path
    region: Region
    person: str
    looks_like: str | None
    score: float
    nearest_own: Path | None
    nearest_other: Path | None
    look_alikes: Pair | None
    before_birth: BeforeBirth | None


class Since(Values):
    """What changed since a former evaluation, on the same faces."""

    time: Time
    faces: Count
    right_before: Count
    right: Count
    wrong_before: Count
    wrong: Count
    better: list[FaceId]
    worse: list[FaceId]


class PersonMeasured(Values):
    """Held-out faces of one person."""

    faces: Count
    right: Count
    wrong: Count


class Measured(Values):
    """Confirmed faces, each held out; the figures are null where too few are confirmed."""

    people: Count
    probes: Count
    strangers: Count
    tpir: Share | None
    fpir: Share | None
    wrong_per_100: float | None
    threshold: Share | None
    since: Since | None
    by_person: dict[str, PersonMeasured] | None


class FormerlyMeasured(Values):
    """A former evaluation."""

    time: Time
    generation: Generation
    people: Count
    probes: Count
    strangers: Count
    tpir: Share
    fpir: Share
    wrong_per_100: float
    threshold: Share
    doubtful: Count
