"""Analysis of photos: decoding, face detection, alignment, embedding and quality.

A name is loaded when it is first used: the manifest can be read without loading OpenCV and OpenVINO.
"""

from typing import TYPE_CHECKING

from facedaemon.lazy_names import lazy_names

if TYPE_CHECKING:
    from facedaemon.vision.decode import Picture, open_source, read_picture
    from facedaemon.vision.engine import Computed, Network, computed
    from facedaemon.vision.face_analyzer import FaceAnalyzer
    from facedaemon.vision.fetch import Progress, install
    from facedaemon.vision.jpegs import AnotherPicture, ShownPhoto, face_jpeg, photo_jpeg
    from facedaemon.vision.manifest import ModelEntry, ModelFile, read_manifest
    from facedaemon.vision.memory import give_memory_back
    from facedaemon.vision.models import Models, find_models, locate, search_path, used_entries, verify
    from facedaemon.vision.quality import REASONS
    from facedaemon.vision.reference import LEAST_LIKENESS
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "decode": ("Picture", "open_source", "read_picture"),
            "engine": ("Computed", "Network", "computed"),
            "face_analyzer": ("FaceAnalyzer",),
            "fetch": ("Progress", "install"),
            "jpegs": ("AnotherPicture", "ShownPhoto", "face_jpeg", "photo_jpeg"),
            "manifest": ("ModelEntry", "ModelFile", "read_manifest"),
            "memory": ("give_memory_back",),
            "models": ("Models", "find_models", "locate", "search_path", "used_entries", "verify"),
            "quality": ("REASONS",),
            "reference": ("LEAST_LIKENESS",),
        },
    )

__all__ = [
    "LEAST_LIKENESS",
    "REASONS",
    "AnotherPicture",
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
