"""Why a confirmed face does not train is said in words, with the command that lists it."""

from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from facedaemon.cli.left_out import counts_words, reason_words
from facedaemon.gallery import Reason
from tests.acceptance.place import Place
from tests.portrait_place import EILEEN, GRACE, NAMED, name_in_sidecar, named_portraits, portraits_folder
from tests.portraits import PORTRAITS, photos

BLURRED, WRONG = f"{GRACE} 03.jpg", f"{EILEEN} {NAMED:02}.jpg"


@pytest.fixture
def place(model_files: Path, tmp_path: Path) -> Place:
    """Two people's portraits; one of Grace's is blurred, and one of Eileen's bears Grace's name."""
    pictures = portraits_folder()
    made = named_portraits(pictures, model_files, tmp_path)
    with Image.open(made.photos / BLURRED) as sharp:
        sharp.filter(ImageFilter.GaussianBlur(9)).save(made.photos / BLURRED)
    name_in_sidecar(made.photos / WRONG, GRACE, list(photos(pictures, PORTRAITS[1]))[NAMED].face)
    return made


def test_rebuild_and_samples_say_why_in_words(place: Place) -> None:
    """`rebuild` counts by reason and names the command that lists them; `--json` keeps the reasons' names."""
    place.json("scan")
    words = place.run("rebuild").out
    assert "1 looks like another person; 1 too blurred, dark or small (which: facedaemon samples PERSON)" in words
    listed = {Path(line.split(".jpg")[0]).name: line for line in place.run("samples", GRACE).out.splitlines()}
    assert listed[Path(BLURRED).stem].endswith("left out: too blurred, dark or small")
    assert listed[Path(WRONG).stem].endswith("left out: looks like another person")
    expected = {Reason.QUALITY: 1, Reason.LOOKS_LIKE_ANOTHER: 1}
    assert expected == place.json("rebuild").summary["samples"]["left_out"]
    reasons = {line["reason"] for line in place.json("samples", GRACE).lines}
    assert {None, Reason.QUALITY, Reason.LOOKS_LIKE_ANOTHER} == reasons


def test_every_reason_has_words() -> None:
    """None is a term of the program; no face left out is said so, and an unknown reason stays as it is."""
    terms = {Reason.QUALITY, Reason.OUTLIER, Reason.LIMIT}
    assert not any(reason_words(term) == term for term in terms)
    assert "unlike the other photos of this person" == reason_words(Reason.OUTLIER)
    assert "none" == counts_words({})
    assert "2 of another kind (which: facedaemon samples PERSON)" == counts_words({"of another kind": 2})
