from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facedaemon.library import ImageRows, Row, RowPlan, Tags, Wanted, from_json, plan_rows, to_json
from facedaemon.library.rect import Rect, region_of, to_text
from facedaemon.library.tags import tags_of
from facedaemon.values import Region, Size

SIZE = Size(1000, 500)
UNKNOWN, IGNORED, UNCONFIRMED, BOB, ANNA = 5, 6, 7, 10, 11
TAGS = tags_of(
    [
        (UNKNOWN, "Unknown", "unknownPerson", None),
        (IGNORED, "Ignored", "ignoredPerson", None),
        (UNCONFIRMED, "Unconfirmed", "unconfirmedPerson", None),
        (BOB, "Bob", "person", "Bob"),
        (ANNA, "Anna", "person", "Anna"),
        (20, "Eve", "person", "Eve"),
        (21, "Eve", "person", "Eve"),
    ]
)
RECT = Rect(100, 100, 100, 100)
MEMORY = "faceTagExtendedData"


def row(tag: int, name: str, value: str) -> Row:
    """A row of image 1."""
    return Row(1, tag, name, value)


def unknown(rect: Rect) -> Row:
    """A detected face without a name."""
    return row(UNKNOWN, "autodetectedFace", to_text(rect))


def image(*rows: Row, tagged: frozenset[int] = frozenset(), tags: Tags = TAGS, version: int = 16) -> ImageRows:
    """A photo of 1000 x 500 pixels with these rows."""
    return ImageRows(1, SIZE, rows, tagged, tags, version, "{db}")


def wanted(rect: Rect = RECT, person: str = "Bob") -> Wanted:
    """A name at a rect."""
    return Wanted(region_of(rect, SIZE), person)


