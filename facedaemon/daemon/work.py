"""The daemon's jobs, carried out by the pipeline."""

import logging
from collections.abc import Callable, Generator, Hashable
from contextlib import closing
from pathlib import Path

from facedaemon import vision
from facedaemon.daemon.heartbeat import Heartbeat
from facedaemon.daemon.port import Activity, Steps
from facedaemon.daemon.recorder import Recorder, is_own
from facedaemon.errors import ExitCode, FacedaemonError, Fatal, NothingYet, Unavailable
from facedaemon.jobs import CarryOut, Job, ReadAnswers, ReadLibrary, Rebuild, Rescan, ScanFolders, ScanPhotos
from facedaemon.pipeline import (
    Everything,
    LibraryReader,
    PhotoListing,
    Report,
    Request,
    RequestKind,
    Requests,
    ScanReport,
    Session,
    Step,
    These,
    change_token,
    forget_below,
    forget_requested,
    is_about_people,
    is_known,
    list_changed,
    news,
    note_problem,
    photos_with_news,
    put_other_row_versions,
    read_record,
    rebuild_gallery,
    roll_back,
    run_pass,
    scan_folders,
    scan_photos,
    to_scan,
    to_undo,
    undo_writes,
    unpublished,
)

log = logging.getLogger(__name__)

GIVE_BACK_SECONDS = 60.0  # between two times that freed memory goes back to the system


