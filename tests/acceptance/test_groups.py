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
    assert "there is no such group" in gone.err
