"""Changes of what we wrote: a human's deletion is distinguished from a program's, a backup's, another facedaemon's."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from facedaemon import sidecar
from facedaemon.pipeline.annotations.own_changes import Found, compare
from facedaemon.values import Region, Suggestion
from tests.sidecar.packets import ADA, EVE_REGION, NOW, SIZE, exiftool, jpeg, mp, mwg, packet

BOB = Suggestion(Region(0.55, 0.3, 0.2, 0.3), "Bob", 0.91, 3)
MINE, OTHER = "0123456789abcdef", "fedcba9876543210"
FOREIGN = {
    "no region of others": "<dc:title>kept</dc:title>",
    "a region of others": mwg(EVE_REGION) + mp("Eve", "0.4, 0.45, 0.2, 0.1"),
}


class Desk:
    """A photo whose sidecar shows Ada and Bob."""

    def __init__(self, folder: Path, foreign: str, policy: str = "regions") -> None:
        self.photo = jpeg(folder / "a.jpg", None)
        self.path = folder / "a.jpg.xmp"
        self.path.write_text(packet(foreign))
        self.regions = [ADA, BOB] if policy == "regions" else []
        self.write(ADA, BOB)

    def write(self, *wanted: object, state: str = MINE) -> bool:
        """Publish these; whether there was anything to write."""
        items = [item for item in (ADA, BOB) if item in wanted]
        regions = [item for item in self.regions if item in items]
        edit = sidecar.plan(
            self.photo,
            orientation=1,
            size=SIZE,
            wanted=items,
            date=NOW,
            as_regions=regions,
            root=self.photo.parent,
            state=state,
        )
        if edit is not None:
            sidecar.apply(edit)
        return edit is not None

    def found(self, state: str = MINE) -> Found:
        """What is made of the sidecar as it is, by the one who wrote Ada and Bob."""
        return compare([ADA, BOB], self.regions, sidecar.read(self.photo, None), state, 1)

    def without(self, *patterns: str) -> list[str]:
        """Cut these out as with a text editor; gives the names that are taken for rejected."""
        text = self.path.read_text()
        for pattern in patterns:
            text, count = re.subn(pattern, "", text, flags=re.DOTALL)
            assert count, pattern
        self.path.write_text(text)
        return sorted(item.person for item in self.found().removed)


LIST = r"<facedaemon:Suggestions>.*</facedaemon:Suggestions>"
LIST_AND_NODE = r"<rdf:Description[^>]*>\s*<facedaemon:Suggestions>.*?</facedaemon:Suggestions>\s*</rdf:Description>"
RECORD = r"<facedaemon:Record.*</facedaemon:Record>"
MWG, MP = r"<mwg-rs:Regions.*</mwg-rs:Regions>", r"<MP:RegionInfo.*</MP:RegionInfo>"


def _item(name: str, tag: str) -> str:
    """The pattern of one item of a list, which begins with that tag."""
    return rf'<rdf:li rdf:parseType="Resource"[^>]*>\s*<{tag}>{name}</(?:(?!</rdf:li>).)*</rdf:li>'


def _in_regions(name: str) -> tuple[str, str]:
    return _item(name, "mwg-rs:Name"), _item(name, "MPReg:PersonDisplayName")


@pytest.fixture(params=list(FOREIGN.values()), ids=list(FOREIGN))
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    """With regions, as policy `regions` writes them."""
    return Desk(tmp_path, request.param)


@pytest.fixture
def listed(tmp_path: Path) -> Desk:
    """With the list alone, as policy `suggest` writes it."""
    return Desk(tmp_path, FOREIGN["no region of others"], "suggest")


def test_nothing_that_happened_is_nothing(desk: Desk) -> None:
    """As it was written nothing is missing, and nothing is to be written."""
    assert Found() == desk.found()
    assert not desk.write(ADA, BOB)


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ((_item("Ada", "facedaemon:Name"),), ["Ada"]),
        ((_item("Ada", "facedaemon:Name"), _item("Bob", "facedaemon:Name")), ["Ada", "Bob"]),
        ((LIST,), ["Ada", "Bob"]),
        ((RECORD,), []),
        ((LIST, RECORD), []),
    ],
    ids=["one", "each", "the list", "the record", "all that is ours"],
)
def test_what_a_human_deletes_from_the_list_is_rejected(
    listed: Desk, patterns: tuple[str, ...], expected: list[str]
) -> None:
    """One entry, the last one, the whole list; not where our record went too, as with programs that do not know it."""
    assert expected == listed.without(*patterns)
    assert (RECORD not in patterns or LIST in patterns) == listed.found().is_off


def test_the_lists_whole_description_may_go(listed: Desk) -> None:
    """The record stands in a description of its own, which stays."""
    assert ["Ada", "Bob"] == listed.without(LIST_AND_NODE)


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (_in_regions("Ada"), ["Ada"]),
        ((*_in_regions("Ada"), *_in_regions("Bob")), ["Ada", "Bob"]),
        ((MWG, MP, LIST), ["Ada", "Bob"]),
        (_in_regions("Ada")[:1], []),
    ],
    ids=["one", "each", "the structures and the list", "in one format of two"],
)
def test_a_region_that_a_human_deletes_is_rejected(desk: Desk, patterns: tuple[str, ...], expected: list[str]) -> None:
    """One of ours in both formats, each of them, or everything with our list."""
    assert expected == desk.without(*patterns)


def test_our_only_region_goes_with_its_whole_structure(tmp_path: Path) -> None:
    """Where the structures were made for ours: they are cut out whole, and all else is byte for byte as it was."""
    desk = Desk(tmp_path, FOREIGN["no region of others"])
    assert ["Ada", "Bob"] == desk.without(MWG, MP)


def _rewritten_by_exiftool(desk: Desk) -> None:
    exiftool("-q", "-overwrite_original", "-XMP-dc:Title=other", desk.path)


def _regions_of_its_own(desk: Desk) -> None:
    """As digiKam writes: both structures newly from its database, keywords, and all else kept."""
    text = re.sub(MP, "", re.sub(MWG, mwg(EVE_REGION), desk.path.read_text(), flags=re.DOTALL), flags=re.DOTALL)
    desk.path.write_text(
        text.replace("<dc:title>kept", "<dc:subject><rdf:Bag><rdf:li>x</rdf:li></rdf:Bag></dc:subject><dc:title>kept")
    )


def _no_regions_left(desk: Desk) -> None:
    """As digiKam writes a photo without confirmed faces: no structure, other keywords."""
    text = re.sub(MP, "", re.sub(MWG, "", desk.path.read_text(), flags=re.DOTALL), flags=re.DOTALL)
    desk.path.write_text(text.replace("<dc:title>kept", "<dc:title>other"))


PROGRAMS: dict[str, Callable[[Desk], object]] = {
    "ExifTool keeps everything": _rewritten_by_exiftool,
    "digiKam writes its own faces": _regions_of_its_own,
    "digiKam writes none": _no_regions_left,
    "the sidecar is deleted": lambda desk: desk.path.unlink(),
    "the sidecar is replaced": lambda desk: desk.path.write_text(packet("<dc:title>new</dc:title>")),
    "the sidecar is emptied": lambda desk: desk.path.write_bytes(b""),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_what_a_program_does_is_no_rejection(tmp_path: Path, program: Callable[[Desk], object]) -> None:
    """A packet that was rewritten, regions from another database, a sidecar that is gone or another one."""
    desk = Desk(tmp_path, FOREIGN["no region of others"])
    program(desk)
    assert () == desk.found().removed


def test_a_sidecar_from_a_backup_rejects_nothing(tmp_path: Path, listed: Desk) -> None:
    """An older list of ours, with the record of that older write: it is rewritten, and no name is lost."""
    listed.write(ADA)
    shutil.copyfile(listed.path, tmp_path / "backup")
    listed.write(ADA, BOB)
    shutil.copyfile(tmp_path / "backup", listed.path)
    assert Found(is_off=True) == listed.found()


def test_a_list_of_another_facedaemon_is_no_humans_edit(listed: Desk) -> None:
    """What it does not suggest is not rejected, and ours is not written over it again."""
    assert listed.write(BOB, state=OTHER)
    assert ((), False, ["Bob"]) == (
        listed.found().removed,
        listed.found().is_off,
        [item.person for item in listed.found().foreign],
    )


def test_two_that_disagree_come_to_rest(listed: Desk) -> None:
    """One that wants nothing there leaves its record, so that the other one does not write again."""
    assert listed.write(state=OTHER)
    assert Found() == listed.found()
    assert not listed.write(state=OTHER)
    assert listed.write(ADA, BOB)
    assert listed.write()
    assert not sidecar.holds_own(listed.path.read_bytes())


def test_a_list_from_before_records_is_read_as_it_was(listed: Desk) -> None:
    """One entry that is missing from it is a rejection, the whole list is not."""
    listed.write(ADA, BOB, state="")
    assert b"facedaemon:Record" not in listed.path.read_bytes()
    assert ["Ada"] == listed.without(_item("Ada", "facedaemon:Name"))
    listed.write(ADA, BOB, state="")
    assert [] == listed.without(LIST)
    assert listed.found().is_off


def test_what_undo_leaves_holds_no_record(desk: Desk) -> None:
    """Neither list nor record nor namespace."""
    assert b"facedaemon" not in sidecar.without_own(desk.path.read_bytes()).replace(b'xmlns:facedaemon="', b"")
