"""A sidecar of somebody else adds names to those of the photo, and hides none."""

import os
from pathlib import Path

import pytest
from PIL import Image

from facedaemon import sidecar
from facedaemon.pipeline.setup.neighbours import name_of, strangers_below
from tests.attacks.conftest import User
from tests.sidecar.packets import area, mwg, packet


def _named(name: str, x: float) -> str:
    return f"<mwg-rs:Name>{name}</mwg-rs:Name>{area(x=x)}"


EMBEDDED = packet(mwg(_named("Ada", 0.3), _named("Bob", 0.7)))
HOSTILE = {
    "empty": "",
    "no faces": packet(mwg()),
    "no regions": packet("<dc:title>x</dc:title>"),
    "another name": packet(mwg(_named("Mallory", 0.3), _named("Mallory", 0.7))),
    "our mark": packet(
        mwg(
            "<mwg-rs:Name>Ada</mwg-rs:Name>"
            + area(x=0.3)
            + '<mwg-rs:Extensions rdf:parseType="Resource"><facedaemon:Origin>auto</facedaemon:Origin>'
            "</mwg-rs:Extensions>"
        )
    ),
    "turned": packet("<tiff:Orientation>6</tiff:Orientation>" + mwg()),
    "broken": "<x:xmpmeta",
    "a doctype": "<!DOCTYPE x><x/>",
}


@pytest.fixture
def photo(commons: Path, anna: User) -> Path:
    """Anna's photo, which names two people."""
    path = commons / "a.jpg"
    Image.new("RGB", (80, 60)).save(path, xmp=EMBEDDED.encode())
    os.chown(path, anna.number, anna.number)
    return path


def _names(photo: Path) -> set[str | None]:
    return {region.name for region in sidecar.read(photo, None, photo.parent).regions if region.origin is None}


@pytest.mark.parametrize("name", ["a.jpg.xmp", "a.xmp", "a.jpg.XMP"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_strangers_sidecar_hides_no_name(kind: str, name: str, photo: Path, bert: User) -> None:
    """Whatever it holds, and however it is named, the photo says what it said."""
    before = sidecar.read(photo, None, photo.parent)
    with bert.acting():
        photo.with_name(name).write_text(HOSTILE[kind])
    after = sidecar.read(photo, None, photo.parent)
    assert {"Ada", "Bob"} == _names(photo)
    assert before.regions == after.regions[:2]
    assert before.orientation == after.orientation
    assert before.suggestions == after.suggestions


def test_a_relatives_sidecar_adds_the_names_it_has(photo: Path, bert: User) -> None:
    """Families who share a folder keep each other's names."""
    with bert.acting():
        photo.with_name("a.jpg.xmp").write_text(packet(mwg(_named("Grandma", 0.5))))
    assert {"Ada", "Bob", "Grandma"} == _names(photo)


@pytest.mark.parametrize("whose", ["photo's", "root's", "ours"])
def test_a_sidecar_of_the_owners_counts_before_the_photo(
    whose: str, photo: Path, commons: Path, anna: User, bert: User
) -> None:
    """The photo's owner, the root's and this user say what holds: as digiKam, the sidecar goes before the photo."""
    file = photo.with_name("a.jpg.xmp")
    file.write_text(HOSTILE["no faces"])
    if whose == "photo's":
        os.chown(commons, bert.number, bert.number)
        os.chown(file, anna.number, anna.number)
    elif whose == "root's":
        os.chown(commons, bert.number, bert.number)
        os.chown(file, bert.number, bert.number)
    assert set() == _names(photo)


def test_a_strangers_sidecar_before_the_owners_hides_neither(photo: Path, anna: User, bert: User) -> None:
    """The stranger's has the name that counts first; the owner's is asked all the same."""
    photo.with_name("a.xmp").write_text(packet(mwg(_named("Carol", 0.5))))
    os.chown(photo.with_name("a.xmp"), anna.number, anna.number)
    with bert.acting():
        photo.with_name("a.jpg.xmp").write_text(HOSTILE["no faces"])
    assert {"Carol"} <= _names(photo)


def test_check_counts_the_strangers_sidecars(photo: Path, commons: Path, bert: User) -> None:
    """By user; those of the photo's owner, of the root's and of sidecars without a photo are none."""
    photo.with_name("a.jpg.xmp").write_text(HOSTILE["no faces"])
    with bert.acting():
        photo.with_name("a.xmp").write_text(HOSTILE["no faces"])
        photo.with_name("alone.xmp").write_text(HOSTILE["no faces"])
        (commons / "his").mkdir()
        Image.new("RGB", (8, 8)).save(commons / "his/b.jpg")
        (commons / "his/b.jpg.xmp").write_text(HOSTILE["no faces"])
    assert {bert.number: 1} == strangers_below(commons, ())
    assert f"user {bert.number}" == name_of(bert.number)
    assert "root (0)" == name_of(0)
