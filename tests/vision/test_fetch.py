"""Networks are installed whole or not at all; a real server on this machine serves right and wrong files."""

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from facedaemon.errors import ExitCode, Fatal
from facedaemon.vision import ModelEntry, ModelFile, install
from tests.deadlines import joined

CONTENT = bytes(range(256)) * 1000


@dataclass
class Served:
    """What the server gives: `content`, cut off after `cut` bytes of a response."""

    content: bytes = CONTENT
    cut: int | None = None
    status: int = 200
    asked: list[str | None] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def served() -> Iterator[Served]:
    """A server on a free port of this machine."""
    says = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            says.asked.append(asked)
            if says.status != 200:
                self.send_error(says.status)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(says.content)))
            self.end_headers()
            self.wfile.write(says.content[: says.cut])

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    says.address = f"http://127.0.0.1:{server.server_port}/weights.onnx"
    yield says
    server.shutdown()
    joined(thread)
    server.server_close()


def _entry(source: str) -> ModelEntry:
    file = ModelFile("weights.onnx", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), source)
    return ModelEntry("mine", "recogniser", "MIT", (file,), (112, 112), "RGB")


def test_a_download_is_verified_and_shows_its_progress(served: Served, tmp_path: Path) -> None:
    """The file comes whole, progress ends at its size, and a second run asks the server nothing."""
    steps: list[tuple[str, int, int]] = []
    installed = install([_entry(served.address)], tmp_path / "new", progress=lambda *step: steps.append(step))
    assert [tmp_path / "new/weights.onnx"] == installed
    assert installed[0].read_bytes() == CONTENT
    assert ("weights.onnx", len(CONTENT), len(CONTENT)) == steps[-1]
    assert [] == install([_entry(served.address)], tmp_path / "new")
    assert 1 == len(served.asked)


@pytest.mark.parametrize("is_described", [True, False])
def test_a_download_that_broke_off_leaves_nothing(served: Served, tmp_path: Path, is_described: bool) -> None:
    """Also of a custom entry that gives neither size nor digest; the next try gets the whole file."""
    described = _entry(served.address)
    bare = ModelEntry(
        "mine", "recogniser", "MIT", (ModelFile("weights.onnx", 0, "", served.address),), (112, 112), "RGB"
    )
    entry = described if is_described else bare
    served.cut = 100_000
    with pytest.raises(Fatal, match="cannot be fetched") as caught:
        install([entry], tmp_path)
    assert ExitCode.MODELS == caught.value.exit_code
    assert [] == list(tmp_path.iterdir())
    served.cut = None
    install([entry], tmp_path)
    assert CONTENT == (tmp_path / "weights.onnx").read_bytes()
    assert [None, None] == served.asked


@pytest.mark.parametrize("wrong", [b"<html>log in</html>", CONTENT[::-1], CONTENT + b"more"])
def test_a_wrong_file_is_refused_and_nothing_is_left(served: Served, tmp_path: Path, wrong: bytes) -> None:
    """A login page, a file of the right size with another content, a longer one: none is installed."""
    served.content = wrong
    with pytest.raises(Fatal, match="is not the file of the manifest"):
        install([_entry(served.address)], tmp_path)
    assert [] == list(tmp_path.iterdir())


def test_the_rest_of_an_earlier_download_is_not_used(served: Served, tmp_path: Path) -> None:
    """A former version, or a process that was killed, may have left one under the temporary name."""
    (tmp_path / "weights.onnx.part").write_bytes(b"x" * 5000)
    install([_entry(served.address)], tmp_path)
    assert (tmp_path / "weights.onnx").read_bytes() == CONTENT
    assert ["weights.onnx"] == [path.name for path in tmp_path.iterdir()]


def test_a_server_that_refuses_is_reported_with_the_way_without_internet(served: Served, tmp_path: Path) -> None:
    """404 ends with exit status 3 and names --from."""
    served.status = 404
    with pytest.raises(Fatal, match="--from DIR"):
        install([_entry(served.address)], tmp_path)


