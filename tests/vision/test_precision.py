"""Every processor sees the same faces: networks work in f32, and one that answers otherwise is not used."""

import base64
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facedaemon.errors import ExitCode, Fatal
from facedaemon.vision import LEAST_LIKENESS, Models, find_models, reference
from facedaemon.vision.engine import Engine, computed
from facedaemon.vision.graph import KERNELS
from tests.conftest import REPOSITORY
from tests.vision.faces_f32 import COUNT, STORED, Faces
from tests.vision.test_manifest import CUSTOM
from tests.vision.test_models import _config

pytestmark = pytest.mark.slow

SAME_PLACE, SAME_NUMBER = 0.5, 5.0
"""Ten-thousandths. In bf16 each of the fifty faces has a number that is off by 21 or more, in f32 by at most 1."""


def _flags() -> set[str]:
    cpuinfo = Path("/proc/cpuinfo").read_text().partition("flags")[2].partition("\n")[0]
    return set(cpuinfo.split())


def _instruction_sets() -> list[str]:
    """Those of oneDNN that this processor has; the last is all that it can."""
    flags = _flags()
    known = {"avx2": "AVX2", "avx512bw": "AVX512_CORE"}
    return [name for flag, name in known.items() if flag in flags] + ["DEFAULT"]


@pytest.mark.parametrize("instructions", _instruction_sets())
def test_fifty_faces_are_the_same_on_every_processor(shared: Path, model_files: Path, instructions: str) -> None:
    """Boxes and embeddings are the stored ones, whichever of its instructions the processor may use."""
    environment = {**os.environ, "FACEDAEMON_MODELS": str(model_files), "ONEDNN_MAX_CPU_ISA": instructions}
    command = [sys.executable, "-m", "tests.vision.faces_f32", str(shared / "data/faces/lfw")]
    done = subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    seen: Faces = json.loads(done.stdout)
    stored: Faces = json.loads(STORED.read_text())
    assert COUNT == len(stored)
    assert stored.keys() == seen.keys()
    for name, (box, numbers) in stored.items():
        np.testing.assert_allclose(seen[name][0], box, atol=SAME_PLACE, err_msg=name)
        np.testing.assert_allclose(seen[name][1], numbers, atol=SAME_NUMBER, err_msg=name)


def test_all_networks_work_in_f32(models: Models) -> None:
    """OpenVINO says so, each of their convolutions does, and the answers to the reference picture are known."""
    for network in computed(models):
        assert "f32" == network.precision
        assert network.kernels
        assert all(kernel.endswith(("_f32", "_FP32")) for kernel in network.kernels)
        assert network.likeness is not None
        assert network.likeness > 0.99999


def test_a_lower_precision_is_refused(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the processor has bfloat16 and OpenVINO is left to use it, neither network is loaded."""
    if "avx512_bf16" not in _flags():
        pytest.skip("this machine has no bfloat16")
    monkeypatch.setattr("facedaemon.vision.engine.SETTINGS", {"INFERENCE_PRECISION_HINT": "bf16"})
    for model in (models.detector, *models.recognisers):
        with pytest.raises(Fatal, match="bf16") as caught:
            Engine(1).network(model)
        assert ExitCode.MODELS == caught.value.exit_code


@pytest.mark.parametrize(("cosine", "is_used"), [(0.9999, True), (0.999, False)])
def test_a_network_that_answers_otherwise_is_not_used(models: Models, cosine: float, is_used: bool) -> None:
    """An answer that is known with this cosine to ours: the message names network, processor and what to do."""
    (model,) = models.recognisers
    engine = Engine(1)
    answer = np.frombuffer(base64.b64decode("".join(model.entry.reference.split())), np.float16)
    away = np.random.default_rng(1).normal(size=len(answer))
    away -= answer * (away @ answer) / (answer @ answer)
    turned = cosine * answer / np.linalg.norm(answer) + (1 - cosine**2) ** 0.5 * away / np.linalg.norm(away)
    known = replace(model.entry, reference=reference.encoded([turned.astype(np.float32)]))
    if is_used:
        assert engine.network(replace(model, entry=known)).likeness == pytest.approx(cosine, abs=1e-5)
        return
    with pytest.raises(Fatal, match="face-reid-retail-0095: this machine computes it otherwise") as caught:
        engine.network(replace(model, entry=known))
    assert engine.processor in str(caught.value)
    assert "pip install 'openvino==" in str(caught.value)
    assert ExitCode.MODELS == caught.value.exit_code


def test_a_network_without_a_known_answer_is_used_and_said_to_have_none(
    tmp_path: Path, model_files: Path, other_recogniser: Path
) -> None:
    """A custom entry has no likeness; with the answer in its entry it has one, and a broken answer is named."""
    (tmp_path / "mine.onnx").symlink_to(other_recogniser)
    (tmp_path / "mine.toml").write_text(CUSTOM)
    environ = {"FACEDAEMON_MODELS": str(model_files)}
    (model,) = find_models(_config(tmp_path, "mine"), environ, tmp_path).recognisers
    network = Engine(1).network(model)
    assert network.computed.likeness is None
    (tmp_path / "mine.toml").write_text(CUSTOM + f'reference = "{network.answer}"\n')
    (model,) = find_models(_config(tmp_path, "mine"), environ, tmp_path).recognisers
    likeness = Engine(1).network(model).likeness
    assert likeness is not None
    assert likeness > LEAST_LIKENESS
    for broken in ("no base64!", "AAAA"):
        with pytest.raises(Fatal, match="mine"):
            Engine(1).network(replace(model, entry=replace(model.entry, reference=broken)))


def test_an_entry_that_promises_other_numbers_is_refused(models: Models) -> None:
    """The number of numbers a face is looked at, whether or not an answer is known."""
    (model,) = models.recognisers
    with pytest.raises(Fatal, match="256 numbers a face, not 512"):
        Engine(1).network(replace(model, entry=replace(model.entry, embedding=512, reference="")))


def test_the_model_id_contains_the_precision(models: Models) -> None:
    """What was embedded before networks were held to f32 may be bf16: it has another id, and is embedded again."""
    assert models.model_id.endswith("-f32")


def test_the_kernels_are_asked_for_where_the_processor_has_them(models: Models) -> None:
    """The detector's convolutions run by those of the list; elsewhere OpenVINO chooses."""
    if "avx2" not in _flags():
        pytest.skip("this machine has none of these instructions")
    kernels = Engine(1).network(models.detector).kernels
    assert kernels
    assert all(f"cpu:{kernel.removesuffix('_f32')}" in KERNELS for kernel in kernels)
