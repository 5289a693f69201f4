"""Speed, in one table from one run: `python -m benchmarks.bench --photos DIR --faces DIR [--groups DIR] [--json]`.

All cores, the same files, all ways taking turns, medians of `--runs` turns; what counts are the ratios. The decode
floor is reading and decoding alone, at the part of the size that detection needs, by as many workers as ours. OpenCV's
way is that of digiKam: full decoding, FaceDetectorYN (at our detection size and at digiKam's 620), FaceRecognizerSF.
`--deepface PYTHON` adds what a Python user would pick instead; `--large` adds a growing library, a million faces, the
memory of a scan of 1,000 photos; `--plots DIR` draws.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path

from benchmarks import made_photos, matching, memory, methods, plots, recall, scale, sizes, stages
from benchmarks.data import existing_folder
from benchmarks.detection import DIGIKAM_SIDE
from benchmarks.figures import Figure, show
from benchmarks.paired import Spent, Work, medians
from benchmarks.portraits import PHOTO_SUFFIXES, open_eyes
from facedaemon.store import Store
from facedaemon.vision import FaceAnalyzer
from facedaemon.vision.detect import FINE

OPENCV, DIGIKAM = f"OpenCV at {FINE}", f"OpenCV at {DIGIKAM_SIDE}, as digiKam"
DEEPFACE = "deepface (YuNet at 640, a network of SFace's kind)"


def speed(
    analyzer: FaceAnalyzer, store: Store, photos: list[Path], runs: int, python: Path | None, folder: Path
) -> tuple[dict[str, Spent], list[Figure]]:
    """Seconds of each way through the camera's photos, and how they compare; `python` has deepface."""
    with ExitStack() as stack:
        ways: dict[str, Work] = {
            "decode floor": methods.floor(photos),
            "facedaemon": lambda: methods.ours(analyzer, photos, store),
            OPENCV: methods.opencv(photos, FINE),
            DIGIKAM: methods.opencv(photos, DIGIKAM_SIDE),
        }
        if python is not None:
            ways[DEEPFACE] = stack.enter_context(methods.deepface(python, photos, folder / "deepface"))
        times = medians(ways, runs)
    ours, floor = times["facedaemon"], times["decode floor"]
    return times, [
        *(Figure(f"{name}, a photo", 1000 * taken.clock / len(photos), "ms") for name, taken in times.items()),
        *(
            Figure(f"{name}, a photo, processor time", 1000 * taken.processor / len(photos), "ms")
            for name, taken in times.items()
        ),
        Figure("facedaemon over the decode floor", ours.clock / floor.clock, "times", 1.6),
        Figure("the same in processor time", ours.processor / floor.processor, "times"),
        *(
            Figure(f"{way}, over facedaemon", times[way].clock / ours.clock, "times", wanted)
            for way, wanted in {OPENCV: 3.0, DIGIKAM: 1.5, DEEPFACE: None}.items()
            if way in times
        ),
    ]


def a_face(analyzer: FaceAnalyzer, store: Store, faces: Path, folder: Path, runs: int) -> list[Figure]:
    """Milliseconds a face in photos of 24 people, after decoding: on the clock, and of one core's work."""
    chosen = made_photos.portraits(faces)
    collages = [
        made_photos.collage(chosen[at * 24 : (at + 1) * 24], 6, 300, folder / f"collage{at}.jpg") for at in range(16)
    ]
    count = methods.ours(analyzer, collages, store)
    times = medians({"floor": methods.floor(collages), "ours": lambda: methods.ours(analyzer, collages, store)}, runs)
    clock, processor = (
        1000 * (getattr(times["ours"], what) - getattr(times["floor"], what)) / count for what in ("clock", "processor")
    )
    return [
        Figure("a face in photos of 24, after decoding", clock, "ms", 8.0),
        Figure("the same in processor time, by the number of cores", processor / methods.WORKERS, "ms"),
    ]


def step_by_step(analyzer: FaceAnalyzer, photos: list[Path], collage: Path) -> Iterator[Figure]:
    """Milliseconds of each stage, on one core."""
    vision = stages.of_vision(analyzer, photos)
    group = stages.of_vision(analyzer, [collage] * 3)
    looks = [(path, analyzer.analyse(path)) for path in [*photos[:10], collage]]
    rest = stages.of_the_rest(looks)
    for_photos = {name: value for name, value in vision.items() if name.endswith("(photo)")}
    for_faces = {name: value for name, value in group.items() if name.endswith("(face)")}
    for name, value in {**for_photos, **for_faces, **rest}.items():
        yield Figure(name, value, "ms")


def large(options: argparse.Namespace) -> Iterator[Figure]:
    """What takes minutes: a growing library, a million faces, a scan's memory."""
    yield from scale.figures(options.faces)
    for name, value in chain(matching.million(), matching.state_of_a_large_library(), matching.rebuilding()):
        yield Figure(name, value, "")
    yield from memory.figures(options.photos, [200, 1000])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=existing_folder, required=True, help="photos of a camera")
    parser.add_argument("--faces", type=existing_folder, required=True, help="portraits, a folder a person")
    parser.add_argument("--groups", type=existing_folder, help="photos with labelled faces")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--plots", type=Path, help="where to draw what was measured")
    parser.add_argument("--deepface", type=Path, metavar="PYTHON", help="an interpreter that has deepface")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    def report(figures: Iterator[Figure] | list[Figure]) -> list[Figure]:
        received = []
        for figure in figures:
            show(figure, as_json=options.json)
            received.append(figure)
        return received

    photos = sorted(path for path in options.photos.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES)
    analyzer = open_eyes()
    report([Figure("load of the machine at the start", os.getloadavg()[0], "")])
    with tempfile.TemporaryDirectory() as name, closing(Store.open(Path(name) / "state")) as store:
        folder = Path(name)
        times, compared = speed(analyzer, store, photos, options.runs, options.deepface, folder)
        report(compared)
        report(a_face(analyzer, store, options.faces, folder, options.runs))
        steps = report(step_by_step(analyzer, photos, folder / "collage0.jpg"))
        by_size = sizes.by_megapixels(analyzer, store, photos[0], folder, options.runs)
        by_faces = sizes.by_faces(analyzer, store, made_photos.portraits(options.faces), folder, options.runs)
        report(sizes.figures(by_size, by_faces))
        if options.groups:
            report(recall.figures(analyzer, options.groups, options.faces, photos, folder))
    if options.large:
        report(large(options))
    report([Figure("load of the machine at the end", os.getloadavg()[0], "")])
    if options.plots:
        plots.draw(options.plots, times, len(photos), steps, by_size, by_faces)


if __name__ == "__main__":
    main()
