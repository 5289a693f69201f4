"""A memory budget that threads share: a thread that needs more than is left waits."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class MemoryBudget:
    """A budget of `size`; a thread takes what it needs and returns it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._left = size
        self._condition = threading.Condition()

    @contextmanager
    def taken(self, amount: int) -> Iterator[None]:
        """Take `amount` while the block runs; at most the whole budget. A thread must not nest two of them."""
        amount = min(amount, self._size)
        with self._condition:
            self._condition.wait_for(lambda: self._left >= amount)
            self._left -= amount
        try:
            yield
        finally:
            with self._condition:
                self._left += amount
                self._condition.notify_all()
