"""Edits are decided so that nothing of anybody else's changes, and that doing them twice is doing nothing."""

import math
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from facedaemon import sidecar
from facedaemon.errors import PhotoError
from facedaemon.geometry import overlap
from facedaemon.names import clean_name
from facedaemon.sidecar.edit_plan import edited
from facedaemon.sidecar.own_metadata import as_written, without_own_utf8
from facedaemon.sidecar.regions import read_regions
from facedaemon.sidecar.tree import NotXmp, parse
from facedaemon.values import AnnotationSource, Region, Suggestion
from tests.sidecar.packets import ADA, BOB, LATER, NOW, SIZE, area, dimensions, mp, mwg, packet

EVE = "<mwg-rs:Name>Eve</mwg-rs:Name>" + area()
FOREIGN = {
    "nothing": packet(""),
    "empty rdf": f"<rdf:RDF{packet('').split('>')[0].removeprefix('<rdf:RDF')} />",
    "empty description": packet("").replace("></rdf:Description>", "/>"),
    "comment last": packet("<dc:a/><!-- mine -->\n"),
    "only text around": packet("<dc:title>a</dc:title>\n\n", ' dc:x="&#10;y"'),
    "another about": packet("<dc:a/>").replace('about=""', 'about="uuid:faf5&amp;&quot;"'),
    "regions": packet(mwg(EVE, dimensions=dimensions(600, 400)) + mp("Eve", "0.4, 0.45, 0.2, 0.1")),
    "regions in a sequence": packet(mwg(EVE).replace("rdf:Bag", "rdf:Seq")),
    "regions of a turned picture": packet(mwg(EVE, dimensions=dimensions(400, 600))),
    "other prefixes": packet(mwg(EVE)).replace("rdf:", "r:").replace("xmlns:rdf", "xmlns:r").replace("mwg-rs", "m"),
    "xmpmeta": f'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/">{packet("")}</x:xmpmeta><?xpacket end="w"?>',
    "windows lines": packet("\r\n<dc:a/>\r\n"),
    "utf-16": "\ufeff" + packet(mwg(EVE)),
}
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(lambda name: name.isprintable())
SUGGESTIONS = st.builds(
    Suggestion,
    st.builds(Region, *(st.floats(0, 0.6) for _ in "xy"), *(st.floats(0.01, 0.4) for _ in "wh")),
    NAMES.map(lambda name: " ".join(name.split())).filter(bool),
    st.floats(0, 1).map(lambda number: round(number, 4)),
    st.integers(1, 10_000),
)


def raw_of(text: str) -> bytes:
    """The packet's bytes; one with a byte order mark is in UTF-16."""
    return text.encode("utf-16-le" if text.startswith("\ufeff") else "utf-8")


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN.keys())
@settings(max_examples=30, deadline=None)
@given(wanted=st.lists(SUGGESTIONS, max_size=3), real=st.booleans(), orientation=st.integers(1, 8))
def test_what_others_wrote_keeps_every_byte(text: str, wanted: list[Suggestion], real: bool, orientation: int) -> None:
    """Adding and taking out again gives the former bytes; in between, our part cut out gives them too."""
    document = parse(raw_of(text))
    items = [as_written(item, orientation, "d") for item in wanted]
    after = edited(document, items, items if real else [], SIZE)
    if not wanted:
        assert after is None
        return
    assert after is not None
    again = parse(after)
    assert edited(again, items, items if real else [], SIZE) is None
    back = edited(again, [], [], SIZE)
    empty_tag = text.endswith("/>")
    assert back == (raw_of(text) if not empty_tag else raw_of(text).replace(b" />", b" ></rdf:RDF>"))
    assert parse(back).data == without_own_utf8(again)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("real", [False, True])
@settings(max_examples=15, deadline=None)
@given(wanted=st.lists(SUGGESTIONS, min_size=1, max_size=3))
@example(wanted=[Suggestion(Region(0.0, 0.0, 0.25, 0.25), "\uf900", 0.0, 1)])  # which NFC writes as another character
def test_what_is_written_is_read_again(orientation: int, real: bool, wanted: list[Suggestion]) -> None:
    """In each of the eight orientations, names (in the spelling in which they are compared) and places come back."""
    items = [as_written(item, orientation, "d") for item in wanted]
    after = edited(parse(packet("").encode()), items, items if real else [], SIZE)
    assert after is not None
    document = parse(after)
    found, problems = read_regions(document.rdf, orientation, SIZE)
    assert () == problems
    assert len(found) == (len(wanted) if real else 0)
    for region, item in zip(found, wanted, strict=False):
        assert (clean_name(item.person), "auto", AnnotationSource.MWG) == (region.name, region.origin, region.source)
        assert math.isclose(item.region.x, region.region.x, abs_tol=2e-6)
        assert overlap(item.region, region.region) > 0.999


