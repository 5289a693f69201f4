"""What the author of a file, or a neighbour in the photos' folder, can do: cost one photo."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from facedaemon import sidecar, watch
from facedaemon.errors import PhotoError
from facedaemon.safe_open import open_beneath
from facedaemon.sidecar.reader_client import READER
from facedaemon.sidecar.regions import MAX_REGIONS
from facedaemon.vision.decode import open_source
from facedaemon.vision.decoder_client import DECODER
from tests.attacks import containers
from tests.attacks.conftest import User
from tests.attacks.test_database import within
from tests.sidecar.packets import ADA, NOW, SIZE, area, mwg, packet

A_MINUTE = 60


@pytest.fixture(autouse=True)
def processes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Both processes run already: Anna, as whom a test may act, cannot read where this Python lies."""
    photo = tmp_path_factory.mktemp("any") / "a.webp"
    Image.new("RGB", (64, 48), "red").save(photo)
    open_source(photo)
    sidecar.read(photo, None)


def _planned(photo: Path) -> sidecar.Edit | None:
    return sidecar.plan(photo, orientation=1, size=SIZE, wanted=[ADA], date=NOW, root=photo.parent)


@pytest.mark.parametrize("name", containers.HOSTILE)
def test_metadata_made_to_cost_much_cost_one_photo(name: str, tmp_path: Path) -> None:
    """Reading them, and making a sidecar, ends soon, with an answer or with a PhotoError."""
    photo = tmp_path / "a.avif"
    photo.write_bytes(containers.HOSTILE[name]())
    for use in (lambda: sidecar.read(photo, None, tmp_path), lambda: _planned(photo)):
        with within(A_MINUTE):
            try:
                use()
            except PhotoError as error:
                assert "takes too long" not in error.reason  # noqa: PT017 - either is right


@pytest.mark.parametrize("use", ["read", "plan", "undo"])
def test_blanks_in_a_sidecar_are_passed_over_at_once(use: str, tmp_path: Path) -> None:
    """Two million of them in a tag: what costs the square of that would take hours."""
    photo = tmp_path / "a.jpg"
    Image.new("RGB", (8, 8)).save(photo)
    text = containers.blanks_in_a_tag()
    photo.with_name("a.jpg.xmp").write_text(text)
    with within(A_MINUTE):
        if use == "read":
            assert () == sidecar.read(photo, None, tmp_path).regions
        planned = _planned(photo)
        assert planned is not None
        assert planned.after is not None
        if use == "undo":
            assert "kept" in sidecar.without_own(planned.after).decode()


@pytest.mark.slow
def test_regions_without_end_are_cut(tmp_path: Path) -> None:
    """4,000 named regions in a photo: the first 2,000 count, and it is said."""
    photo = tmp_path / "a.jpg"
    Image.new("RGB", (8, 8)).save(photo)
    items = [f"<mwg-rs:Name>P{n}</mwg-rs:Name>{area(x=n / 5_000)}" for n in range(4_000)]
    photo.with_name("a.jpg.xmp").write_text(packet(mwg(*items)))
    found = sidecar.read(photo, None, tmp_path)
    assert MAX_REGIONS == len(found.regions)
    assert any("regions are left out" in problem for problem in found.problems)


@pytest.mark.parametrize("length", [255, 256, 2_000_000])
def test_a_name_has_at_most_255_characters(length: int, tmp_path: Path) -> None:
    """A longer one is none; the face is there all the same."""
    photo = tmp_path / "a.jpg"
    Image.new("RGB", (8, 8)).save(photo)
    item = f"<mwg-rs:Name>{'n' * length}</mwg-rs:Name>{area()}"
    photo.with_name("a.jpg.xmp").write_text(packet(mwg(item)))
    (found,) = sidecar.read(photo, None, tmp_path).regions
    assert (length if length <= 255 else None) == (found.name and len(found.name))


