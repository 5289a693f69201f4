"""The pixels of a JPEG XL, by libjxl."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pillow_jxl import Decoder


def decoded(data: bytes) -> Image.Image | bytes:
    """The picture as displayed; or, where it was made from a JPEG, that JPEG's bytes, not turned yet.

    Raises RuntimeError.
    """
    is_jpeg, info, pixels, _, _ = Decoder(num_threads=0)(data)
    if is_jpeg:
        return bytes(pixels)
    size = (info.width, info.height)
    samples = info.width * info.height * len(info.mode)
    if info.mode in ("RGB", "RGBA") and len(pixels) == 2 * samples:
        # Pillow has no colours of 16 bits
        wide: NDArray[np.uint16] = np.frombuffer(pixels, np.uint16)
        return Image.frombuffer(info.mode, size, cv2.convertScaleAbs(wide, alpha=1 / 257).tobytes())
    return Image.frombuffer(info.mode, size, pixels)