def photo_with(folder: Path, text: str | None) -> Path:
    """A JPEG without any metadata, and a sidecar beside it."""
    photo = folder / "IMG.JPG"
    photo.write_bytes(bytes.fromhex("ffd8ffda0002ffd9"))
    if text is not None:
        (folder / "IMG.JPG.xmp").write_bytes(text.encode())
    return photo


def planned(photo: Path, *wanted: Suggestion, **changes: object) -> sidecar.Edit | None:
    """A plan with the usual rest."""
    usual: dict[str, object] = {"orientation": 1, "size": SIZE, "date": NOW, "root": photo.parent}
    return sidecar.plan(photo, wanted=wanted, **(usual | changes))  # type: ignore[arg-type]


def test_an_applied_edit_plans_to_nothing_and_a_date_alone_writes_nothing(tmp_path: Path) -> None:
    """The same suggestions on another day are no reason to write."""
    photo = photo_with(tmp_path, packet(mwg(EVE)))
    edit = planned(photo, ADA, BOB)
    assert edit is not None
    sidecar.apply(edit)
    assert planned(photo, ADA, BOB, date=LATER) is None
    assert [ADA.person, BOB.person] == [item.person for item in sidecar.read(photo, None).suggestions]


def test_only_the_changed_suggestion_gets_a_new_date(tmp_path: Path) -> None:
    """What stood there before keeps the day it was written."""
    photo = photo_with(tmp_path, packet(""))
    first = planned(photo, ADA)
    assert first is not None
    sidecar.apply(first)
    second = planned(photo, ADA, BOB, date=LATER)
    assert second is not None
    assert second.after is not None
    assert 1 == second.after.count(NOW.isoformat().encode())
    assert 1 == second.after.count(LATER.isoformat().encode())


def test_names_that_xml_cannot_hold_are_cleaned() -> None:
    """Control characters, lone surrogates and line breaks vanish; markup is quoted."""
    spoiled = Suggestion(ADA.region, "A\x00d\x1ba\ud800\uffff\r\n<b>&amp;]]>", 0.9, 1)
    after = edited(parse(packet("").encode()), [as_written(spoiled, 1, "d")], [], SIZE)
    assert after is not None
    assert b"Ada &lt;b&gt;&amp;amp;]]&gt;" in after


def test_real_regions_join_those_that_are_there(tmp_path: Path) -> None:
    """A human's region stays first and as it is; ours comes after it with its mark, and goes again."""
    photo = photo_with(tmp_path, packet(mwg(EVE, dimensions=dimensions(600, 400))))
    edit = planned(photo, ADA, BOB, as_regions=[ADA])
    assert edit is not None
    sidecar.apply(edit)
    metadata = sidecar.read(photo, None)
    assert [("Eve", None), ("Ada", "auto")] == [(each.name, each.origin) for each in metadata.regions]
    assert 2 == len(metadata.suggestions)
    back = planned(photo)
    assert back is not None
    assert edit.before == back.after


@pytest.mark.parametrize(
    ("items", "names"),
    [
        ([area()], ["Ada", None]),
        ([EVE, area(), "<mwg-rs:Name> </mwg-rs:Name>" + area(0.2)], ["Eve", "Ada", None, None]),
        ([EVE, area(), EVE.replace("Eve", "Zoe").replace("0.5", "0.3")], ["Eve", "Ada", None, "Zoe"]),
        (["<dc:x/>", EVE], ["Ada", "Eve"]),
    ],
)
def test_named_regions_come_before_those_without_a_name(
    tmp_path: Path, items: list[str], names: list[str | None]
) -> None:
    """DigiKam 9.1 reads a list up to the first region without a name; what others wrote keeps its order and bytes."""
    photo = photo_with(tmp_path, packet("\n " + mwg(*items).replace("<rdf:li", "\n  <rdf:li")))
    edit = planned(photo, ADA, as_regions=[ADA])
    assert edit is not None
    sidecar.apply(edit)
    assert names == [each.name for each in sidecar.read(photo, None).regions if each.source == AnnotationSource.MWG]
    back = planned(photo)
    assert back is not None
    assert edit.before == back.after


