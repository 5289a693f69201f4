"""What `evaluate` found each time is a line on the first page, in words and in a table."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from facedaemon.figures import Figures
from facedaemon.pipeline import Evaluation
from facedaemon.review.drawings import history
from tests.acceptance.place import Json
from tests.review.served import Client, Served

FIGURES = Figures(people=2, probes=14, strangers=14, tpir=0.9, fpir=0.0, wrong_per_100=0.1, threshold=0.5)
MADE = Evaluation("2026-11-26T14:05:00+01:00", 3, FIGURES, 0)


def _with(*shares: float) -> list[Evaluation]:
    return [replace(MADE, figures=replace(FIGURES, tpir=share)) for share in shares]


def test_two_evaluations_are_a_line(client: Client, running: Served) -> None:
    """Measured, answered, scanned and measured again: the page has the figures of `evaluate --history`."""
    place = running.place
    place.json("evaluate")
    page = client.get("/").text
    assert 'id="history"' not in page
    assert "once it was evaluated twice" in page
    faces = [item["face"] for item in place.suggestions()]
    assert 0 == place.run("confirm", *faces).status
    place.json("scan")
    place.json("evaluate")
    first, last = place.json("evaluate", "--history").lines
    page = client.get("/").text
    section = page.partition('id="history"')[2].partition("</figure>")[0]
    assert 2 == len(re.findall(r"[\d.]+,[\d.]+", section.partition('points="')[2].partition('"')[0]))
    assert re.findall(r"<td>([^<]+)</td>", section) == [
        last["time"][:16].replace("T", " "),
        first["time"][:16].replace("T", " "),
    ]
    assert [str(last["probes"]), str(first["probes"])] == re.findall(
        r'<td>[^<]+</td><td class="number">(\d+)<', section
    )
    assert first["probes"] < last["probes"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: {**kept, "history": "x"},
        lambda kept: {**kept, "history": [*kept["history"], {"time": "<script>", "tpir": 1}]},
        lambda kept: {**kept, "history": [{**kept["history"][0], "time": "<b>"}]},
        lambda kept: {**kept, "history": [{**kept["history"][0], "tpir": "x"}, {**kept["history"][0], "tpir": None}]},
        lambda kept: {**kept, "history": [{**kept["history"][0], "tpir": float("nan")}]},
        lambda _: [],
    ],
)
def test_a_damaged_file_costs_the_line_alone(client: Client, running: Served, damage: Callable[[Json], object]) -> None:
    """What makes no sense in it is left out."""
    running.place.json("evaluate")
    file = running.place.state / "evaluations.json"
    file.write_text(json.dumps(damage(json.loads(file.read_text()))))
    page = client.get("/")
    assert 200 == page.status
    assert 'id="history"' not in page.text
    assert "<b>" not in page.text


@pytest.mark.parametrize("shares", [[], [0.9]])
def test_one_evaluation_is_no_line(shares: list[float]) -> None:
    """There is nothing to compare."""
    assert history(_with(*shares)) is None


@pytest.mark.parametrize("shares", [[0.0, 0.0], [1.0, 1.0], [0.5, 1.0], [0.93, 0.94, 0.97], [-1.0, 2.0], [0.9] * 500])
def test_the_line_stays_in_its_frame(shares: list[float]) -> None:
    """Also where all are right, or none; the newest come first in the table."""
    drawn = history(_with(*shares))
    assert drawn is not None
    points = [tuple(map(float, point.split(","))) for point in drawn.right.split()]
    assert len(shares) == len(points) == drawn.count
    assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in points)
    assert (0.0, float(drawn.width)) == (points[0][0], points[-1][0])
    assert 0 <= drawn.lowest < 1
