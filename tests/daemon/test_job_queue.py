"""Jobs wait in order of urgency, and equal ones become one."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from facedaemon.daemon.job_queue import MOST_PATHS, JobQueue
from facedaemon.jobs import (
    CarryOut,
    CarryOutAlone,
    CarryOutTraining,
    Job,
    ReadLibrary,
    Rebuild,
    Rescan,
    ScanFolders,
    ScanPhotos,
    urgency,
)

A, B, C = Path("/p/a.jpg"), Path("/p/b.jpg"), Path("/p/c.jpg")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def _emptied(job_queue: JobQueue) -> list[Job]:
    jobs = []
    while (job := job_queue.take(0)) is not None:
        jobs.append(job)
    return jobs


def test_fresh_photos_go_before_everything() -> None:
    """Whatever the order of arrival, photos come first, then the library, rescans, and rebuilds last."""
    job_queue = JobQueue(Clock())
    for job in (Rebuild(), Rescan(), ScanFolders((Path("/p"),)), ReadLibrary(), ScanPhotos((A,))):
        job_queue.put(job)
    assert [ScanPhotos((A,)), ReadLibrary(), ScanFolders((Path("/p"),)), Rescan(), Rebuild()] == _emptied(job_queue)


def test_jobs_of_one_kind_are_joined() -> None:
    """Waiting jobs of a kind become one that does the work of all, without doing anything twice."""
    job_queue = JobQueue(Clock())
    job_queue.put(ScanPhotos((A, B)))
    job_queue.put(ScanPhotos((B, C)))
    job_queue.put(Rebuild(from_scratch=True))
    job_queue.put(Rebuild())
    job_queue.put(ScanFolders((Path("/p/x"),)))
    job_queue.put(ScanFolders((Path("/p"),)))
    assert [ScanPhotos((A, B, C)), ScanFolders((Path("/p"),)), Rebuild(from_scratch=True)] == _emptied(job_queue)


def test_only_more_urgent_jobs_interrupt() -> None:
    """A running rescan lets photos in, but neither another rescan nor a rebuild."""
    job_queue = JobQueue(Clock())
    for job in (Rescan(), Rebuild(), ScanPhotos((A,))):
        job_queue.put(job)
    assert [ScanPhotos((A,)), None] == [job_queue.take_before(Rescan()), job_queue.take_before(Rescan())]


def test_what_must_be_done_alone_waits_for_the_end_of_the_job_under_way() -> None:
    """It is first where nothing is under way, and never taken in the middle of anything, on battery either."""
    job_queue = JobQueue(Clock())
    alone = CarryOutAlone(("a",))
    for job in (ScanPhotos((A,)), CarryOutTraining(("t",)), alone, CarryOut(("s",))):
        job_queue.put(job)
    assert job_queue.has_alone()
    assert ScanPhotos((A,)) == job_queue.take_before(Rebuild())
    assert CarryOut(("s",)) == job_queue.take_before(Rebuild())
    assert None is job_queue.take_before(Rescan())
    assert None is job_queue.take_requested_inside(Rescan())
    assert CarryOutTraining(("t",)) == job_queue.take_requested_inside()
    assert None is job_queue.take_requested_inside()
    job_queue.put(ScanPhotos((A,)))
    assert alone == job_queue.take_requested()
    job_queue.put(alone)
    assert [alone, ScanPhotos((A,))] == _emptied(job_queue)
    assert not job_queue.has_alone()


def test_a_job_put_off_comes_when_it_is_due() -> None:
    """Nobody gets it before its time, and it is shown among what waits."""
    clock = Clock()
    job_queue = JobQueue(clock)
    job_queue.put_later(Rescan(), 10)
    assert (None, (Rescan(),)) == (job_queue.take(0), job_queue.waiting())
    clock.now = 10
    assert [Rescan()] == _emptied(job_queue)


def test_a_new_rescan_takes_in_the_one_put_off() -> None:
    """The same work is not done twice because it failed once."""
    clock = Clock()
    job_queue = JobQueue(clock)
    job_queue.put_later(Rescan(), 10)
    job_queue.put(Rescan())
    clock.now = 10
    assert [Rescan()] == _emptied(job_queue)


def test_photos_put_off_stay_put_off() -> None:
    """A photo on an absent drive does not come back with every photo that arrives elsewhere."""
    clock = Clock()
    job_queue = JobQueue(clock)
    job_queue.put_later(ScanPhotos((A,)), 10)
    job_queue.put(ScanPhotos((B,)))
    assert [ScanPhotos((B,))] == _emptied(job_queue)
    clock.now = 10
    assert [ScanPhotos((A,))] == _emptied(job_queue)


def test_too_many_photos_become_their_folders() -> None:
    """However long nothing is taken, memory is bounded: folders are looked through instead of a list without end."""
    job_queue = JobQueue(Clock())
    for number in range(MOST_PATHS):
        job_queue.put(ScanPhotos((Path(f"/p/{number % 7}/{number}.jpg"),)))
    job_queue.put(ScanFolders((Path("/p/3"),)))
    assert isinstance(job_queue.waiting()[0], ScanPhotos)
    job_queue.put(ScanPhotos((Path("/p/7/one more.jpg"),)))
    (job,) = _emptied(job_queue)
    assert isinstance(job, ScanFolders)
    assert {Path(f"/p/{number}") for number in range(8)} == set(job.folders)


def test_waking_ends_the_waiting() -> None:
    """A wake-up ends `take` without a job, also when it came first."""
    job_queue = JobQueue(Clock())
    job_queue.wake()
    assert job_queue.take(60) is None


PATHS = st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=3).map(tuple)
JOBS = st.one_of(PATHS.map(ScanPhotos), PATHS.map(ScanFolders), st.just(Rescan()), st.just(ReadLibrary()))


@given(st.lists(JOBS))
def test_nothing_is_lost_and_nothing_overtakes(jobs: list[Job]) -> None:
    """Every path put comes out, and jobs come out in order of urgency."""
    job_queue = JobQueue(Clock())
    for job in jobs:
        job_queue.put(job)
    out = _emptied(job_queue)
    assert sorted(out, key=urgency) == out
    assert _contents(jobs) == _contents(out)


def _contents(jobs: list[Job]) -> set[tuple[type[Job], Path | None]]:
    found: set[tuple[type[Job], Path | None]] = set()
    for job in jobs:
        if isinstance(job, ScanPhotos):
            found |= {(ScanPhotos, path) for path in job.paths}
        elif isinstance(job, ScanFolders):
            found |= {(ScanFolders, folder) for folder in job.folders}
        else:
            found.add((type(job), None))
    return found
