"""Others write to sidecars and digiKam's database during `run`: python -m benchmarks.soak_concurrent [SECONDS].

For two minutes (default) sidecars are rewritten in three ways, about 20 times a second, and suggestions are confirmed,
removed and ignored in digiKam's database. Prints the figures; exit status 1 where a change of theirs is lost.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.acceptance.concurrent_programs import ConcurrentPrograms
from tests.acceptance.daemon_process import daemon
from tests.acceptance.place import small_library


def main() -> int:
    """All figures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    shared = Path(os.environ.get("FACEDAEMON_SHARED", "../shared")).resolve()
    models = Path(os.environ.get("FACEDAEMON_MODELS", shared / "models"))
    with tempfile.TemporaryDirectory(prefix="facedaemon-concurrent-") as folder:
        place = small_library(shared, models, Path(folder, "place"), people=20)
        place.configure(library={"digikam": {"database": str(place.database), "write_suggestions": True}})
        place.json("scan")
        others = ConcurrentPrograms(place)
        with daemon(place) as running:
            running.tells("STATUS=Watching 1 folder")
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                running.until(lambda: others.have_met(times=0) or True, "it ended")
            stopped = running.stop()
        place.json("scan")
        lost = others.losses()
    print(
        f"{others.written} changes to sidecars and {len(others.decided)} decisions in {seconds:.0f} s; the daemon put "
        f"its list back {others.put_back} times and stopped with status {stopped}: {len(lost)} changes lost (limit 0)"
    )
    print(*lost[:10], sep="\n")
    return 1 if lost or stopped else 0


if __name__ == "__main__":
    sys.exit(main())
