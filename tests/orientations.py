"""Pictures as they are stored when EXIF names an orientation."""

from PIL import Image

ORIENTATIONS = range(1, 9)
_TO_STORED = {  # from the picture as displayed to its stored pixels, as the Exif specification defines the values
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def as_stored(displayed: Image.Image, orientation: int) -> Image.Image:
    """The stored pixels of a picture that is displayed so in this orientation."""
    return displayed if orientation == 1 else displayed.transpose(_TO_STORED[orientation])