@pytest.mark.parametrize("field", ["x", "w", "rectangle", "own"])
def test_a_number_of_megabytes_is_none(field: str, tmp_path: Path) -> None:
    """It is left out before anybody tries to read it as one."""
    photo = tmp_path / "a.jpg"
    Image.new("RGB", (8, 8)).save(photo)
    long = "0.1, " * 3_000_000
    if field == "rectangle":
        inner = f"<MPReg:PersonDisplayName>Eve</MPReg:PersonDisplayName><MPReg:Rectangle>{long}</MPReg:Rectangle>"
        listed = f'<MPRI:Regions><rdf:Bag><rdf:li rdf:parseType="Resource">{inner}</rdf:li></rdf:Bag></MPRI:Regions>'
        text = f'<MP:RegionInfo rdf:parseType="Resource">{listed}</MP:RegionInfo>'
    elif field == "own":
        inner = f"<facedaemon:Name>Eve</facedaemon:Name><facedaemon:Confidence>{long}</facedaemon:Confidence>"
        text = (
            f'<facedaemon:Suggestions><rdf:Bag><rdf:li rdf:parseType="Resource">{inner}</rdf:li></rdf:Bag>'
            "</facedaemon:Suggestions>"
        )
    else:
        text = mwg(f"<mwg-rs:Name>Eve</mwg-rs:Name>{area(**{field: long})}")
    photo.with_name("a.jpg.xmp").write_text(packet(text))
    with within(A_MINUTE):
        found = sidecar.read(photo, None, tmp_path)
    assert () == found.regions
    assert () == found.suggestions


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o400])
def test_a_new_sidecar_is_no_wider_than_its_photo(mode: int, commons: Path, anna: User) -> None:
    """Who may not read a photo may not read who is in it."""
    with anna.acting():
        photo = commons / "a.jpg"
        Image.new("RGB", (8, 8)).save(photo)
        photo.chmod(mode)
        planned = _planned(photo)
        assert planned is not None
        sidecar.apply(planned)
        made = photo.with_name("a.jpg.xmp").stat()
    assert mode & 0o644 | 0o600 == made.st_mode & 0o777


def test_a_new_sidecar_opens_nothing_to_another_group(commons: Path, anna: User, bert: User) -> None:
    """The photo is readable by a group that Anna is not in: her own group gets no right by that."""
    photo = commons / "a.jpg"
    Image.new("RGB", (8, 8)).save(photo)
    os.chown(photo, anna.number, bert.number)
    photo.chmod(0o640)
    with anna.acting():
        planned = _planned(photo)
        assert planned is not None
        sidecar.apply(planned)
    assert 0o600 == photo.with_name("a.jpg.xmp").stat().st_mode & 0o777


@pytest.fixture
def private(home: Path, anna: User) -> Path:
    """Anna's private album: a photo and its sidecar, which names somebody."""
    with anna.acting():
        album = home / "album"
        album.mkdir()
        Image.new("RGB", (64, 48), "red").save(album / "a.jpg")
        Image.new("RGB", (64, 48), "red").save(album / "a.webp")
        (album / "a.jpg.xmp").write_text(packet(mwg(f"<mwg-rs:Name>Secret</mwg-rs:Name>{area()}")))
    return album


@pytest.mark.parametrize("way", ["folder", "folder above", "photo"])
@pytest.mark.parametrize("name", ["a.jpg", "a.webp"])
def test_no_link_below_a_root_is_followed(
    way: str, name: str, commons: Path, private: Path, anna: User, bert: User
) -> None:
    """A folder that becomes a link between the look and the opening leads to nothing of Anna's, in no stage."""
    with bert.acting():
        if way == "folder":
            (commons / "trip").symlink_to(private)
            photo = commons / "trip" / name
        elif way == "folder above":
            (commons / "year").symlink_to(private.parent)
            photo = commons / "year/album" / name
        else:
            (commons / "trip").mkdir()
            photo = commons / "trip" / name
            photo.symlink_to(private / name)
    with anna.acting():
        assert private.joinpath(name).read_bytes()
        assert [] == [seen for seen in watch.scan_tree([commons], ()) if isinstance(seen, watch.Found)]
        assert [] == [s for s in watch.scan_below([photo.parent], commons, ()) if isinstance(s, watch.Found)]
        assert watch.fingerprint(photo, commons) is None
        with pytest.raises(PhotoError, match=r"link|cannot be opened"):
            open_source(photo, commons)
        with pytest.raises(PhotoError, match="link"):
            sidecar.read(photo, None, commons)


