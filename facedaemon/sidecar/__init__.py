"""XMP sidecars and embedded regions: read, plan an edit, replace a file safely."""

from typing import TYPE_CHECKING

from facedaemon.digests import digest
from facedaemon.lazy_names import lazy_names

if TYPE_CHECKING:
    from facedaemon.sidecar.edit_plan import plan, plan_undo, without_own
    from facedaemon.sidecar.metadata import Metadata, Own, read, stated_date, stated_orientation
    from facedaemon.sidecar.naming import Naming, existing_sidecars, possible_sidecars, sidecar_path
    from facedaemon.sidecar.own_metadata import Record, as_written, holds_own, list_digest
    from facedaemon.sidecar.regions import BY_ANSWER, MAX_REGIONS, NamedRegion
    from facedaemon.sidecar.replace import Edit, apply, current, leftover, remove_leftover
    from facedaemon.sidecar.sources import target_path
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "metadata": ("Metadata", "Own", "read", "stated_date", "stated_orientation"),
            "naming": ("Naming", "existing_sidecars", "possible_sidecars", "sidecar_path"),
            "own_metadata": ("Record", "as_written", "holds_own", "list_digest"),
            "edit_plan": ("plan", "plan_undo", "without_own"),
            "regions": ("BY_ANSWER", "MAX_REGIONS", "NamedRegion"),
            "replace": ("Edit", "apply", "current", "leftover", "remove_leftover"),
            "sources": ("target_path",),
        },
    )

__all__ = [
    "BY_ANSWER",
    "MAX_REGIONS",
    "Edit",
    "Metadata",
    "NamedRegion",
    "Naming",
    "Own",
    "Record",
    "apply",
    "as_written",
    "current",
    "digest",
    "existing_sidecars",
    "holds_own",
    "leftover",
    "list_digest",
    "plan",
    "plan_undo",
    "possible_sidecars",
    "read",
    "remove_leftover",
    "sidecar_path",
    "stated_date",
    "stated_orientation",
    "target_path",
    "without_own",
]
