"""The status for monitoring: one verdict with its reasons (Nagios), and numbers (Prometheus). Pure.

Used by `status`: no heavy imports here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from facedaemon.pipeline.service.daemon_record import DaemonState
from facedaemon.pipeline.service.status import Presence, Status
from facedaemon.text import one_line
from facedaemon.values import SuggestionState

POWER_REASONS = frozenset({"on battery", "in the low-power profile"})  # as the user's own settings ask


class Level(IntEnum):
    """Exit statuses of monitoring plugins (Monitoring Plugins Development Guidelines, "Plugin Return Codes")."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well it is, and why not better, a clause for each reason."""

    level: Level
    reasons: tuple[str, ...]


def verdict(status: Status) -> Verdict:
    """The worst of what is wrong; photos that cannot be read are numbers, no alarm."""
    if not status.exists and not status.daemon.is_alive:
        return Verdict(Level.UNKNOWN, (f"there is no state in {status.state}: 'facedaemon scan' makes it",))
    found = [*_daemon(status), *_outside(status)]
    level = max((each for each, _ in found), default=Level.OK)
    return Verdict(level, tuple(reason for each, reason in sorted(found, key=lambda one: -one[0])))


def _daemon(status: Status) -> Iterator[tuple[Level, str]]:
    daemon, current = status.daemon, status.daemon.current
    if daemon.state == DaemonState.NOT_RUNNING and daemon.holder is not None:
        yield Level.WARNING, f"no daemon runs; the state is in use by {daemon.holder.words()}"
    elif daemon.state in {DaemonState.NOT_RUNNING, DaemonState.STOPPED, DaemonState.CRASHED, DaemonState.STUCK}:
        yield Level.CRITICAL, daemon.words()[0]
    if current is None:
        return
    if current.state == DaemonState.PAUSED and current.reason not in POWER_REASONS:
        yield Level.WARNING, f"paused: {current.reason}"
    if current.state == DaemonState.WAITING:
        yield Level.WARNING, f"waiting: {current.reason}"
    if current.last_error is not None and _is_later(current.last_error_time, current.last_pass):
        yield Level.WARNING, f"an error since the last pass: {current.last_error}"


def _outside(status: Status) -> Iterator[tuple[Level, str]]:
    for root in status.roots:
        if root.state == Presence.AWAY or (root.state == Presence.EMPTY and status.photos):
            yield Level.WARNING, root.words()
    for absent in status.absent:
        yield Level.WARNING, absent.words()
    if status.library:
        yield Level.WARNING, str(status.library.get("reason"))


def _is_later(one: str | None, other: str | None) -> bool:
    """Whether one time in ISO 8601 is after the other; without the other it is."""
    if one is None:
        return False
    return other is None or datetime.fromisoformat(one) > datetime.fromisoformat(other)


def nagios(status: Status, found: Verdict) -> str:
    """The line that a monitoring plugin prints: the verdict, and performance data behind the bar."""
    doing = status.daemon.current
    text = "; ".join(found.reasons) or (doing.activity if doing else "")
    text = one_line(text).replace("|", "/")
    numbers = (
        ("photos", status.photos),
        ("faces", status.faces),
        ("open", status.suggestions.get(SuggestionState.OPEN, 0)),
        ("failed", len(status.failures)),
        ("sidecars_failed", len(status.sidecar_errors)),
        ("waiting", doing.waiting if doing else 0),
    )
    return f"FACEDAEMON {found.level.name} - {text} | " + " ".join(f"{name}={number}" for name, number in numbers)


def prometheus(status: Status, found: Verdict) -> str:
    """Metrics in Prometheus's text format (Exposition formats), for node exporter's textfile collector."""
    daemon, record, current = status.daemon, status.daemon.record, status.daemon.current
    lines: list[str] = []

    def metric(name: str, what: str, values: dict[str, float]) -> None:
        lines.extend([f"# HELP facedaemon_{name} {what}", f"# TYPE facedaemon_{name} gauge"])
        lines.extend(f"facedaemon_{name}{labels} {value!r}" for labels, value in values.items())

    is_up = daemon.is_alive and daemon.state != DaemonState.STUCK
    metric("up", "Whether a daemon runs and is not stuck.", {"": int(is_up)})
    metric("check_status", "As of status --check: 0 ok, 1 warning, 2 critical, 3 unknown.", {"": int(found.level)})
    metric(
        "daemon_state",
        "What the daemon does.",
        {f'{{state="{state}"}}': int(state == daemon.state) for state in DaemonState},
    )
    if current is not None:
        metric("info", "The version of the daemon.", {f'{{version="{_label(current.version)}"}}': 1})
        metric("start_time_seconds", "When the daemon was started.", {"": _seconds(current.started)})
        metric("jobs_waiting", "Jobs still to be done.", {"": current.waiting})
    if record is not None and record.last_pass is not None:
        metric("last_pass_timestamp_seconds", "When all folders were compared last.", {"": _seconds(record.last_pass)})
    if record is not None and record.last_error_time is not None:
        metric("last_error_timestamp_seconds", "When the last error came.", {"": _seconds(record.last_error_time)})
    metric("photos", "Photos that are known.", {"": status.photos})
    metric("faces", "Faces in them.", {"": status.faces})
    metric(
        "suggestions",
        "Suggestions by state.",
        {f'{{state="{state}"}}': status.suggestions.get(state, 0) for state in SuggestionState},
    )
    metric("photos_failed", "Photos that cannot be read.", {"": len(status.failures)})
    metric("sidecars_failed", "Photos whose sidecar cannot be used.", {"": len(status.sidecar_errors)})
    metric(
        "root_there",
        "Whether a photo root can be read and is not empty.",
        {f'{{path="{_label(str(root.path))}"}}': int(root.state == Presence.THERE) for root in status.roots},
    )
    metric("library_problem", "Whether digiKam's database cannot be used.", {"": int(bool(status.library))})
    if status.generation is not None:
        metric("generation", "The training in use.", {"": status.generation})
    return "\n".join(lines) + "\n"


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _label(value: str) -> str:
    """A label's value: backslash, quote and line feed are escaped; bytes that are no UTF-8 are shown as escapes."""
    text = value.encode("utf-8", "backslashreplace").decode("utf-8")
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
