"""Animals are seen through, people are kept."""

from pathlib import Path

from facedaemon.errors import PhotoError
from facedaemon.vision import FaceAnalyzer


def _faces(analyzer: FaceAnalyzer, paths: list[Path]) -> dict[Path, int]:
    seen = analyzer.analyse_many(paths, 2)
    return {
        path: sum(f.is_face for f in analysis.faces) for path, analysis in seen if not isinstance(analysis, PhotoError)
    }


def test_animals_have_no_faces(analyzer: FaceAnalyzer, shared: Path) -> None:
    """In one of the 93 photos of animals faces are seen: those of two women beside their dog."""
    photos = sorted((shared / "data/animals").glob("*.jpg"))
    assert ["n02111500_Great_Pyrenees.jpg"] == [path.name for path, count in _faces(analyzer, photos).items() if count]


def test_people_keep_their_faces(analyzer: FaceAnalyzer, portraits: list[Path]) -> None:
    """All of sixty portraits keep a face."""
    assert all(_faces(analyzer, portraits).values())
