"""What is seen in photos: real faces by real networks."""

import resource
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from facedaemon.config import Config
from facedaemon.errors import PhotoError
from facedaemon.geometry import ORIENTATIONS, overlap
from facedaemon.unit_vectors import normalised
from facedaemon.values import EmbeddedFace, Region, Size
from facedaemon.vision import FaceAnalyzer, Models, find_models
from facedaemon.vision.align import Crops, crop
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.decode import read_picture
from facedaemon.vision.detect import Detector, landmarks
from facedaemon.vision.embed import Embedder
from facedaemon.vision.engine import Engine
from facedaemon.vision.false_positives import certainty
from tests.vision.pictures import collage, jpeg, stored
from tests.vision.test_manifest import CUSTOM


def _photo(path: Path, pixels: Pixels, orientation: int | None = None) -> Path:
    path.write_bytes(jpeg(pixels, orientation, 95))
    return path


def _middle(region: Region) -> tuple[float, float]:
    return region.x + region.w / 2, region.y + region.h / 2


def _enlarged(pixels: Pixels, factor: float) -> Pixels:
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.fixture(scope="module")
def group(portraits: list[Path]) -> Pixels:
    """Twelve people in three rows, 600 by 450."""
    return collage(portraits, 4, 3)


def _nearest(face: EmbeddedFace, faces: tuple[EmbeddedFace, ...]) -> EmbeddedFace:
    return max(faces, key=lambda other: overlap(face.region, other.region))


def test_every_face_of_a_group_is_found_where_it_is(analyzer: FaceAnalyzer, tmp_path: Path, group: Pixels) -> None:
    """Twelve people give a face in each of the twelve fields, each with a vector of length 1."""
    analysis = analyzer.analyse(_photo(tmp_path / "a.jpg", group))
    fields = {(int(x * 4), int(y * 3)) for x, y in (_middle(face.region) for face in analysis.faces)}
    assert 12 == len(fields)
    assert all(abs(np.linalg.norm(face.vector) - 1) < 1e-5 and face.vector.shape == (256,) for face in analysis.faces)
    assert Size(600, 450) == analysis.size


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_an_orientation_changes_no_region(
    analyzer: FaceAnalyzer, tmp_path: Path, group: Pixels, orientation: int
) -> None:
    """In all eight EXIF orientations the same faces lie in the same displayed places, with the same vectors."""
    upright = analyzer.analyse(_photo(tmp_path / "up.jpg", group))
    turned = analyzer.analyse(_photo(tmp_path / "turned.jpg", stored(group, orientation), orientation))
    assert orientation == turned.orientation
    assert len(upright.faces) == len(turned.faces)
    for face in upright.faces:
        other = _nearest(face, turned.faces)
        assert overlap(face.region, other.region) >= 0.9
        assert face.vector @ other.vector > 0.95


@pytest.mark.parametrize(("factor", "pixels"), [(1.0, 600), (4.0, 2400), (10.0, 6000)])
def test_a_face_is_found_in_photos_of_any_size(
    analyzer: FaceAnalyzer, tmp_path: Path, group: Pixels, factor: float, pixels: int
) -> None:
    """The same twelve people are found in 0.3, 4 and 27 megapixels, with the same vectors."""
    small = analyzer.analyse(_photo(tmp_path / "small.jpg", group))
    large = analyzer.analyse(_photo(tmp_path / "large.jpg", _enlarged(group, factor)))
    assert pixels == large.size.width
    likenesses = [face.vector @ _nearest(face, large.faces).vector for face in small.faces]
    assert np.median(likenesses) > 0.95


