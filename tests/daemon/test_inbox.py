"""Jobs wait in order of urgency, and equal ones become one."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from facedaemon.daemon.inbox import MOST_PATHS, Inbox
from facedaemon.jobs import Job, LookAt, LookInto, ReadLibrary, Rebuild, Rescan, urgency

A, B, C = Path("/p/a.jpg"), Path("/p/b.jpg"), Path("/p/c.jpg")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def _emptied(inbox: Inbox) -> list[Job]:
    jobs = []
    while (job := inbox.take(0)) is not None:
        jobs.append(job)
    return jobs


def test_fresh_photos_go_before_everything() -> None:
    """Whatever the order of arrival, photos come first, then the library, rescans, and rebuilds last."""
    inbox = Inbox(Clock())
    for job in (Rebuild(), Rescan(), LookInto((Path("/p"),)), ReadLibrary(), LookAt((A,))):
        inbox.put(job)
    assert [LookAt((A,)), ReadLibrary(), LookInto((Path("/p"),)), Rescan(), Rebuild()] == _emptied(inbox)


def test_jobs_of_one_kind_are_joined() -> None:
    """Waiting jobs of a kind become one that does the work of all, without doing anything twice."""
    inbox = Inbox(Clock())
    inbox.put(LookAt((A, B)))
    inbox.put(LookAt((B, C)))
    inbox.put(Rebuild(from_scratch=True))
    inbox.put(Rebuild())
    inbox.put(LookInto((Path("/p/x"),)))
    inbox.put(LookInto((Path("/p"),)))
    assert [LookAt((A, B, C)), LookInto((Path("/p"),)), Rebuild(from_scratch=True)] == _emptied(inbox)


def test_only_more_urgent_jobs_interrupt() -> None:
    """A running rescan lets photos in, but neither another rescan nor a rebuild."""
    inbox = Inbox(Clock())
    for job in (Rescan(), Rebuild(), LookAt((A,))):
        inbox.put(job)
    assert [LookAt((A,)), None] == [inbox.take_before(Rescan()), inbox.take_before(Rescan())]


def test_a_job_put_off_comes_when_it_is_due() -> None:
    """Nobody gets it before its time, and it is shown among what waits."""
    clock = Clock()
    inbox = Inbox(clock)
    inbox.put_later(Rescan(), 10)
    assert (None, (Rescan(),)) == (inbox.take(0), inbox.waiting())
    clock.now = 10
    assert [Rescan()] == _emptied(inbox)


def test_a_new_rescan_takes_in_the_one_put_off() -> None:
    """The same work is not done twice because it failed once."""
    clock = Clock()
    inbox = Inbox(clock)
    inbox.put_later(Rescan(), 10)
    inbox.put(Rescan())
    clock.now = 10
    assert [Rescan()] == _emptied(inbox)


def test_photos_put_off_stay_put_off() -> None:
    """A photo on an absent drive does not come back with every photo that arrives elsewhere."""
    clock = Clock()
    inbox = Inbox(clock)
    inbox.put_later(LookAt((A,)), 10)
    inbox.put(LookAt((B,)))
    assert [LookAt((B,))] == _emptied(inbox)
    clock.now = 10
    assert [LookAt((A,))] == _emptied(inbox)


def test_too_many_photos_become_their_folders() -> None:
    """However long nothing is taken, memory is bounded: folders are looked through instead of a list without end."""
    inbox = Inbox(Clock())
    for number in range(MOST_PATHS):
        inbox.put(LookAt((Path(f"/p/{number % 7}/{number}.jpg"),)))
    inbox.put(LookInto((Path("/p/3"),)))
    assert isinstance(inbox.waiting()[0], LookAt)
    inbox.put(LookAt((Path("/p/7/one more.jpg"),)))
    (job,) = _emptied(inbox)
    assert isinstance(job, LookInto)
    assert {Path(f"/p/{number}") for number in range(8)} == set(job.folders)


def test_waking_ends_the_waiting() -> None:
    """A wake-up ends `take` without a job, also when it came first."""
    inbox = Inbox(Clock())
    inbox.wake()
    assert inbox.take(60) is None


PATHS = st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=3).map(tuple)
JOBS = st.one_of(PATHS.map(LookAt), PATHS.map(LookInto), st.just(Rescan()), st.just(ReadLibrary()))


@given(st.lists(JOBS))
def test_nothing_is_lost_and_nothing_overtakes(jobs: list[Job]) -> None:
    """Every path put comes out, and jobs come out in order of urgency."""
    inbox = Inbox(Clock())
    for job in jobs:
        inbox.put(job)
    out = _emptied(inbox)
    assert sorted(out, key=urgency) == out
    assert _contents(jobs) == _contents(out)


def _contents(jobs: list[Job]) -> set[tuple[type[Job], Path | None]]:
    found: set[tuple[type[Job], Path | None]] = set()
    for job in jobs:
        if isinstance(job, LookAt):
            found |= {(LookAt, path) for path in job.paths}
        elif isinstance(job, LookInto):
            found |= {(LookInto, folder) for folder in job.folders}
        else:
            found.add((type(job), None))
    return found
