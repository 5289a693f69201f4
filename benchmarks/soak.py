"""The daemon under months of trouble, in minutes: python -m benchmarks.soak [SECTION …] [--churn MINUTES].

Without a section all of them; each prints a figure a line, and takes from one to ten minutes, `million` about an hour
(less with fewer --files).
"""

import argparse
import time
from collections.abc import Callable

from benchmarks.soak_files import burst, hostile, mounts
from benchmarks.soak_library import never_resting
from benchmarks.soak_million import million
from benchmarks.soak_service import idle, inference, reloads, stops
from benchmarks.soak_shell import shell


def main() -> None:
    """The chosen sections, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    sections: dict[str, Callable[[], None]] = {
        "shell": shell,
        "idle": idle,
        "burst": lambda: burst(chosen.burst),
        "stops": stops,
        "inference": inference,
        "reloads": reloads,
        "hostile": hostile,
        "drive": mounts,
        "million": lambda: million(chosen.files),
        "churn": lambda: never_resting(60 * chosen.churn),
    }
    parser.add_argument("section", nargs="*", choices=[*sections, []], help=", ".join(sections))
    parser.add_argument("--churn", type=float, default=10, metavar="MINUTES", help="how long the library never rests")
    parser.add_argument("--burst", type=int, default=20_000, metavar="PHOTOS", help="how many come while it is stopped")
    parser.add_argument("--files", type=int, default=1_000_000, metavar="FILES", help="how many a neighbour makes")
    chosen = parser.parse_args()
    for name in chosen.section or sections:
        began = time.monotonic()
        print(f"== {name}", flush=True)
        sections[name]()
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
