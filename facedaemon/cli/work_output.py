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


def scan_words(report: "ScanReport", options: str) -> list[str]:
    """A pass as a person reads it, a sentence each; `options` are those that the next command needs, too."""
    lines = [_photos_words(report)]
    if report.confirmed:
        why = " (why: facedaemon samples PERSON)" if report.left_out else ""
        lines.append(
            f"{counted(report.confirmed, 'confirmed face')} read: {counted(report.used, 'trains', 'train')},"
            f" {report.left_out} left out{why}"
        )
    if report.confirmed or report.open or report.withdrawn:
        lines.append(
            f"{counted(report.open, 'suggestion')} open: {report.new} new, {report.changed} changed,"
            f" {report.withdrawn} withdrawn"
        )
    if report.written or report.refused:
        refused = f", {report.refused} refused" if report.refused else ""
        lines.append(f"{counted(report.written, 'sidecar')} written{refused}")
    if report.in_digikam:
        backup = f"; a copy of its database from before the first write: {report.digikam_backup}"
        lines.append(
            f"{counted(report.in_digikam, 'photo')} written in digiKam{backup if report.digikam_backup else ''}"
        )
    return lines + _next_words(report, options)


def _photos_words(report: "ScanReport") -> str:
    seconds = f"{report.seconds:.1f} s"
    if not report.seen:
        return f"No photos found; {seconds}"
    if not (report.indexed or report.failed):
        return f"{counted(report.seen, 'photo')}, none new or changed; {seconds}"
    return (
        f"{counted(report.seen, 'photo')}: {report.indexed} analysed, {report.unchanged} unchanged,"
        f" {report.failed} failed; {counted(report.faces, 'face')} found; {seconds}"
    )


def _next_words(report: "ScanReport", options: str) -> list[str]:
    """What a person may do now."""
    lines = []
    if report.doubtful:
        names = counted(report.doubtful, "confirmed name looks", "confirmed names look")
        lines.append(f"{names} wrong: facedaemon audit")
    if report.open:
        lines.append(f"Next, look and answer:  facedaemon review{options}  (or facedaemon suggestions)")
    elif not report.confirmed and report.seen:
        lines.append("No face is confirmed yet, so no name can be suggested.")
        if report.groups is not None:
            people, photos = report.groups
            lines.append(
                f"{counted(people, 'unnamed person is', 'unnamed people are')} in {counted(photos, 'photo')} or more"
                f"{'' if people == 1 else ' each'}."
            )
        lines.append(
            f"Next, name some faces:  facedaemon review{options}  (or facedaemon groups, digiKam, another program)."
            " One face is enough to begin with."
        )
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
        "failed": [{"photo": str(path), "reason": reason} for path, reason in report.refused],
        "refused": [str(path) for path, _ in report.refused],
        "left": [{"sidecar": str(path), "names": list(names)} for path, names in report.left],
        "away": [str(path) for path in report.away],
    }


def undo_words(report: "UndoReport") -> str:
    """What was taken back, as a person reads it."""
    parts = (
        (report.restored, "put back as it was before", "put back as they were before"),
        (report.removed, "removed, which facedaemon had made", "removed, which facedaemon had made"),
        (report.cleaned, "kept without facedaemon's part, since others changed it", "kept without facedaemon's part, "
         "since others changed them"),
    )  # fmt: skip
    done = [f"{counted(count, 'sidecar')} {one if count == 1 else many}" for count, one, many in parts if count]
    done += [f"{counted(report.rows, 'row')} in digiKam's database taken back"] if report.rows else []
    nothing = "" if report.refused or report.away else ": nothing is recorded that facedaemon wrote"
    return "; ".join(done) or f"Nothing was taken back{nothing}."


def away_words(report: "UndoReport") -> str:
    """What of it waits, and for what."""
    count = len(report.away)
    photos = "its photo" if count == 1 else "their photos"
    return (
        f"{counted(count, 'sidecar is', 'sidecars are')} not there, like {photos}, such as {report.away[0]}. If they"
        " are on a drive, connect it and undo again; if they were moved, 'facedaemon scan' finds them first; if they"
        " were deleted, 'facedaemon forget --missing' says so"
    )