def test_a_root_that_a_neighbour_made_a_link_is_away(commons: Path, private: Path, anna: User, bert: User) -> None:
    """A root may be a link, if its user made it: one further down in a shared folder may be changed by others."""
    with bert.acting():
        (commons / "theirs").symlink_to(private)
        (commons / "above").symlink_to(private.parent)
    with anna.acting():
        (commons / "own").symlink_to(private)
        assert watch.root_problem(commons / "own") is None
        assert 2 == len([s for s in watch.scan_tree([commons / "own"], ()) if isinstance(s, watch.Found)])
        for root in (commons / "theirs", commons / "above/album"):
            assert "link" in (watch.root_problem(root) or "")
            (seen,) = watch.scan_tree([root], ())
            assert isinstance(seen, watch.Unreadable)
            with pytest.raises(PhotoError):
                sidecar.read(root / "a.jpg", None, root)
            with pytest.raises(PhotoError):
                open_source(root / "a.jpg", root)


def test_the_kernels_way_and_the_other_agree(
    commons: Path, private: Path, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no openat2 each folder is opened in turn, and the same is refused."""
    with anna.acting():
        (commons / "a/b").mkdir(parents=True)
        (commons / "a/b/c.txt").write_text("c")
        (commons / "a/link").symlink_to(private)
        (commons / "a/b/up").symlink_to("../b/c.txt")
        for calls in (437, 99_999):
            monkeypatch.setattr("facedaemon.safe_open._OPENAT2", calls)
            os.close(open_beneath(commons / "a/b/c.txt", commons))
            os.close(open_beneath(commons, commons, os.O_RDONLY | os.O_DIRECTORY))
            for path in ("a/link/a.jpg", "a/b/up", "a/link", "a/../../x"):
                with pytest.raises(OSError):  # noqa: PT011 - which one differs
                    open_beneath(commons / path, commons)


SEALED = """
import os, socket, subprocess, sys, threading
from facedaemon.seccomp import restrict_syscalls
assert restrict_syscalls()
done = []
for name, act in {
    "write": lambda: open(sys.argv[1] + "/new", "w"), "append": lambda: open(sys.argv[1] + "/old", "a"),
    "delete": lambda: os.unlink(sys.argv[1] + "/old"), "rename": lambda: os.rename(sys.argv[1] + "/old", "/tmp/x"),
    "start": lambda: subprocess.run(["/bin/true"]), "fork": os.fork, "connect": socket.socket,
    "pair": socket.socketpair, "mode": lambda: os.chmod(sys.argv[1] + "/old", 0o777), "kill": lambda: os.kill(1, 0),
    "folder": lambda: os.mkdir(sys.argv[1] + "/d"), "link": lambda: os.symlink("/", sys.argv[1] + "/l"),
}.items():
    try:
        act()
        done.append(name)
    except PermissionError:
        pass
thread = threading.Thread(target=lambda: open(sys.argv[1] + "/old").read())
thread.start(); thread.join()
sys.exit(" ".join(done) or 0)
"""


def test_a_sealed_process_writes_starts_and_reaches_nothing(tmp_path: Path) -> None:
    """It may read, and begin threads; whoever takes it over by a codec's mistake can do no more."""
    (tmp_path / "old").write_text("old")
    done = subprocess.run([sys.executable, "-c", SEALED, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    assert ["old"] == [path.name for path in tmp_path.iterdir()]


def test_both_processes_are_sealed(tmp_path: Path) -> None:
    """The one that decodes and the one that reads metadata: the kernel says so."""
    photo = tmp_path / "a.webp"
    Image.new("RGB", (64, 48), "red").save(photo)
    open_source(photo, tmp_path)
    sidecar.read(photo, None, tmp_path)
    for process in (DECODER.process, READER.process):
        status = Path(f"/proc/{process}/status").read_text()
        assert "\nSeccomp:\t2\n" in status
        assert "\nNoNewPrivs:\t1\n" in status
