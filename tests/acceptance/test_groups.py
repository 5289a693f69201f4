"""Groups of faces that nobody named, from the command line."""

from pathlib import Path

from tests.acceptance.place import small_library

NONE = {"digikam": {"database": "none"}}


def test_whole_groups_are_named_from_an_empty_state(shared: Path, model_files: Path, tmp_path: Path) -> None:
    """A first scan tells of them; a name for a group names its sure faces and no other; ignored ones are in none.

    A name that was taken from a face is not given to it with its group.
    """
    place = small_library(shared, model_files, tmp_path / "place", people=2, strangers=3)
    place.configure(library=NONE)
    first = place.run("scan")
    assert "unnamed people are in 12 photos or more each" in first.out
    assert f"facedaemon review --config {place.config}" in first.out
    groups = place.json("groups").lines
    assert groups == sorted(groups, key=lambda group: -group["photos"])
    for group in groups:
        photos = [face["photo"] for face in group["faces"]]
        assert len(photos) == len(set(photos)) == group["photos"]
    big = groups[0]
    assert big == place.json("groups", big["group"]).summary
    assert big["group"] in place.run("groups", "--limit", "1").out
    sure = [face["face"] for face in big["faces"] if not face["guess"]]
    place.json("reject", sure[-1], "--person", "Anna Example")
    place.json("ignore", sure[0])
    place.json("scan")
    left = next(group for group in place.json("groups").lines if group["group"] == big["group"])
    assert {face["face"] for face in big["faces"]} - {sure[0]} == {face["face"] for face in left["faces"]}
    named = place.json("name", big["group"].upper(), "Anna Example").lines
    assert set(sure[1:-1]) == {answer["face"] for answer in named}
    place.json("scan")
    assert len(sure) - 2 == sum(person["confirmed"] for person in place.json("people").lines)
    shown = {item["face"]: item["person"] for item in place.suggestions()}
    assert sure[-1] not in shown
    gone = place.run("groups", "g99999")
    assert gone.status == 2
    assert "there is no such group (its faces have names by now" in gone.err


def test_what_was_answered_of_a_face_is_not_replaced_by_a_name_for_its_group(
    shared: Path, model_files: Path, tmp_path: Path
) -> None:
    """Also where no pass has taken the answers up yet; an answer that was taken back is none."""
    place = small_library(shared, model_files, tmp_path / "place", people=2, strangers=3)
    place.configure(library=NONE)
    place.run("scan")
    big = place.json("groups").lines[0]
    named, rejected, ignored, no_face, back, *others = [each["face"] for each in big["faces"] if not each["guess"]]
    assert others
    place.json("name", named, "Ben Example")
    place.json("reject", rejected, "--person", "Anna Example")
    place.json("ignore", ignored)
    place.json("not-a-face", no_face)
    place.json("name", back, "Ben Example", "--new")
    place.json("unsay")
    answers = place.json("name", big["group"], "Anna Example", "--new").lines
    assert {back, *others} == {answer["face"] for answer in answers}
    again = place.run("name", big["group"], "Anna Example")
    assert again.status == 2
    assert "all are answered" in again.err
    place.json("scan")
    assert {"Anna Example": len(others) + 1, "Ben Example": 1} == {
        person["person"]: person["confirmed"] for person in place.json("people").lines
    }
