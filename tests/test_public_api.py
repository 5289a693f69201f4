"""Programs use facedaemon by the few names that the package itself gives."""

import subprocess
import sys
from pathlib import Path

import pytest

import facedaemon
from tests.acceptance.place import Place, small_library

TYPED = Path(__file__).parent / "typing_public.py"


def test_the_public_names_are_typed(tmp_path: Path) -> None:
    """Mypy --strict accepts a program outside of the repository, so the package says that it is typed."""
    program = tmp_path / "program.py"
    program.write_text(TYPED.read_text(encoding="utf-8"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(program)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr


def test_the_package_alone_loads_nothing_heavy() -> None:
    """`import facedaemon` costs nothing until a name is used; all names that it lists are there."""
    code = "import sys, facedaemon as f; print('numpy' in sys.modules, [str(getattr(f, n)) for n in f.__all__])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("False ")


def test_other_names_are_not_there() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="no attribute nothing"):
        _ = facedaemon.nothing


class Counting(facedaemon.Reporter):
    """Keeps what is reported to it."""

    def __init__(self) -> None:
        self.told: list[facedaemon.Progress] = []
        self.began, self.ended = 0, 0

    def starting(self) -> None:
        """As in Reporter."""
        self.began += 1

    def progressed(self, progress: facedaemon.Progress) -> None:
        """As in Reporter."""
        self.told.append(progress)

    def ending(self) -> None:
        """As in Reporter."""
        self.ended += 1


@pytest.fixture
def place(shared: Path, model_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A small library, never scanned."""
    monkeypatch.setenv("FACEDAEMON_MODELS", str(model_files))
    monkeypatch.setenv("HOME", str(tmp_path))
    return small_library(shared, model_files, tmp_path / "place", people=2, strangers=2)


def test_a_scan_reports_each_photo_and_gives_what_it_did(place: Place) -> None:
    """A program that scans learns the same as one that reads the command's JSON."""
    reporter = Counting()
    report = facedaemon.scan(place.config, reporter=reporter)
    assert (1, 1) == (reporter.began, reporter.ended)
    photos = {each.photo for each in reporter.told if each.photo is not None and each.photo.suffix == ".jpg"}
    assert photos == {place.photos / name for name in place.truth}
    assert (len(place.truth), len(place.truth)) == (report.seen, report.indexed)
    with facedaemon.open_session(place.config) as session:
        found = list(session.suggestions())
        assert report.open == len(found)
        again = session.scan([place.photos])
    assert (0, len(place.truth)) == (again.indexed, again.unchanged)


def test_a_reporter_that_raises_ends_the_pass_after_a_whole_step(place: Place) -> None:
    """A program can stop a pass; what was analysed is known, and the state is free for the next one."""

    class Enough(Exception):
        """Enough was seen."""

    class Stopping(Counting):
        def progressed(self, progress: facedaemon.Progress) -> None:
            super().progressed(progress)
            if progress.done == 3:
                raise Enough

    reporter = Stopping()
    with pytest.raises(Enough):
        facedaemon.scan(place.config, reporter=reporter)
    assert 1 == reporter.ended
    report = facedaemon.scan(place.config)
    assert 3 == report.unchanged
