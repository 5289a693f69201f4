"""The manifest of networks."""

import subprocess
import sys
from pathlib import Path

import pytest

from facedaemon.errors import ExitCode, Fatal
from facedaemon.vision.manifest import read_manifest

CUSTOM = """
[mine]
kind = "recogniser"
licence = "MIT"
files = [{ name = "mine.onnx" }]
input = [112, 112]
colours = "RGB"
template = [[0.34, 0.46], [0.66, 0.46], [0.5, 0.64], [0.37, 0.82], [0.63, 0.82]]
embedding = 128
"""


def test_every_shipped_network_has_licence_size_digest_and_source() -> None:
    """Nothing is downloaded that cannot be verified, and every licence is known."""
    for entry in read_manifest().values():
        assert entry.licence in {"MIT", "Apache-2.0"}
        for file in entry.files:
            assert file.size > 0
            assert len(file.sha256) == 64
            assert file.source.startswith("https://")
            assert file.source.endswith(file.name)


def test_a_recogniser_can_be_added_by_a_file_beside_its_weights(tmp_path: Path) -> None:
    """A TOML file in a models directory makes a custom recogniser known."""
    (tmp_path / "mine.toml").write_text(CUSTOM)
    entry = read_manifest([tmp_path])["mine"]
    assert (112, 112) == entry.input
    assert 128 == entry.embedding


def test_a_custom_entry_cannot_replace_a_shipped_one(tmp_path: Path) -> None:
    """The shipped digests stand, whatever lies in a models directory."""
    (tmp_path / "sly.toml").write_text(CUSTOM.replace("[mine]", "[sface]"))
    assert read_manifest()["sface"] == read_manifest([tmp_path])["sface"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("embedding = 128", ""), "embedding"),
        (('colours = "RGB"', 'colours = "CMYK"'), "colours"),
        (("0.34, 0.46", "38.2, 51.7"), "shares of the crop"),
        (('"mine.onnx"', '"../mine.onnx"'), "without folders"),
        (("licence", "license"), "license"),
        (("[mine]", "[mine"), "mine.toml"),
    ],
)
def test_a_wrong_custom_entry_is_reported_with_file_and_key(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    """What is wrong in a custom entry is named, with the file it stands in."""
    (tmp_path / "mine.toml").write_text(CUSTOM.replace(*change))
    with pytest.raises(Fatal, match=r"mine\.toml") as caught:
        read_manifest([tmp_path])
    assert told in str(caught.value)
    assert ExitCode.MODELS == caught.value.exit_code


def test_the_manifest_is_read_without_loading_the_heavy_libraries() -> None:
    """`models list` and `--help` need neither OpenCV nor OpenVINO."""
    use = "import sys, facedaemon.vision as vision; vision.read_manifest(); vision.find_models; "
    code = use + "print({'cv2', 'openvino'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "set()" == done.stdout.strip()
