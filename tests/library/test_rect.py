from hypothesis import given
from hypothesis import strategies as st

from facedaemon.library.rect import Rect, from_text, rect_of, region_of, to_text
from facedaemon.values import Region, Size

RECTS = st.builds(
    Rect, st.integers(-5000, 50000), st.integers(-5000, 50000), st.integers(1, 50000), st.integers(1, 50000)
)
SIZES = st.builds(Size, st.integers(1, 60000), st.integers(1, 60000))


def test_the_text_is_digikams_byte_for_byte() -> None:
    """DigiKam deletes its rows by comparing text, so there is one spelling only."""
    assert '<rect x="120" y="160" width="60" height="80"/>' == to_text(Rect(120, 160, 60, 80))


@given(RECTS)
def test_a_written_rect_reads_as_itself(rect: Rect) -> None:
    """Writing and reading are inverse, also for faces that stick out of the photo."""
    assert rect == from_text(to_text(rect))


@given(RECTS, SIZES)
def test_digikams_pixels_survive_the_way_through_shares(rect: Rect, size: Size) -> None:
    """A rect that became a region becomes the same pixels again: nothing drifts when it is written back."""
    assert rect == rect_of(region_of(rect, size), size)


def test_another_order_of_attributes_is_read() -> None:
    """Rows of older versions are understood too."""
    assert Rect(1, 2, 3, 4) == from_text(' <rect height="4" width="3" y="2" x="1" />')


def test_what_is_no_rectangle_is_none() -> None:
    """Broken, empty and foreign values never become a face."""
    broken = [
        "",
        "<rect/>",
        '<rect x="1" y="2" width="3"/>',
        '<rect x="1" y="2" width="0" height="4"/>',
        '<rect x="1" y="2" width="3" height="-4"/>',
        '<rect x="a" y="2" width="3" height="4"/>',
        '<rect x="1" y="2" width="3" height="4">',
        '<rect x="99999999999999999999" y="2" width="3" height="4"/>',
        '<svg><rect x="1" y="2" width="3" height="4"/></svg>',
    ]
    assert [None] * len(broken) == [from_text(text) for text in broken]


def test_a_tiny_region_has_at_least_one_pixel() -> None:
    """A rect without area would be no face for digiKam."""
    assert Rect(50, 50, 1, 1) == rect_of(Region(0.5, 0.5, 0.001, 0.001), Size(100, 100))
