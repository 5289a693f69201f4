"""Methods taking turns on the same work: what one run's noise does to one method, it does to all."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the clock, and of processor time in all threads (what a busy machine distorts less)."""

    clock: float
    processor: float


def spent(work: Work) -> Spent:
    """What `work` takes: what it tells, where another process does it."""
    start, processor = time.perf_counter(), time.process_time()
    received = work()
    return (
        received if isinstance(received, Spent) else Spent(time.perf_counter() - start, time.process_time() - processor)
    )


def medians(methods: dict[str, Work], runs: int) -> dict[str, Spent]:
    """The medians of each method over `runs` turns; a first, untimed one loads what is loaded once."""
    turns: dict[str, list[Spent]] = {name: [] for name in methods}
    for turn in range(runs + 1):
        for name, work in methods.items():
            taken = spent(work)
            if turn:
                turns[name].append(taken)
    return {name: median(taken) for name, taken in turns.items()}


def median(taken: list[Spent]) -> Spent:
    """The medians of several turns."""
    return Spent(statistics.median(each.clock for each in taken), statistics.median(each.processor for each in taken))