def applied(plan: RowPlan, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows after the plan."""
    left = list(rows)
    for step in plan.steps:
        for gone in step.delete:
            left.remove(gone)
        left += step.insert
    return tuple(left)


def reason(plan: RowPlan) -> str:
    """Why nothing is done."""
    assert () == plan.steps
    [refused] = plan.refused
    return refused.reason


def test_a_suggestion_is_the_two_rows_that_digikam_writes() -> None:
    """Byte for byte: the face on the person's tag, the name on the tag for unconfirmed faces."""
    plan = plan_rows(image(), [wanted()])
    text = '<rect x="100" y="100" width="100" height="100"/>'
    assert (
        row(BOB, "autodetectedFace", text),
        row(UNCONFIRMED, "autodetectedPerson", f"10,autodetectedFace,{text}"),
    ) == plan.inserted
    assert () == plan.deleted


def test_an_unknown_face_there_is_replaced_and_keeps_its_place() -> None:
    """A human may have drawn it; removing the suggestion in digiKam brings the very same face back."""
    there = unknown(Rect(105, 98, 100, 100))
    plan = plan_rows(image(there), [wanted()])
    assert (there,) == plan.deleted
    assert to_text(Rect(105, 98, 100, 100)) == plan.inserted[0].value


def test_every_equal_unknown_row_is_replaced() -> None:
    """A face that stands twice would stay unknown beside its name."""
    assert (unknown(RECT), unknown(RECT)) == plan_rows(image(unknown(RECT), unknown(RECT)), [wanted()]).deleted


def test_two_unknown_faces_at_one_place_are_left_alone() -> None:
    """Nobody can say which of them is meant."""
    rows = unknown(RECT), unknown(Rect(110, 110, 100, 100))
    assert "another face is there: unknown" in reason(plan_rows(image(*rows), [wanted()]))


def test_an_unknown_neighbour_is_no_place_for_a_name() -> None:
    """Sharing a third of its area is too near to add a face and too far to be the same one."""
    assert "unknown" in reason(plan_rows(image(unknown(Rect(165, 100, 100, 100))), [wanted()]))


@pytest.mark.parametrize(
    ("rows", "tagged"),
    [
        ([row(IGNORED, "ignoredFace", to_text(RECT))], frozenset()),
        ([row(ANNA, "tagRegion", to_text(RECT))], frozenset({ANNA})),
        ([row(BOB, "tagRegion", to_text(RECT))], frozenset({BOB})),
        ([row(ANNA, "autodetectedFace", to_text(RECT))], frozenset()),
        ([row(UNCONFIRMED, "autodetectedPerson", f"{ANNA},autodetectedFace,{to_text(RECT)}")], frozenset()),
        ([row(ANNA, "tagRegion", to_text(RECT))], frozenset()),
        ([row(UNKNOWN, "autodetectedFace", "nonsense")], frozenset()),
    ],
    ids=["ignored", "confirmed", "confirmed, same name", "suggested", "half suggested", "untagged", "not understood"],
)
def test_any_other_face_there_wins(rows: list[Row], tagged: frozenset[int]) -> None:
    """Ignored, confirmed, suggested, or not even understood: nothing is written, and it is said why."""
    assert reason(plan_rows(image(*rows, tagged=tagged), [wanted()]))


def test_a_quarter_of_either_area_is_in_the_way() -> None:
    """A small face inside a large region, and a large one around a small region."""
    large, small = Rect(0, 0, 400, 400), Rect(10, 10, 40, 40)
    for there, ours in ((large, small), (small, large)):
        rows = row(IGNORED, "ignoredFace", to_text(there))
        assert "ignored" in reason(plan_rows(image(rows), [wanted(ours)]))
    beside = row(IGNORED, "ignoredFace", to_text(Rect(175, 100, 100, 100)))
    assert 2 == len(plan_rows(image(beside), [wanted()]).inserted)


@pytest.mark.parametrize("person", ["Nobody", "Eve", "bob", ""])
def test_a_name_that_is_not_exactly_one_person_is_refused(person: str) -> None:
    """No tag is ever made, and of two namesakes none is chosen."""
    assert "digiKam has" in reason(plan_rows(image(), [wanted(person=person)]))


@pytest.mark.parametrize("version", [15, 18])
def test_only_the_tested_schema_is_written_to(version: int) -> None:
    """Not even to take something back."""
    change = plan_rows(image(), [wanted()]).changes
    assert f"version {version}" in reason(plan_rows(image(version=version), [wanted()]))
    assert f"version {version}" in reason(plan_rows(image(*change[0].inserted, version=version), [], change))


def memory(tag: int, rect: Rect, *rejected: int) -> Row:
    """What digiKam 9.1 keeps of the names that a human rejected."""
    return row(tag, "faceTagExtendedData", f"{to_text(rect)},{';'.join(map(str, rejected))}")


@pytest.mark.parametrize("rejected", [(BOB,), (ANNA, BOB), (BOB, 999)])
@pytest.mark.parametrize("place", [RECT, Rect(110, 95, 100, 100)])
@pytest.mark.parametrize("tag", [UNKNOWN, ANNA])
def test_a_name_that_a_human_rejected_in_digikam_is_not_shown_there_again(
    rejected: tuple[int, ...], place: Rect, tag: int
) -> None:
    """Alone or among others, at nearly the same place, on the Unknown face or left behind on another tag."""
    rows = unknown(place), memory(tag, place, *rejected)
    assert "rejected" in reason(plan_rows(image(*rows), [wanted()]))


def test_what_digikam_remembers_goes_with_the_face() -> None:
    """To the suggested person's tag, and back with the Unknown face; every row, and none of another face."""
    beside = memory(UNKNOWN, Rect(500, 100, 50, 50), BOB)
    own = memory(UNKNOWN, RECT, ANNA, 20), memory(UNKNOWN, RECT, 21), row(UNKNOWN, "faceTagExtendedData", "odd")
    rows = unknown(RECT), *own, beside
    plan = plan_rows(image(*rows), [wanted()])
    after = applied(plan, rows)
    assert {memory(BOB, RECT, ANNA, 20), memory(BOB, RECT, 21), own[2], beside} < set(after)
    assert not set(own[:2]) & set(after)
    assert Counter(rows) == Counter(applied(plan_rows(image(*after), [], plan.changes), after))


@pytest.mark.parametrize("now", [(), (memory(BOB, RECT, ANNA, 20, 21),)], ids=["cleared", "one more"])
def test_what_a_human_did_with_digikams_memory_meanwhile_stands(now: tuple[Row, ...]) -> None:
    """Taking a suggestion back neither brings back what was cleared nor loses what was added."""
    rows = unknown(RECT), memory(UNKNOWN, RECT, ANNA)
    plan = plan_rows(image(*rows), [wanted()])
    after = tuple(each for each in applied(plan, rows) if each.property != "faceTagExtendedData") + now
    back = applied(plan_rows(image(*after), [], plan.changes), after)
    assert Counter([unknown(RECT), *(Row(1, UNKNOWN, each.property, each.value) for each in now)]) == Counter(back)


def test_a_library_that_never_looked_for_faces_has_no_place_for_suggestions() -> None:
    """The tag for unconfirmed faces is made by digiKam alone."""
    assert "never looked" in reason(plan_rows(image(tags=tags_of([(BOB, "Bob", "person", "Bob")])), [wanted()]))


def test_a_second_name_at_one_place_is_refused() -> None:
    """The first one wanted stands."""
    plan = plan_rows(image(), [wanted(), wanted(person="Anna")])
    assert ["Bob"] == [change.person for change in plan.changes]
    assert ["Anna"] == [refused.person for refused in plan.refused]


def test_a_name_is_exchanged_in_one_plan() -> None:
    """The former suggestion goes, the Unknown face it had replaced comes back and is replaced by the new one."""
    first = plan_rows(image(unknown(RECT)), [wanted()])
    now = image(*applied(first, (unknown(RECT),)))
    second = plan_rows(now, [wanted(person="Anna")], first.changes)
    assert first.changes == second.withdrawn
    assert (unknown(RECT),) == second.changes[0].deleted
    assert {BOB, UNCONFIRMED, ANNA}.issuperset(row.tag_id for row in applied(second, now.rows))
    assert 2 == len(applied(second, now.rows))


def test_what_a_human_decided_since_is_not_taken_back() -> None:
    """Confirmed, removed or renamed in digiKam: our rows are gone, and nothing of the human's is touched."""
    changes = plan_rows(image(unknown(RECT)), [wanted()]).changes
    confirmed = image(row(BOB, "tagRegion", to_text(RECT)), tagged=frozenset({BOB}))
    for now in (confirmed, image(unknown(RECT)), image()):
        assert "any more" in reason(plan_rows(now, [], changes))


def test_nothing_is_taken_back_from_another_database() -> None:
    """After a restore ids may belong to other photos."""
    [change] = plan_rows(image(), [wanted()]).changes
    other = ImageRows(1, SIZE, change.inserted, frozenset(), TAGS, 16, "{other}")
    assert "another database" in reason(plan_rows(other, [], [change]))


def test_an_unknown_face_does_not_come_back_where_another_is_now() -> None:
    """A human named the face beside our suggestion meanwhile."""
    changes = plan_rows(image(unknown(RECT)), [wanted()]).changes
    human = row(ANNA, "tagRegion", to_text(RECT))
    plan = plan_rows(image(*changes[0].inserted, human, tagged=frozenset({ANNA})), [], changes)
    assert () == plan.inserted
    assert changes[0].inserted == plan.deleted


RECTS = st.builds(Rect, st.integers(-50, 950), st.integers(-50, 450), st.integers(1, 300), st.integers(1, 300))
ROWS = st.lists(
    st.one_of(
        RECTS.map(unknown),
        RECTS.map(lambda rect: row(IGNORED, "ignoredFace", to_text(rect))),
        RECTS.map(lambda rect: row(ANNA, "tagRegion", to_text(rect))),
        RECTS.map(lambda rect: memory(UNKNOWN, rect, 20)),
    ),
    max_size=6,
).map(tuple)
WANTED = st.lists(st.builds(wanted, RECTS, st.sampled_from(["Bob", "Anna", "Nobody"])), max_size=4)


@given(ROWS, WANTED)
def test_a_plan_carried_out_is_done(rows: tuple[Row, ...], names: list[Wanted]) -> None:
    """Planning the shown names again gives nothing to do."""
    plan = plan_rows(image(*rows, tagged=frozenset({ANNA})), names)
    again = plan_rows(
        image(*applied(plan, rows), tagged=frozenset({ANNA})),
        [Wanted(change.region, change.person) for change in plan.changes],
    )
    assert () == again.steps
    assert len(plan.changes) == len(again.active)


def test_a_face_that_only_the_replaced_one_touches_is_in_the_way() -> None:
    """The suggestion takes over an Unknown face's rectangle; where another face lies in that, nothing is written."""
    rows = (unknown(Rect(0, 0, 100, 100)), unknown(Rect(0, 0, 100, 200)))
    plan = plan_rows(image(*rows), [wanted(Rect(0, 100, 100, 100), "Bob")])
    assert () == plan.steps
    assert "another face is there" in plan.refused[0].reason


@given(ROWS, WANTED)
def test_a_plan_taken_back_leaves_the_rows_as_they_were(rows: tuple[Row, ...], names: list[Wanted]) -> None:
    """Whatever was there, as often as it was there."""
    plan = plan_rows(image(*rows, tagged=frozenset({ANNA})), names)
    after = applied(plan, rows)
    back = plan_rows(image(*after, tagged=frozenset({ANNA})), [], plan.changes[::-1])
    assert () == back.refused
    assert Counter(rows) == Counter(applied(back, after))


@given(ROWS, WANTED)
def test_no_row_of_a_human_is_ever_touched(rows: tuple[Row, ...], names: list[Wanted]) -> None:
    """Only Unknown faces go, only the two kinds of unconfirmed rows come; what digiKam remembers changes its tag."""
    plan = plan_rows(image(*rows, tagged=frozenset({ANNA})), names)
    gone, new = ([each for each in part if each.property != MEMORY] for part in (plan.deleted, plan.inserted))
    assert {(UNKNOWN, "autodetectedFace")}.issuperset((each.tag_id, each.property) for each in gone)
    assert {"autodetectedFace", "autodetectedPerson"}.issuperset(each.property for each in new)
    remembered = [
        Counter(each.value for each in part if each.property == MEMORY) for part in (rows, applied(plan, rows))
    ]
    assert remembered[0] == remembered[1]


@given(ROWS, WANTED)
def test_a_change_survives_the_ledger(rows: tuple[Row, ...], names: list[Wanted]) -> None:
    """Written as text and read again it is the same change."""
    changes = plan_rows(image(*rows), names).changes
    assert changes == from_json(to_json(changes))


def test_a_region_beyond_the_edge_keeps_its_place() -> None:
    """DigiKam stores such rects itself (x = -6 was seen)."""
    plan = plan_rows(image(), [Wanted(Region(-0.006, 0.1, 0.1, 0.2), "Bob")])
    assert '<rect x="-6" y="50" width="100" height="100"/>' == plan.inserted[0].value
