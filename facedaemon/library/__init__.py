"""digiKam's database: what humans confirmed there. It is only read, unless the config says otherwise."""

from typing import TYPE_CHECKING

from facedaemon.lazy_names import lazy_names

if TYPE_CHECKING:
    from facedaemon.library.digikam import DigikamLibrary, open_library
    from facedaemon.library.digikamrc import DigikamSettings, SidecarUse, find_digikam, sidecar_use
    from facedaemon.library.plan import plan_rows
    from facedaemon.library.plan_values import ImageRows, Refused, RowPlan, Seen, Step, Wanted
    from facedaemon.library.roots import Machine, Root
    from facedaemon.library.rows import Row, RowChange, from_json, to_json, with_tags_of
    from facedaemon.library.snapshot import RowVersion, Snapshot
    from facedaemon.library.tags import Problem, Tags
    from facedaemon.library.versions import newer_schema
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "digikam": ("DigikamLibrary", "open_library"),
            "digikamrc": ("DigikamSettings", "SidecarUse", "find_digikam", "sidecar_use"),
            "plan": ("plan_rows",),
            "plan_values": ("ImageRows", "Refused", "RowPlan", "Seen", "Step", "Wanted"),
            "roots": ("Machine", "Root"),
            "rows": ("Row", "RowChange", "from_json", "to_json", "with_tags_of"),
            "snapshot": ("RowVersion", "Snapshot"),
            "tags": ("Problem", "Tags"),
            "versions": ("newer_schema",),
        },
    )

__all__ = [
    "DigikamLibrary",
    "DigikamSettings",
    "ImageRows",
    "Machine",
    "Problem",
    "Refused",
    "Root",
    "Row",
    "RowChange",
    "RowPlan",
    "RowVersion",
    "Seen",
    "SidecarUse",
    "Snapshot",
    "Step",
    "Tags",
    "Wanted",
    "find_digikam",
    "from_json",
    "newer_schema",
    "open_library",
    "plan_rows",
    "sidecar_use",
    "to_json",
    "with_tags_of",
]
