"""What the default networks see in fifty portraits: `python -m tests.vision.faces_f32 LFW_FOLDER > faces_f32.json`.

Of each portrait's surest face the region in ten-thousandths of the photo, and every eighth number of its embedding in
ten-thousandths: enough to tell another precision, not enough to tell who it is.
"""

import json
import os
import sys
from pathlib import Path

from facedaemon.config import Config
from facedaemon.vision import FaceAnalyzer, find_models

STORED = Path(__file__).with_name("faces_f32.json")
COUNT = 50

Faces = dict[str, tuple[list[float], list[float]]]


def portraits(lfw: Path) -> list[Path]:
    """One photo each of fifty people."""
    return [min(person.iterdir()) for person in sorted(lfw.iterdir())[:300:6]]


def seen(lfw: Path) -> Faces:
    """Region and thinned embedding of each portrait's surest face, by the file's name."""
    analyzer = FaceAnalyzer.open(find_models(Config(), os.environ), 1)
    found = {}
    for path in portraits(lfw):
        face = analyzer.analyse(path).faces[0]
        box = face.region
        numbers = ([box.x, box.y, box.w, box.h], [float(number) for number in face.vector[::8]])
        found[path.name] = ([round(1e4 * n, 1) for n in numbers[0]], [round(1e4 * n, 0) for n in numbers[1]])
    return found


if __name__ == "__main__":
    lines = (f'"{name}": {json.dumps(numbers)}' for name, numbers in seen(Path(sys.argv[1])).items())
    print("{\n" + ",\n".join(lines) + "\n}")
