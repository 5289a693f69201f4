"""Photos with times that a program, a camera or another system set beside all reason."""

import os
from datetime import UTC, datetime

import pytest

from facedaemon.pipeline.session import Session
from tests.pipeline.conftest import finished

YEARS = [1601, 1903, 1969, 2106, 2300, 2446]


@pytest.mark.parametrize("year", YEARS)
def test_a_photo_of_any_time_is_a_photo(session: Session, year: int) -> None:
    """It is seen, stays known, and the pass ends as any other (where the file system keeps such a time)."""
    photo = next(session.store.photos.all())
    seconds = round(datetime(year, 6, 1, tzinfo=UTC).timestamp())
    os.utime(photo.path, ns=(seconds * 10**9 + 7, seconds * 10**9 + 7))
    for _ in range(2):
        report = finished(session)
        assert ([], report.seen) == (report.failures, report.unchanged)
    assert session.store.photos.by_id(photo.id).fingerprint != photo.fingerprint
    assert not session.store.photos.by_id(photo.id).missing
