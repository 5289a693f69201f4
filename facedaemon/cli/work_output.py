"""What scan, rebuild and undo print: the reports of the pipeline as JSON and as sentences."""

from typing import TYPE_CHECKING, Any

from facedaemon.cli.left_out import counts_words
from facedaemon.text import counted

if TYPE_CHECKING:
    from facedaemon.pipeline import RebuildReport, ScanReport, UndoReport


def scan_values(report: "ScanReport") -> dict[str, Any]:
    """A pass as JSON."""
    return {
        "photos": {
            "seen": report.seen,
            "indexed": report.indexed,
            "unchanged": report.unchanged,
            "failed": report.failed,
        },
        "faces": {"found": report.faces},
        "confirmed": {"read": report.confirmed, "used": report.used, "left_out": report.left_out},
        "suggestions": {
            "open": report.open,
            "new": report.new,
            "changed": report.changed,
            "withdrawn": report.withdrawn,
        },
        "sidecars": {
            "written": report.written,
            "unchanged": report.untouched,
            "refused": report.refused,
            "held": report.held,
        },
        "digikam": {"written": report.in_digikam, "backup": report.digikam_backup},
        "doubtful": report.doubtful,
        "failed": [{"photo": str(path), "reason": reason} for path, reason in report.failures],
        "generation": report.generation,
        "seconds": round(report.seconds, 3),
    }


def scan_words(report: "ScanReport") -> list[str]:
    """A pass as a person reads it, a sentence each."""
    lines = [
        f"{counted(report.seen, 'photo')}: {report.indexed} indexed, {report.unchanged} unchanged,"
        f" {report.failed} failed; {counted(report.faces, 'face')} found",
        f"{counted(report.confirmed, 'confirmed face')} read: {counted(report.used, 'trains', 'train')},"
        f" {report.left_out} left out",
        f"{counted(report.open, 'suggestion')} open: {report.new} new, {report.changed} changed,"
        f" {report.withdrawn} withdrawn",
        f"{counted(report.written, 'sidecar')} written, {report.refused} refused; {report.seconds:.1f} s",
    ]
    if report.in_digikam:
        backup = f"; a copy of its database from before the first write: {report.digikam_backup}"
        lines.append(
            f"{counted(report.in_digikam, 'photo')} written in digiKam{backup if report.digikam_backup else ''}"
        )
    lines += _next_words(report)
    if report.groups is not None:
        people, photos = report.groups
        lines.append(
            f"{counted(people, 'person', 'people')} seen in {photos} or more photos nobody named: facedaemon groups"
        )
    if not report.confirmed:
        lines.append(
            "No face is confirmed yet, so there is nobody to suggest: name some faces, with 'facedaemon name', in"
            " digiKam or in another program."
            " One confirmed face is enough for the first suggestions, and more make them more certain."
        )
    return lines


def _next_words(report: "ScanReport") -> list[str]:
    """What a person may do now."""
    lines = []
    if report.doubtful:
        names = counted(report.doubtful, "confirmed name looks", "confirmed names look")
        lines.append(f"{names} wrong: facedaemon audit")
    if report.open:
        lines.append("Look at the suggestions and answer: facedaemon review, or facedaemon suggestions")
    return lines


def rebuild_values(report: "RebuildReport") -> dict[str, Any]:
    """A training as JSON."""
    return {
        "generation": report.generation,
        "promoted": report.promoted,
        "people": report.people,
        "samples": {"used": report.used, "left_out": report.left_out},
        "validation": {"tpir": report.tpir, "fpir": report.fpir, "wrong_per_100": report.wrong_per_100},
        "why": report.why,
        "seconds": round(report.seconds, 3),
    }


def rebuild_words(report: "RebuildReport") -> list[str]:
    """A training as a person reads it, a sentence each."""
    return [
        f"Generation {report.generation} {'is in use' if report.promoted else 'is not used'}: {report.why}",
        f"{counted(report.people, 'person', 'people')}, {counted(report.used, 'sample')};"
        f" left out: {counts_words(report.left_out)}",
    ]


def undo_values(report: "UndoReport") -> dict[str, Any]:
    """What was taken back, as JSON."""
    return {
        "restored": report.restored,
        "removed": report.removed,
        "cleaned": report.cleaned,
        "rows": report.rows,
        "refused": [str(path) for path, _ in report.refused],
        "left": [{"sidecar": str(path), "names": list(names)} for path, names in report.left],
    }


def undo_words(report: "UndoReport") -> str:
    """What was taken back, as a person reads it."""
    return (
        f"{counted(report.restored, 'sidecar as it was', 'sidecars as they were')} before,"
        f" {report.removed} of ours removed, {report.cleaned} changed by others since and freed of what is ours;"
        f" {counted(report.rows, 'digiKam row')} taken back"
    )