class PhotoWork:
    """Carries out jobs with a session. The library is read when it changed; its snapshot is kept between jobs."""

    def __init__(self, session: Session, alive: Callable[[], None] = lambda: None) -> None:
        """The session is closed with the work; `alive` is called while a long calculation makes progress."""
        session.run_long = Heartbeat(alive)
        self._session = session
        self._library_reader = LibraryReader(session)
        self._away: tuple[Path, ...] = ()
        self._gave_back = 0.0
        self._has_rows_left = False
        self._has_forgotten = False
        self._forget_old_requests()
        self._recorder = Recorder(session.config.state(), session.config.roots())

    def _forget_old_requests(self) -> None:
        """Drop requests to a former daemon, for which nobody waits any more; those to this one survive a reload."""
        state = self._session.config.state()
        before = read_record(state)
        if before is None or not is_own(before):
            Requests(state).clear()

    def roots(self) -> tuple[Path, ...]:
        """The folders to watch."""
        return self._session.config.roots()

    def change_token(self) -> Hashable:
        """A token that changes when somebody may have confirmed or rejected something in the library."""
        return change_token(self._session)

    def handle(self, job: Job) -> Steps:
        """Do the job step by step. Raises Unavailable for a library that became unusable: the job is tried again."""
        try:
            yield from self._handled(job)
        except Fatal as error:
            if error.exit_code != ExitCode.LIBRARY:
                self._recorder.failed(str(error))
                raise
            note_problem(self._session.store, self._session.now(), error)
            raise Unavailable(str(error)) from error

    def _handled(self, job: Job) -> Steps:
        if isinstance(job, ScanPhotos):
            return self._scan_changed(job)
        if isinstance(job, ScanFolders):
            return self._scan_folders(job)
        if isinstance(job, ReadAnswers):
            return self._read_answers()
        if isinstance(job, ReadLibrary):
            return self._read_library()
        if isinstance(job, CarryOut):
            return self._carry_out(job)
        return self._rebuild(job) if isinstance(job, Rebuild) else self._rescan(job)

    def left_over(self) -> Job | None:
        """A job for the roots that were away during the last job, since no event may report their return.

        Else, where rejections were taken back or photos forgotten, a job that looks at everything with that; where
        suggestions could not be written into digiKam's database, a job that tries again.
        """
        away, self._away = self._away, ()
        if away:
            return ScanFolders(away)
        if self._has_forgotten:
            self._has_forgotten = False
            return Rescan()
        return ReadLibrary() if self._has_rows_left and self._session.library is not None else None

    def note(self, activity: Activity) -> None:
        """Store what `status` shows."""
        self._recorder.note(activity, self._session.store.suggestions.count_open())

    def unload(self) -> None:
        """Unload the networks; the next photo loads them again."""
        self._session.unload()

    def close(self) -> None:
        """Close state and library."""
        self._recorder.close()
        self._session.close()

    def _scan_changed(self, job: ScanPhotos) -> Steps:
        listing = list_changed(self._session, job.paths, job.changed)
        self._report((yield from run_pass(self._session, listing, self._library_reader, These())))

    def _read_answers(self) -> Steps:
        found = self._session.answers.read()
        changed = None if is_about_people(self._session) else photos_with_news(self._session.store, found)
        if changed is None or changed:
            covers = Everything() if changed is None else These(frozenset(changed))
            self._report((yield from run_pass(self._session, PhotoListing(), self._library_reader, covers)))

    def _read_library(self) -> Steps:
        said = self._library_reader.reread()
        if said.annotations is None and self._session.library is not None:
            raise Unavailable("digiKam's database could not be read")
        changed = news(self._session, said)
        if self._has_rows_left:
            changed |= unpublished(self._session)
            self._has_rows_left = False
        if changed:
            self._report(
                (yield from run_pass(self._session, PhotoListing(), self._library_reader, These(frozenset(changed))))
            )
        put_other_row_versions(self._session, said, changed)
        self._library_reader.mark_synced(said)

    def _scan_folders(self, job: ScanFolders) -> Steps:
        self._report((yield from scan_folders(self._session, job.folders, self._library_reader)))

    def _rescan(self, _: Rescan) -> Steps:
        self._report((yield from scan_photos(self._session, library_reader=self._library_reader)))

    def _rebuild(self, job: Rebuild) -> Steps:
        try:
            report = yield from rebuild_gallery(self._session, job.from_scratch)
        except NothingYet as error:
            log.info("no rebuild: %s", error)  # nobody is confirmed yet; that is no reason for a service to end
            return
        log.info("generation %d: %s", report.generation, report.why)

    def _carry_out(self, job: CarryOut) -> Steps:
        """Do what commands asked for, and reply. An error ends its own command only, not the daemon or the others."""
        requests = Requests(self._session.config.state())
        for name in job.requests:
            if (request := requests.taken(name)) is None:
                continue  # done before a reload
            try:
                yield from self._while_waited_for(requests, name, request)
            except FacedaemonError as error:
                requests.refuse(name, error)
            except Exception:  # logged with its traceback; the command and the other requests must get a reply
                log.exception("the %s that a command asked for failed", request.kind)
                requests.refuse(
                    name, Fatal("an unexpected error of the running facedaemon, see its log", ExitCode.UNEXPECTED)
                )

    def _while_waited_for(self, requests: Requests, name: str, request: Request) -> Steps:
        """Do it and reply. Where the command was ended meanwhile, the work ends, as if the command did it itself."""
        with closing(self._requested(request)) as steps:
            while requests.is_waited_for(name):
                try:
                    step = next(steps)
                except StopIteration as end:
                    requests.answer(name, end.value)
                    return
                yield step
        log.info("the command that asked for '%s' was ended; the rest of it is not done", request.kind)
        requests.drop(name)

    def _requested(self, request: Request) -> Generator[Step | None, None, Report]:
        session, paths = self._session, request.paths
        if request.kind == RequestKind.SCAN:
            chosen = None if paths is None else to_scan(paths, session.config)
            scanned = yield from scan_photos(session, chosen, self._library_reader, write_again=request.write_again)
            self._report(scanned)
            return scanned
        if request.kind == RequestKind.UNDO:
            chosen = None if paths is None else to_undo(paths, session.config, lambda path: is_known(session, path))
            return (yield from undo_writes(session, request.since, chosen))
        if request.kind == RequestKind.FORGET:
            self._has_forgotten = True
            return forget_requested(session.store, request.rejections, session.now())
        if request.kind == RequestKind.FORGET_MISSING:
            self._has_forgotten = True
            return forget_below(session.config, session.store, paths or ())
        if request.kind == RequestKind.REBUILD:
            return (yield from rebuild_gallery(session, request.from_scratch))
        return (yield from roll_back(session))

    def _report(self, report: ScanReport) -> None:
        """Log what a job did. Roots that were away are kept for `left_over`."""
        if self._session.monotonic() - self._gave_back >= GIVE_BACK_SECONDS:
            self._gave_back = self._session.monotonic()
            vision.give_memory_back()
        self._away = tuple(root for root in self.roots() if root in report.away)
        self._has_rows_left |= report.library_error is not None
        for path, reason in report.failures:
            log.warning("%s: %s", path, reason)
        if report.unnamed:
            log.warning("%s", report.unnamed_words)
        if report.indexed or report.written or report.withdrawn:
            log.info(
                "%d photos looked at, %d names suggested, %d withdrawn, %d sidecars written",
                report.indexed,
                report.new + report.changed,
                report.withdrawn,
                report.written,
            )
