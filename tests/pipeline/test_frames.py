"""Lists of regions whose AppliedToDimensions contradicts the picture: the detected faces decide what is meant."""

from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from facedaemon.geometry import displayed, stored
from facedaemon.pipeline.session import Session
from facedaemon.store import FaceRecord
from facedaemon.values import Region
from tests.pipeline.conftest import finished
from tests.pipeline.named_photos import SIDECAR, NamedPhotos

PERSON, NUMBER = "Tony_Blair", 1


@pytest.fixture
def photos(shared: Path, model_files: Path, tmp_path: Path) -> NamedPhotos:
    """An empty folder, and portraits to fill it with."""
    assert model_files.is_dir()
    return NamedPhotos(tmp_path, shared / "data/faces/lfw")


def _picture(photos: NamedPhotos, orientation: int) -> Path:
    """A portrait on a canvas of 400 by 600, as displayed in that orientation, its face above the middle."""
    photo = photos.add(PERSON, NUMBER)
    canvas = Image.new("RGB", (400, 600), "grey")
    with Image.open(photo) as portrait:
        canvas.paste(portrait, (120, 30))
    turn = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270, 3: Image.Transpose.ROTATE_180}.get(orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    (canvas.transpose(turn) if turn is not None else canvas).save(photo, exif=exif, quality=95)
    return photo


def _name(photo: Path, region: Region, applied: tuple[int, int]) -> None:
    """A sidecar that names the region, which is in the frame that the program took for the picture's."""
    x, y = region.x + region.w / 2, region.y + region.h / 2
    area = f'stArea:x="{x:.6f}" stArea:y="{y:.6f}" stArea:w="{region.w:.6f}" stArea:h="{region.h:.6f}"'
    sizes = (
        '<mwg-rs:AppliedToDimensions xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"'
        f' stDim:w="{applied[0]}" stDim:h="{applied[1]}" stDim:unit="pixel"/><mwg-rs:RegionList>'
    )
    text = SIDECAR.format("Tony").replace('stArea:x="0.5" stArea:y="0.5" stArea:w="0.4" stArea:h="0.46"', area)
    text = text.replace("<mwg-rs:RegionList>", sizes)
    photo.with_name(photo.name + ".xmp").write_text(text)


def _main_face(session: Session) -> FaceRecord:
    faces = [face for photo in session.store.photos.all() for face in session.store.faces.of(photo.id)]
    return max(faces, key=lambda face: face.region.h)


@pytest.mark.parametrize("orientation", [1, 6, 8, 3])
@pytest.mark.parametrize("frame", ["as written", "as displayed", "turned right", "turned left"])
def test_swapped_dimensions_are_read_as_the_faces_lie(photos: NamedPhotos, orientation: int, frame: str) -> None:
    """Areas of the stored picture, of the displayed one, of one that was turned since: the name finds its face."""
    photo = _picture(photos, orientation)
    with closing(photos.session()) as session:
        finished(session)
        face = _main_face(session)
        there = stored(face.region, orientation)
        if frame == "as displayed" and orientation in (6, 8):
            there = face.region
        elif frame != "as written":
            there = displayed(there, 6 if frame == "turned right" else 8)
        width, height = (400, 600) if orientation in (1, 3) else (600, 400)
        _name(photo, there, (height, width))
        assert 1 == finished(session).confirmed
        face = _main_face(session)
        assert ("Tony", 1.0) == (face.verdict.person, face.verdict.trust)


def test_a_resized_copy_of_another_shape_is_read_as_written(photos: NamedPhotos) -> None:
    """Dimensions of a picture that was cropped since say nothing of a turn; nor do those of a square."""
    photo = _picture(photos, 1)
    with closing(photos.session()) as session:
        finished(session)
        face = _main_face(session)
        for applied in ((600, 200), (500, 500), (800, 1200)):
            _name(photo, face.region, applied)
            finished(session)
            assert "Tony" == _main_face(session).verdict.person
