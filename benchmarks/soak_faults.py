"""Every system call of the write path fails, with four errors each: python -m benchmarks.soak_faults (15 minutes).

The test in tests/acceptance/test_faults.py tries calls that only look once for each thing they do to a file; here all
of them fail. Prints a figure a line; exit status 1 where anything is harmed, or an error names no file.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.acceptance.fault_process import NEW, OLD, inject_all, thorough


def main() -> int:
    """All figures."""
    shared = Path(os.environ.get("FACEDAEMON_SHARED", "../shared")).resolve()
    models = Path(os.environ.get("FACEDAEMON_MODELS", shared / "models"))
    wrong: list[str] = []
    for kind in (NEW, OLD):
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="facedaemon-faults-") as folder:
            count, found = inject_all(kind, Path(folder), shared, models, thorough)
        print(f"{kind.name}: {count} faults in {time.monotonic() - started:.0f} s, {len(found)} wrong (limit 0)")
        wrong += found
    print(*wrong[:20], sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