def test_without_internet_every_file_is_named_with_a_line_to_copy(served: Served, tmp_path: Path) -> None:
    """One message is enough to bring all files: what is there already is left out, and nothing fetched is lost."""
    served.status = 404
    first = _entry(served.address)
    other = replace(first, name="other", files=(ModelFile("o.xml", 1234567, "0" * 64, "https://x.org/o.xml"),))
    third = replace(first, name="third", files=(ModelFile("t.bin", 0, "", ""),))
    folder = tmp_path / "my models"
    with pytest.raises(Fatal, match="--from") as caught:
        install([first, other, third], folder)
    text = str(caught.value)
    assert "weights.onnx  256,000 bytes" in text
    assert "o.xml  1,234,567 bytes" in text
    assert "t.bin  (no address is known)" in text
    assert f"curl -fL --remote-name-all {served.address} https://x.org/o.xml\n" in text
    assert f"cp DIR/* '{folder}'" in text  # as a shell takes it
    served.status = 200
    with pytest.raises(Fatal) as caught:
        install([first, third], folder)
    assert "weights.onnx" not in str(caught.value)
    assert (folder / "weights.onnx").read_bytes() == CONTENT


def test_networks_come_from_a_folder_too(tmp_path: Path) -> None:
    """`--from DIR` copies and verifies; a folder without the file is told."""
    folder = tmp_path / "stick"
    folder.mkdir()
    with pytest.raises(Fatal, match="no such file"):
        install([_entry("")], tmp_path / "models", folder)
    (folder / "weights.onnx").write_bytes(CONTENT[:-1])
    with pytest.raises(Fatal, match="is not the file"):
        install([_entry("")], tmp_path / "models", folder)
    (folder / "weights.onnx").write_bytes(CONTENT)
    assert [tmp_path / "models/weights.onnx"] == install([_entry("")], tmp_path / "models", folder)


@pytest.mark.parametrize("source", ["", "file:///etc/passwd"])
def test_only_the_web_is_downloaded_from(tmp_path: Path, source: str) -> None:
    """A custom entry cannot make facedaemon read another kind of address."""
    with pytest.raises(Fatal, match=r"names no address.*\n(.*\n)*.*--from"):
        install([_entry(source)], tmp_path)


@pytest.mark.parametrize("from_folder", [True, False], ids=["copied", "downloaded"])
@pytest.mark.parametrize("make", ["symlink_to", "hardlink_to"])
def test_a_planted_link_is_not_written_through(tmp_path: Path, served: Served, from_folder: bool, make: str) -> None:
    """Whoever may write into the folder cannot have the installing user, root perhaps, overwrite another file."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    models, source = tmp_path / "models", tmp_path / "source"
    models.mkdir()
    source.mkdir()
    (source / "weights.onnx").write_bytes(CONTENT)
    getattr(models / "weights.onnx.part", make)(victim)
    assert [models / "weights.onnx"] == install([_entry(served.address)], models, source if from_folder else None)
    assert (b"precious", CONTENT) == (victim.read_bytes(), (models / "weights.onnx").read_bytes())
    assert not (models / "weights.onnx").is_symlink()


def test_a_link_at_the_place_of_a_network_is_replaced_not_followed(tmp_path: Path, served: Served) -> None:
    """What it leads to stays as it is."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "weights.onnx").symlink_to(victim)
    install([_entry(served.address)], tmp_path / "models")
    assert b"precious" == victim.read_bytes()
    assert not (tmp_path / "models" / "weights.onnx").is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_a_folder_that_a_stranger_made_a_link_is_refused(tmp_path: Path, served: Served) -> None:
    """Root, asked to install into somebody's folder, is not led into another one."""
    private = tmp_path / "private"
    private.mkdir()
    link = tmp_path / "models"
    link.symlink_to(private)
    os.lchown(link, 54321, 54321)
    with pytest.raises(Fatal, match="models cannot be put here") as refused:
        install([_entry(served.address)], link)
    assert ExitCode.MODELS == refused.value.exit_code
    assert [] == list(private.iterdir())
