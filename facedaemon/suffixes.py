"""File name suffixes: of photos that are analysed, and of files that may share a sidecar with a photo.

All are in lower case and without a dot; names are compared without regard to case.
"""

DECODED = frozenset(
    # what the decoders read: the usual names for JPEG, PNG, WebP, TIFF, HEIC, AVIF, JPEG XL and GIF
    "jpg jpeg jpe jfif png webp tif tiff heic heif hif avif jxl gif".split()  # noqa: SIM905  a line a group
)
RAW = frozenset(
    # camera raw: the makers' extensions among those that LibRaw lists (libraw.org/supported-cameras), without names
    # that mean something else on most disks
    "dng cr2 cr3 crw nef nrw arw sr2 srf raf rw2 rwl orf pef srw x3f 3fr fff iiq mrw erf kdc dcr mos mef".split()  # noqa: SIM905
)
PHOTOS = DECODED | RAW
"""Files that are analysed."""

_OTHER_PICTURES = frozenset("bmp psd psb raw ptx bay cap eip gpr".split())  # noqa: SIM905
VIDEOS = frozenset(
    "mov mp4 m4v avi mkv webm wmv mpg mpeg mts m2ts ts 3gp 3g2 flv ogv mxf dv vob asf crm insv lrv braw r3d".split()  # noqa: SIM905
)
WITH_SIDECARS = PHOTOS | _OTHER_PICTURES | VIDEOS
"""Files that may have a sidecar."""


def suffix_of(name: str) -> str:
    """The suffix of a file name in lower case; empty where there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""
