"""Whatever call of the write path fails, and wherever the process dies, nothing is harmed and the next try succeeds."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.acceptance.fault_process import ERRORS, KILL, NEW, OLD, Call, Fault, Kind, brief, inject_all

pytestmark = pytest.mark.slow


def _not_of_the_state(calls: Sequence[Call]) -> list[Fault]:
    """The state's own calls are the same, whatever is written."""
    return brief([call for call in calls if "/state" not in call.line])


@pytest.mark.parametrize("kind", [NEW, OLD], ids=lambda kind: kind.name)
def test_every_fault_leaves_the_old_or_the_new(
    kind: Kind, shared: Path, model_files: Path, strace: Path, tmp_path: Path
) -> None:
    """The sidecar is whole, the old one or the new one; so are digiKam's rows; the error says which file it was.

    Publishing one photo: each call that may change the disk fails in turn with ENOSPC, EIO, EACCES and EDQUOT (those of
    SQLite, which takes the last three for one, with all four once), the process is killed before each of them and at
    the end; calls that only look fail too. Each time the next try ends
    well, the ledger says what stands, and `undo` restores the folder and digiKam's tables. (`make soak`: all calls.)
    """
    assert strace.is_file()
    count, problems = inject_all(kind, tmp_path, shared, model_files, brief if kind == NEW else _not_of_the_state)
    assert [] == problems
    assert 50 * len((*ERRORS, KILL)) < count


@pytest.mark.parametrize("kind", [NEW, OLD], ids=lambda kind: kind.name)
def test_a_file_system_without_links_exchange_and_leases(
    kind: Kind, shared: Path, model_files: Path, strace: Path, tmp_path: Path
) -> None:
    """What FAT or a network drive does not offer is done without: the sidecar is written all the same."""
    assert strace.is_file()
    count, problems = inject_all(kind, tmp_path, shared, model_files, _not_offered)
    assert 0 < count
    assert [] == problems


def _not_offered(calls: Sequence[Call]) -> list[Fault]:
    refusals = {"linkat": "EPERM", "renameat2": "EINVAL", "F_SETLEASE": "EINVAL", "flistxattr": "EOPNOTSUPP"}
    return [
        Fault(call.name, call.number, error, call.line, is_borne=True)
        for call in calls
        for what, error in refusals.items()
        if (what == call.name or f" {what}," in call.line) and "/photos" in call.line
    ]
