"""The daemon's jobs, carried out by the pipeline."""

import json
import logging
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import asdict
from pathlib import Path

from facedaemon import vision, watch
from facedaemon.daemon.patience import Patience
from facedaemon.daemon.port import Doing, Steps
from facedaemon.errors import ExitCode, Fatal, Unavailable
from facedaemon.jobs import Job, LookAt, LookInto, ReadLibrary, Rebuild, Rescan
from facedaemon.pipeline import scan
from facedaemon.pipeline.hearsay import Ear, change_token, news, note_trouble
from facedaemon.pipeline.publish import finish_interrupted, unpublished
from facedaemon.pipeline.rebuild import rebuild
from facedaemon.pipeline.reports import ScanReport
from facedaemon.pipeline.status import DOING_NOTE
from facedaemon.pipeline.tracing import trace_others
from facedaemon.pipeline.workshop import Workshop

log = logging.getLogger(__name__)

GIVE_BACK_SECONDS = 60.0  # between two times that freed memory goes back to the system


class PhotoWork:
    """A workshop that takes jobs. What the library says is read when it changed, and remembered between jobs."""

    def __init__(self, shop: Workshop, alive: Callable[[], None] = lambda: None) -> None:
        """The workshop is closed with the work; `alive` is called while a long calculation gets on."""
        shop.patiently = Patience(alive)
        self._shop = shop
        self._ear = Ear(shop)
        self._away: tuple[Path, ...] = ()
        self._gave_back = 0.0
        self._has_rows_left = False

    def roots(self) -> tuple[Path, ...]:
        """The folders to watch."""
        return self._shop.config.roots()

    def change_token(self) -> Hashable:
        """Differs when somebody may have confirmed or rejected something in the library since."""
        return change_token(self._shop)

    def handle(self, job: Job) -> Steps:
        """The job, step by step. A library that became unusable while the daemon runs is waited for."""
        try:
            yield from self._handled(job)
        except Fatal as error:
            if error.exit_code != ExitCode.LIBRARY:
                raise
            note_trouble(self._shop, error)
            raise Unavailable(str(error)) from error

    def _handled(self, job: Job) -> Steps:
        if isinstance(job, LookAt):
            return self._look(scan.look_again(self._shop, job.paths, job.changed))
        if isinstance(job, LookInto):
            return self._look_into(job.folders)
        if isinstance(job, ReadLibrary):
            return self._read_library()
        if isinstance(job, Rebuild):
            return self._rebuild(job)
        return self._rescan(job)

    def left_over(self) -> Job | None:
        """The roots that were away when the last job looked at them; nobody may notice when they come back.

        Else, where suggestions could not be written into digiKam's database, another look at that.
        """
        away, self._away = self._away, ()
        if away:
            return LookInto(away)
        return ReadLibrary() if self._has_rows_left and self._shop.library is not None else None

    def note(self, doing: Doing) -> None:
        """Keep what `status` shows."""
        self._shop.store.put_note(DOING_NOTE, json.dumps({**asdict(doing), "since": self._shop.now()}))

    def rest(self) -> None:
        """The networks' memory is given back; the next photo loads them again."""
        self._shop.rest()

    def close(self) -> None:
        """Let go of state and library."""
        self._shop.close()

    def _look(self, sight: scan.Sight) -> Steps:
        self._tell((yield from scan.work_on(self._shop, sight, self._ear, scope=())))

    def _read_library(self) -> Steps:
        said = self._ear.anew()
        if said.marks is None and self._shop.library is not None:
            raise Unavailable("what digiKam says now could not be read")
        changed = news(self._shop, said)
        if self._has_rows_left:
            changed |= unpublished(self._shop)
            self._has_rows_left = False
        if changed:
            self._tell((yield from scan.work_on(self._shop, scan.Sight(), self._ear, scope=changed)))
        trace_others(self._shop, said, changed)
        self._ear.listened(said)

    def _rescan(self, _: Rescan) -> Steps:
        finish_interrupted(self._shop)
        said = self._ear.anew()
        known = scan.known_places(self._shop)
        sight = yield from scan.look_around(self._shop, None)
        unreadable = set(sight.unreadable)
        scan.note_missing(self._shop, known, sight)
        half_empty = sight.unreadable.keys() - unreadable  # roots that are there: nothing is gained by trying again
        self._tell((yield from scan.work_on(self._shop, sight, self._ear, scope=None)), half_empty)
        self._ear.listened(said)

    def _rebuild(self, job: Rebuild) -> Steps:
        try:
            report = yield from rebuild(self._shop, job.from_scratch)
        except Fatal as error:
            if error.exit_code != ExitCode.USAGE:
                raise
            log.info("no rebuild: %s", error)  # nobody is confirmed yet; that is no reason for a service to end
            return
        log.info("generation %d: %s", report.generation, report.why)

    def _look_into(self, folders: Sequence[Path]) -> Steps:
        """What lies below `folders` is looked at; the known photos that are gone from there are set aside."""
        there = [folder for folder in folders if folder.is_dir()]
        known = [scan.known_places(self._shop, folder) for folder in folders]
        sight = yield from scan.look_around(self._shop, there)
        standing = {root for root in self.roots() if root not in sight.unreadable and watch.root_trouble(root) is None}
        absent = (path for places in known for path, _ in places.items() if path not in sight.photos)
        scan.look_again(self._shop, (path for path in absent if self._shop.root_of(path) in standing))
        yield from self._look(sight)

    def _tell(self, report: ScanReport, there: Collection[Path] = ()) -> None:
        """What a job did, in the log. Roots that were away meanwhile are remembered, but not those that are `there`."""
        if self._shop.now() - self._gave_back >= GIVE_BACK_SECONDS:
            self._gave_back = self._shop.now()
            vision.give_memory_back()
        self._away = tuple(root for root in self.roots() if root in report.away and root not in there)
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
