"""A decoder that crashes, hangs or takes too much costs one photo, and nobody else anything."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from facedaemon.errors import PhotoError
from facedaemon.values import PhotoAnalysis
from facedaemon.vision.decode import open_source, read_picture
from facedaemon.vision.decoder_client import Decoder
from facedaemon.vision.face_analyzer import FaceAnalyzer
from tests.vision.hostile import bombs_by_header, broken, endless, lies, png, small_files, tiff


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    """A decoder of the test's own, with little patience."""
    decoder = Decoder(backstop=20.0)
    yield decoder
    decoder.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A small WebP."""
    Image.new("RGB", (64, 48), "red").save(tmp_path / "a.webp")
    return tmp_path / "a.webp"


def _stopped(decoder: Decoder, photo: Path) -> int:
    """The process after a first picture, unable to answer any more."""
    decoder.ask(photo)
    assert decoder.process is not None
    os.kill(decoder.process, signal.SIGSTOP)
    return decoder.process


def _until(analysis: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not analysis():
        assert time.monotonic() < deadline


@pytest.mark.parametrize(
    ("end", "reason", "transient"),
    [
        (signal.SIGSEGV, "crash", False),
        (signal.SIGABRT, "crash", False),
        (signal.SIGXCPU, "too long", False),
        (signal.SIGALRM, "too long", True),
        (signal.SIGKILL, "memory", True),
    ],
)
def test_a_decoder_that_dies_is_started_again(
    decoder: Decoder, photo: Path, end: signal.Signals, reason: str, transient: bool
) -> None:
    """The photo that was being decoded fails with the reason; the next one has a new process."""
    process = _stopped(decoder, photo)
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(decoder.ask, photo)
        os.kill(process, end)
        os.kill(process, signal.SIGCONT)
        with pytest.raises(PhotoError, match=reason) as caught:
            asked.result(300)
    assert transient == caught.value.transient
    assert [64, 48] == decoder.ask(photo).values["size"]
    assert process != decoder.process


@pytest.mark.slow
def test_a_decoder_that_hangs_is_killed(photo: Path) -> None:
    """One that does not even end itself in time is ended, and the photo fails."""
    decoder = Decoder(backstop=3.0)
    process = _stopped(decoder, photo)
    with pytest.raises(PhotoError, match="too long"):
        decoder.ask(photo)
    assert not Path(f"/proc/{process}").exists()
    assert [64, 48] == decoder.ask(photo).values["size"]
    decoder.close()


def test_it_goes_when_it_is_not_needed(photo: Path) -> None:
    """After a while without pictures no process is left; closing leaves none either."""
    decoder = Decoder(idle_seconds=0.05)
    decoder.ask(photo)
    _until(lambda: decoder.process is None)
    decoder.ask(photo)
    process = decoder.process
    decoder.close()
    assert not Path(f"/proc/{process}").exists()


def test_it_limits_its_own_memory(decoder: Decoder, tmp_path: Path) -> None:
    """A bomb of 119 megapixels is refused for want of memory, and the process goes on."""
    (tmp_path / "bomb.png").write_bytes(png(10_900, 10_900, b""))
    content = decoder.ask(tmp_path / "bomb.png").values["content"]
    process = decoder.process
    with pytest.raises(PhotoError, match="memory"):
        decoder.ask(tmp_path / "bomb.png", content=content)
    assert process == decoder.process


def test_a_file_that_changed_meanwhile_is_reported(decoder: Decoder, photo: Path) -> None:
    """Pixels are given only of the picture that was opened; later it is looked at again."""
    content = decoder.ask(photo).values["content"]
    Image.new("RGB", (64, 48), "blue").save(photo)
    with pytest.raises(PhotoError, match="changed") as caught:
        decoder.ask(photo, content=content)
    assert caught.value.transient


def test_plain_photos_are_decoded_here_and_odd_ones_apart(shared: Path, tmp_path: Path) -> None:
    """JPEG and PNG of cameras and screens stay in the daemon; what can be a bomb does not."""
    Image.new("RGB", (640, 480)).save(tmp_path / "screen.png")
    Image.new("RGB", (64, 48)).save(tmp_path / "a.webp")
    (tmp_path / "large.png").write_bytes(png(5_000, 5_000, b""))
    (tmp_path / "a.tif").write_bytes(tiff(10, 10, b""))
    plain = [shared / "data/orientation/Landscape_6.jpg", tmp_path / "screen.png"]
    assert [False, False] == [open_source(path).is_sandboxed for path in plain]
    odd = [tmp_path / name for name in ("a.webp", "large.png", "a.tif")]
    assert [True, True, True] == [open_source(path).is_sandboxed for path in odd]


def test_a_large_odd_picture_is_handed_out_at_a_part_of_its_size(tmp_path: Path) -> None:
    """As with JPEG: no more pixels than are asked for, never fewer, and the full size is told."""
    Image.new("RGB", (5_000, 4_000), "red").save(tmp_path / "a.webp")
    picture = read_picture(tmp_path / "a.webp", 1_200)
    assert (1_000, 1_250, 3) == picture.pixels.shape
    assert 5_000 == picture.size.width
    assert [0, 0, 254] <= picture.pixels[500, 600].tolist()


@pytest.mark.slow
def test_hostile_files_are_reported_or_read_and_others_are_analysed(
    analyzer: FaceAnalyzer, shared: Path, tmp_path: Path, portraits: list[Path]
) -> None:
    """Among fifty bombs by header, lies, broken and endless files real photos are seen as if they were alone."""
    small = small_files(shared / "data/formats")
    slow = {"endless.gif", "scans.jpg", "fill.jpg", "comments.jpg"}
    made = (*bombs_by_header(small), *lies(small), *broken(small), *endless(small))
    hostile = {tmp_path / name: content for name, content in made if name not in slow}
    for path, content in hostile.items():
        path.write_bytes(content)
    mixed = [path for pair in zip(hostile, portraits * 9, strict=False) for path in pair]
    seen = dict(analyzer.analyse_many(mixed, 2))
    assert len(hostile) > 50
    assert hostile.keys() <= seen.keys()
    failed = {path: error.reason for path, error in seen.items() if isinstance(error, PhotoError)}
    assert failed.keys() <= hostile.keys()
    assert len(failed) > 40
    assert [] == [reason for reason in failed.values() if "failed" in reason or "0x" in reason]
    for path in set(portraits) & seen.keys():
        analysis = seen[path]
        assert isinstance(analysis, PhotoAnalysis)
        assert [face.region for face in analysis.faces] == [face.region for face in analyzer.analyse(path).faces]
