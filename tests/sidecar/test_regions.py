"""Regions of other programs, in every spelling, are read right or left out with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facedaemon.geometry import displayed, overlap
from facedaemon.sidecar.regions import NamedRegion, read_regions, turned_readings
from facedaemon.sidecar.tree import parse
from facedaemon.values import AnnotationSource, Region, Size
from tests.sidecar.packets import area, dimensions, mp, mwg, packet

NAME, FACE = "<mwg-rs:Name>Ada</mwg-rs:Name>", "<mwg-rs:Type>Face</mwg-rs:Type>"


def regions(text: str, orientation: int = 1, size: Size | None = None) -> tuple[list[NamedRegion], list[str]]:
    """What the packet with these properties says."""
    found, problems = read_regions(parse(packet(text).encode()).rdf, orientation, size)
    return list(found), list(problems)


def listed(items: str, array: str = "Bag") -> str:
    """An MWG structure around finished rdf:li elements."""
    return (
        f"<mwg-rs:Regions><rdf:Description><mwg-rs:RegionList><rdf:{array}>{items}</rdf:{array}>"
        f"</mwg-rs:RegionList></rdf:Description></mwg-rs:Regions>"
    )


ELEMENTS = (
    '<mwg-rs:Area rdf:parseType="Resource"><stArea:x> 0.5 </stArea:x><stArea:y>0.5</stArea:y><stArea:w>0.2</stArea:w>'
    "<stArea:h>0.1</stArea:h><stArea:unit>normalized</stArea:unit></mwg-rs:Area>"
)
NODE = (
    '<mwg-rs:Area><rdf:Description stArea:x="0.5" stArea:y="0.5" stArea:w="0.2">'
    "<stArea:h>0.1</stArea:h></rdf:Description></mwg-rs:Area>"
)
SPELLINGS = {
    "attributes": mwg(NAME + FACE + area()),
    "elements": mwg(NAME + FACE + ELEMENTS),
    "node": mwg(NAME + FACE + NODE),
    "description in li": listed(f'<rdf:li><rdf:Description mwg-rs:Name="Ada">{area()}</rdf:Description></rdf:li>'),
    "typed node in li": listed(f"<rdf:li><mwg-rs:RegionStruct>{NAME}{area()}</mwg-rs:RegionStruct></rdf:li>"),
    "sequence": listed(f'<rdf:li rdf:parseType="Resource">{NAME}{area()}</rdf:li>', "Seq"),
    "alternatives": listed(f'<rdf:li rdf:parseType="Resource">{NAME}{area()}</rdf:li>', "Alt"),
    "numbered members": listed(f'<rdf:_1 rdf:parseType="Resource">{NAME}{area()}</rdf:_1>'),
    "qualified name": mwg(
        '<mwg-rs:Name rdf:parseType="Resource"><rdf:value>Ada</rdf:value><dc:q>1</dc:q></mwg-rs:Name>' + area()
    ),
    "name in CDATA": mwg("<mwg-rs:Name><![CDATA[Ada]]></mwg-rs:Name>" + area()),
    "comment in name": mwg("<mwg-rs:Name>A<!-- x -->da</mwg-rs:Name>" + area()),
    "no unit": mwg(NAME + area().replace(' stArea:unit="normalized"', "")),
    "decimal comma": mwg(NAME + area("0,5", "0,5", "0,2", "0,1")),
    "exponent": mwg(NAME + area("5e-1", "5E-1", "2e-1", ".1")),
    "pixels": mwg(NAME + area(300, 200, 120, 40, "pixel"), dimensions=dimensions(600, 400)),
    "Microsoft": mp("Ada", "0.4, 0.45, 0.2, 0.1"),
    "Microsoft, no spaces": mp("Ada", "0.4,0.45,0.2,0.1"),
    "Microsoft, decimal commas": mp("Ada", "0,4, 0,45, 0,2, 0,1"),
    "Microsoft, only commas": mp("Ada", "0,4,0,45,0,2,0,1"),
    "both": mwg(NAME + area()) + mp("Ada", "0.401, 0.449, 0.2, 0.1"),
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_every_spelling_of_a_region_means_the_same(text: str) -> None:
    """Attribute, element, node, typed node, qualifier; Bag, Seq, Alt; MWG and Microsoft: one face of Ada."""
    [found], problems = regions(text)
    assert "Ada" == found.name
    assert overlap(Region(0.4, 0.45, 0.2, 0.1), found.region) > 0.999
    assert [] == problems


LEFT_OUT = {
    "NaN": mwg(NAME + area(x="NaN")),
    "infinite": mwg(NAME + area(w="inf")),
    "huge": mwg(NAME + area(w="1e400")),
    "words": mwg(NAME + area(x="left")),
    "empty number": mwg(NAME + area(x="")),
    "Arabic digits": mwg(NAME + area(x="\u0660.\u0665")),
    "underscores": mwg(NAME + area(x="0_5")),
    "no x": mwg(NAME + area().replace('stArea:x="0.5" ', "")),
    "a point": mwg(NAME + '<mwg-rs:Area stArea:x="0.5" stArea:y="0.5" stArea:unit="normalized"/>'),
    "a circle without a number": mwg(NAME + '<mwg-rs:Area stArea:x="0.5" stArea:y="0.5" stArea:d="wide"/>'),
    "an empty circle": mwg(NAME + '<mwg-rs:Area stArea:x="0.5" stArea:y="0.5" stArea:d="0"/>'),
    "no area": mwg(NAME),
    "empty": mwg(NAME + area(w=0)),
    "negative": mwg(NAME + area(w=-0.2)),
    "outside": mwg(NAME + area(x=8)),
    "percent": mwg(NAME + area(unit="percent")),
    "whole picture": mwg(NAME + area(w=1, h=1)),
    "pixels of nothing": mwg(NAME + area(300, 200, 120, 40, "pixel")),
    "pixels of NaN": mwg(NAME + area(300, 200, 120, 40, "pixel"), dimensions=dimensions("NaN", 0)),
    "Microsoft, three numbers": mp("Ada", "0.4, 0.45, 0.2"),
    "Microsoft, words": mp("Ada", "a, b, c, d"),
    "Microsoft, NaN": mp("Ada", "NaN, 0.1, 0.1, 0.1"),
}


@pytest.mark.parametrize("text", LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_a_region_that_cannot_be_placed_is_left_out_with_a_reason(text: str) -> None:
    """Never a wrong place: the region is skipped, named, and the next one is read all the same."""
    found, problems = regions(text + mp("Bob", "0.1, 0.1, 0.1, 0.1"))
    assert ["Bob"] == [each.name for each in found]
    assert 1 == len(problems)
    assert "Ada" in problems[0]


@pytest.mark.parametrize("kind", ["Pet", "Focus", "BarCode", "pet"])
def test_animals_and_focus_points_are_no_faces(kind: str) -> None:
    """Regions of the other types are not read, and that is no problem."""
    assert ([], []) == regions(mwg(f"{NAME}<mwg-rs:Type>{kind}</mwg-rs:Type>{area()}"))


@pytest.mark.parametrize(
    ("size", "applied", "width", "height"),
    [
        (Size(600, 400), None, 0.2, 0.3),
        (Size(400, 600), None, 0.3, 0.2),
        (None, Size(600, 400), 0.2, 0.3),
        (Size(500, 500), None, 0.3, 0.3),
        (None, None, 0.3, 0.3),
    ],
)
def test_a_circle_is_the_box_around_it(size: Size | None, applied: Size | None, width: float, height: float) -> None:
    """MWG's diameter is a share of the shorter side; where no size is known it is taken as one of both."""
    stated = dimensions(applied.width, applied.height) if applied else ""
    circle = '<mwg-rs:Area stArea:x="0.5" stArea:y="0.4" stArea:d="0.3" stArea:unit="normalized"/>'
    [found], problems = regions(mwg(NAME + circle, dimensions=stated), size=size)
    assert [] == problems
    assert overlap(Region(0.5 - width / 2, 0.4 - height / 2, width, height), found.region) > 0.999