def test_a_region_that_a_human_renamed_stays(tmp_path: Path) -> None:
    """From the moment another name stands in it, a region of ours is the human's."""
    photo = photo_with(tmp_path, None)
    edit = planned(photo, ADA, as_regions=[ADA])
    assert edit is not None
    sidecar.apply(edit)
    text = edit.path.read_text().replace("<mwg-rs:Name>Ada", "<mwg-rs:Name>Eve")
    edit.path.write_text(text.replace("Name>Ada</MPReg", "Name>Eve</MPReg"))
    back = planned(photo)
    assert back is not None
    sidecar.apply(back)
    metadata = sidecar.read(photo, None)
    assert [("Eve", None)] == [(each.name, each.origin) for each in metadata.regions]
    assert () == metadata.suggestions


def test_an_empty_region_list_of_another_program_is_not_filled(tmp_path: Path) -> None:
    """Where ours could not be told from what held them, the sidecar is left alone and it is said why."""
    photo = photo_with(tmp_path, packet(mwg()))
    with pytest.raises(PhotoError, match="would change what other programs wrote"):
        planned(photo, ADA, as_regions=[ADA])
    assert planned(photo, ADA) is not None


def test_a_sidecar_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    """The error names the sidecar, and nothing is planned."""
    photo = photo_with(tmp_path, packet("")[:-3])
    with pytest.raises(PhotoError, match=r"IMG\.JPG\.xmp: it is not well-formed"):
        planned(photo, ADA)
    with pytest.raises(PhotoError, match=r"IMG\.JPG\.xmp: it is not well-formed"):
        sidecar.read(photo, None)


def test_nothing_wanted_and_nothing_there_makes_no_sidecar(tmp_path: Path) -> None:
    """A photo without suggestions gets no file."""
    assert planned(photo_with(tmp_path, None)) is None


@pytest.mark.parametrize(
    ("files", "naming", "expected"),
    [
        ([], None, "IMG.JPG.xmp"),
        ([], sidecar.Naming.STEM, "IMG.xmp"),
        (["IMG.xmp"], None, "IMG.xmp"),
        (["IMG.xmp", "IMG.JPG.xmp"], None, "IMG.JPG.xmp"),
        (["IMG.xmp"], sidecar.Naming.FULL, "IMG.JPG.xmp"),
        (["IMG.JPG.XMP"], None, "IMG.JPG.XMP"),
        (["IMG.XMP"], None, "IMG.XMP"),
        (["IMG.JPG.Xmp", "IMG.xmp"], None, "IMG.JPG.Xmp"),
        (["IMG.JPG.XMP", "IMG.JPG.xmp"], None, "IMG.JPG.xmp"),
        (["IMG.XMP"], sidecar.Naming.STEM, "IMG.XMP"),
    ],
)
def test_the_sidecar_that_counts(
    tmp_path: Path, files: list[str], naming: sidecar.Naming | None, expected: str
) -> None:
    """The full name goes before the stem; a fixed naming ignores the other name; small letters before capitals."""
    photo = photo_with(tmp_path, None)
    for name in files:
        (tmp_path / name).write_text(packet(""))
    assert tmp_path / expected == sidecar.target_path(photo, naming)


def test_a_sidecar_shared_by_two_photos_is_read_but_not_written(tmp_path: Path) -> None:
    """IMG.xmp belongs to IMG.JPG and to IMG.CR2: suggestions for one would be taken for the other's."""
    photo = photo_with(tmp_path, None)
    (tmp_path / "IMG.xmp").write_text(packet(mwg(EVE)))
    assert planned(photo, ADA) is not None
    (tmp_path / "IMG.CR2").write_bytes(b"")
    with pytest.raises(PhotoError, match=r"IMG\.CR2 as well"):
        planned(photo, ADA)
    assert ["Eve"] == [each.name for each in sidecar.read(photo, None).regions]


