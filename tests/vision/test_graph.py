"""The detector costs less than as it was published, and sees the same."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from facedaemon.vision import Models, read_picture
from facedaemon.vision.engine import SETTINGS, Engine
from facedaemon.vision.graph import join_branches, lightened


@pytest.fixture(scope="module")
def core() -> Any:
    """OpenVINO itself."""
    return Engine(1)._core


def test_the_lightened_detector_answers_as_the_published_one(core: Any, models: Models, shared: Path) -> None:
    """On a photo of people every output is the same to the fifth digit."""
    path = models.detector.files[0]
    published, light = core.read_model(path), lightened(core, path)
    pixels = read_picture(min((shared / "data/groups").glob("*.jpg"))).pixels
    blob = cv2.resize(pixels, (320, 256)).transpose(2, 0, 1)[None].astype(np.float32)
    answers = []
    for network in (published, light):
        network.reshape([1, 3, 256, 320])
        compiled = core.compile_model(network, "CPU", SETTINGS)
        found = compiled(blob)
        answers.append({name: found[output] for output in compiled.outputs for name in output.names})
    heads = [f"{head}_{stride}" for head in ("cls", "obj", "bbox", "kps") for stride in (8, 16, 32)]
    for head in heads:
        np.testing.assert_allclose(answers[0][head], answers[1][head], atol=1e-4)


def test_the_narrow_heads_are_joined(core: Any, models: Models) -> None:
    """YuNet's twelve heads become three; a second time there is nothing left to join."""
    network = lightened(core, models.detector.files[0])
    heads = [node for node in network.get_ordered_ops() if node.get_type_name() == "VariadicSplit"]
    assert [4, 4, 4] == [node.get_output_size() for node in heads]
    assert 0 == join_branches(network)
