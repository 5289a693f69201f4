"""What a look at the folders found is kept in little memory, and each photo once."""

from pathlib import Path

import pytest

from facedaemon.values import Fingerprint
from facedaemon.watch import FoundPhotos

PHOTOS = {
    Path("/photos/a.jpg"): Fingerprint(1, 2, 3, 4),
    Path("/photos/b.jpg"): Fingerprint(2**63 - 1, -(2**63), -1, 0),
    Path("/other/a.jpg"): Fingerprint(0, 0, 0, None),
    Path("/photos/c\udcff.jpg"): Fingerprint(5, 6, 7, -8),
}


def test_photos_keep_their_fingerprints() -> None:
    """Also a time of change that is not known, which is not the same as zero."""
    found = FoundPhotos()
    for path, seen in PHOTOS.items():
        found.add(path, seen)
    assert PHOTOS == dict(found.items())
    assert len(PHOTOS) == len(found)


@pytest.mark.parametrize("path", PHOTOS)
def test_a_photo_that_is_found_twice_counts_once(path: Path) -> None:
    """A folder and one inside it may both be named."""
    found = FoundPhotos()
    assert path not in found
    for _ in range(2):
        found.add(path, PHOTOS[path])
    assert path in found
    assert path.with_name("z.jpg") not in found
    assert [(path, PHOTOS[path])] == list(found.items())
