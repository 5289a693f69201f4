"""Where the time goes: each step alone, on one core."""

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.matching import WIDTH, samples_of, unit
from facedaemon import sidecar
from facedaemon.gallery import build, match
from facedaemon.geometry import displayed_size
from facedaemon.store import Store
from facedaemon.values import Fingerprint, PhotoAnalysis, Suggestion
from facedaemon.vision import FaceAnalyzer
from facedaemon.vision.align import Crops
from facedaemon.vision.content import content_digest
from facedaemon.vision.decode import decode, open_source
from facedaemon.vision.detect import FINE, landmarks
from facedaemon.vision.false_positives import certainty
from facedaemon.vision.quality import CROP, TEMPLATE, judge, measure


class Clock:
    """Sums the seconds of each stage, and counts what they were spent on."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.times: defaultdict[str, int] = defaultdict(int)

    @contextmanager
    def on(self, stage: str, count: int = 1) -> Iterator[None]:
        """What runs inside is this stage, for so many photos or faces."""
        start = time.process_time()
        yield
        self.spent[stage] += time.process_time() - start
        self.times[stage] += count

    def milliseconds(self) -> dict[str, float]:
        """The mean of each stage."""
        return {stage: 1000 * spent / self.times[stage] for stage, spent in self.spent.items() if self.times[stage]}


def of_vision(analyzer: FaceAnalyzer, photos: list[Path]) -> dict[str, float]:
    """Milliseconds a photo (read, decode, detect) and a face (second look, align, quality, embed)."""
    for path in photos[:2]:
        analyzer.analyse(path)
    clock = Clock()
    for path in photos:
        with clock.on("read and header (photo)"):
            source = open_source(path)
        with clock.on("of these the content's digest (photo)"):
            content_digest(source.data, source.orientation)
        with clock.on("decode (photo)"):
            picture = decode(source, FINE)
        with clock.on("detect (photo)"):
            rows = analyzer.detector.find(picture.pixels, 0.7)
        count, points = len(rows), landmarks(rows)
        with clock.on("second look (face)", count):
            certainty(analyzer.detector, Crops(picture.pixels, points), rows[:, 14])
        crops = Crops(picture.pixels, points)
        with clock.on("align (face)", count):
            aligned = crops.cut(TEMPLATE, CROP)
        with clock.on("quality (face)", count):
            height, width = picture.pixels.shape[:2]
            for face, of_face, row in zip(aligned, points, rows, strict=True):
                judge(measure(face, of_face, (width, height), float(min(row[2:4])), float(row[14])))
        with clock.on("embed (face)", count):
            analyzer.embedder.embed(crops)
    return clock.milliseconds()


def of_the_rest(looks: list[tuple[Path, PhotoAnalysis]]) -> dict[str, float]:
    """Milliseconds to store a photo's look, to match a thousand faces with 2,000 people, to write a sidecar."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        with closing(Store.open(Path(folder))) as store:
            for number, (path, analysis) in enumerate(looks):
                with clock.on("store (photo)"), store.transaction():
                    store.photos.put_analysis(path, Fingerprint(1, number, number), analysis)
        for path, analysis in looks:
            copy = Path(folder, path.name)
            copy.write_bytes(path.read_bytes())
            wanted = [Suggestion(face.region, "Somebody", 0.9, 1) for face in analysis.faces[:3]]
            with clock.on("sidecar (photo)"):
                edit = sidecar.plan(
                    copy,
                    orientation=analysis.orientation,
                    size=displayed_size(analysis.size, analysis.orientation),
                    wanted=wanted,
                    date=datetime.fromtimestamp(0, UTC),
                    naming=None,
                    as_regions=wanted,
                    root=Path(folder),
                )
                if edit is not None:
                    sidecar.apply(edit)
    draw = np.random.default_rng(1)
    people = unit(draw.normal(size=(2000, WIDTH)).astype(np.float32))
    gallery = build(samples_of(people, 3, draw))
    faces = unit(draw.normal(size=(1000, WIDTH)).astype(np.float32))
    with clock.on("match (1,000 faces, 2,000 people)"):
        match(gallery, faces, np.full(len(faces), 0.8, np.float32))
    return clock.milliseconds()
