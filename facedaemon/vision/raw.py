"""Camera raw files are decoded by the preview that the camera embedded in them."""

import io
from pathlib import Path

import cv2
import numpy as np
import rawpy

from facedaemon.errors import PhotoError

_SMALLEST_PREVIEW = 1000  # pixels, longer side; in smaller previews faces are missed: the sensor data are developed
_EXIF_OF_FLIP = {0: 1, 3: 3, 5: 8, 6: 6}  # LibRaw's sizes.flip


def preview(path: Path, data: bytes) -> tuple[bytes, int]:
    """A JPEG of the picture, as stored, and its EXIF orientation. Raises PhotoError.

    The embedded preview where it is large enough, else the sensor's data at half size.
    """
    try:
        with rawpy.imread(io.BytesIO(data)) as raw:
            orientation = _EXIF_OF_FLIP.get(raw.sizes.flip, 1)
            embedded = _embedded(raw)
            if embedded is not None:
                return embedded, orientation
            pixels = raw.postprocess(half_size=True, use_camera_wb=True, user_flip=0, output_bps=8)
    except rawpy.LibRawError as error:
        raise PhotoError(path, f"the raw file cannot be read ({error})") from error
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 95])
    return encoded.tobytes(), orientation


def _embedded(raw: rawpy.RawPy) -> bytes | None:
    try:
        thumbnail = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    if thumbnail.format != rawpy.ThumbFormat.JPEG:
        return None
    longest = max(raw.sizes.width, raw.sizes.height)
    header = cv2.imdecode(
        np.frombuffer(thumbnail.data, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_IGNORE_ORIENTATION
    )
    if header is None or max(header.shape) * 8 < min(_SMALLEST_PREVIEW, longest):
        return None
    return bytes(thumbnail.data)
