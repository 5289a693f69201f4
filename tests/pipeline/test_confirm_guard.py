"""`confirm --person`: between looking and confirming, a pass may suggest somebody else."""

from pathlib import Path

import pytest

from tests.pipeline.command_line import CommandLine
from tests.pipeline.test_answered import Desk


@pytest.fixture
def desk(shared: Path, model_files: Path, tmp_path: Path) -> Desk:
    """Portraits of two people, four of each named, so that the others are suggested."""
    assert model_files.is_dir()
    desk = Desk(tmp_path, shared / "data/faces/lfw")
    desk.add_portraits(6)
    desk.name_four_of_each()
    return desk


def test_nothing_is_confirmed_where_one_face_has_another_name_by_now(desk: Desk) -> None:
    """All or none; another spelling of the name is the same name; without --person what is suggested is confirmed."""
    call = CommandLine(desk)
    ids = {item["person"]: item["face"] for item in call.lines("suggestions")}
    call("confirm", ids["Tony"], ids["Colin"], "--person", "Tony", status=2)
    call("confirm", ids["Tony"], "--person", "Colin", status=2)
    call("confirm", "--all-of", "Tony", "--person", "Tony", status=2)
    assert all(item["kind"] == "confirm" and item["moment"] == "2001-09-09T01:46:40.000+00:00" for item in _given(desk))
    call("confirm", ids["Tony"], "--person", " Tony ")
    call("confirm", ids["Colin"])
    assert [item["person"] for item in _given(desk)[-2:]] == ["Tony", "Colin"]


def _given(desk: Desk) -> list[dict[str, str]]:
    return CommandLine(desk).lines("answers")