def test_a_face_that_fills_the_frame_is_found(analyzer: FaceAnalyzer, tmp_path: Path, portraits: list[Path]) -> None:
    """A face cut out tightly and enlarged to 9 megapixels is found as one face."""
    pixels = read_picture(portraits[0]).pixels
    (face,) = (
        face for face in analyzer.analyse(portraits[0]).faces if abs(face.region.x + face.region.w / 2 - 0.5) < 0.2
    )
    x, y, w, h = (int(150 * value) for value in (face.region.x, face.region.y, face.region.w, face.region.h))
    tight = pixels[max(0, y - h // 6) : y + h + h // 6, max(0, x - w // 6) : x + w + w // 6]
    analysis = analyzer.analyse(_photo(tmp_path / "a.jpg", _enlarged(tight, 3000 / tight.shape[0])))
    assert 1 == len(analysis.faces)
    assert analysis.faces[0].region.h > 0.5
    assert analysis.faces[0].vector @ face.vector > 0.8


def test_faces_below_the_smallest_size_are_left_out(model_files: Path, tmp_path: Path, group: Pixels) -> None:
    """`detection.min_size` counts pixels of the full photo."""
    config = Config.model_validate({"detection": {"min_size": 200}})
    analyzer = FaceAnalyzer.open(find_models(config, {"FACEDAEMON_MODELS": str(model_files)}))
    assert not analyzer.analyse(_photo(tmp_path / "a.jpg", group)).faces
    assert 12 <= len(analyzer.analyse(_photo(tmp_path / "b.jpg", _enlarged(group, 5))).faces)


def test_a_face_that_a_human_named_is_embedded_at_its_region(
    analyzer: FaceAnalyzer, tmp_path: Path, group: Pixels
) -> None:
    """A drawn region, even a loose one, gives the vector that detection gives; a region without a face gives None."""
    path = _photo(tmp_path / "a.jpg", group)
    face = analyzer.analyse(path).faces[0]
    loose = Region(face.region.x - 0.02, face.region.y - 0.03, face.region.w + 0.04, face.region.h + 0.05)
    found, nothing = analyzer.analyse_regions(path, [loose, Region(0, 0, 0.01, 0.01)])
    assert found is not None
    assert nothing is None
    assert found.is_face
    assert overlap(found.region, face.region) > 0.8
    assert found.vector @ face.vector > 0.85


def test_many_photos_are_seen_in_their_order(analyzer: FaceAnalyzer, tmp_path: Path, portraits: list[Path]) -> None:
    """Photos and failures come out as they went in, the same as one by one, whatever the number of workers."""
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a photo")
    paths = [*portraits[:5], broken, *portraits[5:9]]
    seen = list(analyzer.analyse_many(paths, 3))
    assert paths == [path for path, _ in seen]
    assert isinstance(seen[5][1], PhotoError)
    for path, analysis in seen[:5]:
        assert not isinstance(analysis, PhotoError)
        alone = analyzer.analyse(path)
        assert [face.region for face in alone.faces] == [face.region for face in analysis.faces]


def test_looking_ahead_is_bounded_and_can_be_stopped(analyzer: FaceAnalyzer, portraits: list[Path]) -> None:
    """Of many photos only a few are taken before the first is handed out, and none after closing."""
    taken: list[Path] = []

    def coming() -> Iterator[Path]:
        for path in portraits:
            taken.append(path)
            yield path

    looks = analyzer.analyse_many(coming(), 2)
    next(looks)
    looks.close()
    assert len(taken) <= 6


def test_our_sface_path_equals_opencvs(
    portraits: list[Path], model_files: Path, tmp_path: Path, analyzer: FaceAnalyzer
) -> None:
    """Alignment and features of an SFace-like network equal `cv2.FaceRecognizerSF`'s on fifty faces."""
    name = "mobilefacenet_128_sface_io.onnx"
    (tmp_path / "mine.toml").write_text(
        CUSTOM.replace("mine.onnx", name).replace(
            "[[0.34, 0.46], [0.66, 0.46], [0.5, 0.64], [0.37, 0.82], [0.63, 0.82]]",
            "[[0.341916, 0.461574], [0.656534, 0.459833], [0.500225, 0.640505], [0.370976, 0.824692], "
            "[0.631517, 0.823250]]",
        )
    )
    config = Config.model_validate({"models": {"embedder": "mine", "directory": str(tmp_path)}})
    ours = Embedder(Engine(1), find_models(config, {"FACEDAEMON_MODELS": str(model_files)}).recognisers)
    theirs = cv2.FaceRecognizerSF.create(str(model_files / name), "")
    likenesses = []
    for path in portraits:
        pixels = read_picture(path).pixels
        for face in analyzer.analyse(path).faces[:1]:
            points = face.landmarks.astype(np.float64) * (pixels.shape[1], pixels.shape[0])
            row = np.array([[0, 0, 1, 1, *points.ravel(), 1]], np.float32)
            feature = np.asarray(theirs.feature(theirs.alignCrop(pixels, row)), np.float32).reshape(-1)
            likenesses.append(float(np.dot(ours.embed(Crops(pixels, points[None]))[0], normalised(feature))))
    assert len(likenesses) >= 50
    assert min(likenesses) >= 0.999


@pytest.mark.parametrize("together", [True, False])
def test_many_faces_of_a_photo_get_what_each_gets_alone(
    models: Models, group: Pixels, analyzer: FaceAnalyzer, model_files: Path, tmp_path: Path, together: bool
) -> None:
    """Nine faces at once get the embeddings and second looks of each, also by a network that takes one at a time."""
    rows = analyzer.detector.find(group, 0.7)[:9]
    assert 9 == len(rows)
    if not together:
        (tmp_path / "mine.toml").write_text(CUSTOM.replace("mine.onnx", "mobilefacenet_128_sface_io.onnx"))
        config = Config.model_validate({"models": {"embedder": "mine", "directory": str(tmp_path)}})
        models = find_models(config, {"FACEDAEMON_MODELS": str(model_files)})
    embedder = Embedder(Engine(1), models.recognisers)
    assert [together] == [network._together > 1 for _, network in embedder._parts]
    all_faces = Crops(group, landmarks(rows))
    alone = [Crops(group, landmarks(row[None])) for row in rows]
    np.testing.assert_allclose(
        embedder.embed(all_faces), np.concatenate([embedder.embed(face) for face in alone]), atol=1e-5
    )
    np.testing.assert_allclose(
        certainty(analyzer.detector, all_faces, rows[:, 14]),
        np.concatenate([certainty(analyzer.detector, *each) for each in zip(alone, rows[:, 14:], strict=True)]),
        atol=1e-5,
    )


def test_two_recognisers_are_joined_by_weight(models: Models, portraits: list[Path], model_files: Path) -> None:
    """The likeness of two faces is the weighted mean of what each recogniser says (weights squared)."""
    engine = Engine(1)
    (one,) = models.recognisers
    both = Embedder(engine, [one, one])
    single = Embedder(engine, [one])
    a, b = (read_picture(path).pixels for path in portraits[:2])
    points = np.array([(0.35, 0.4), (0.65, 0.4), (0.5, 0.55), (0.4, 0.7), (0.6, 0.7)]) * 150
    assert 2 * single.size == both.size
    faces = [Crops(pixels, points[None]) for pixels in (a, b)]
    expected, joined = (np.sum(np.prod([each.embed(face) for face in faces], axis=0)) for each in (single, both))
    assert joined == pytest.approx(expected, abs=1e-5)
    assert model_files.is_dir()


def test_a_turned_and_shrunk_face_is_aligned_to_the_same_crop(portraits: list[Path], analyzer: FaceAnalyzer) -> None:
    """The crop does not depend on how the head is turned in the plane, nor much on its size."""
    pixels = read_picture(portraits[0]).pixels
    face = analyzer.analyse(portraits[0]).faces[0]
    points = face.landmarks.astype(np.float64) * 150
    template = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    turn = cv2.getRotationMatrix2D((75, 75), 20, 4.5)
    turn[:, 2] += 375
    turned = np.asarray(cv2.warpAffine(pixels, turn, (900, 900), flags=cv2.INTER_CUBIC), np.uint8)
    moved = points @ turn[:, :2].T + turn[:, 2]
    a, b = crop(pixels, points, template, (64, 64)), crop(turned, moved, template, (64, 64))
    assert np.abs(a.astype(int) - b.astype(int)).mean() < 6


def test_many_shapes_of_photos_take_bounded_memory(models: Models, portraits: list[Path]) -> None:
    """All shapes share one working memory; what is seen stays the same when they come again."""
    detector = Detector(Engine(1), models.detector)
    face = cv2.resize(read_picture(portraits[0]).pixels, (300, 300))
    sizes = [(1300, 860), (860, 1300), (1300, 975), (975, 1300), (1300, 1300), (600, 400), (400, 600), (600, 600)]
    sizes += [(1300, 731), (731, 1300)]
    sizes.sort(key=lambda size: -size[0] * size[1])
    seen, memory = [], []
    for _ in range(3):
        for width, height in sizes:
            canvas = np.zeros((height, width, 3), np.uint8)
            canvas[50:350, 50:350] = face
            seen.append(detector.find(canvas, 0.7))
            memory.append(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize())
    assert all(len(rows) == 1 for rows in seen)
    for rows, later in zip(seen, seen[len(sizes) :], strict=False):
        np.testing.assert_allclose(rows, later, atol=1e-3)
    assert memory[-1] - memory[0] < 80 << 20  # a network for each shape would take five times as much
