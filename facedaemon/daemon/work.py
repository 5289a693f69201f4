"""The daemon's jobs, carried out by the pipeline."""

import logging
from collections.abc import Hashable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from facedaemon import watch
from facedaemon.daemon.port import Steps
from facedaemon.jobs import Job, LookAt, LookInto, ReadLibrary, Rebuild, Rescan
from facedaemon.pipeline import scan
from facedaemon.pipeline.hearsay import Hearsay, hear, news, remember
from facedaemon.pipeline.publish import finish_interrupted
from facedaemon.pipeline.rebuild import rebuild
from facedaemon.pipeline.reports import ScanReport
from facedaemon.pipeline.workshop import Workshop

log = logging.getLogger(__name__)


class PhotoWork:
    """A workshop that takes jobs. What the library says is read when it changed, and remembered between jobs."""

    def __init__(self, shop: Workshop) -> None:
        """The workshop is closed with the work."""
        self._shop = shop
        self._hearsay: Hearsay | None = None

    def roots(self) -> tuple[Path, ...]:
        """The folders to watch."""
        return self._shop.config.roots()

    def change_token(self) -> Hashable:
        """Differs when somebody may have confirmed or rejected something in the library since."""
        return "no library" if self._shop.library is None else self._shop.library.change_token()

    def handle(self, job: Job) -> Steps:
        """The job, step by step."""
        if isinstance(job, LookAt):
            return self._look(scan.look_again(self._shop, job.paths))
        if isinstance(job, LookInto):
            return self._look(self._below(job.folders))
        if isinstance(job, ReadLibrary):
            return self._read_library()
        if isinstance(job, Rebuild):
            return self._rebuild(job)
        return self._rescan(job)

    def note(self, doing: str) -> None:
        """Keep what `status` shows."""
        self._shop.store.put_note("doing", doing)
        self._shop.store.put_note("doing since", datetime.now().astimezone().isoformat(" ", "seconds"))

    def close(self) -> None:
        """Let go of state and library."""
        self._shop.close()

    def _look(self, sight: scan.Sight) -> Steps:
        self._hearsay = self._hearsay or hear(self._shop)
        _tell((yield from scan.work_on(self._shop, sight, self._hearsay, scope=())))

    def _read_library(self) -> Steps:
        self._hearsay = hear(self._shop)
        changed = news(self._shop, self._hearsay)
        if changed:
            _tell((yield from scan.work_on(self._shop, scan.Sight(), self._hearsay, scope=changed)))
        self._listened()

    def _rescan(self, _: Rescan) -> Steps:
        finish_interrupted(self._shop)
        self._hearsay = hear(self._shop)
        sight = scan.look_around(self._shop, None)
        scan.note_missing(self._shop, sight)
        _tell((yield from scan.work_on(self._shop, sight, self._hearsay, scope=None)))
        self._listened()

    def _listened(self) -> None:
        """From now on what the library does not say any more is a human's decision."""
        if self._hearsay is not None:
            remember(self._shop, self._hearsay)
            self._hearsay = replace(self._hearsay, is_baseline=False)

    def _rebuild(self, job: Rebuild) -> Steps:
        report = yield from rebuild(self._shop, job.from_scratch)
        log.info("generation %d: %s", report.generation, report.why)

    def _below(self, folders: Iterable[Path]) -> scan.Sight:
        """What lies below `folders`; the known photos that are gone from there are set aside."""
        there = [folder for folder in folders if folder.is_dir()]
        sight = scan.look_around(self._shop, there)
        known = [photo.path for folder in folders for photo in self._shop.store.photos.below(folder)]
        away = [path for path in known if path not in sight.photos]
        if not any(watch.root_trouble(root) for root in self._shop.config.roots()):
            scan.look_again(self._shop, away)
        return sight


def _tell(report: ScanReport) -> None:
    for path, reason in report.failures:
        log.warning("%s: %s", path, reason)
    if report.indexed or report.written or report.withdrawn:
        log.info(
            "%d photos looked at, %d names suggested, %d withdrawn, %d sidecars written",
            report.indexed,
            report.new + report.changed,
            report.withdrawn,
            report.written,
        )