def test_a_circle_in_pixels_is_round_in_pixels() -> None:
    """A diameter of 120 pixels in a picture of 600 by 400."""
    circle = '<mwg-rs:Area stArea:x="300" stArea:y="200" stArea:d="120" stArea:unit="pixel"/>'
    [found], _ = regions(mwg(NAME + circle, dimensions=dimensions(600, 400)))
    assert overlap(Region(0.4, 0.35, 0.2, 0.3), found.region) > 0.999


ALTERNATIVES = "<mwg-rs:Name><rdf:Alt>{}</rdf:Alt></mwg-rs:Name>"
NAMES = {
    "only alternative": (ALTERNATIVES.format("<rdf:li xml:lang='x-default'>Ada</rdf:li>"), "Ada"),
    "default among others": (
        ALTERNATIVES.format("<rdf:li xml:lang='fr'>Ado</rdf:li><rdf:li xml:lang='x-default'>Ada</rdf:li>"),
        "Ada",
    ),
    "the same in each": (
        ALTERNATIVES.format("<rdf:li xml:lang='fr'>Ada</rdf:li><rdf:li xml:lang='de'>Ada</rdf:li>"),
        "Ada",
    ),
    "no default": (ALTERNATIVES.format("<rdf:li xml:lang='fr'>Ada</rdf:li><rdf:li xml:lang='de'>Eve</rdf:li>"), None),
    "a list of one": ("<mwg-rs:Name><rdf:Bag><rdf:li>Ada</rdf:li></rdf:Bag></mwg-rs:Name>", "Ada"),
    "a list of two": ("<mwg-rs:Name><rdf:Bag><rdf:li>Ada</rdf:li><rdf:li>Eve</rdf:li></rdf:Bag></mwg-rs:Name>", None),
    "a face's title": (f"{FACE}<mwg-rs:Title>Ada</mwg-rs:Title>", "Ada"),
    "a name before a title": (f"{NAME}{FACE}<mwg-rs:Title>Queen</mwg-rs:Title>", "Ada"),
    "a title of who knows what": ("<mwg-rs:Title>Sunset</mwg-rs:Title>", None),
    "a description": (f"{FACE}<mwg-rs:Description>Ada laughs</mwg-rs:Description>", None),
}


