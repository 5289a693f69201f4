"""Animals are seen through, people are kept."""

from pathlib import Path

from facedaemon.errors import PhotoError
from facedaemon.vision import Eyes


def _faces(eyes: Eyes, paths: list[Path]) -> dict[Path, int]:
    seen = eyes.look_many(paths, 2)
    return {path: sum(f.is_face for f in look.faces) for path, look in seen if not isinstance(look, PhotoError)}


def test_animals_have_no_faces(eyes: Eyes, shared: Path) -> None:
    """In one of the 93 photos of animals faces are seen: those of two women beside their dog."""
    photos = sorted((shared / "data/animals").glob("*.jpg"))
    assert ["n02111500_Great_Pyrenees.jpg"] == [path.name for path, count in _faces(eyes, photos).items() if count]


def test_people_keep_their_faces(eyes: Eyes, portraits: list[Path]) -> None:
    """All of sixty portraits keep a face."""
    assert all(_faces(eyes, portraits).values())
