"""Boxes and orientations."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from facedaemon import geometry
from facedaemon.values import Region, Size

shares = st.floats(0, 1, allow_nan=False)
regions = st.builds(Region, shares, shares, shares, shares)
orientations = st.sampled_from(list(geometry.ORIENTATIONS))


def _close(a: Region, b: Region) -> bool:
    return np.allclose([a.x, a.y, a.w, a.h], [b.x, b.y, b.w, b.h], atol=1e-9)


@given(regions, orientations)
def test_a_region_turned_there_and_back_is_the_same_region(region: Region, orientation: int) -> None:
    """Both directions, in each of the eight orientations."""
    assert _close(geometry.stored(geometry.displayed(region, orientation), orientation), region)
    assert _close(geometry.displayed(geometry.stored(region, orientation), orientation), region)


@pytest.mark.parametrize("orientation", geometry.ORIENTATIONS)
def test_a_displayed_region_is_where_a_viewer_shows_it(orientation: int) -> None:
    """A white box in a black picture, turned upright by Pillow as viewers do."""
    pixels = np.zeros((40, 60), np.uint8)
    pixels[5:15, 10:30] = 255
    picture = Image.fromarray(pixels)
    exif = picture.getexif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    picture.save(file, "PNG", exif=exif)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(file)))
    ys, xs = np.nonzero(upright)
    height, width = upright.shape
    shown = geometry.from_pixels(
        float(xs.min()),
        float(ys.min()),
        float(np.ptp(xs)) + 1,
        float(np.ptp(ys)) + 1,
        Size(width, height),
    )
    assert _close(geometry.displayed(Region(10 / 60, 5 / 40, 20 / 60, 10 / 40), orientation), shown)
    assert geometry.displayed_size(Size(60, 40), orientation) == Size(width, height)


@given(regions, regions)
def test_overlap_is_mutual_and_between_0_and_1(a: Region, b: Region) -> None:
    """Also for regions that stick out of the photo or are empty."""
    assert geometry.overlap(a, b) == pytest.approx(geometry.overlap(b, a))
    assert 0 <= geometry.overlap(a, b) <= 1 + 1e-9
    assert 0 <= geometry.cover(a, b) <= 1 + 1e-9


@pytest.mark.parametrize("orientation", [0, 9, -1])
def test_an_orientation_that_does_not_exist_is_an_error(orientation: int) -> None:
    """Nothing is guessed from a broken tag."""
    with pytest.raises(ValueError, match="1 to 8"):
        geometry.displayed(Region(0, 0, 1, 1), orientation)


@given(regions, orientations, orientations)
def test_a_display_becomes_another_one(region: Region, shown: int, wanted: int) -> None:
    """What is displayed in one orientation is displayed in the wanted one after the relative one."""
    here = geometry.displayed(region, shown)
    assert _close(geometry.displayed(here, geometry.relative(shown, wanted)), geometry.displayed(region, wanted))


@given(regions, orientations, st.integers(-5, 5))
def test_an_orientation_is_turned_as_a_region_is(region: Region, orientation: int, quarters: int) -> None:
    """A region displayed in the turned orientation is the displayed region, turned; four quarters are none."""
    there = geometry.displayed(region, geometry.turned_orientation(orientation, quarters))
    assert _close(there, geometry.turned(geometry.displayed(region, orientation), quarters))
    assert orientation == geometry.turned_orientation(orientation, 4 * quarters)
