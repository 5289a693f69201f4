"""Other programs write to the same sidecars and to digiKam's database while the daemon works: they lose nothing."""

import pytest

from tests.acceptance.concurrent_programs import ConcurrentPrograms
from tests.acceptance.daemon_process import daemon
from tests.acceptance.place import Place

pytestmark = pytest.mark.slow


def test_others_lose_nothing_while_it_runs(known_place: Place) -> None:
    """Sidecars are rewritten in three ways, names confirmed, removed and ignored: all stands there in the end.

    It goes on until the daemon has put its list back often enough that the two met. (`make soak`: two minutes.)
    """
    place = known_place
    place.configure(library={"digikam": {"database": str(place.database), "write_suggestions": True}})
    place.json("scan")
    others = ConcurrentPrograms(place)
    with daemon(place) as running:
        running.tells("STATUS=Watching 1 folder")
        running.until(lambda: others.have_met(times=15), "the daemon does not put its lists back")
        assert 0 == running.stop()
        assert "Traceback" not in running.log()
    place.json("scan")
    assert [] == others.losses()
