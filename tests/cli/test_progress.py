"""How far a command is, for people and for programs; results on standard output are not touched by it."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest

from facedaemon.cli.options import Output
from facedaemon.cli.progress import BarReporter, Lines, in_words, reporter
from facedaemon.pipeline.progress import Pace, Progress, Reporter, follow
from facedaemon.pipeline.reports import Step


def steps() -> Generator[Step, None, str]:
    """A pass of two photos, one of which is named so that a terminal would obey it."""
    yield Step("looking at photos", Path("/p/\x1b[31m.jpg"), 1, 2, names=3)
    yield Step("writing sidecars", None, 1, 2, names=3, of="looking at photos")
    return "done"


def test_programs_get_a_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json --progress: on standard error, with all keys in each, and nothing that a terminal obeys."""
    assert "done" == follow(steps(), reporter(Output(as_json=True, quiet=False), progress=True))
    out, err = capsys.readouterr()
    assert "" == out
    assert "\x1b" not in err
    first, second = map(json.loads, err.splitlines())
    assert {"stage", "photo", "done", "total", "names", "per_minute", "seconds_left"} == first.keys() == second.keys()
    assert ("looking at photos", "/p/\x1b[31m.jpg", 1, 2, 3) == tuple(first[key] for key in list(first)[:5])
    assert ("writing sidecars", None) == (second["stage"], second["photo"])


def test_without_a_terminal_nothing_is_shown_unless_it_is_asked_for() -> None:
    """A log is not filled by a bar that nobody sees; --progress has it in lines, -q nothing."""
    out = Output(as_json=False, quiet=False)
    assert Reporter is type(reporter(out))
    assert BarReporter is type(reporter(out, progress=True))
    assert Lines is type(reporter(Output(as_json=True, quiet=True), progress=True))


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress("looking at photos"), ""),
        (Progress("looking at photos", done=5, total=9, per_minute=61.4, seconds_left=3725), "61/min, 1:02:05 left"),
        (Progress("looking at photos", names=1), "1 name"),
        (Progress("looking at photos", names=12, per_minute=60.0, seconds_left=0), "60/min, 0:00:00 left, 12 names"),
    ],
)
def test_pace_time_left_and_names_in_words(progress: Progress, words: str) -> None:
    """Only what is known is said."""
    assert words == in_words(progress)


def test_the_pace_is_that_of_the_whole_pass() -> None:
    """Writing sidecars between two batches of photos does not begin a new count; photos that get slower count more."""
    times = iter([0.0, 60.0, 61.0, 120.0, 300.0])
    pace = Pace(times.__next__)
    counts = [(0, "look"), (600, "look"), (600, "write"), (1200, "look"), (1300, "look")]
    seen = [pace.after(Step(stage, None, done, 10_000, of="look")) for done, stage in counts]
    assert [None, 600.0, 590.2, 600.0] == [each.per_minute for each in seen[:4]]
    assert seen[4].per_minute is not None
    assert seen[4].per_minute < 200


def test_a_job_that_fails_ends_its_report() -> None:
    """The bar is taken from the terminal whatever happens."""

    class Ended(Reporter):
        ended = False

        def ending(self) -> None:
            self.ended = True

    def failing() -> Generator[Step, None, None]:
        yield Step("looking at photos")
        raise LookupError

    reported = Ended()
    with pytest.raises(LookupError):
        follow(failing(), reported)
    assert reported.ended
