"""Checks that a network computes the same on this machine as on others, by its answer to a generated picture.

The picture is a gradient: blue grows to the right, green downwards, red along both. Of all pictures tried (noise,
stripes, one colour, a drawn face) it is among those that show a lower precision best: in bf16 the default recogniser's
answer has a cosine of 0.996 with the answer in f32, the detector's 0.999; in f32, AVX2 against AVX-512, 0.9999999.
"""

import base64
import binascii
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facedaemon.vision.codecs import Pixels

LEAST_LIKENESS = 0.9995
"""Least cosine of an answer with the known one."""
_MOST = 64
"""How many numbers, evenly spaced, are kept of each output: enough to show a difference, few enough for a text file."""


def picture(width: int, height: int) -> Pixels:
    """The generated picture: whole numbers only, so that it is the same everywhere."""
    y, x = np.mgrid[0:height, 0:width]
    colours = (255 * x // (width - 1), 255 * y // (height - 1), 255 * (x + y) // (width + height - 2))
    return np.stack(colours, axis=-1).astype(np.uint8)


def encoded(answers: Sequence[NDArray[np.float32]]) -> str:
    """A network's answers, one array an output, as text: `_MOST` numbers of each as float16, base64."""
    return base64.b64encode(np.concatenate([_taken(each) for each in answers]).tobytes()).decode("ascii")


def likeness(known: str, answers: Sequence[NDArray[np.float32]]) -> float:
    """The lowest cosine, over all outputs, of the answers with the `known` ones.

    0 where they have another shape or hold NaN. Raises ValueError where `known` is no such text.
    """
    try:
        numbers = np.frombuffer(base64.b64decode("".join(known.split()), validate=True), np.float16)
    except binascii.Error as error:
        raise ValueError(f"reference must be base64 of float16 numbers ({error})") from None
    parts = [_taken(each).astype(np.float64) for each in answers]
    if len(numbers) != sum(map(len, parts)) or not all(np.isfinite(part).all() for part in parts):
        return 0.0
    ends = np.cumsum([len(part) for part in parts])
    return min(
        _cosine(part, numbers[end - len(part) : end].astype(np.float64)) for part, end in zip(parts, ends, strict=True)
    )


def _taken(answer: NDArray[np.float32]) -> NDArray[np.float16]:
    """Scaled to length 1, since float16 has no numbers below a ten-millionth."""
    numbers = answer.reshape(-1)
    numbers = numbers[:: -(-len(numbers) // _MOST)]
    length = float(np.linalg.norm(numbers))
    return (numbers / (length or 1.0)).astype(np.float16)


def _cosine(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / lengths if lengths else float(not a.any() and not b.any())