@pytest.mark.parametrize(("text", "name"), NAMES.values(), ids=NAMES.keys())
def test_a_name_is_read_where_it_is_surely_meant(text: str, name: str | None) -> None:
    """Alternatives by language, lists of one, titles of faces; what could mean two names means none."""
    [found], _ = regions(mwg(text + area()))
    assert name == found.name


@pytest.mark.parametrize("unit", ["Normalized", "NORMALIZED", "normalised"])
def test_units_are_read_however_they_are_written(unit: str) -> None:
    """Capitals and the plural do not change what is meant."""
    [found], _ = regions(mwg(NAME + area(unit=unit)))
    assert overlap(Region(0.4, 0.45, 0.2, 0.1), found.region) > 0.999
    for pixel in ("Pixel", "pixels", "px"):
        text = mwg(NAME + area(300, 200, 120, 40, pixel), dimensions=dimensions(600, 400, pixel))
        assert overlap(Region(0.4, 0.45, 0.2, 0.1), regions(text)[0][0].region) > 0.999


def turned(text: str, orientation: int, size: Size | None) -> list[Region]:
    """Where Ada may be, in the readings other than the one as written."""
    readings = turned_readings(parse(packet(text).encode()).rdf, orientation, size)
    return [reading[0].region for reading in readings]


def test_swapped_dimensions_have_several_readings() -> None:
    """As written, as if measured on the picture as displayed, or turned either way; and no more of them otherwise."""
    text = mwg(NAME + area(0.3, 0.2, 0.2, 0.1), dimensions=dimensions(400, 600))
    [found], problems = regions(text, 6, Size(600, 400))
    as_written = Region(0.2, 0.15, 0.2, 0.1)
    assert [] == problems
    assert overlap(displayed(as_written, 6), found.region) > 0.999
    others = turned(text, 6, Size(600, 400))
    assert 2 == len(others)
    assert overlap(as_written, others[0]) > 0.999
    assert 2 == len(turned(text, 1, Size(600, 400)))
    for size in (Size(800, 1200), Size(500, 500), Size(400, 700), None):
        assert [] == turned(text, 6, size)


def test_two_programs_that_disagree_about_one_person_do_not_give_two_faces() -> None:
    """A Microsoft rectangle elsewhere than the MWG area of the same name is left out."""
    found, problems = regions(mwg(NAME + area()) + mp("Ada", "0.05, 0.1, 0.1, 0.1"))
    assert [AnnotationSource.MWG] == [each.source for each in found]
    assert 1 == len(problems)


@pytest.mark.parametrize("name", ["李小龍", "Ζωή", "محمد", "Zo\u00eb", "O'Neil & <Söhne>", "Fam/P21", "👩‍👧"])
def test_names_of_any_script_come_through(name: str) -> None:
    """A name is read as it was written."""
    quoted = name.replace("&", "&amp;").replace("<", "&lt;")
    [found], _ = regions(mwg(f"<mwg-rs:Name>{quoted}</mwg-rs:Name>{area()}"))
    assert name == found.name


@pytest.mark.parametrize("spelled", ["Zoe\u0308  B", "Zo\u00eb\u00a0B"])
def test_a_name_comes_with_its_spelling(spelled: str) -> None:
    """It is compared in one form, and kept as it stands there."""
    [found], _ = regions(mwg(f"<mwg-rs:Name>{spelled}</mwg-rs:Name>{area()}") + mp("Zo\u00eb B", "0.4, 0.45, 0.2, 0.1"))
    assert ("Zo\u00eb B", spelled) == (found.name, found.spelling)


def test_our_own_mark_is_seen_until_a_human_renames_the_region() -> None:
    """A region of ours is never a human's word; with another name it is."""
    own = '<mwg-rs:Extensions facedaemon:Origin="auto" facedaemon:Confidence="0.99" facedaemon:Name="Ada"/>'
    [found], _ = regions(mwg(NAME + area() + own))
    assert ("auto", 0.99) == (found.origin, found.confidence)
    [renamed], _ = regions(mwg(NAME.replace("Ada", "Eve") + area() + own))
    assert ("Eve", None) == (renamed.name, renamed.origin)


@pytest.mark.slow
def test_ten_thousand_regions_are_read() -> None:
    """A list of 10,000 regions in both formats is read whole."""
    items = [f"<mwg-rs:Name>P{n}</mwg-rs:Name>{area(x=n / 10_000)}" for n in range(10_000)]
    found, problems = regions(mwg(*items))
    assert 10_000 == len(found)
    assert [] == problems


@given(st.text(max_size=30))
def test_no_text_in_a_number_raises(text: str) -> None:
    """Whatever stands where a number is due, reading gives regions or problems."""
    quoted = "".join(c for c in text if c.isprintable()).translate({38: "&amp;", 60: "&lt;", 34: "&quot;"})
    found, problems = regions(mwg(NAME + area(x=quoted)) + mp("Bob", quoted))
    assert len(found) + len(problems) <= 2
