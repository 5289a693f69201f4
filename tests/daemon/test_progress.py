"""Progress in words."""

from pathlib import Path

from facedaemon.daemon.progress import Progress
from facedaemon.pipeline.reports import Step


def test_it_names_the_stage_the_photo_and_the_time_left() -> None:
    """After ten seconds the time left is computed from the pace so far."""
    times = iter([0.0, 5.0, 60.0, 61.0])
    progress = Progress(times.__next__)
    steps = [Step("Looking at photos", Path("/p/a.jpg"), done, 1000) for done in (0, 10, 100, 990)]
    assert [
        "Looking at photos 0 of 1000: a.jpg",
        "Looking at photos 10 of 1000: a.jpg",
        "Looking at photos 100 of 1000: a.jpg (about 9 minutes left)",
        "Looking at photos 990 of 1000: a.jpg (about a minute left)",
    ] == [progress.activity(step).words for step in steps]


def test_a_stage_without_a_count_is_its_name() -> None:
    """Nothing is made up where nothing is known."""
    assert "Training" == Progress(lambda: 0.0).activity(Step("Training")).words


def test_each_stage_is_reckoned_by_itself() -> None:
    """A quick stage before says nothing about the next one."""
    times = iter([0.0, 100.0, 105.0])
    progress = Progress(times.__next__)
    steps = [Step("Comparing", None, 0, 9), Step("Looking", None, 1, 9), Step("Looking", None, 2, 9)]
    assert ["Comparing 0 of 9", "Looking 1 of 9", "Looking 2 of 9"] == [progress.activity(step).words for step in steps]
