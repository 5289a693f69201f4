"""Where networks are found, and how absent and damaged ones are told."""

import shutil
from pathlib import Path

import pytest

from facedaemon.config import Config
from facedaemon.errors import ExitCode, Fatal
from facedaemon.vision import Models, find_models, read_manifest, search_path
from tests.vision.test_manifest import CUSTOM

NAMES = [file.name for name in ("yunet", "face-reid-retail-0095") for file in read_manifest()[name].files]


def _config(directory: Path, embedder: str | list[str] = "face-reid-retail-0095") -> Config:
    return Config.model_validate({"models": {"directory": str(directory), "embedder": embedder}})


def test_the_environment_comes_before_the_config_and_the_config_before_the_checkout(tmp_path: Path) -> None:
    """Networks are looked for in this order, ending beside the clone."""
    (tmp_path / "clone").mkdir()
    (tmp_path / "clone/pyproject.toml").touch()
    expected = ("env", "own", "clone/models", "shared/models")
    found = search_path(_config(tmp_path / "own"), {"FACEDAEMON_MODELS": str(tmp_path / "env")}, tmp_path / "clone")
    assert tuple(tmp_path / folder for folder in expected) == found


def test_absent_networks_are_reported_with_all_that_is_needed_to_get_them(tmp_path: Path) -> None:
    """The message names file, size, digest, source and command; the exit status is 3."""
    with pytest.raises(Fatal) as caught:
        find_models(_config(tmp_path), {}, tmp_path)
    message = str(caught.value)
    file = read_manifest()["yunet"].files[0]
    for part in (file.name, f"{file.size:,}", file.sha256, file.source, "facedaemon models install yunet"):
        assert part in message
    assert ExitCode.MODELS == caught.value.exit_code


def test_an_unknown_network_is_a_wrong_config(tmp_path: Path) -> None:
    """A name that no manifest knows ends with status 2 and lists the known ones."""
    with pytest.raises(Fatal, match="face-reid-retail-0095, sface") as caught:
        find_models(_config(tmp_path, "facenet"), {}, tmp_path)
    assert ExitCode.USAGE == caught.value.exit_code


def test_a_damaged_network_is_passed_over_for_a_whole_one(tmp_path: Path, model_files: Path) -> None:
    """One flipped byte in the first folder: the file of a later folder is used."""
    for name in NAMES:
        data = bytearray((model_files / name).read_bytes())
        data[1000] ^= 1
        (tmp_path / name).write_bytes(data)
    with pytest.raises(Fatal, match="is damaged or another version"):
        find_models(_config(tmp_path), {}, tmp_path)
    models = find_models(_config(model_files), {"FACEDAEMON_MODELS": str(tmp_path)}, tmp_path)
    assert {model_files} == {path.parent for path in models.detector.files}


def test_another_file_is_another_model(
    models: Models, model_files: Path, other_recogniser: Path, tmp_path: Path
) -> None:
    """The model id changes with the weights, so that faces are embedded again."""
    shutil.copy(other_recogniser, tmp_path / "mine.onnx")
    (tmp_path / "mine.toml").write_text(CUSTOM)
    environ = {"FACEDAEMON_MODELS": str(model_files)}
    both = find_models(_config(tmp_path, ["face-reid-retail-0095", "mine"]), environ, tmp_path)
    assert both.model_id.startswith(models.model_id.rpartition("/")[0] + "+mine:")
    (tmp_path / "mine.onnx").chmod(0o600)
    with (tmp_path / "mine.onnx").open("ab") as weights:
        weights.write(b"\0")
    changed = find_models(_config(tmp_path, ["face-reid-retail-0095", "mine"]), environ, tmp_path)
    assert both.model_id != changed.model_id
