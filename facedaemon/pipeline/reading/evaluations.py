"""Former evaluations, in a small file beside the state, and what became better since, on the same faces.

The last ones keep what each face got, so that a library that grew is not compared with what it was before.
"""

import hashlib
import json
import logging
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from facedaemon import private
from facedaemon.figures import Figures
from facedaemon.gallery import Outcome
from facedaemon.pipeline.service.daemon_record import iso_time

log = logging.getLogger(__name__)

FILE_NAME = "evaluations.json"
MOST_KEPT = 500  # evaluations in the history
_KEPT_FACES = 2  # evaluations of which each face's outcome is kept: the last, and the one before for a repeated command
_MOST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation; `time` in ISO 8601, `doubtful` the faces that `audit` lists."""

    time: str
    generation: int
    figures: Figures
    doubtful: int

    def values(self) -> dict[str, Any]:
        """As JSON, in the file and as `evaluate --history` prints it: the figures stand beside the rest."""
        beside = {"time": self.time, "generation": self.generation}
        return {**beside, **asdict(self.figures), "doubtful": self.doubtful}

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Evaluation":
        """The evaluation from its `values`. Raises KeyError, TypeError or ValueError where they are none."""
        left = dict(values)
        time, generation, doubtful = left.pop("time"), left.pop("generation"), left.pop("doubtful")
        figures = Figures(**left)
        datetime.fromisoformat(time)
        if not all(math.isfinite(number) for number in (generation, doubtful, *left.values())):
            raise ValueError("no figures")
        return cls(time, generation, figures, doubtful)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed since a former evaluation, on the `faces` that were confirmed then and are now.

    `right` got the name that they were confirmed as at that time, `wrong` another one. `better` and `worse` are the
    short ids of faces that get their confirmed name now and did not, and the reverse.
    """

    since: Evaluation
    faces: int
    right_before: int
    right: int
    wrong_before: int
    wrong: int
    better: tuple[str, ...]
    worse: tuple[str, ...]


def record(
    directory: Path, measured: Figures, outcomes: Mapping[str, Outcome], generation: int, doubtful: int, now: float
) -> tuple[Evaluation, Comparison | None]:
    """Keep an evaluation, and compare it with the last one that found something else; None where there is none.

    `outcomes` go by the whole short ids of the faces. A file that cannot be written is named in the log.
    """
    made = Evaluation(iso_time(now), generation, measured, doubtful)
    kept = _read(directory)
    key = _key(made, outcomes)
    others = [each for each in kept["faces"] if each["key"] != key]
    compared = _compared(others[-1], outcomes) if others else None
    if not kept["faces"] or kept["faces"][-1]["key"] != key:
        kept["history"] = [*kept["history"], made.values()][-MOST_KEPT:]
        kept["faces"] = [*others, {"key": key, "evaluation": made.values(), "outcomes": dict(outcomes)}][-_KEPT_FACES:]
        _write(directory, kept)
    return made, compared


def past_evaluations(directory: Path) -> Iterator[Evaluation]:
    """The evaluations that are kept, oldest first."""
    for values in _read(directory)["history"]:
        with suppress(KeyError, TypeError, ValueError):
            yield Evaluation.of(values)


def past_version(directory: Path) -> tuple[int, int, int] | None:
    """Another value after an evaluation was kept; None where none is. A file with many faces takes a while to read."""
    with suppress(OSError):
        seen = (directory / FILE_NAME).stat()
        return seen.st_ino, seen.st_size, seen.st_mtime_ns
    return None


def _compared(before: Mapping[str, Any], now: Mapping[str, Outcome]) -> Comparison | None:
    outcomes: Mapping[str, str] = before["outcomes"]
    both = sorted(outcomes.keys() & now.keys())
    was, is_now = [outcomes[face] for face in both], [now[face] for face in both]
    pairs = list(zip(both, was, is_now, strict=True))
    return Comparison(
        since=Evaluation.of(before["evaluation"]),
        faces=len(both),
        right_before=was.count(Outcome.RIGHT),
        right=is_now.count(Outcome.RIGHT),
        wrong_before=was.count(Outcome.WRONG),
        wrong=is_now.count(Outcome.WRONG),
        better=tuple(face for face, old, new in pairs if old != Outcome.RIGHT == new),
        worse=tuple(face for face, old, new in pairs if old == Outcome.RIGHT != new),
    )


def _key(made: Evaluation, outcomes: Mapping[str, Outcome]) -> str:
    """Equal for evaluations that found the same."""
    content = json.dumps([{**made.values(), "time": None}, sorted(outcomes.items())])
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def _read(directory: Path) -> dict[str, list[Any]]:
    """What is kept; nothing where the file makes no sense."""
    with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
        opened = os.open(directory / FILE_NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(opened, "rb") as file:  # noqa: PTH123 - a descriptor
            values = json.loads(file.read(_MOST_BYTES))
        for each in values["faces"]:
            Evaluation.of(each["evaluation"])
            dict(each["outcomes"])
            str(each["key"])
        return {"history": list(values["history"]), "faces": list(values["faces"])}
    return {"history": [], "faces": []}


def _write(directory: Path, values: Mapping[str, Any]) -> None:
    new = directory / f"{FILE_NAME}.{os.getpid()}.new"
    try:
        with open(private.open_new(new), "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump(values, file)
        new.replace(directory / FILE_NAME)
    except OSError as error:
        new.unlink(missing_ok=True)
        log.warning("%s: the evaluation cannot be kept: %s", directory / FILE_NAME, error.strerror)
