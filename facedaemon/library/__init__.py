"""What humans confirmed in digiKam: its database, read only unless the config says otherwise."""

from facedaemon.library.digikam import DigikamLibrary, open_library
from facedaemon.library.digikamrc import DigikamSettings, SidecarUse, find_digikam, sidecar_use
from facedaemon.library.plan import ImageRows, Refused, RowPlan, Step, Wanted, plan_rows
from facedaemon.library.roots import Machine, Root
from facedaemon.library.rows import Row, RowChange, from_json, to_json
from facedaemon.library.snapshot import Snapshot, newer_schema
from facedaemon.library.tags import Problem, Tags

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
]
