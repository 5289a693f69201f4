"""Checks all that facedaemon depends on and reports what is wrong and what to do. Changes nothing."""

import errno
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from facedaemon import cron, library, watch
from facedaemon.answers import FILE_NAME, looked_at
from facedaemon.config import Config
from facedaemon.errors import ExitCode, FacedaemonError, Fatal, why
from facedaemon.names import Meaning, NotNames, differ_in_case
from facedaemon.pipeline.held_sidecars import REASON, REMEDY
from facedaemon.pipeline.library_finder import located
from facedaemon.pipeline.service.absent import absent
from facedaemon.pipeline.setup.models import verified_models
from facedaemon.pipeline.setup.neighbours import name_of, strangers_below
from facedaemon.store import Store
from facedaemon.text import counted


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `state` is ok, note, or problem; only problems have an exit code."""

    subject: str
    state: str
    message: str
    exit_code: ExitCode = ExitCode.DONE


def check_setup(config: Config, home: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Models, library, roots, watches and state of a config that is itself valid."""
    yield from _models(config, environ)
    yield from _library(config, home, environ)
    if config.sidecar.policy != "none":
        yield from _sidecars(config, home, environ)
    for root in config.roots():
        yield _root(root, config)
        for user, count in sorted(strangers_below(root, config.photos.exclude).items()):
            what = f"{counted(count, 'sidecar belongs', 'sidecars belong')} to {name_of(user)}"
            yield Finding(
                str(root),
                "note",
                f"{what}: their names are added to those in the photos, and hide none (docs/security.md)",
            )
    yield _watches(config)
    yield _state(config)
    yield from _answers(config)
    due = cron.parse(config.schedule.rebuild).after(datetime.now(UTC))
    yield Finding("schedule", "ok", f"the next rebuild is due at {due:%Y-%m-%d %H:%M} (UTC{due:%z})")
    yield from _known(config)


