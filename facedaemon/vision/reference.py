"""Whether a network answers on this machine as it does on others: a generated picture, and the answer to it.

The picture is a gradient: blue grows to the right, green downwards, red along both. Of all that were tried (noise,
stripes, one colour, a drawn face) it is among those where numbers of less precision show most: in bf16 the default
recogniser's answer has a cosine of 0.996, the detector's 0.999, with the answer in f32; on AVX2 and AVX-512 in f32
it is 0.9999999.
"""

import base64
import binascii
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facedaemon.vision.codecs import Pixels

LEAST_LIKENESS = 0.9995
"""Cosine of an answer with the one that is known."""
_MOST = 64
"""Numbers that are kept of each output, evenly taken: enough to see a difference, few enough for a text file."""


def picture(width: int, height: int) -> Pixels:
    """The generated picture: whole numbers only, so that it is the same everywhere."""
    y, x = np.mgrid[0:height, 0:width]
    colours = (255 * x // (width - 1), 255 * y // (height - 1), 255 * (x + y) // (width + height - 2))
    return np.stack(colours, axis=-1).astype(np.uint8)


def encoded(answers: Sequence[NDArray[np.float32]]) -> str:
    """A network's answers, one array an output, as text: `_MOST` numbers of each as float16, base64."""
    return base64.b64encode(np.concatenate([_taken(each) for each in answers]).tobytes()).decode("ascii")


def likeness(known: str, answers: Sequence[NDArray[np.float32]]) -> float:
    """The cosine of the answers with the `known` ones, of that output where they differ most.

    0 where they are of another shape, or hold what is no number. Raises ValueError where `known` is no such text.
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
    """Of length 1, since float16 knows no numbers below a ten-millionth."""
    numbers = answer.reshape(-1)
    numbers = numbers[:: -(-len(numbers) // _MOST)]
    length = float(np.linalg.norm(numbers))
    return (numbers / (length or 1.0)).astype(np.float16)


def _cosine(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / lengths if lengths else float(not a.any() and not b.any())
