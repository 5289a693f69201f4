"""Memory that many threads share: who needs much of it waits for its turn."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class MemoryBudget:
    """So much of something; a thread takes what it needs and gives it back."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._left = size
        self._condition = threading.Condition()

    @contextmanager
    def taken(self, amount: int) -> Iterator[None]:
        """`amount` is taken meanwhile; more than there is at all is taken as all. A thread takes once at a time."""
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