def test_undo_restores_bytes_or_takes_out_only_ours(tmp_path: Path) -> None:
    """Untouched since: byte for byte as before, or gone. Touched since: the others' change stays."""
    photo = photo_with(tmp_path, None)
    edit = planned(photo, ADA)
    assert edit is not None
    sidecar.apply(edit)
    undo = sidecar.plan_undo(edit.path, None, edit.after_digest, tmp_path)
    assert undo is not None
    assert undo.after is None
    edit.path.write_bytes(edit.path.read_bytes().replace(b"</rdf:RDF>", b"<!-- a human's --></rdf:RDF>"))
    undo = sidecar.plan_undo(edit.path, None, edit.after_digest, tmp_path)
    assert undo is not None
    assert undo.after is not None
    assert b"a human's" in undo.after
    assert b"Ada" not in undo.after
    sidecar.apply(undo)
    assert sidecar.plan_undo(edit.path, None, edit.after_digest, tmp_path) is None


def test_undo_of_a_foreign_sidecar_gives_its_bytes_back(tmp_path: Path) -> None:
    """After any number of our edits, `before` stands there again."""
    photo = photo_with(tmp_path, packet(mwg(EVE)))
    before = (tmp_path / "IMG.JPG.xmp").read_bytes()
    last = None
    for wanted in ([ADA], [ADA, BOB], [BOB]):
        last = planned(photo, *wanted)
        assert last is not None
        sidecar.apply(last)
    assert last is not None
    undo = sidecar.plan_undo(last.path, before, last.after_digest, tmp_path)
    assert undo is not None
    sidecar.apply(undo)
    assert before == last.path.read_bytes()


def test_undo_leaves_a_declaration_that_is_needed(tmp_path: Path) -> None:
    """Our namespace is undeclared only where nothing uses it; text that looks like it is no declaration."""
    photo = photo_with(tmp_path, None)
    edit = planned(photo, ADA)
    assert edit is not None
    declared = 'xmlns:facedaemon="http://ns.facedaemon.org/1.0/"'
    for properties, attributes, stays in (
        ("<dc:a/>", f" dc:b='a {declared}'", True),
        ("<dc:a/>", ' dc:b="x"', False),
        ('<dc:a rdf:parseType="Resource"><dc:b facedaemon:x="1"/></dc:a>', "", True),
    ):
        edit.path.write_text(packet(properties, attributes))
        later = planned(photo, ADA)
        assert later is not None
        assert later.after is not None
        edit.path.write_bytes(later.after)
        undo = sidecar.plan_undo(edit.path, None, "", tmp_path)
        assert undo is not None
        assert undo.after is not None
        assert packet(properties, attributes).replace("" if stays else f"\n {declared}", "").encode() == undo.after


def test_own_microsoft_regions_alone_are_taken_out() -> None:
    """Where another program dropped MWG's list and ours, what is left of ours goes too."""
    item = as_written(ADA, 1, "d")
    both = edited(parse(packet("").encode()), [item], [item], SIZE)
    assert both is not None
    one = re.sub(
        rb"<mwg-rs:Regions.*</mwg-rs:Regions>|<facedaemon:Sug.*</facedaemon:Suggestions>", b"", both, flags=re.DOTALL
    )
    assert b"MPReg:Rectangle" in one
    bare = edited(parse(one), [], [], SIZE)
    assert bare is not None
    assert b"MPReg:Rectangle" not in bare


def test_two_lists_of_ours_become_one() -> None:
    """A list doubled by a careless merge is replaced as a whole."""
    one = edited(parse(packet("").encode()), [as_written(ADA, 1, "d")], [], SIZE)
    assert one is not None
    start, end = one.index(b"\n  <rdf:Description"), one.rindex(b"</rdf:RDF>")
    doubled = one[:end] + one[start:end] + one[end:]
    fixed = edited(parse(doubled), [as_written(ADA, 1, "d")], [], SIZE)
    assert fixed is not None
    assert 1 == fixed.count(b"<facedaemon:Suggestions>")


def test_a_packet_against_rdfs_grammar_is_left_alone() -> None:
    """Where programs differ in what a packet says, nothing is added to it; its regions are still read."""
    broken = parse(packet("<dc:creator><rdf:Bag/><rdf:Seq/></dc:creator>" + mwg(EVE)).encode())
    with pytest.raises(NotXmp, match="creator holds 2 values"):
        edited(broken, [as_written(ADA, 1, "d")], [], SIZE)
    assert 1 == len(read_regions(broken.rdf, 1, None)[0])


@pytest.mark.slow
def test_a_packet_that_is_full_is_refused() -> None:
    """An edit that would pass the limits raises, it does not write what could not be read again."""
    full = packet("<dc:a/>" * 199_980)
    with pytest.raises(NotXmp):
        edited(parse(full.encode()), [as_written(ADA, 1, "d")] * 5, [], SIZE)
