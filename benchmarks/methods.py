"""Ways from photo files to embeddings, and the floor below all of them."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import cv2
import numpy as np

from benchmarks.detection import DIGIKAM_SCORE
from benchmarks.paired import Spent
from facedaemon.config import Config
from facedaemon.errors import PhotoError
from facedaemon.store import Store
from facedaemon.values import Fingerprint
from facedaemon.vision import FaceAnalyzer, find_models, search_path
from facedaemon.vision.decode import open_source
from facedaemon.vision.detect import FINE
from facedaemon.vision.ordered_pool import in_order

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


def ours(analyzer: FaceAnalyzer, photos: list[Path], store: Store) -> int:
    """Our whole way, from the files to stored embeddings; how many faces there were."""
    faces = 0
    for number, (path, seen) in enumerate(analyzer.analyse_many(photos, WORKERS)):
        if not isinstance(seen, PhotoError):
            faces += len(seen.faces)
            with store.transaction():
                store.photos.put_analysis(path, Fingerprint(1, number, number), seen)
    return faces


def opencv(photos: list[Path], side: int) -> Callable[[], object]:
    """Full decoding, FaceDetectorYN at `side` pixels, FaceRecognizerSF; OpenCV's own threads on all cores."""
    detector = cv2.FaceDetectorYN.create(str(_yunet()), "", (side, side), DIGIKAM_SCORE, 0.8 * DIGIKAM_SCORE)
    sface = _sface()
    recogniser = cv2.FaceRecognizerSF.create(str(sface), "") if sface else None

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


@contextmanager
def deepface(python: Path, photos: list[Path], folder: Path) -> Iterator[Callable[[], Spent]]:
    """deepface's way with YuNet and SFace, run by an interpreter that has it; `folder` becomes its home."""
    sface = _sface()
    if sface is None:
        raise SystemExit(f"deepface needs one of these networks beside the others: {', '.join(SFACE)}")
    weights = folder / ".deepface" / "weights"
    weights.mkdir(parents=True)
    (weights / _yunet().name).symlink_to(_yunet().resolve())
    (weights / SFACE[0]).symlink_to(sface.resolve())
    command = [str(python), str(Path(__file__).with_name("deepface_way.py")), *map(str, photos)]
    environment = {**os.environ, "DEEPFACE_HOME": str(folder)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, received = process.stdin, process.stdout

        def run() -> Spent:
            with suppress(BrokenPipeError):  # it is gone: then it has no answer either
                print(file=asked, flush=True)
            answer = received.readline().split()
            if len(answer) != 3:
                raise SystemExit(f"deepface gave up; what it says:  echo | {command[0]} {command[1]} PHOTO")
            return Spent(float(answer[0]), float(answer[1]))

        try:
            yield run
        finally:
            with suppress(BrokenPipeError):
                asked.close()


def _yunet() -> Path:
    return find_models(Config(), os.environ).detector.files[0]


def _sface() -> Path | None:
    folders = search_path(Config(), os.environ)
    return next((folder / name for name in SFACE for folder in folders if (folder / name).is_file()), None)
