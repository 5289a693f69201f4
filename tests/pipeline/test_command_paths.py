"""A path of the command line means the photo that the kernel would open, under the one name that it has here."""

import os
from pathlib import Path

import pytest

from facedaemon.config import Config, load
from facedaemon.errors import ExitCode, Fatal
from facedaemon.pipeline import command_paths


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Two roots, of which `linked` is a link, in a folder with much beside; the present folder is `photos`."""
    for name in ("photos/a", "photos/b", "elsewhere/c", "photos-2", "outside", "photos/.hidden/x", "photos/@eaDir"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("photos/a/1.jpg", "photos/b/2.jpg", "elsewhere/c/3.jpg", "outside/4.jpg", "photos/a/note.txt"):
        (tmp_path / name).touch()
    os.mkfifo(tmp_path / "photos/a/pipe.jpg")
    links = {
        "linked": "elsewhere",
        "photos/in": "a",
        "photos/in.jpg": "a/1.jpg",
        "photos/across": "../elsewhere/c",
        "photos/out": "../outside",
        "photos/broken": "nowhere",
        "photos/loop": "loop",
        "to-photos": "photos",
    }
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)
    monkeypatch.chdir(tmp_path / "photos")
    return load(None, {"photos": {"roots": [tmp_path / "photos", tmp_path / "linked"]}})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (".", "photos"),
        ("a", "photos/a"),
        ("a/", "photos/a"),
        ("./a/.", "photos/a"),
        ("b/../a", "photos/a"),
        ("../photos/a/1.jpg", "photos/a/1.jpg"),
        ("../to-photos/a/1.jpg", "photos/a/1.jpg"),
        ("../to-photos/../photos/a", "photos/a"),
        ("in/1.jpg", "photos/a/1.jpg"),
        ("in.jpg", "photos/a/1.jpg"),
        ("in/../b", "photos/b"),  # as the kernel has it: the folder above a, where `in` leads
        ("across/3.jpg", "linked/c/3.jpg"),
        ("../linked", "linked"),
        ("../linked/c", "linked/c"),
        ("../elsewhere", "linked"),
        ("../elsewhere/c/3.jpg", "linked/c/3.jpg"),
        ("across/../../photos/a", "photos/a"),
    ],
)
def test_however_a_path_is_written_it_has_one_name(config: Config, tmp_path: Path, written: str, meant: str) -> None:
    """Relative, with `..`, through links: the name is that of a scan, and the same written as a whole path."""
    assert [tmp_path / meant] == command_paths.to_scan([Path(written)], config)
    assert [tmp_path / meant] == command_paths.to_scan([Path.cwd() / written], config)
    assert tmp_path / meant == next(command_paths.names_of(Path(written), config.roots()))


ODD = [b"5$", b"$HOME", b"~", b"a\xff b", b"new\nline", b"-dash", b"tab\there", "e\u0301".encode()]


@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_names(config: Config, name: bytes) -> None:
    """Nothing is expanded, decoded or composed."""
    folder = Path(os.fsdecode(os.fsencode(Path.cwd()) + b"/" + name))
    folder.mkdir()
    assert [folder] == command_paths.to_scan([Path(os.fsdecode(name))], config)
    assert [folder] == command_paths.as_roots([folder], config.roots())


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("absent", "cannot be found: No such file"),
        ("a/1.jpg/x", "cannot be found: Not a directory"),
        ("broken", "cannot be found: No such file"),
        ("loop", "cannot be found: Too many levels"),
        ("x" * 300, "cannot be found: File name too long"),
        ("absent/../a", "cannot be found"),
        ("..", "outside photos.roots, which are .*photos; add"),
        ("/", "outside photos.roots"),
        ("../outside", "outside photos.roots"),
        ("../photos-2", "outside photos.roots"),
        ("out", "outside photos.roots .it leads to .*outside"),
        ("out/4.jpg", "outside photos.roots"),
        (".hidden", "photos.exclude names .hidden"),
        (".hidden/x", "photos.exclude names .hidden"),
        ("@eaDir", "photos.exclude names @eaDir"),
        ("a/note.txt", "neither a folder nor a photo"),
        ("a/pipe.jpg", "neither a folder nor a photo"),
    ],
)
def test_what_cannot_be_scanned_is_wrong_usage(config: Config, written: str, why: str) -> None:
    """What is asked for by name is not passed over in silence; the message has the path as it was written."""
    with pytest.raises(Fatal, match=why) as refused:
        command_paths.to_scan([Path("a"), Path(written)], config)
    assert ExitCode.USAGE == refused.value.exit_code
    assert str(refused.value).startswith(f"{written}: ")


def test_all_wrong_paths_are_named_at_once(config: Config) -> None:
    """One look is enough to correct the command line."""
    with pytest.raises(Fatal, match=r"2 paths cannot be used:\n  absent: .*\n  /: lies outside"):
        command_paths.to_scan([Path("absent"), Path("a"), Path("/")], config)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a", "photos/a"),
        ("../to-photos/b/../a/", "photos/a"),
        ("../elsewhere/c", "linked/c"),
        ("../outside", "outside"),
        ("out", "outside"),
        ("..", ""),
    ],
)
def test_photos_names_a_folder_as_the_roots_do(config: Config, tmp_path: Path, written: str, meant: str) -> None:
    """`--photos` makes no second record of what a root holds already; elsewhere each folder has one name, too."""
    assert [tmp_path / meant] == command_paths.as_roots([Path(written)], config.roots())


@pytest.mark.parametrize("written", ["absent", "a/1.jpg", "broken"])
def test_photos_must_name_a_folder(config: Config, written: str) -> None:
    """What is not there, or is no folder, is wrong usage."""
    with pytest.raises(Fatal, match=f"{written}: "):
        command_paths.as_roots([Path(written)], config.roots())


def test_undo_takes_what_is_known(config: Config, tmp_path: Path) -> None:
    """A photo that is gone, or lies outside today's roots, can be named if something was written for it."""
    known = {tmp_path / "photos/gone.jpg", tmp_path / "outside/4.jpg"}
    chosen = [Path("../to-photos/gone.jpg"), Path("out/4.jpg"), Path("a")]
    expected = [tmp_path / "photos/gone.jpg", tmp_path / "outside/4.jpg", tmp_path / "photos/a"]
    assert expected == command_paths.to_undo(chosen, config, known.__contains__)
    for written in ("absent.jpg", "../photos-2"):
        with pytest.raises(Fatal, match=r"cannot be found|outside"):
            command_paths.to_undo([Path(written)], config, known.__contains__)