def _models(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        networks = verified_models(config, environ).networks
    except Fatal as error:
        yield Finding("models", "problem", str(error), error.exit_code)
        return
    if (device := config.resources.device) in {"gpu", "npu"}:
        processor = "the models compute on the processor, so that embeddings of all machines can be compared"
        yield Finding("models", "note", f"resources.device: {device} is not used; {processor}")
    for network in networks:
        how = f"{network.name} ({network.precision})"
        if network.likeness is None:
            yield Finding(
                "models",
                "note",
                f"{how}: no reference answer is known for it, so whether another machine would compute the same cannot "
                "be known (models/README.md)",
            )
        else:
            yield Finding("models", "ok", f"{how} computes here as it should (similarity {network.likeness:.5f})")


def _answers(config: Config) -> Iterator[Finding]:
    count, damage = looked_at(config.state())
    path = config.state() / FILE_NAME
    if damage is not None:
        remedy = "'facedaemon answers export FILE' saves what can be read, and says what to do then"
        yield Finding(str(path), "problem", f"your answers cannot be read ({damage}): {remedy}", ExitCode.USAGE)
    elif count:
        yield Finding(
            str(path), "ok", f"{counted(count, 'answer')}; 'facedaemon answers export FILE' makes a backup of them"
        )


def _library(config: Config, home: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    digikam = library.find_digikam(home, environ)
    if digikam is not None and digikam.fix is not None and config.library.digikam.database == "auto":
        yield Finding("digiKam", "note", digikam.fix)
        return
    try:
        location, without = located(config, digikam)
        if location is None:
            none = "none is used; confirmations are read from photos and sidecars only"
            yield Finding("digiKam", "note", without or none)
            return
        with library.open_library(location) as opened:
            snapshot = opened.snapshot()
    except Fatal as error:
        yield Finding("digiKam", "problem", str(error), error.exit_code)
        return
    except FacedaemonError as error:
        yield Finding("digiKam", "problem", str(error), ExitCode.LIBRARY)
        return
    confirmed = sum(
        annotation.state == "confirmed" and annotation.region is not None for annotation in snapshot.annotations
    )
    yield Finding(
        "digiKam",
        "ok",
        f"{opened.name}: {counted(len(snapshot.people), 'person', 'people')}, {counted(confirmed, 'confirmed face')}",
    )
    yield from _notes(snapshot, config)
    if digikam is not None and not digikam.reads_sidecars and config.sidecar.policy in {"auto", "regions"}:
        yield Finding("digiKam", "note", "digiKam does not read sidecars: Settings ▸ Metadata ▸ Sidecars")


def _notes(snapshot: library.Snapshot, config: Config) -> Iterator[Finding]:
    """Notes on a library that can be read."""
    if (newer := library.newer_schema(snapshot.version)) is not None:
        yield Finding("digiKam", "note", newer)
    for root in snapshot.roots:
        if root.path is None:
            yield Finding("digiKam", "note", f"the collection '{root.label}' is out of reach: {root.reason}")
        elif not _is_covered(root.path, config):
            yield Finding("digiKam", "note", f"{root.path} is a collection of digiKam but not in photos.roots")
    yield from _people(snapshot, config)


def _people(snapshot: library.Snapshot, config: Config) -> Iterator[Finding]:
    """Notes on names in digiKam: words that are not names, and names of several people."""
    not_names = NotNames.of(config.library.not_names)
    for name in sorted({*snapshot.people, *snapshot.ambiguous}):
        if not_names.meaning(name) != Meaning.PERSON:
            yield Finding("digiKam", "note", f"the person called {name} is taken for nobody: library.not_names")
    for name in snapshot.ambiguous:
        yield Finding(
            "digiKam", "note", f"more than one person is named {name}; their suggestions are not shown in digiKam"
        )


def _known(config: Config) -> Iterator[Finding]:
    """What waits for a human: photos that may be deleted, and names of probably one person that differ only in case."""
    try:
        store = Store.open_read_only(config.state())
    except Fatal:
        return  # it was reported already
    if store is None:
        return
    people, away = store.annotations.people(), absent(config, store)
    store.close()
    for one in away:
        yield Finding("photos", "note", one.words())
    for group in differ_in_case(people):
        fix = "they count as different people; give them one name where they are one"
        yield Finding("names", "note", f"{' and '.join(group)} differ in case only; {fix}")


def _sidecars(config: Config, home: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """How digiKam, as it is set up, treats a sidecar that facedaemon writes."""
    digikam = library.find_digikam(home, environ)
    if library.sidecar_use(home, environ) == library.SidecarUse.ALWAYS:
        shows = "in digiKam's Unconfirmed view and " if config.library.digikam.write_suggestions else ""
        message = f"{REASON}; suggestions are shown {shows}by 'facedaemon suggestions'. To have sidecars, {REMEDY}"
        yield Finding("sidecars", "note", message)
    elif digikam is not None:
        reads = "reads sidecars, but no photo again for them" if digikam.reads_sidecars else "does not read sidecars"
        yield Finding("sidecars", "ok", f"digiKam {reads} ({digikam.file}): they change nothing in its database")
    elif config.library.digikam.database not in {"auto", "none"}:
        message = (
            "no settings of digiKam are found here: where it reads sidecars and rescans modified files, it drops what "
            "only its database knows for each sidecar written; look there, or set sidecar.policy: none"
        )
        yield Finding("sidecars", "note", message)


def _is_covered(album: Path, config: Config) -> bool:
    real = Path(os.path.realpath(album))
    tops = [Path(os.path.realpath(root)) for root in config.roots()]
    return any(top == real or top in real.parents or real in top.parents for top in tops)


def _root(root: Path, config: Config) -> Finding:
    problem = watch.root_problem(root)
    if problem is not None:
        fix = "plug it in or mount it, or correct photos.roots"
        return Finding(str(root), "problem", f"{problem}; {fix}", ExitCode.USAGE)
    if config.sidecar.policy != "none" and not os.access(root, os.W_OK):
        fix = "sidecars cannot be written there; grant it to this user, or set sidecar.policy: none"
        return Finding(str(root), "problem", f"may not be written to: {fix}", ExitCode.USAGE)
    return Finding(str(root), "ok", "readable and writable" if config.sidecar.policy != "none" else "readable")


def _watches(config: Config) -> Finding:
    folders = sum(1 for root in config.roots() for _ in watch.folders_below(root, config.photos.exclude))
    allowed = watch.inotify_limit("max_user_watches")
    if allowed and folders > allowed:
        return Finding("watching", "note", f"{folders} folders: {watch.limit_advice(errno.ENOSPC)}")
    for root in config.roots():
        problem = watch.watch_problem(root) if root.is_dir() else 0
        if problem:
            return Finding(
                "watching", "note", f"{watch.limit_advice(problem)}. Until then it looks again and again instead"
            )
    return Finding("watching", "ok", f"{folders} folder{'s' if folders != 1 else ''}")


def _state(config: Config) -> Finding:
    directory = config.state()
    try:
        if (problem := Store.problem(directory)) is not None:
            fix = "the next 'facedaemon scan' or 'run' closes it, or says why it cannot"
            return Finding("state", "problem", f"{directory}: {problem}; {fix}", ExitCode.USAGE)
        above = next(folder for folder in (directory, *directory.parents) if folder.exists())
        store = Store.open_read_only(directory)
        if store is not None:
            store.close()
        with tempfile.TemporaryFile(dir=above):
            pass
    except Fatal as error:
        return Finding("state", "problem", str(error), error.exit_code)
    except OSError as error:
        return Finding("state", "problem", f"{directory}: cannot be kept there: {why(error)}", ExitCode.USAGE)
    return Finding("state", "ok", f"{directory}{'' if store else ' (made by the first scan)'}")
