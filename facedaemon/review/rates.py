"""How often something may be done: a token bucket (RFC 2697 has the idea)."""

import time
from collections.abc import Callable


class Rate:
    """At most `at_once` times in a moment, and `a_second` times a second in the long run."""

    def __init__(self, a_second: float, at_once: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_second, self._at_once, self._clock = a_second, at_once, clock
        self._left, self._last = at_once, clock()

    def allows(self) -> bool:
        """Whether it may be done once more now; then it counts."""
        now = self._clock()
        self._left = min(self._at_once, self._left + (now - self._last) * self._a_second)
        self._last = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
