"""A thread pool whose results come in the order of the items, with bounded memory."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Generator[tuple[Item, Result], None, None]:
    """Each item with its result, in the items' order; at most `workers` are in work and as many results wait.

    Closing the generator cancels what has not begun and waits for what has. An exception of `work` is raised when its
    item would be returned.
    """
    coming = iter(items)
    ahead: deque[tuple[Item, Future[Result]]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="look")
    try:
        ahead.extend((item, pool.submit(work, item)) for item in islice(coming, 2 * workers))
        while ahead:
            item, future = ahead.popleft()
            result = future.result()
            ahead.extend((following, pool.submit(work, following)) for following in islice(coming, 1))
            yield item, result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
