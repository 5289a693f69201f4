"""Ways from photo files to embeddings, and the floor below all of them."""

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from benchmarks.detection import DIGIKAM_SCORE
from facedaemon.config import Config
from facedaemon.errors import PhotoError
from facedaemon.vision import Eyes, find_models, search_path
from facedaemon.vision.ahead import in_order
from facedaemon.vision.decode import open_source
from facedaemon.vision.detect import FINE

WORKERS = len(os.sched_getaffinity(0))
SFACE = ("face_recognition_sface_2021dec.onnx", "mobilefacenet_128_sface_io.onnx")
"""What FaceRecognizerSF is measured with: OpenCV's own network, else one of the same inputs and outputs."""

_PARTS = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


def part_of(path: Path, side: int = FINE) -> int:
    """The largest of 8, 4, 2, 1 that leaves `side` pixels on the longer side."""
    size = open_source(path).size
    longest = max(size.width, size.height)
    return next((by for by in (8, 4, 2) if longest // by >= side), 1)


def decoded(path: Path, part: int) -> None:
    """Reading and decoding at a part of the size, nothing else."""
    data = np.frombuffer(path.read_bytes(), np.uint8)
    cv2.imdecode(data, _PARTS[part] | cv2.IMREAD_IGNORE_ORIENTATION)


def floor(photos: list[Path]) -> Callable[[], object]:
    """Decoding alone, by as many workers as we use, at the part of the size that our detection needs."""
    parts = {path: part_of(path) for path in photos}

    def run() -> None:
        for _ in in_order(lambda path: decoded(path, parts[path]), photos, WORKERS):
            pass

    return run


def ours(eyes: Eyes, photos: list[Path]) -> int:
    """Our whole way, from the files to embeddings; how many faces there were."""
    return sum(0 if isinstance(seen, PhotoError) else len(seen.faces) for _, seen in eyes.look_many(photos, WORKERS))


def opencv(photos: list[Path], side: int) -> Callable[[], object]:
    """Full decoding, FaceDetectorYN at `side` pixels, FaceRecognizerSF; OpenCV's own threads on all cores."""
    config = Config()
    detector = cv2.FaceDetectorYN.create(
        str(find_models(config, os.environ).detector.files[0]), "", (side, side), DIGIKAM_SCORE, 0.8 * DIGIKAM_SCORE
    )
    folders = search_path(config, os.environ)
    found = [folder / name for name in SFACE for folder in folders if (folder / name).is_file()]
    recogniser = cv2.FaceRecognizerSF.create(str(found[0]), "") if found else None

    def run() -> None:
        cv2.setNumThreads(WORKERS)
        for path in photos:
            pixels = cv2.imread(str(path))
            assert pixels is not None
            scale = min(1.0, side / max(pixels.shape[:2]))
            small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            detector.setInputSize((small.shape[1], small.shape[0]))
            rows = detector.detect(small)[1]
            if rows is not None and recogniser is not None:
                for row in np.asarray(rows):
                    row[:14] /= scale
                    recogniser.feature(recogniser.alignCrop(pixels, row))
        cv2.setNumThreads(1)

    return run
