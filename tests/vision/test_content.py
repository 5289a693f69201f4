"""A photo is known again by what it shows."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from facedaemon.formats.jpeg import unusual_frame
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.content import content_digest
from facedaemon.vision.decode import read_picture
from facedaemon.vision.trusted_formats import _scans, is_trusted
from tests.vision.pictures import collage, jpeg


@pytest.fixture(scope="module")
def scene(portraits: list[Path]) -> Pixels:
    """One face."""
    return collage(portraits, 1, 1)


def test_new_metadata_do_not_make_a_jpeg_another_photo(scene: Pixels) -> None:
    """Keywords, comments and a rating may be written into a JPEG: it shows the same."""
    data = jpeg(scene)
    tagged = data[:2] + b"\xff\xe1\x00\x10http://ns.ado\0" + b"\xff\xfe\x00\x07hello" + data[2:]
    assert content_digest(data, 1) == content_digest(tagged, 1)


def test_other_pixels_or_another_orientation_make_another_photo(scene: Pixels) -> None:
    """An edit and a turn are seen."""
    assert content_digest(jpeg(scene), 1) != content_digest(jpeg(scene[::-1].copy()), 1)
    assert content_digest(jpeg(scene), 1) != content_digest(jpeg(scene), 6)


def test_new_metadata_do_not_make_a_png_or_webp_another_photo(tmp_path: Path, scene: Pixels) -> None:
    """Text and EXIF blocks do not count."""
    image = Image.fromarray(scene[:, :, ::-1])
    text = PngImagePlugin.PngInfo()
    text.add_text("Description", "Anna")
    image.save(tmp_path / "plain.png")
    image.save(tmp_path / "told.png", pnginfo=text)
    tags = Image.Exif()
    tags[0x010E] = "Anna"
    image.save(tmp_path / "plain.webp")
    image.save(tmp_path / "told.webp", exif=tags)
    for suffix in ("png", "webp"):
        plain, told = (read_picture(tmp_path / f"{name}.{suffix}").content for name in ("plain", "told"))
        assert plain == told


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 5, 11, 30, 200])
def test_a_broken_file_has_a_digest_all_the_same(scene: Pixels, cut: int) -> None:
    """However short the file is, its digest is made without an error, and differs from the whole one's."""
    assert content_digest(jpeg(scene), 1) != content_digest(jpeg(scene)[:cut], 1)


def test_a_jpeg_cut_anywhere_in_its_headers_is_still_judged(scene: Pixels) -> None:
    """Wherever a file breaks off, its kind of frame, whether it is trusted and its digest are found."""
    whole = jpeg(scene)
    head = whole.index(b"\xff\xda") + 20
    for length in range(4, head):
        assert "" == unusual_frame(BytesIO(whole[:length]))
        assert is_trusted(whole[:length])
        assert content_digest(whole[:length], 1)


@given(st.lists(st.sampled_from([b"\xff", b"\xda", b"\xff\xda", b"\0"])).map(b"".join), st.integers(0, 3))
def test_scans_are_counted_wherever_their_markers_stand(data: bytes, missing: int) -> None:
    """At even and odd bytes, at both ends, and where two blocks of a megabyte meet."""
    for whole in (data, b"\0" * ((1 << 20) - missing) + data):
        assert whole.count(b"\xff\xda") == _scans(whole)
