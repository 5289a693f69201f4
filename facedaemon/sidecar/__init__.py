"""XMP sidecars and embedded regions: read, plan an edit, replace a file safely."""

from facedaemon.sidecar.files import digest
from facedaemon.sidecar.marks import holds_own
from facedaemon.sidecar.metadata import Metadata, read, stated_orientation
from facedaemon.sidecar.naming import Naming, existing_sidecars, possible_sidecars, sidecar_path
from facedaemon.sidecar.plan import plan, plan_undo, without_own
from facedaemon.sidecar.regions import NamedRegion
from facedaemon.sidecar.replace import Edit, apply, current, leftover, remove_leftover
from facedaemon.sidecar.sources import target_path

__all__ = [
    "Edit",
    "Metadata",
    "NamedRegion",
    "Naming",
    "apply",
    "current",
    "digest",
    "existing_sidecars",
    "holds_own",
    "leftover",
    "plan",
    "plan_undo",
    "possible_sidecars",
    "read",
    "remove_leftover",
    "sidecar_path",
    "stated_orientation",
    "target_path",
    "without_own",
]
