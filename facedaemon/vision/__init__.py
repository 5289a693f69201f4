"""Analysis of photos: decoding, face detection, alignment, embedding and quality.

Names are loaded when first used: the manifest can be read without loading OpenCV and OpenVINO.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facedaemon.vision.decode import Picture, open_source, read_picture
    from facedaemon.vision.engine import Computed, Network, computed
    from facedaemon.vision.face_analyzer import FaceAnalyzer
    from facedaemon.vision.fetch import Progress, install
    from facedaemon.vision.jpegs import ShownPhoto, face_jpeg, photo_jpeg
    from facedaemon.vision.manifest import ModelEntry, ModelFile, read_manifest
    from facedaemon.vision.memory import give_memory_back
    from facedaemon.vision.models import Models, find_models, locate, search_path, used_entries, verify
    from facedaemon.vision.quality import REASONS
    from facedaemon.vision.reference import LEAST_LIKENESS

_HOME = {
    "Computed": "engine",
    "FaceAnalyzer": "face_analyzer",
    "LEAST_LIKENESS": "reference",
    "ModelEntry": "manifest",
    "ModelFile": "manifest",
    "Models": "models",
    "Network": "engine",
    "Picture": "decode",
    "Progress": "fetch",
    "ShownPhoto": "jpegs",
    "face_jpeg": "jpegs",
    "photo_jpeg": "jpegs",
    "REASONS": "quality",
    "computed": "engine",
    "find_models": "models",
    "give_memory_back": "memory",
    "open_source": "decode",
    "install": "fetch",
    "locate": "models",
    "read_manifest": "manifest",
    "read_picture": "decode",
    "search_path": "models",
    "used_entries": "models",
    "verify": "models",
}

__all__ = [
    "LEAST_LIKENESS",
    "REASONS",
    "Computed",
    "FaceAnalyzer",
    "ModelEntry",
    "ModelFile",
    "Models",
    "Network",
    "Picture",
    "Progress",
    "ShownPhoto",
    "computed",
    "face_jpeg",
    "find_models",
    "give_memory_back",
    "install",
    "locate",
    "open_source",
    "photo_jpeg",
    "read_manifest",
    "read_picture",
    "search_path",
    "used_entries",
    "verify",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    value: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value
