"""The queue of jobs: the most urgent first, jobs of one kind joined into one."""

import threading
from collections.abc import Callable, Sequence

from facedaemon.jobs import INSIDE, KINDS, CarryOut, CarryOutAlone, Job, ScanFolders, ScanPhotos, joined, urgency

MOST_PATHS = 2000  # one by one; while work pauses for a day on battery any number of photos may change


class JobQueue:
    """A queue that any thread may fill and one thread empties. `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._condition = threading.Condition()
        self._waiting: dict[type[Job], Job] = {}
        self._later: list[tuple[float, Job]] = []
        self._woken = False

    def put(self, job: Job) -> None:
        """Add `job`; it is joined to a waiting job of its kind."""
        with self._condition:
            self._join(job)
            self._condition.notify_all()

    def put_later(self, job: Job, seconds: float) -> None:
        """Add `job`, to be taken in `seconds` at the earliest."""
        with self._condition:
            self._later = [(due, other) for due, other in self._later if other != job]
            self._later.append((self._clock() + seconds, job))
            self._condition.notify_all()

    def take(self, seconds: float) -> Job | None:
        """Take the most urgent job; None after `seconds` without one, or after `wake`."""
        until = self._clock() + seconds
        with self._condition:
            while True:
                self._move_due()
                if (job := self._pop(KINDS)) is not None:
                    return job
                left = until - self._clock()
                if self._woken or left <= 0:
                    self._woken = False
                    return None
                self._condition.wait(min([left, *(due - self._clock() for due, _ in self._later)]))

    def take_requested(self) -> Job | None:
        """Take a job for which a person waits at a command; None at once without one."""
        with self._condition:
            return self._pop([kind for kind in KINDS if issubclass(kind, CarryOut)])

    def take_requested_inside(self, before: Job | None = None) -> Job | None:
        """The same in the middle of another job, and more urgent than `before`."""
        kinds = INSIDE if before is None else _before(before)
        with self._condition:
            return self._pop([kind for kind in kinds if issubclass(kind, CarryOut)])

    def has_alone(self) -> bool:
        """Whether a job waits that can be done in the middle of no other."""
        with self._condition:
            return CarryOutAlone in self._waiting

    def take_before(self, job: Job) -> Job | None:
        """Take a job that is more urgent than `job`; None at once where there is none."""
        with self._condition:
            self._move_due()
            return self._pop(_before(job))

    def wake(self) -> None:
        """End the waiting in `take`, which then returns None."""
        with self._condition:
            self._woken = True
            self._condition.notify_all()

    def waiting(self) -> tuple[Job, ...]:
        """All waiting jobs, the most urgent first, then those put off."""
        with self._condition:
            now = sorted(self._waiting.values(), key=urgency)
            return (*now, *(job for _, job in self._later))

    def has_put_off(self) -> bool:
        """Whether a job waits until something is there again."""
        with self._condition:
            return bool(self._later)

    def _join(self, job: Job) -> None:
        kind = type(job)
        if not isinstance(job, ScanPhotos | ScanFolders):
            # the same work as a job that was put off; photos put off stay so, since their drive may still be away
            self._later = [(due, other) for due, other in self._later if type(other) is not kind]
        old = self._waiting.get(kind)
        job = joined((old, job)) if old is not None else job
        if isinstance(job, ScanPhotos) and len(job.paths) > MOST_PATHS:
            self._waiting.pop(kind, None)
            self._join(ScanFolders(tuple(sorted({path.parent for path in job.paths}))))
        else:
            self._waiting[kind] = job

    def _move_due(self) -> None:
        now = self._clock()
        due = [job for when, job in self._later if when <= now]
        if due:
            self._later = [(when, job) for when, job in self._later if when > now]
            for job in due:
                self._join(job)

    def _pop(self, kinds: Sequence[type[Job]]) -> Job | None:
        for kind in kinds:
            if kind in self._waiting:
                return self._waiting.pop(kind)
        return None


def _before(job: Job) -> Sequence[type[Job]]:
    """The kinds that may be done in the middle of `job`."""
    return [kind for kind in KINDS[: urgency(job)] if kind in INSIDE]
