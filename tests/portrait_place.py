"""A library of two people's portraits, some of them named: what every clone can scan, and no digiKam."""

import os
from pathlib import Path

import pytest

from facedaemon.values import Region
from tests.acceptance.place import Place, Truth
from tests.conftest import REPOSITORY
from tests.portraits import PORTRAITS, is_there, photos
from tests.sidecar.packets import area, mwg, packet

NAMED = 7
"""Of the photos of each person, so many are named by their user."""
GRACE, EILEEN = (portrait.person for portrait in PORTRAITS)


def portraits_folder() -> Path:
    """The folder with the two portraits; without it the test is skipped, or fails in CI."""
    folder = Path(os.environ.get("FACEDAEMON_PORTRAITS") or REPOSITORY / ".venv" / "portraits")
    absent = [portrait.file for portrait in PORTRAITS if not is_there(folder, portrait)]
    if absent:
        reason = f"the portraits are absent: {folder} has no {', '.join(absent)} (make portraits)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


def named_portraits(pictures: Path, models: Path, folder: Path, named: int = NAMED) -> Place:
    """The two people's photos, the first of each named, never scanned."""
    truth: dict[str, Truth] = {}
    place = Place(folder, models, truth)
    place.photos.mkdir(parents=True, exist_ok=True)
    for portrait in PORTRAITS:
        for number, photo in enumerate(photos(pictures, portrait)):
            path = place.photos / f"{photo.person} {number:02}.jpg"
            photo.picture.save(path, quality=92)
            truth[path.name] = Truth(photo.person, confirmed=number < named)
            if number < named:
                name_in_sidecar(path, photo.person, photo.face)
    place.configure(library={"digikam": {"database": "none"}})
    return place


def name_in_sidecar(photo: Path, person: str, face: Region) -> None:
    """Another program names the face, in a sidecar."""
    there = area(face.x + face.w / 2, face.y + face.h / 2, face.w, face.h)
    item = f"<mwg-rs:Name>{person}</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>{there}"
    sidecar_of(photo).write_text(packet(mwg(item)), encoding="utf-8")


def sidecar_of(photo: Path) -> Path:
    """The sidecar of a photo."""
    return photo.with_name(photo.name + ".xmp")
