"""Where tests find real photos, libraries and models; without them such tests skip, but never in CI."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent


def _folder_or_skip(variable: str, beside_the_clone: str, what: str) -> Path:
    folder = Path(os.environ.get(variable) or REPOSITORY.parent / "shared" / beside_the_clone)
    if folder.is_dir():
        return folder
    reason = f"{what} are absent: {folder} is not a folder (set {variable})"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real photos and libraries (`data/...`)."""
    return _folder_or_skip("FACEDAEMON_SHARED", "", "the sample photos")


@pytest.fixture(scope="session")
def model_files() -> Path:
    """The folder with the networks' weights."""
    return _folder_or_skip("FACEDAEMON_MODELS", "models", "the models")
