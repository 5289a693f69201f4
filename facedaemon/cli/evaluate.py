"""The command that measures how right names are on the user's own library."""

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facedaemon import face_ids
from facedaemon.cli.inspect import views_of
from facedaemon.cli.options import Call, command
from facedaemon.text import ALMOST, counted, local_time, percent

if TYPE_CHECKING:
    from facedaemon.pipeline import Comparison, Evaluation


def register(app: typer.Typer) -> None:
    """Add this module's command to the command line."""
    app.command()(evaluate)


@command
def evaluate(
    call: Call,
    per_person: Annotated[bool, typer.Option("--people", help="A line for each person as well.")] = False,
    history: Annotated[bool, typer.Option("--history", help="The former results instead, oldest first.")] = False,
) -> None:
    """Measure how right it is on your own library, and what became better since the last time."""
    with views_of(call) as views:
        if history:
            call.out.lines(
                ((each.values(), _evaluation_words(each)) for each in views.evaluations()),
                otherwise="Nothing was evaluated yet: facedaemon evaluate",
            )
            return
        result = views.evaluate()
        figures = result.figures
        compared = views.keep_evaluation(figures, time.time())[1] if figures.probes else None
    if not figures.probes:
        nothing = dict.fromkeys(("people", "probes", "strangers"), 0)
        unknown = dict.fromkeys(("tpir", "fpir", "wrong_per_100", "threshold"))
        few = (
            "Too few faces are confirmed to measure anything: two people with two faces each are needed."
            " To name more: facedaemon review, or facedaemon groups"
        )
        call.out.summary({**nothing, **unknown, "since": None, "by_person": None}, few)
        return
    values: dict[str, Any] = {
        "people": figures.people,
        "probes": figures.probes,
        "strangers": figures.strangers,
        "tpir": round(figures.tpir, 4),
        "fpir": round(figures.fpir, 4),
        "wrong_per_100": round(figures.wrong_per_100, 3),
        "threshold": round(figures.threshold, 4),
    }
    words = [
        f"{counted(figures.probes, 'confirmed face')} of {counted(figures.people, 'person', 'people')}, each tried"
        f" as if it had no name: {_share(figures.tpir)} would get the right one.",
        f"{counted(figures.strangers, 'face')}, each tried as if its person were a stranger: {_share(figures.fpir)}"
        " would get a name, which would be wrong.",
        f"Names are shown from {percent(figures.threshold)} on, because at that point"
        f" {_of_thousand(figures.wrong_per_100)} shown names are wrong in your library.",
    ]
    values["since"] = None if compared is None else _comparison_values(compared)
    words += [] if compared is None else _comparison_words(compared)
    values["by_person"] = None
    if per_person:
        values["by_person"] = {
            one.person: {"faces": one.faces, "right": one.right, "wrong": one.wrong} for one in result.by_person
        }
        words += [f"  {one.person}: {one.right} of {one.faces} right, {one.wrong} wrong" for one in result.by_person]
    call.out.summary(values, words)


def _comparison_values(found: "Comparison") -> dict[str, Any]:
    return {
        "time": found.since.time,
        "faces": found.faces,
        "right_before": found.right_before,
        "right": found.right,
        "wrong_before": found.wrong_before,
        "wrong": found.wrong,
        "better": [face_ids.shown(face) for face in found.better],
        "worse": [face_ids.shown(face) for face in found.worse],
    }


def _comparison_words(found: "Comparison") -> list[str]:
    """What became better, on the same faces."""
    better, worse = len(found.better), len(found.worse)
    since = f"Since {local_time(found.since.time)}, on the {counted(found.faces, 'face')} confirmed then and now:"
    if not (better or worse):
        return [f"{since} as many right ({found.right}) as before, wrong {found.wrong_before} → {found.wrong}"]
    lost = f" ({', '.join(map(face_ids.shown, found.worse[:5]))})" if worse else ""
    return [
        f"{since} {counted(better, 'more gets', 'more get')} the name that"
        f" {'it is' if better == 1 else 'they are'} confirmed as, {counted(worse, 'does', 'do')} not any more{lost}",
        f"  right {found.right_before} → {found.right}, wrong {found.wrong_before} → {found.wrong}",
    ]


def _evaluation_words(found: "Evaluation") -> str:
    figures = found.figures
    return (
        f"{local_time(found.time)}: {counted(figures.people, 'person', 'people')},"
        f" {counted(figures.probes, 'face')} tried, {_share(figures.tpir)} right,"
        f" {_of_thousand(figures.wrong_per_100)} shown names wrong, {counted(found.doubtful, 'doubtful confirmation')}"
    )


def _share(part: float) -> str:
    """A measured share for a person; unlike a probability it may be all, or none."""
    if part > ALMOST:
        return "all"
    return "none" if part < 1 - ALMOST else f"{100 * part:.1f} %"


def _of_thousand(per_100: float) -> str:
    """Such as "3 of 1,000"; less than one is not rounded away."""
    wrong = 10 * per_100
    return "fewer than 1 of 1,000" if 0 < wrong < 1 else f"{wrong:.0f} of 1,000"
