"""A program that uses facedaemon as others do: mypy --strict checks it from outside (`tests/test_public_api.py`)."""

from pathlib import Path
from typing import assert_type

import facedaemon


class Printing(facedaemon.Reporter):
    """Prints how far it is."""

    def progressed(self, progress: facedaemon.Progress) -> None:
        """As in Reporter."""
        assert_type(progress.stage, str)
        assert_type(progress.photo, Path | None)
        assert_type(progress.seconds_left, float | None)
        print(progress.done, progress.total, progress.names)


def use(config: facedaemon.Config) -> int:
    """Scan, and read what is suggested."""
    report = facedaemon.scan(config, reporter=Printing())
    assert_type(report, facedaemon.Report)
    assert_type(report.failures, list[tuple[Path, str]])
    facedaemon.scan(paths=["~/Pictures/2026"])
    with facedaemon.open_session(Path("config.yaml")) as session:
        assert_type(session, facedaemon.OpenSession)
        assert_type(session.scan([Path("one.jpg")]), facedaemon.Report)
        for suggestion in session.suggestions():
            assert_type(suggestion.region, facedaemon.Region)
            assert_type(suggestion.confidence, float)
            assert_type(suggestion.person, str)
    return int(facedaemon.ExitCode.DONE) if not report.failed else int(facedaemon.ExitCode.SOME_PHOTOS_FAILED)
