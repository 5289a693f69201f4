"""An answer that was made without knowing a newer one replaces nothing."""

import pytest

from facedaemon.answers import AnswerKind
from facedaemon.pipeline import FaceVersion, Statement, Weight, weigh
from facedaemon.values import FaceState

NOTHING = FaceVersion()
ANNA = FaceVersion((Statement(FaceState.CONFIRMED, "Anna"),))
CHECKED = FaceVersion((Statement(FaceState.CONFIRMED, "Anna", is_checked=True),))
BO = FaceVersion((Statement(FaceState.CONFIRMED, "Bo"),))
BOTH = FaceVersion((*ANNA.statements, *BO.statements))
STRANGER = FaceVersion((Statement(FaceState.IGNORED),))
NOT_ANNA = FaceVersion((), frozenset({"Anna"}))
CONFIRM, REJECT, IGNORE, NO_FACE = (
    AnswerKind.CONFIRM,
    AnswerKind.REJECT,
    AnswerKind.IGNORE,
    AnswerKind.NOT_A_FACE,
)


@pytest.mark.parametrize("shown", [NOTHING, ANNA, CHECKED, BO, BOTH, STRANGER, NOT_ANNA])
@pytest.mark.parametrize(
    ("kind", "person"), [(CONFIRM, "Anna"), (CONFIRM, "Cleo"), (REJECT, "Anna"), (IGNORE, None), (NO_FACE, None)]
)
def test_what_was_shown_as_it_is_may_be_answered_otherwise(
    shown: FaceVersion, kind: AnswerKind, person: str | None
) -> None:
    """Who sees the present state means to change it."""
    assert Weight.NEW == weigh(kind, person, shown.code, shown)


@pytest.mark.parametrize(
    ("kind", "person", "shown", "now", "expected"),
    [
        (CONFIRM, "Anna", NOTHING, BO, Weight.OLDER),
        (CONFIRM, "Anna", NOTHING, ANNA, Weight.SAME),
        (CONFIRM, "Anna", NOTHING, CHECKED, Weight.SAME),
        (CONFIRM, "Anna", NOTHING, BOTH, Weight.OLDER),
        (CONFIRM, "Anna", NOTHING, STRANGER, Weight.OLDER),
        (CONFIRM, "Anna", NOTHING, NOT_ANNA, Weight.OLDER),
        (CONFIRM, "Bo", NOTHING, NOT_ANNA, Weight.NEW),
        (CONFIRM, "Bo", ANNA, CHECKED, Weight.OLDER),
        (CONFIRM, "Anna", ANNA, NOTHING, Weight.OLDER),
        (CONFIRM, "Anna", CHECKED, NOTHING, Weight.OLDER),
        (CONFIRM, "Bo", ANNA, NOTHING, Weight.NEW),
        (IGNORE, None, NOTHING, ANNA, Weight.OLDER),
        (IGNORE, None, NOTHING, STRANGER, Weight.SAME),
        (IGNORE, None, STRANGER, NOTHING, Weight.OLDER),
        (NO_FACE, None, NOTHING, STRANGER, Weight.OLDER),
        (REJECT, "Anna", NOTHING, ANNA, Weight.OLDER),
        (REJECT, "Anna", ANNA, CHECKED, Weight.OLDER),
        (REJECT, "Anna", NOTHING, BO, Weight.NEW),
        (REJECT, "Anna", NOTHING, STRANGER, Weight.NEW),
        (REJECT, "Anna", ANNA, NOT_ANNA, Weight.SAME),
        (REJECT, "Anna", NOTHING, NOT_ANNA, Weight.SAME),
    ],
)
def test_what_changed_since_is_not_replaced(
    kind: AnswerKind, person: str | None, shown: FaceVersion, now: FaceVersion, expected: Weight
) -> None:
    """Nothing is lost by an answer to what is not there any more; the same answer again is not written down twice."""
    assert expected == weigh(kind, person, shown.code, now)


@pytest.mark.parametrize("made_up", ["", "-", "x", "-".join("x" * 50), "\N{SNOWMAN}", "a b-c"])
def test_a_version_that_nobody_ever_showed_is_not_the_present_one(made_up: str) -> None:
    """A form that was made up is answered as one that is old."""
    assert Weight.OLDER == weigh(CONFIRM, "Anna", made_up, BO)
