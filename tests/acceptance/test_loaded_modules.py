"""Which dependencies a command loads: who only looks does not wait for networks, and no service holds a web server."""

import sys
from pathlib import Path

import pytest

from tests.acceptance.copied import copied
from tests.acceptance.daemon_process import daemon
from tests.acceptance.place import Place
from tests.portrait_place import EILEEN, GRACE, named_portraits, portraits_folder

pytestmark = pytest.mark.slow

ANALYSIS = {"openvino", "cv2", "PIL", "pyexiv2"}
LIBRARY = {"sqlalchemy", "pymysql"}
WATCH = {"watchdog", "apscheduler"}
PAGE = {"starlette", "uvicorn", "jinja2"}
# stands before `python -m facedaemon ...`, runs the same in this process, and writes down at its end what is loaded
_NOTING = (
    "import atexit, pathlib, sys; sys.argv = sys.argv[3:];"
    " atexit.register(lambda: pathlib.Path({!r}).write_text(' '.join(sys.modules)));"
    " from facedaemon.cli import main; main()"
)


@pytest.fixture(scope="module")
def scanned(model_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The two people's photos after a scan, with an answer. Tests that change it take copies."""
    place = named_portraits(portraits_folder(), model_files, tmp_path_factory.mktemp("loaded") / "place")
    assert place.json("scan").summary["photos"]["failed"] == 0
    suggested = place.run("suggestions", "--json").lines
    assert 0 == place.run("confirm", suggested[0]["face"]).status
    return place


def _noting(place: Place) -> tuple[list[str], Path]:
    note = place.folder / "modules"
    return [sys.executable, "-c", _NOTING.format(str(note))], note


READING = {
    "status": ["status"],
    "suggestions": ["suggestions"],
    "people": ["people"],
    "samples": ["samples", GRACE],
    "faces": ["faces", "PHOTO"],
    "explain": ["explain", "PHOTO"],
    "audit": ["audit"],
    "groups": ["groups"],
    "answers": ["answers"],
    "rejections": ["rejections", "list"],
    "history": ["evaluate", "--history"],
    "confirm": ["confirm", "--all-of", EILEEN, "--surer-than", "0.9"],
    "unsay": ["unsay"],
}


@pytest.mark.parametrize("command", READING)
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["words", "json"])
def test_who_looks_or_answers_loads_no_network_and_no_database(
    scanned: Place, tmp_path: Path, command: str, options: list[str]
) -> None:
    """What is read from the state or added to the answers needs no photo, no network, no digiKam and no watching."""
    place = copied(scanned, tmp_path / "place")
    photo = min(place.photos.glob("*.jpg"))
    before, note = _noting(place)
    done = place.run(*(str(photo) if word == "PHOTO" else word for word in READING[command]), *options, before=before)
    assert 0 == done.status, done.err
    assert [] == sorted(set(note.read_text(encoding="utf-8").split()) & (ANALYSIS | LIBRARY | WATCH | PAGE))


def test_a_scan_loads_no_page_and_no_watching(scanned: Place, tmp_path: Path) -> None:
    """The web server's packages cost memory, and are one more thing that photos of strangers could reach."""
    place = copied(scanned, tmp_path / "place")
    (place.photos / "copy.jpg").write_bytes(min(place.photos.glob("*.jpg")).read_bytes())
    before, note = _noting(place)
    assert 0 == place.run("scan", before=before).status
    loaded = set(note.read_text(encoding="utf-8").split())
    assert "cv2" in loaded
    assert [] == sorted(loaded & (WATCH | PAGE))


def test_a_service_loads_no_page(scanned: Place, tmp_path: Path) -> None:
    """Nothing of the web server in a process that runs for months."""
    place = copied(scanned, tmp_path / "place")
    (place.photos / "copy.jpg").write_bytes(min(place.photos.glob("*.jpg")).read_bytes())
    before, note = _noting(place)
    with daemon(place, before=before) as running:
        running.until(lambda: place.json("faces", str(place.photos / "copy.jpg")).lines, "it never looked at the copy")
        assert 0 == running.stop()
    loaded = set(note.read_text(encoding="utf-8").split())
    assert "cv2" in loaded
    assert [] == sorted(loaded & PAGE)
