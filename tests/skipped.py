"""Tests that were not run are counted in one line; where everything is there to run them, they are a failure."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping

import pytest

THIS_MACHINE = "this machine"
"""How a reason begins that no installed package or photo can change: another processor, another user."""


def reasons(reports: Iterable[pytest.TestReport]) -> Counter[str]:
    """How many tests were skipped, by reason."""
    said = (report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr) for report in reports)
    return Counter(reason.removeprefix("Skipped: ") for reason in said)


def avoidable(skipped: Counter[str], environ: Mapping[str, str]) -> Counter[str]:
    """The skipped tests that should have run: none where nobody named a folder with the sample photos."""
    if "FACEDAEMON_SHARED" not in environ:
        return Counter()
    return Counter({why: count for why, count in skipped.items() if not why.startswith(THIS_MACHINE)})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line that counts, with the reasons."""
    skipped = reasons(terminalreporter.stats.get("skipped", []))
    if skipped:
        each = "; ".join(f"{count}: {why}" for why, count in skipped.most_common())
        terminalreporter.write_line(f"{skipped.total()} tests were skipped ({each})")
    if avoidable(skipped, os.environ):
        terminalreporter.write_line("FACEDAEMON_SHARED is set, so none of them may be skipped", red=True)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Not a success, if a test should have run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or session.exitstatus != pytest.ExitCode.OK:
        return
    if avoidable(reasons(reporter.stats.get("skipped", [])), os.environ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
