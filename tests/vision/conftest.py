"""The networks are loaded once for all tests of the package."""

from pathlib import Path

import pytest

from facedaemon.config import Config
from facedaemon.vision import FaceAnalyzer, Models, find_models
from facedaemon.vision.codecs import Pixels
from tests.vision.pictures import collage


@pytest.fixture(scope="session")
def models(model_files: Path) -> Models:
    """The default networks, verified."""
    return find_models(Config(), {"FACEDAEMON_MODELS": str(model_files)})


@pytest.fixture(scope="session")
def analyzer(models: Models) -> FaceAnalyzer:
    """An analyzer with the default networks."""
    return FaceAnalyzer.open(models)


@pytest.fixture(scope="session")
def portraits(shared: Path) -> list[Path]:
    """One photo each of sixty people."""
    people = sorted((shared / "data/faces/lfw").iterdir())[:300:5]
    return [min(person.iterdir()) for person in people]


@pytest.fixture(scope="session")
def scene(portraits: list[Path]) -> Pixels:
    """Two faces side by side, 300 by 150."""
    return collage(portraits, 2, 1)
